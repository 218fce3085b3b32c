"""The other harness tasks of a run, and the groups that lm-eval pooled them in."""

from collections.abc import Iterator, Mapping
from typing import Any

from jmedlora.report.load.runs import Run


def other_tasks(run: Run) -> Iterator[tuple[str, list[str]]]:
    """Other harness tasks of a run: each outermost group with its tasks, then those in none."""
    results, members = run.content["results"], _members(run)
    logged = set(run.content["n-samples"]) - {result.task for result in run.ours}
    inner = {child for children in members.values() for child in children}
    grouped: set[str] = set()
    for name in sorted(set(members) - inner):
        leaves = sorted(_leaves(name, members))
        if leaves and set(leaves) <= logged and isinstance(results.get(name), dict):
            grouped.update(leaves)
            yield name, leaves
    for name in sorted(logged - grouped):
        yield name, [name]


def _members(run: Run) -> dict[str, list[str]]:
    """The children of each group; lm-eval also lists tasks, without any."""
    tables = run.content.get("group_subtasks")
    found = tables.items() if isinstance(tables, dict) else ()
    named = {name: _names(children) for name, children in found}
    return {name: children for name, children in named.items() if children}


def _names(children: Any) -> list[str]:
    return (
        [each for each in children if isinstance(each, str)] if isinstance(children, list) else []
    )


def _leaves(
    name: str, members: Mapping[str, list[str]], above: frozenset[str] = frozenset()
) -> list[str]:
    """The tasks below a group; a group that contains itself has none."""
    if name in above:
        return []
    children, here = members.get(name), above | {name}
    if not children:
        return [name]
    return [leaf for child in children for leaf in _leaves(child, members, here)]
