#!/bin/sh
# make demo: the whole way at tiny size, from a text to the table of trained models. The recipes are
# those shipped, and the commands are those of the documentation.
#
# sh scripts/demo.sh data|neox|llama|report, in this order; neox and llama may run side by side.
# Every step leaves a mark in demo/done, so that an interrupted demo goes on after its last finished
# step, and a training after its last checkpoint.
set -eu
pretrain=160 # steps of continued pretraining
every=100    # steps between the three checkpoints of each adapter
last=$((3 * every))
medcalm=outputs/medcalm7b_pretrain-$pretrain

case ${1-} in
    data | neox | llama | report) ;;
    *)
        echo "usage: sh scripts/demo.sh data|neox|llama|report" >&2
        exit 2
        ;;
esac
mkdir -p demo/logs demo/done
cd demo
export OMP_NUM_THREADS=1 CUDA_VISIBLE_DEVICES= # two lanes, two cores, the same on every machine
trap 'echo "interrupted; make demo goes on"; exit 130' INT
exec 9> "done/$1.lock" # held by a training that outlived its make, too
if command -v flock > /dev/null && ! flock --nonblock 9; then
    echo "another demo is at work in demo/; wait for it or end it" >&2
    exit 1
fi

# Runs the command unless it was done; its output is logs/NAME.log. In a function that is the command,
# set -e does not act: it has to join what it does by &&.
step() { # NAME TEXT COMMAND...
    name=$1 text=$2
    shift 2
    [ -e "done/$name" ] && return
    echo "$text"
    "$@" > "logs/$name.log" 2>&1 || {
        tail -n 5 "logs/$name.log" >&2
        echo "demo/logs/$name.log has the rest; make demo goes on from here" >&2
        exit 1
    }
    touch "done/$name"
}

data() {
    mkdir -p data &&
        cp ../jmedlora/data/sample/train.jsonl data &&
        head -n 40 ../jmedlora/data/sample/text.jsonl > data/pretrain_train.jsonl &&
        tail -n 4 ../jmedlora/data/sample/text.jsonl > data/pretrain_eval.jsonl &&
        cat > labels.yml << NAMES
models/tiny-neox: {model: tiny OpenCALM, steps: 0}
$medcalm: {model: tiny MedCALM, steps: 0}
models/tiny-llama-nf4: {model: tiny Llama, steps: 0}
NAMES
}

tiny_model() { # FOLDER OPTIONS...
    PYTHONPATH=.. python -m tests.support.tiny_model "$@"
}

# Overrides for size: steps, batches, and what a model 64 or 128 wide needs in place of the recipes' rates.
train() { # RECIPE OVERRIDES...
    recipe=$1
    shift
    accelerate launch --cpu --num_processes 1 -m axolotl.cli.train "../recipes/$recipe.yml" \
        --micro_batch_size=8 --dataset_num_proc=1 "$@"
}

ask() { # SHOTS NAME TASK MODEL [ADAPTER]
    numbers=$1 asked=$2 task=$3 model_args="pretrained=$4${5:+,peft=$5}"
    for shots in $numbers; do
        step "$asked-$shots" "Evaluating $asked, $shots shot" evaluate
    done
}

evaluate() { # lm_eval ends with status 0, too, where its results found no room on the disk
    out=results/$asked-$shots
    rm -rf "$out" && lm_eval --include_path ../lm_eval_tasks --tasks "$task" --num_fewshot "$shots" \
        --model hf --model_args "$model_args" --batch_size 40 \
        --output_path "$out" --log_samples &&
        python -m json.tool "$out"/*/results_*.json > /dev/null
}

ask_checkpoints() { # NAME TASK MODEL FOLDER: 0 shot, and the last one 1 shot too
    for n in $every $((2 * every)); do
        ask 0 "$1-$n" "$2" "$3" "$4/checkpoint-$n"
    done
    ask "0 1" "$1-$last" "$2" "$3" "$4/checkpoint-$last"
}

neox() {
    step neox "Building a tiny GPT-NeoX with random weights" \
        tiny_model models/tiny-neox --hidden 64 --layers 2
    step pretrain "Continued pretraining with medcalm7b_pretrain.yml, $pretrain steps" \
        train medcalm7b_pretrain --base_model=models/tiny-neox --effective_batch=8 \
        --max_steps="$pretrain" --save_steps="$pretrain" --eval_steps="$pretrain" \
        --warmup_steps=0 --learning_rate=5e-3
    step lora "LoRA with opencalm7b.yml on the pretrained model, $last steps" \
        train opencalm7b --base_model="$medcalm" --max_steps="$last" --save_steps="$every" \
        --learning_rate=1e-2 --lora_target_linear=true --lora_r=64
    ask '0 1' tiny-neox jmed_sample models/tiny-neox
    ask '0 1' tiny-medcalm jmed_sample "$medcalm"
    ask_checkpoints tiny-medcalm jmed_sample "$medcalm" "outputs/opencalm7b-$last"
}

llama() {
    every=150 # its recipe keeps the learning rate constant: it needs more steps to know the answers
    last=$((3 * every))
    step llama "Building a tiny Llama with random weights" \
        tiny_model models/tiny-llama --family llama --hidden 128
    step nf4 "Making its 4-bit copy, for lm_eval" \
        jmed-train quantize models/tiny-llama models/tiny-llama-nf4
    step qlora "QLoRA with llama70b.yml, $last steps" \
        train llama70b --base_model=models/tiny-llama --max_steps="$last" --save_steps="$every" \
        --learning_rate=7e-3
    ask '0 1' tiny-llama jmed_sample_alpaca models/tiny-llama-nf4
    ask_checkpoints tiny-llama jmed_sample_alpaca models/tiny-llama-nf4 "outputs/llama70b-$last"
}

report() {
    step overlap "Looking for the questions in the training data" \
        jmed-data overlap data/train.jsonl --exam jmed_sample --out overlap
    # Each time: they take seconds, and names in labels.yml may be others.
    rm -f done/table done/plot done/site done/ends
    step table "Writing the table of every checkpoint" \
        jmed-report table results --labels labels.yml --all --out report
    step plot "Drawing the learning curves" \
        jmed-report plot results --labels labels.yml --out report
    step site "Making one page of everything" \
        jmed-report site results --labels labels.yml --overlap overlap --out site
    grep -v models/tiny-neox labels.yml > ends.yml # labels of what is not compared are refused
    step ends "Comparing the first and the last step of each model" \
        jmed-report table results/tiny-medcalm-0 results/tiny-medcalm-300-0 \
        results/tiny-llama-0 results/tiny-llama-450-0 --labels ends.yml --metric accuracy
    sed -n '/; a guess:/,/^$/{/./p;}; /^+ and -:/p' logs/ends.log # without notes and warnings
    found=$(sed -n 's/^[^:]*: \(.* questions\) found.*/\1/p' logs/overlap.log)
    echo "The training data holds $found: the scores show memorising, not knowledge."
    echo "The table of every checkpoint, curves beside it: $PWD/report/table.html"
    echo "One page to look at everything: $PWD/site/index.html"
}

case $1 in
    data) step data "Copying 40 paragraphs and 80 instruction pairs" data ;;
    neox | llama | report) "$1" ;;
esac
