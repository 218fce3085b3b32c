"""What pins the code by which a run was scored: the package's own, and the functions of a task."""

import hashlib
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

SCORING = {
    "jmed_metrics": None,
    "jmedlora.exams": ("protocols", "chat_answers.py", "shuffle.py", "whole_responses.py"),
}
"""The packages that score, and which parts of them; None: all."""


@cache
def scoring_code_hash() -> str:
    """SHA-256 (64 hex digits) over the source files that read and score an answer.

    The same on every machine: over names and texts, with line ends as on Unix.
    """
    digest = hashlib.sha256()
    for package, parts in SCORING.items():
        for name, file in sorted(_sources(package, parts)):
            text = file.read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"{name}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()


def filter_hash(task: Any) -> str | None:
    """SHA-256 over the source of the functions among a task's filters; None if it has none.

    task: lm-eval's. Its results show only the names of these functions.
    """
    given = getattr(task.config, "filter_list", None) or []
    steps = [step for each in given for step in each["filter"]]
    functions = [value for step in steps for value in step.values() if callable(value)]
    if not functions:
        return None
    return hashlib.sha256("\0".join(map(_source, functions)).encode()).hexdigest()


def _source(function: Callable[..., Any]) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):  # made without a file
        return repr(type(function))


def _sources(package: str, parts: tuple[str, ...] | None) -> Iterator[tuple[str, Traversable]]:
    for each in files(package).iterdir():
        if parts is None or each.name in parts:
            yield from _below(f"{package}/{each.name}", each)


def _below(name: str, place: Traversable) -> Iterator[tuple[str, Traversable]]:
    if place.is_dir():
        for each in place.iterdir():
            yield from _below(f"{name}/{each.name}", each)
    elif name.endswith(".py"):
        yield name, place
