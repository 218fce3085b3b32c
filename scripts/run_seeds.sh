#!/bin/sh
# The same evaluation with several seeds, one after the other; jmed-report makes one column of them.
#
# sh scripts/run_seeds.sh 1 2 3 4 5 -- lm_eval --model hf --model_args … --output_path results
#
# hf takes its seed from --seed; vllm and servers take it from --model_args. A run that fails ends
# the others, and a line says how to go on.
set -eu
seeds=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    case $1 in
        '' | *[!0-9]*)
            echo "run_seeds.sh: '$1' is no seed; give whole numbers, then --, then the command" >&2
            exit 2
            ;;
    esac
    seeds="$seeds $1"
    shift
done
if [ -z "$seeds" ] || [ $# -lt 2 ]; then
    echo "usage: sh scripts/run_seeds.sh SEED... -- lm_eval OPTIONS" >&2
    exit 2
fi
shift

model=hf last=
for word in "$@"; do
    case $last in --model | -M) model=$word ;; esac
    case $word in --model=*) model=${word#--model=} ;; esac
    last=$word
done

trap 'exit 130' INT
left=$seeds
for seed in $seeds; do
    echo "run_seeds.sh: seed $seed of$seeds" >&2
    case $model in
        hf*) "$@" --log_samples --seed "$seed" ;;
        *) "$@" --log_samples --seed "$seed" --model_args "seed=$seed" ;;
    esac || {
        status=$?
        echo "run_seeds.sh: seed $seed failed; go on with: sh scripts/run_seeds.sh$left -- …" >&2
        exit "$status"
    }
    left=${left#" $seed"}
done
