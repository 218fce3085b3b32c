"""``jmed-data check`` and ``check-model``: what is wrong with a file or folder of one's own."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from jmedlora.core.cli.command import Command
from jmedlora.core.cli.manual_page import FAULTS
from jmedlora.core.display import counted
from jmedlora.core.errors import SHOWN, FileError, UserError, printable
from jmedlora.data.dataset import Kind, read_training_file
from jmedlora.data.recipe import DataPlan, read_recipe
from jmedlora.data.recipe_rows import recipe_rows
from jmedlora.data.token_lengths import check_lengths, length_lines, thinking_lines
from jmedlora.exams.examination import own_examination
from jmedlora.exams.images import ImageFolder, check_images
from jmedlora.exams.readers.text_check import text_notes
from jmedlora.models.base_model import load_tokenizer
from jmedlora.models.model_folder import check_model, is_adapter


def _add_check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="what to check")
    parser.add_argument(
        "--for",
        dest="use",
        choices=["exam", "train", "pretrain"],
        help="its use (default: the recipe's, or an exam)",
    )
    parser.add_argument(
        "--recipe", type=Path, metavar="YML", help="the recipe that will train on it"
    )
    parser.add_argument(
        "--tokenizer",
        metavar="DIR",
        help="a model folder to take the tokenizer from, in place of the recipe's base_model",
    )


def _add_check_model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="a model or adapter")


def _check_model(args: argparse.Namespace) -> int:
    faulty = 0
    for folder in args.folders:
        faults = check_model(folder)
        faulty += bool(faults)
        print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
        if not faults:
            kind = "a LoRA adapter" if is_adapter(folder) else "a model"
            print(f"{folder}: {kind}, no fault")
    return 1 if faulty else 0


def _check(args: argparse.Namespace) -> int:
    plan = read_recipe(args.recipe) if args.recipe else None
    use: Kind | Literal["exam"] = args.use or (plan.kind if plan else "exam")
    if plan and plan.kind != use:
        raise UserError(f"{args.recipe} trains on --for {plan.kind}, not on --for {use}")
    if args.tokenizer and not plan:
        raise UserError("--tokenizer needs --recipe, whose lengths are counted with it")
    look = _exam_report if use == "exam" else _training_report(use, plan, args.tokenizer)
    faulty = 0
    for path in args.files:
        try:
            print(*look(path), sep="\n")
        except FileError as error:
            faulty += 1
            print(*error.faults, sep="\n", file=sys.stderr)
    return 1 if faulty else 0


def _exam_report(path: Path) -> list[str]:
    from jmedlora.exams.left_out import left_out_lines  # needs the scores, which load slowly

    examination = own_examination(path)
    if any(each.images for each in examination.questions):
        check_images(examination.questions, ImageFolder(path.parent))
    described = ", and its description" if examination.description else ""
    left_out = [f"  {line}" for line in left_out_lines(examination.questions)]
    notes = text_notes(examination.questions)
    more = [f"  … and {len(notes) - SHOWN} more"] if len(notes) > SHOWN else []
    told = [f"  {printable(note)}" for note in notes[:SHOWN]] + more
    return [
        f"{path}{described}: {counted(len(examination.questions), 'question')}, no fault",
        *left_out,
        *told,
    ]


def _training_report(
    use: Kind, plan: DataPlan | None, tokenizer_from: str | None
) -> Callable[[Path], list[str]]:
    """What to print of a training file: with a recipe's plan, also what it would cut."""
    tokenizer = load_tokenizer(tokenizer_from or plan.base_model) if plan else None

    def report(path: Path) -> list[str]:
        file = read_training_file(path, use)
        lines = [f"{path}: {len(file.records)} records, no fault"]
        if plan is None:
            return [*lines, "  add --recipe to count what training would cut"]
        rows = recipe_rows(file, plan)
        said = length_lines(rows, check_lengths(rows, plan, tokenizer), plan)
        said += thinking_lines(rows, plan, tokenizer)
        return lines + [f"  {line}" for line in said]

    return report


CHECK = Command(
    name="check",
    text="Check files of your own and print every fault: file, line, value, remedy. Without "
    "--for it is an exam (.jsonl or .csv), with the description beside it. With --for it "
    "is training records or pretraining texts (.jsonl). --recipe counts what training "
    "would cut.",
    options=_add_check_options,
    run=_check,
    example="jmed-data check --for train data/train.jsonl --recipe recipes/opencalm7b.yml",
    sections={
        "reads": "an exam: problem_id, question, choices, answer (docs/tasks.md, Your own "
        "exam), and beside exam.jsonl its description, exam.yaml\ntraining records: instruction, "
        "output, input where there is one, or messages; pretraining: text (recipes/README.md, "
        "Data)\nwith --recipe: its limits, and the tokenizer of its base_model",
        "writes": "nothing; faults go to standard error, one a line",
    },
    status=FAULTS,
    see="jmed-data describe, jmed-data overlap",
)
CHECK_MODEL = Command(
    name="check-model",
    text="Check before a long run that a folder holds a complete model or LoRA adapter: "
    "configuration, tokenizer, safetensors of full length, no pickle, no code of its own. It "
    "loads nothing.",
    options=_add_check_model_options,
    run=_check_model,
    example="jmed-data check-model models/open-calm-7b outputs/opencalm7b-1000",
    sections={
        "reads": "the files' names, sizes and headers",
        "writes": "nothing; faults go to standard error, one a line",
    },
    status=FAULTS,
    see="recipes/README.md, Base models",
)
