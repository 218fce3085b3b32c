"""Which scores are drawn, in what language, and into which files."""

import sys
from collections import Counter
from pathlib import Path

from jmedlora.core.atomic_write import write_file
from jmedlora.core.errors import UserError
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.report.compare.table import Table
from jmedlora.report.figures.captions import WORDS, Words
from jmedlora.report.figures.curves import Picture, labels

SHOWN = 10
"""Characters that a message names, of those that no font has."""
SCORES = tuple(score for protocol in PROTOCOLS.values() for score in protocol.scores)
"""Drawn unless --metric says otherwise: the scores of this project's tasks."""


def chosen_metrics(table: Table, given: list[str] | None) -> set[str]:
    """The metrics to draw. Raises UserError for one that these runs do not have."""
    known = {row.metric.removesuffix(",none"): row.metric for s in table.sections for row in s.rows}
    for name in given or ():
        if name not in known:
            raise UserError(
                f"--metric {name}: no such score in these runs; they have {', '.join(known)}"
            )
    return {known[name] for name in given} if given else set(SCORES)


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


def _language(drawn: list[Picture], language: str) -> tuple[Words, list[str]]:
    """The words, and the fonts that can write them; English ones where none writes Japanese."""
    from jmedlora.report.figures.drawing import texts
    from jmedlora.report.figures.fonts import DEFAULT, families, missing

    for name in dict.fromkeys((language, "en")):
        words = WORDS[name]
        text = "".join(texts(picture, words) for picture in drawn)
        if found := families(text):
            return words, found
        what = "labels are in English" if name == "ja" else "they are shown as boxes"
        print(
            f"jmed-report: no installed font has the characters {missing(text)[:SHOWN]}: {what}; "
            "install one, such as the package fonts-noto-cjk",
            file=sys.stderr,
        )
    return words, [DEFAULT]
