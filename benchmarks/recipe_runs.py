"""A recipe and the plain loop on the same base and rows, and whether they did the same work."""

import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import torch
from transformers import AutoTokenizer

from benchmarks import shapes
from benchmarks.clock import CLOCK
from benchmarks.rows import write_rows
from jmedlora.data.recipe import DataPlan, read_recipe

ROOT = Path(__file__).parent.parent
PLUGINS = ("jmedlora.train.plugin.RecipePlugin", "benchmarks.clock_plugin.ClockPlugin")
GIB = 2**30
SAME = ("forwards", "positions", "tokens", "trained", "parameters")
"""What must be equal."""
NEAR = ("losses", "gradients", "rates")
"""What must be equal within TOLERANCE, step by step."""
TOLERANCE = {"cpu": 1e-6, "cuda": 0.02}
"""Relative. A CPU computes both in fp32. A GPU computes both in bf16, in which two neighbours are
0.4 % to 0.8 % apart, and of a 4-bit base Axolotl keeps norms and head in bf16, PEFT in fp32."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A file in recipes/. tiny, true: the shape of its base (benchmarks/shapes.py). paper: its
    model in Table 1.

    options: overrides from its header that make it another recipe. all_weights: it has no adapter.
    """

    file: str
    tiny: str
    true: str
    paper: str = ""
    options: tuple[str, ...] = ()
    in_4bit: bool = False
    all_weights: bool = False

    @property
    def path(self) -> Path:
        """The file as shipped."""
        return ROOT / "recipes" / f"{self.file}.yml"

    @property
    def plan(self) -> DataPlan:
        """What the file says about its data."""
        return read_recipe(self.path)

    def shape(self, *, true: bool) -> str:
        """The shape of its base."""
        return self.true if true else self.tiny


CALM = ("tiny-gpt-neox", "open-calm-7b")
LORA = ("--adapter=lora", "--bf16=true", "--learning_rate=5e-5", "--lora_dropout=0")
"""The override in the recipe's header, and no dropout: with it both see the same rows and losses,
but draw other masks, and gradient norms differ by 0.5 %."""
ONE_TEXT_A_ROW = ("--micro_batch_size=1",)
"""Axolotl joins the texts of a micro batch, and then also trains what follows an end token."""
RECIPES = {
    "opencalm7b": Recipe("opencalm7b", *CALM, "OpenCALM-7B"),
    "medcalm7b": Recipe("medcalm7b", *CALM, "MedCALM"),
    "medcalm7b_pretrain": Recipe("medcalm7b_pretrain", *CALM, all_weights=True),
    "medcalm7b_pretrain_lora": Recipe("medcalm7b_pretrain", *CALM, options=LORA),
    "llama70b": Recipe("llama70b", "tiny-llama", "llama2-70b", "Llama2-70B", in_4bit=True),
    "swallow8b": Recipe("swallow8b", "tiny-llama", "swallow-8b"),
    "swallow8b_pretrain": Recipe(
        "swallow8b_pretrain", "tiny-llama", "swallow-8b", options=ONE_TEXT_A_ROW
    ),
    "swallow8b_instruct": Recipe("swallow8b_instruct", "tiny-llama-chat", "swallow-8b-instruct"),
    "qwen3_8b": Recipe("qwen3_8b", "tiny-qwen3", "qwen3-8b"),
    "swallow70b": Recipe("swallow70b", "tiny-llama-chat", "llama3.3-70b", in_4bit=True),
}
"""Without llama70b_fsdp2.yml, which needs two GPUs; grpo_8b.yml, which writes its own rows; and
gptoss20b.yml, whose adapter on experts the plain loop does not make."""


@dataclass(frozen=True, slots=True)
class Run:
    """One training. clock: what benchmarks/clock.py wrote. wall: seconds of the whole process.

    startup: seconds until the first step began.
    """

    clock: dict[str, Any]
    wall: float
    startup: float

    def seconds(self, warmup: int) -> float:
        """The median of all steps but the first ``warmup``."""
        return median(self.clock["seconds"][warmup:])

    def cpu(self, warmup: int) -> float:
        """The same, of the processor's time in the training process."""
        return median(self.clock["cpu"][warmup:])

    def tokens(self, warmup: int) -> float:
        """Tokens a second, padding not counted, at the median step."""
        return median(self.clock["tokens"][warmup:]) / self.seconds(warmup)

    @property
    def peak(self) -> float:
        """GiB at most: allocated on the GPU, or without one resident."""
        return (self.clock["peak"]["gpu"] or self.clock["peak"]["resident"]) / GIB


