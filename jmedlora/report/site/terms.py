"""Whose the exams on the page are, and whether their texts may be passed on."""

from collections.abc import Iterable

from jmedlora.exams.manifest import read_manifest

SOURCES = {"igakuqa_en": "igakuqa", "igakuqa_exam": "igakuqa"}
"""By exam: the source of its questions, where that is called otherwise."""
OURS = ("jmed_sample", "jmed_treatment")
"""Exams made by this project, under its own licence."""
LEFT_OUT = (
    "This page holds no text of questions, choices or answers: it was made with --without-texts."
)
HELD = (
    "This page holds texts of the exams below. Mind their terms before you show it or pass it on; "
    "the same page made with --without-texts holds none."
)
OWN = "{}: your own questions. Decide yourself who may see them, and the answers to them."


def terms(exams: Iterable[str], *, with_texts: bool) -> list[str]:
    """What stands on top of the page: the texts that it holds, and the terms of each exam."""
    names = dict.fromkeys(SOURCES.get(each, each) for each in exams if each not in OURS)
    if not with_texts:
        return [LEFT_OUT]
    return [HELD, *map(_terms, names)] if names else []


def _terms(exam: str) -> str:
    source = read_manifest().get(exam)
    return source.notice if source else OWN.format(exam)
