"""The scores of groups of this project's tasks, as lm-eval pooled them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jmedlora.report.load.results import TaskResult, checked_share, checked_stderr


@dataclass(frozen=True, slots=True)
class GroupResult:
    """The scores of a group of tasks, pooled over their questions, as lm-eval computed them."""

    group: str
    members: tuple[TaskResult, ...]
    scores: Mapping[str, float]
    stderrs: Mapping[str, float | None]


def groups(results: Sequence[TaskResult]) -> list[GroupResult]:
    """The groups of one file all of whose tasks are in ``results``."""
    by_name = {result.task: result for result in results}
    tables = results[0].run.get("groups") if results else None
    subtasks = results[0].run.get("group_subtasks") if results else None
    if not isinstance(tables, dict) or not isinstance(subtasks, dict):
        return []
    found = []
    for name, row in tables.items():
        members = _members(subtasks.get(name), by_name)
        if isinstance(row, dict) and members and _are_pooled(row, members):
            found.append(_group(name, row, members))
    return found


def _members(names: Any, by_name: Mapping[str, TaskResult]) -> list[TaskResult]:
    """The results called ``names``; [] if any of them is not known."""
    known = [by_name[name] for name in names if name in by_name] if _texts(names) else []
    return known if known and len(known) == len(names) else []


def _are_pooled(row: Mapping[str, Any], members: Sequence[TaskResult]) -> bool:
    """Whether the group has scores of its own; that of another harness may pool nothing."""
    protocol = members[0].protocol
    same = all(member.protocol is protocol for member in members)
    return same and any(f"{key},none" in row for key in protocol.scores)


def _texts(names: Any) -> bool:
    return isinstance(names, list) and all(isinstance(name, str) for name in names)


def _group(name: str, row: dict[str, Any], members: Sequence[TaskResult]) -> GroupResult:
    """Its scores are those of its tasks that it pools; one protocol asks all of them."""
    path, scores = members[0].path, members[0].protocol.scores
    return GroupResult(
        group=name,
        members=tuple(members),
        scores={
            key: checked_share(path, f"groups.{name}.{key}", row.get(f"{key},none"))
            for key in scores
        },
        stderrs={key: checked_stderr(row.get(f"{key}_stderr,none")) for key in scores},
    )
