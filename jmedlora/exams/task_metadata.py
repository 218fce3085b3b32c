"""What a user gives a task in ``--metadata``, checked; lm-eval passes it on as it is."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from jmedlora.core.errors import UserError


def check_options(given: Mapping[str, Any], others: Iterable[str]) -> None:
    """Raises UserError for an option of the wrong type, and for a slip in an option's name.

    given: the options (file, examples, allow_truncation …) with their values, None where not given.
    others: the names of everything else that came with them, such as the model's arguments.
    """
    for name in ("file", "examples", "exclude"):
        if given[name] is not None and not isinstance(given[name], str):
            raise UserError(f"{name}={given[name]}: give the path of one file")
    if not isinstance(given["allow_truncation"], bool):
        raise UserError(f"allow_truncation={given['allow_truncation']}: give true or false")
    for name in others:
        if close := _close(name.lower(), given):
            raise UserError(f"--metadata has '{name}': did you mean '{close}'?")


def _close(name: str, known: Iterable[str]) -> str | None:
    """The option that ``name`` is a slip of; the other command's "exclude_list" is one."""
    if name.startswith("exclu"):
        return "exclude"
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.75)), None)


def checked_years(year: Any, only_year: int | None) -> list[int]:
    """The years that ``year`` (one or a list) selects; [] for all. Raises UserError."""
    years = [] if year is None else year if isinstance(year, list) else [year]
    if not all(map(_is_whole, years)) or (year is not None and not years):
        raise UserError(f"year={year}: give a year or a list of years, such as [2021, 2022]")
    if only_year and years and years != [only_year]:
        raise UserError(f"year={year}: this task asks {only_year} alone; use the task igakuqa")
    return [only_year] if only_year else list(dict.fromkeys(years))


def checked_seed(seed: Any, *, shuffled: bool) -> int | None:
    """The seed that orders the choices (default 0), None for a task that does not shuffle them.

    Raises UserError for such a task that is given one, and for what is no whole number from 0 on.
    """
    if not shuffled and seed is not None:
        tasks = "igakuqa_shuffled or jjsimqa_shuffled"
        raise UserError(f"shuffle_seed={seed}: this task shuffles no choices; use {tasks}")
    if seed is not None and not (_is_whole(seed) and seed >= 0):
        raise UserError(f"shuffle_seed={seed}: give a whole number from 0 on, such as 1")
    return (seed or 0) if shuffled else None


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