@dataclass(frozen=True, slots=True)
class Pair:
    """A recipe and the plain loop, each the fastest of its runs."""

    recipe: Recipe
    axolotl: Run
    plain: Run

    @property
    def same_rows(self) -> bool:
        """Whether every step of both saw the same rows in the same order."""
        return self.axolotl.clock["rows"] == self.plain.clock["rows"]

    def difference(self, field: str) -> float:
        """The largest difference of one step, relative to the plain loop; one of NEAR."""
        ours, plain = self.axolotl.clock[field], self.plain.clock[field]
        if len(ours) != len(plain) or not all(map(math.isfinite, [*ours, *plain])):
            return math.inf
        return max(abs(a - b) / (abs(b) or 1.0) for a, b in zip(ours, plain, strict=True))

    def problems(self) -> Iterator[str]:
        """What shows that the two did not do the same work."""
        for field in SAME:
            if (ours := self.axolotl.clock[field]) != (plain := self.plain.clock[field]):
                yield f"{field} differ: {ours}, by the plain loop {plain}"
        if not self.same_rows:
            yield "the steps did not see the same rows in the same order"
        for field in NEAR:
            if (found := self.difference(field)) > TOLERANCE[device()]:
                yield f"{field} differ by {found:.1e}, relatively"


def device() -> str:
    """Where torch would train: cuda or cpu."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def compare(
    recipe: Recipe, folder: Path, *, true: bool, steps: int, warmup: int, repeats: int
) -> Pair:
    """Trains ``recipe`` and the plain loop in turns; base, data and outputs go into ``folder``."""
    dtype = torch.bfloat16 if true else torch.float32
    model = shapes.build(
        folder / "model", recipe.shape(true=true), device=device(), dtype=dtype,
        in_4bit=recipe.in_4bit,
    )  # fmt: skip
    write_rows(folder, recipe.plan, AutoTokenizer.from_pretrained(model), steps)
    ours, plain = [], []
    for _ in range(repeats):
        ours.append(recipe_run(recipe, folder, steps))
        plain.append(plain_run(recipe, folder))

    def fastest(runs: list[Run]) -> Run:
        return min(runs, key=lambda run: run.seconds(warmup))

    return Pair(recipe, fastest(ours), fastest(plain))


def recipe_run(recipe: Recipe, folder: Path, steps: int) -> Run:
    """The recipe by its launch line. The overrides: the base, the steps, a log line a step."""
    accelerate = Path(sys.executable).with_name("accelerate")
    output = _output(recipe)
    shutil.rmtree(folder / output, ignore_errors=True)  # it would be a finished run
    return _run(
        [accelerate, "launch", "--num_processes", "1", "-m", "axolotl.cli.train", recipe.path,
         "--base_model=model", f"--max_steps={steps}", "--logging_steps=1", "--dataset_num_proc=1",
         f"--output_dir={output}", f"--plugins={json.dumps(PLUGINS)}", *recipe.options],
        folder, folder / output,
    )  # fmt: skip


def plain_run(recipe: Recipe, folder: Path) -> Run:
    """The plain loop with the settings that the recipe's run wrote down."""
    settings, output = folder / _output(recipe) / "recipe.yml", folder / "outputs" / "plain"
    return _run([sys.executable, "-m", "benchmarks.plain", settings, output], folder, output)


def _output(recipe: Recipe) -> Path:
    return Path("outputs") / recipe.file


def _run(command: Sequence[Any], folder: Path, output: Path) -> Run:
    start = time.time()
    ended = subprocess.run(
        [str(part) for part in command], cwd=folder, env=_environment(),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    wall = time.time() - start
    if ended.returncode:
        line = f"benchmarks.training: this ended with status {ended.returncode}: {command}"
        raise SystemExit(f"{ended.stdout[-2000:]}{ended.stderr[-4000:]}\n{line}")
    clock = json.loads((output / CLOCK).read_text(encoding="utf-8"))
    return Run(clock, wall, clock["began"] - start)


def _environment() -> dict[str, str]:
    """Offline, one GPU, and the same number of threads for both."""
    return {
        "OMP_NUM_THREADS": "1",
        **os.environ,
        "DO_NOT_TRACK": "1",
        "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": str(ROOT),
        "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0],
    }
