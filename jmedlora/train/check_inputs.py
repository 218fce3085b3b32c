"""The base model and the data of a recipe: checked before the run, and given to Axolotl."""

from pathlib import Path
from typing import Any

from jmedlora.core.errors import FileError
from jmedlora.data.dataset import TrainingFile, read_training_file, write_parquet
from jmedlora.data.recipe import DataPlan
from jmedlora.data.recipe_rows import recipe_rows, row_fields
from jmedlora.data.token_lengths import check_lengths, length_lines, thinking_lines
from jmedlora.models.base_model import base_model_faults, load_tokenizer
from jmedlora.train.abort import print_once, rank


def check_inputs(cfg: Any, plan: DataPlan) -> list[TrainingFile]:
    """The recipe's files, trained ones first, after base model and data were found faultless."""
    if faults := base_model_faults(plan.base_model):
        raise FileError(faults)
    paths = (*plan.training_files, *plan.evaluation_files)
    files = [read_training_file(path, plan.kind) for path in paths]
    tokenizer = load_tokenizer(cfg.get("tokenizer_config") or plan.base_model)
    if rank() == 0:
        for file in files:
            _print_lengths(file, plan, tokenizer)
    return files


def _print_lengths(file: TrainingFile, plan: DataPlan, tokenizer: Any) -> None:
    rows = recipe_rows(file, plan)
    print_once(f"{file.path}: {len(file.records)} records")
    lines = length_lines(rows, check_lengths(rows, plan, tokenizer), plan)
    for line in [*lines, *thinking_lines(rows, plan, tokenizer)]:
        print_once(f"  {line}")


def use_typed_copies(cfg: Any, files: list[TrainingFile], plan: DataPlan) -> None:
    """Has Axolotl read a typed copy of the checked data: the rows that ``plan`` makes of it.

    From JSON Lines the datasets library guesses the fields' types: it turns texts that look like
    dates into dates, and fails where a field is first seen late in a large file.
    """
    folder = Path(cfg["dataset_prepared_path"]) / "typed"
    every = [*cfg["datasets"], *(cfg.get("test_datasets") or [])]
    for number, (dataset, file) in enumerate(zip(every, files, strict=True)):
        copy = folder / f"{number}-{file.path.stem}.parquet"  # names may repeat
        write_parquet(recipe_rows(file, plan), row_fields(plan), copy)
        dataset["path"], dataset["ds_type"] = str(copy), "parquet"
