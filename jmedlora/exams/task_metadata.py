"""What a user gives a task in ``--metadata``, checked; lm-eval passes it on as it is."""

import difflib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.core.errors import UserError
from jmedlora.core.number_checks import is_whole


@dataclass(frozen=True, slots=True)
class TaskMetadata:
    """What came with a task.

    years: only these; () for all. file, examples, exclude: paths, None where not given.
    shuffle_seed: what permutes the choices, None where they stand as published. allow_truncation:
    whether lm-eval may cut prompts. model_args: all the rest, the model's own arguments.
    """

    years: tuple[int, ...]
    file: str | None
    examples: str | None
    exclude: str | None
    shuffle_seed: int | None
    allow_truncation: bool
    model_args: Mapping[str, Any]


OPTIONS = ("year", "file", "examples", "exclude", "shuffle_seed", "allow_truncation")
"""What a user may give."""


def read_metadata(
    given: Mapping[str, Any], *, shuffled: bool, only_year: int | None
) -> TaskMetadata:
    """The metadata ``given`` to a task that permutes the choices (``shuffled``) or asks one year.

    Raises UserError for an option of the wrong type, and for a slip in an option's name.
    """
    model_args = {name: value for name, value in given.items() if name not in OPTIONS}
    for name in model_args:
        if close := _close(name.lower(), OPTIONS):
            raise UserError(f"--metadata has '{name}': did you mean '{close}'?")
    file, examples, exclude = (_path(given, name) for name in ("file", "examples", "exclude"))
    allow_truncation = given.get("allow_truncation", False)
    if not isinstance(allow_truncation, bool):
        raise UserError(f"allow_truncation={allow_truncation}: give true or false")
    return TaskMetadata(
        years=tuple(_years(given.get("year"), only_year)),
        file=file,
        examples=examples,
        exclude=exclude,
        shuffle_seed=_seed(given.get("shuffle_seed"), shuffled=shuffled),
        allow_truncation=allow_truncation,
        model_args=model_args,
    )


def _path(given: Mapping[str, Any], name: str) -> str | None:
    """A path of a file, with ``~`` written out; None where it is not given."""
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, str) and value and "\0" not in value:
        # It may name a user whom this machine does not know, or hold half a surrogate pair.
        with suppress(RuntimeError, UnicodeEncodeError):
            os.fsencode(value)
            return str(Path(value).expanduser())
    raise UserError(f"{name}={value!r}: give the path of one file")


def _close(name: str, known: Iterable[str]) -> str | None:
    """The option that ``name`` is a slip of; the other command's "exclude_list" is one."""
    if name.startswith("exclu"):
        return "exclude"
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.75)), None)


def _years(year: Any, only_year: int | None) -> list[int]:
    """The years that ``year`` (one or a list) selects; [] for all. Raises UserError."""
    years = [] if year is None else year if isinstance(year, list) else [year]
    if not all(map(is_whole, years)) or (year is not None and not years):
        raise UserError(f"year={year}: give a year or a list of years, such as [2021, 2022]")
    if only_year and years and years != [only_year]:
        raise UserError(f"year={year}: this task asks {only_year} alone; use the task igakuqa")
    return [only_year] if only_year else list(dict.fromkeys(years))


def _seed(seed: Any, *, shuffled: bool) -> int | None:
    """The seed that orders the choices (default 0), None for a task that does not shuffle them.

    Raises UserError for such a task that is given one, and for what is no whole number from 0 on.
    """
    if not shuffled and seed is not None:
        tasks = "igakuqa_shuffled or jjsimqa_shuffled"
        raise UserError(f"shuffle_seed={seed}: this task shuffles no choices; use {tasks}")
    if seed is not None and not (is_whole(seed) and seed >= 0):
        raise UserError(f"shuffle_seed={seed}: give a whole number from 0 on, such as 1")
    return (seed or 0) if shuffled else None
