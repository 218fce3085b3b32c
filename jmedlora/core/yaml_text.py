"""Reading YAML that a user wrote: plain values only, in bounded time and memory.

An alias (``*name``) stands for what it names, and a merge key (``<<``) for all its pairs: a few
lines of them can stand for more than any memory holds. So they are counted before they are read.
A key that stands twice in one mapping is refused: PyYAML would keep the last without a word.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from jmedlora.core.regular_file import open_regular

LARGEST = 1 << 18
"""Bytes of a file at most; the slowest take PyYAML about 5 s."""
MERGE = "tag:yaml.org,2002:merge"
MOST_VALUES = 200_000
"""So many values, keys included, at most, with every alias written out."""


class NotYamlError(Exception):
    """What is read is not usable YAML; the text says why. line: 1-based, None where unknown."""

    def __init__(self, why: str, line: int | None = None) -> None:
        super().__init__(why)
        self.line = line


def read_yaml(path: Path) -> Any:
    """The value in ``path``, of plain types. Raises OSError and NotYamlError."""
    return value_of(read_nodes(path))


def read_nodes(path: Path) -> yaml.Node | None:
    """The nodes that ``path`` is written in; None for an empty one. Raises as read_yaml does."""
    with open_regular(path) as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise NotYamlError(f"it is longer than {LARGEST >> 10} KiB")
    try:
        root = yaml.compose(raw.decode(), yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise _not_yaml(error) from error
    if root is not None and _size(root, {}) > MOST_VALUES:
        raise NotYamlError(f"with its aliases written out it has over {MOST_VALUES:,} values")
    return root


def value_of(root: yaml.Node | None) -> Any:
    """The value of ``root``, which read_nodes gave. Raises NotYamlError."""
    try:
        return None if root is None else yaml.SafeLoader("").construct_document(root)
    # The library lets pass what Python says to a number, a date or a tagged text that cannot be.
    except (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError,
            RecursionError) as error:  # fmt: skip
        raise _not_yaml(error) from error


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """How many values ``node`` stands for; known: of nodes by id, 0 while they are counted."""
    if id(node) in known:
        if not known[id(node)]:
            raise NotYamlError("an alias stands inside of what it names", _line(node))
        return known[id(node)]
    known[id(node)] = 0
    known[id(node)] = 1 + sum(_size(each, known) for each in _parts(node))
    return known[id(node)]


def _parts(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        _refuse_repeated_keys(node)
        for pair in node.value:
            yield from pair


def _refuse_repeated_keys(mapping: yaml.MappingNode) -> None:
    seen: set[tuple[str, str]] = set()
    for key, _ in mapping.value:
        if isinstance(key, yaml.ScalarNode) and key.tag != MERGE:
            if (key.tag, key.value) in seen:
                raise NotYamlError(f"'{key.value}' stands twice", _line(key))
            seen.add((key.tag, key.value))


def _line(node: yaml.Node) -> int | None:
    return node.start_mark.line + 1 if node.start_mark else None


def _not_yaml(error: Exception) -> NotYamlError:
    mark = getattr(error, "problem_mark", None)
    return NotYamlError(" ".join(str(error).split()), mark.line + 1 if mark else None)
