"""``python -m benchmarks.training``: the recipes as shipped, against the plain Trainer + PEFT loop.

Each recipe is started by its own launch line in a process of its own, with overrides for size
only, on a base with random weights and rows as long as the recipe allows. The plain loop
(benchmarks/plain.py) then trains the same base on the same rows with the same settings. That both
do the same work is checked: the same rows in the same order, and the same losses.

``--shape true`` needs a GPU and builds the bases at their true shapes: OpenCALM-7B 14 GB of disk,
Llama-2-70B 36 GB (its linear layers drawn and quantized one by one). Nothing is downloaded.
"""

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from benchmarks import flops, shapes
from benchmarks.recipe_runs import NEAR, RECIPES, ROOT, Pair, Run, compare
from benchmarks.report import show, show_json

LIBRARIES = ("axolotl", "transformers", "peft", "torch", "accelerate", "bitsandbytes")
HEADER = (
    "recipe", "loop", "s/step", "CPU s/step", "tokens/s", "peak GiB", "of peak FLOP/s",
    "first loss", "last loss", "start-up s",
)  # fmt: skip
DEFAULT = ("opencalm7b", "medcalm7b_pretrain", "llama70b")


def share_of_peak(pair: Pair, run: Run, args: argparse.Namespace) -> float | None:
    """The share of the card's peak FLOP/s (benchmarks/flops.py); None without a known card."""
    if not torch.cuda.is_available():
        return None
    recipe, shape = pair.recipe, pair.recipe.shape(true=args.shape == "true")
    each = flops.per_token(
        shapes.config(shape),
        shapes.linear_parameters(shape),
        adapter=0 if recipe.all_weights else run.clock["parameters"],
        length=recipe.plan.sequence_len,
    )
    known = flops.peak(torch.cuda.get_device_name(), bf16=not recipe.all_weights)
    peak = args.peak * flops.TERA if args.peak else known
    return run.tokens(args.warmup) * each / peak if peak else None


def paper_hours(model: str) -> dict[int, float]:
    """The hours of Table 1, on four A100, by steps."""
    table = json.loads(
        (ROOT / "jmedlora" / "report" / "render" / "paper_table.json").read_text(encoding="utf-8")
    )
    return {
        round(float(column["steps"].rstrip("k")) * 1000): hours
        for column, hours in zip(table["columns"], table["hours"], strict=True)
        if hours is not None and column["model"] == model
    }


def main() -> int:
    args = _arguments()
    if args.shape == "true" and not torch.cuda.is_available():
        print("benchmarks.training: --shape true needs a GPU; torch sees none", file=sys.stderr)
        return 1
    if args.steps <= args.warmup:
        print(f"benchmarks.training: --steps must be more than {args.warmup}", file=sys.stderr)
        return 1
    pairs = {name: _compare(name, args) for name in args.recipes}
    problems = [f"{name}: {line}" for name, pair in pairs.items() for line in pair.problems()]
    _report(pairs, args, problems)
    return 1 if problems else 0


def _compare(name: str, args: argparse.Namespace) -> Pair:
    size = {"steps": args.steps, "warmup": args.warmup, "repeats": args.repeats}
    with TemporaryDirectory(dir=args.folder) as folder:
        return compare(RECIPES[name], Path(folder), true=args.shape == "true", **size)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.training",
        description="Seconds a step of the recipes as shipped and of a plain loop.",
        epilog="example: python -m benchmarks.training --shape true --recipes opencalm7b",
    )
    add = parser.add_argument
    add("--recipes", nargs="+", choices=RECIPES, default=DEFAULT, metavar="NAME",
        help=f"some of {', '.join(RECIPES)} (default: {' '.join(DEFAULT)})")  # fmt: skip
    add("--shape", choices=["tiny", "true"], default="tiny", help="size of the bases (tiny)")
    add("--steps", type=int, default=12, help="steps of each run (12)")
    add("--warmup", type=int, default=2, help="first steps, which are not timed (2)")
    add("--repeats", type=int, default=1, help="runs of each, in turns; the fastest counts (1)")
    add("--folder", type=Path, help="where there is room; what is written is deleted (the "
        "system's folder for temporary files)")  # fmt: skip
    add("--peak", type=float, help="TFLOP/s of a card that benchmarks/flops.py does not know")
    return parser.parse_args()


def _report(pairs: dict[str, Pair], args: argparse.Namespace, problems: list[str]) -> None:
    runs = {
        (name, loop): (run, share_of_peak(pair, run, args))
        for name, pair in pairs.items()
        for loop, run in (("as shipped", pair.axolotl), ("plain", pair.plain))
    }
    card = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    show(
        f"Training, {args.shape} shapes, {card}, median of {args.steps - args.warmup} steps",
        HEADER,
        [_row(*names, *found, args.warmup) for names, found in runs.items()],
        problems or [_agreement(name, pair) for name, pair in pairs.items()],
    )
    if args.shape == "true":
        _show_hours(pairs, args.warmup)
    figures: dict[str, dict[str, Any]] = {
        name: {"same_rows": pair.same_rows} for name, pair in pairs.items()
    }
    for (name, loop), (run, share) in runs.items():
        figures[name][loop] = _figures(run, share, args.warmup)
    sizes = {key: getattr(args, key) for key in ("shape", "steps", "warmup", "repeats")}
    show_json(
        "training", LIBRARIES, {"card": card, **sizes, "problems": problems, "recipes": figures}
    )


def _row(name: str, loop: str, run: Run, share: float | None, warmup: int) -> tuple[str, ...]:
    losses = run.clock["losses"]
    return (
        name, loop, f"{run.seconds(warmup):.3f}", f"{run.cpu(warmup):.3f}",
        f"{run.tokens(warmup):,.0f}", f"{run.peak:.2f}",
        "-" if share is None else f"{share:.0%}", f"{losses[0]:.4f}", f"{losses[-1]:.4f}",
        f"{run.startup:.0f}",
    )  # fmt: skip


def _agreement(name: str, pair: Pair) -> str:
    differences = ", ".join(f"{field} {pair.difference(field):.0e}" for field in NEAR)
    return f"{name}: the same rows in the same order; largest relative difference: {differences}"


def _figures(run: Run, share: float | None, warmup: int) -> dict[str, Any]:
    return {
        "seconds_a_step": run.seconds(warmup),
        "cpu_seconds_a_step": run.cpu(warmup),
        "tokens_a_second": run.tokens(warmup),
        "share_of_peak": share,
        "startup_s": run.startup,
        "wall_s": run.wall,
        **run.clock,
    }


def _show_hours(pairs: dict[str, Pair], warmup: int) -> None:
    rows = [
        (name, f"{steps:,}", f"{pair.axolotl.seconds(warmup) * steps / 3600:.1f}", f"{hours}")
        for name, pair in pairs.items()
        for steps, hours in paper_hours(pair.recipe.paper).items()
    ]
    if rows:
        print()
        header = ("recipe", "steps", "hours, this GPU", "hours, the paper's 4 x A100")
        show("Hours for the paper's steps, with rows as long as the recipe allows", header, rows)


if __name__ == "__main__":
    sys.exit(main())
