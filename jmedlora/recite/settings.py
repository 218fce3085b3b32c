"""What a user gives the recite tasks in ``--metadata``, checked; lm-eval passes it on as it is."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmed_metrics.recitation import CHARACTERS
from jmedlora.core.errors import UserError
from jmedlora.core.number_checks import is_whole
from jmedlora.data.recipe import DataPlan, read_recipe

RECORDS = 200
"""So many of each file are asked, where it has more: a rate of 1 in 100 is then seen in 87 %."""
GIVEN = 50
"""Characters of a text without a prompt that are given."""
MOST = 10**6
OPTIONS = ("recipe", "train", "held_out", "canaries", "records", "given", "characters", "seed")
"""What a user may give."""
EXAMPLE = '--metadata \'{"recipe": "recipes/opencalm7b.yml", "held_out": "data/eval.jsonl"}\''


@dataclass(frozen=True, slots=True)
class ReciteSettings:
    """What is asked.

    recipe, plan: the file, and what it says, as how records are put. train, held_out: files.
    canaries: the manifest, None where it is not given. records: of each part at most. given:
    characters of the answer that stand in the prompt. characters: of a continuation that are
    compared. seed: of the draw.
    """

    recipe: Path
    plan: DataPlan
    train: tuple[Path, ...]
    held_out: tuple[Path, ...]
    canaries: Path | None
    records: int
    given: int
    characters: int
    seed: int


def read_settings(given: Mapping[str, Any]) -> ReciteSettings:
    """The settings in ``given``, in which the model's own arguments stand, too.

    Raises UserError for what is missing, of the wrong type, or a slip in an option's name.
    """
    for name in given.keys() - set(OPTIONS):
        if close := difflib.get_close_matches(name.lower(), OPTIONS, n=1, cutoff=0.75):
            raise UserError(f"--metadata has '{name}': did you mean '{close[0]}'?")
    if "recipe" not in given:
        raise UserError(
            f"the recite tasks need the recipe that the model was trained with: {EXAMPLE}"
        )
    (recipe,) = _paths(given, "recipe", most=1)
    plan = read_recipe(recipe)
    canaries = _paths(given, "canaries", most=1) if "canaries" in given else ()
    return ReciteSettings(
        recipe=recipe,
        plan=plan,
        train=_paths(given, "train") if "train" in given else plan.training_files,
        held_out=_paths(given, "held_out") if "held_out" in given else plan.evaluation_files,
        canaries=canaries[0] if canaries else None,
        records=_number(given, "records", RECORDS, least=1),
        given=_given(given, plan),
        characters=_number(given, "characters", CHARACTERS, least=1),
        seed=_number(given, "seed", 0, least=0),
    )


def _given(given: Mapping[str, Any], plan: DataPlan) -> int:
    """A text alone has no prompt, so that some of it must be given."""
    is_text = plan.kind == "pretrain"
    return _number(given, "given", GIVEN if is_text else 0, least=int(is_text))


def _paths(given: Mapping[str, Any], name: str, most: int | None = None) -> tuple[Path, ...]:
    """One path or a list of them, with ``~`` written out. Raises UserError."""
    value = given[name]
    found = value if isinstance(value, list) else [value]
    if not found or not all(map(_is_path, found)) or (most and len(found) > most):
        wanted = "the path of one file" if most == 1 else "the path of a file, or a list of them"
        raise UserError(f"{name}={value!r}: give {wanted}")
    return tuple(map(_expanded, found))


def _is_path(value: Any) -> bool:
    """Half of a surrogate pair is no part of a file's name."""
    if not (isinstance(value, str) and value and "\0" not in value):
        return False
    return not any("\ud800" <= each <= "\udfff" for each in value)


def _expanded(value: str) -> Path:
    try:
        return Path(value).expanduser()
    except RuntimeError:  # of a user whom this machine does not know
        return Path(value)


def _number(given: Mapping[str, Any], name: str, default: int, *, least: int) -> int:
    value = given.get(name, default)
    if not is_whole(value) or not least <= value <= MOST:
        raise UserError(f"{name}={value!r}: give a whole number from {least} to {MOST:,}")
    return value


def require_files(files: Sequence[Path], name: str) -> Sequence[Path]:
    """``files``, which the option ``name`` or the recipe names. Raises UserError for none."""
    if files:
        return files
    raise UserError(f"the recipe names no file for {name}: {EXAMPLE}")
