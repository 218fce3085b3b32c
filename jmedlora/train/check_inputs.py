"""The base model and the data of a recipe: checked before the run, and given to Axolotl."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from jmedlora.core.display import counted
from jmedlora.core.errors import Fault, FileError
from jmedlora.data.dataset import TrainingFile, read_training_file, write_parquet
from jmedlora.data.personal.report_file import warning_of
from jmedlora.data.recipe import DataPlan
from jmedlora.data.recipe_rows import recipe_rows, row_fields
from jmedlora.data.token_lengths import (
    TokenLengths,
    check_lengths,
    length_lines,
    rows_of_text,
    thinking_lines,
)
from jmedlora.models.base_model import base_model_faults, load_tokenizer
from jmedlora.train.abort import is_first_on_machine, print_once, world_size


def check_inputs(cfg: Any, plan: DataPlan) -> list[TrainingFile]:
    """The recipe's files, trained ones first, after base model and data were found faultless.

    The rows are tokenized by the first process of each machine alone, which says what is wrong, and
    which file has no report that personal data was looked for in it.
    """
    if faults := base_model_faults(plan.base_model):
        raise FileError(faults)
    paths = (*plan.training_files, *plan.evaluation_files)
    files = [read_training_file(path, plan.kind) for path in paths]
    tokenizer = load_tokenizer(cfg.get("tokenizer_config") or plan.base_model)
    if is_first_on_machine():  # each machine has a copy of its own, and a terminal
        for file in files:
            rows = recipe_rows(file, plan)
            lengths = check_lengths(rows, plan, tokenizer)
            print_once(f"{file.path}: {len(file.records)} records")
            lines = length_lines(rows, lengths, plan) + thinking_lines(rows, plan, tokenizer)
            lines += filter(None, [warning_of(file.path, file.sha256)])
            for line in lines:
                print_once(f"  {line}")
            if plan.sample_packing and file.path in plan.evaluation_files:
                _check_evaluation_rows(file, _unpacked_rows(lengths, plan), cfg)
    return files


def _unpacked_rows(lengths: TokenLengths, plan: DataPlan) -> int:
    """The rows of a file that is not packed."""
    if plan.kind == "pretrain":
        return sum(rows_of_text(length, plan) for length in lengths.lengths)
    return lengths.records - lengths.left_out


def _check_evaluation_rows(file: TrainingFile, rows: int, cfg: Any) -> None:
    """Says how many of ``rows`` Axolotl will leave out. Raises FileError if that is all of them.

    With sample_packing it evaluates in whole batches only, as many on each process.
    """
    at_once = int(cfg.get("eval_batch_size") or cfg["micro_batch_size"]) * world_size()
    if rows < at_once:
        what = f"makes {counted(rows, 'row')}, fewer than the {at_once} that are evaluated at once"
        remedy = "add texts, or lower eval_batch_size: none would be evaluated"
        raise FileError([Fault(file.path, None, None, what, remedy)])
    if left_out := rows % at_once:
        print_once(f"  not evaluated: {left_out} of {rows} rows, a rest of less than {at_once}")


def use_typed_copies(cfg: Any, files: list[TrainingFile], plan: DataPlan) -> None:
    """Has Axolotl read a typed copy of the checked data: the rows that ``plan`` makes of it.

    From JSON Lines the datasets library guesses the fields' types: it turns texts that look like
    dates into dates, and fails where a field is first seen late in a large file. The copy is in an
    order that ``seed`` draws where Axolotl would keep that of the file (curriculum_sampling).
    """
    folder = Path(cfg["dataset_prepared_path"]) / "typed"
    seed = int(cfg.get("seed") or 0)
    every = [*cfg["datasets"], *(cfg.get("test_datasets") or [])]
    for number, (dataset, file) in enumerate(zip(every, files, strict=True)):
        copy = folder / f"{number}-{file.path.stem}.parquet"  # names may repeat
        rows = recipe_rows(file, plan)
        rows = _shuffled(rows, seed) if cfg.get("curriculum_sampling") else rows
        write_parquet(rows, row_fields(plan), copy)
        dataset["path"], dataset["ds_type"] = str(copy), "parquet"


def _shuffled(file: TrainingFile, seed: int) -> TrainingFile:
    records = random.Random(seed).sample(file.records, len(file.records))  # noqa: S311
    return replace(file, records=records)
