"""Which questions belong to one case (連問): their answers are not independent of each other."""

import re
from collections.abc import Hashable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path

import numpy as np

from jmedlora.core.errors import FileError
from jmedlora.exams.cache import MissingDataError, locate
from jmedlora.exams.documents import Document
from jmedlora.exams.readers.igakuqa_cases import case_of
from jmedlora.exams.readers.igakuqa_whole import read_questions
from jmedlora.report.compare.statistics import Clusters

IGAKUQA = re.compile(r"(?P<section>11[2-6][A-F])(?P<number>[0-9]{1,3})")


def case_clusters(docs: Sequence[Document]) -> Clusters | None:
    """The cluster of each of ``docs``: its case, or itself alone. None where no two share a case.

    A chat document holds its case, but for the first question of an IgakuQA series, whose text does
    so. IgakuQA's published documents hold none: which of them are follow-ups is looked up in the
    exam on this machine, and not known where that is not here.
    """
    numbers: dict[Hashable, int] = {}
    found = [numbers.setdefault(key, len(numbers)) for key in _keys(docs)]
    return np.array(found, dtype=np.intp) if len(numbers) < len(found) else None


def _keys(docs: Sequence[Document]) -> Iterator[Hashable]:
    """The same for the questions of one case, another for every other question."""
    cases = {doc["case"] for doc in docs if isinstance(doc.get("case"), str)} - {""}
    names = [IGAKUQA.fullmatch(str(doc.get("problem_id"))) for doc in docs]
    follow_ups = _follow_ups_here() if any(names) and not cases else frozenset()
    for place, (doc, name) in enumerate(zip(docs, names, strict=True)):
        case = doc.get("case") or (case_of(str(doc.get("question"))) if cases else "")
        if case in cases:
            yield "case", case
        elif name:
            yield _first_of(name, follow_ups)
        else:
            yield place


def _first_of(name: re.Match[str], follow_ups: AbstractSet[str]) -> str:
    """The first question of the series: the follow-ups stand right behind it."""
    number = int(name["number"])
    while f"{name['section']}{number}" in follow_ups:
        number -= 1
    return f"{name['section']}{number}"


def _follow_ups_here() -> frozenset[str]:
    """The ids of IgakuQA's follow-ups, as far as the exam is on this machine and can be read."""
    try:
        return _follow_ups(locate("igakuqa").root)
    except (MissingDataError, FileError):
        return frozenset()


@cache
def _follow_ups(root: Path) -> frozenset[str]:
    return frozenset(each.problem_id for each in read_questions(root) if each.case)
