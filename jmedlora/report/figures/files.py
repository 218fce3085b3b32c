"""Which scores are drawn, in what language, and into which files."""

import sys
from collections import Counter
from pathlib import Path

from jmedlora.core.atomic_write import write_file
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.report.compare.chosen_scores import named
from jmedlora.report.compare.table import Table
from jmedlora.report.figures.captions import WORDS, Words
from jmedlora.report.figures.curves import Picture, labels

SHOWN = 10
"""Characters that a message names, of those that no font has."""
SCORES = tuple(score for protocol in PROTOCOLS.values() for score in protocol.scores)
"""Drawn unless --metric says otherwise: the scores of this project's tasks."""


def chosen_metrics(table: Table, given: list[str] | None) -> set[str]:
    """The metrics to draw. Raises UserError for one that these runs do not have."""
    if not given:
        return set(SCORES)
    return named((row.metric for each in table.sections for row in each.rows), given)


def write_pictures(drawn: list[Picture], language: str, folder: Path) -> None:
    """Writes each picture as PNG and SVG into ``folder``, and prints where."""
    from jmedlora.report.figures.drawing import file_stem, looks, render

    words, families = _language(drawn, language)
    styles = looks(labels(drawn))
    used: Counter[str] = Counter()
    for picture in drawn:
        stem = file_stem(picture)
        used[stem.casefold()] += 1
        again = used[stem.casefold()]  # two exams may differ only in what a file name cannot hold
        for suffix, content in render(picture, styles, words, families).items():
            path = folder / f"{stem}{f'-{again}' if again > 1 else ''}.{suffix}"
            write_file(path, content)
            print(path)


def families_of(text: str) -> list[str]:
    """The fonts that can write ``text``; says which characters none has."""
    from jmedlora.report.figures.fonts import DEFAULT, families, missing

    if found := families(text):
        return found
    _say_missing(missing(text), "they are shown as boxes")
    return [DEFAULT]


def _language(drawn: list[Picture], language: str) -> tuple[Words, list[str]]:
    """The words, and the fonts that can write them; English ones where none writes Japanese."""
    from jmedlora.report.figures.drawing import texts
    from jmedlora.report.figures.fonts import families, missing

    if language == "ja":
        text = "".join(texts(picture, WORDS["ja"]) for picture in drawn)
        if found := families(text):
            return WORDS["ja"], found
        _say_missing(missing(text), "labels are in English")
    return WORDS["en"], families_of("".join(texts(picture, WORDS["en"]) for picture in drawn))


def _say_missing(characters: str, what: str) -> None:
    print(
        f"jmed-report: no installed font has the characters {characters[:SHOWN]}: {what}; "
        "install one, such as the package fonts-noto-cjk",
        file=sys.stderr,
    )
