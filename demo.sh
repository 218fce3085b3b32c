#!/bin/sh
# make demo: a tiny random model, built here and evaluated by the real lm_eval command.
set -eu
model=demo/tiny-gpt-neox
tasks=jmed_sample
rm -rf demo/results
mkdir -p demo

echo "Building a tiny GPT-NeoX model with random weights: $model"
python -m tests.tiny_model "$model" 2> demo/build.log

if jmed-data where igakuqa jjsimqa 2> demo/data.log; then
    tasks=jmed_sample,jmed
else
    echo "Without the real exams: $(cat demo/data.log)"
fi

for shots in 0 1; do
    echo "Evaluating $tasks, $shots shot (log: demo/$shots-shot.log)"
    lm_eval --include_path lm_eval_tasks --tasks "$tasks" --num_fewshot "$shots" \
        --model hf --model_args "pretrained=$model" --device cpu --batch_size 64 \
        --output_path "demo/results/$shots-shot" --log_samples \
        > "demo/$shots-shot.log" 2>&1 || { tail -n 5 "demo/$shots-shot.log"; exit 1; }
done

echo
jmed-report scores demo/results/*/*/results_*.json
cat <<'END'
The model is random, so its accuracy is that of a guess. For a real one, name its folder and its GPU:

  .venv/bin/lm_eval --include_path lm_eval_tasks --tasks jmed --num_fewshot 0 \
      --model hf --model_args pretrained=DIR,dtype=bfloat16 --device cuda:0 --batch_size auto \
      --output_path results --log_samples

The real exams come with: .venv/bin/jmed-data fetch igakuqa jjsimqa
END
