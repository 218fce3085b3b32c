"""What ``jmed-report exam --out`` writes: the report, its pictures, and every differing answer."""

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from jmedlora.core.atomic_write import dump, write_file

if TYPE_CHECKING:
    from jmedlora.report.exam.verdict import ExamResult
    from jmedlora.report.figures.pass_lines import ExamRow
    from jmedlora.report.render.plain_sheet import PlainSheet

DIFFERING = "exam-differing.csv"
IN_WORDS = "{}: points and pass lines. Their numbers stand in the table above."


def write_exam_folder(
    folder: Path, results: "Sequence[ExamResult]", shown: "Sequence[PlainSheet]"
) -> None:
    """Writes the report of ``results``, whose tables are ``shown``, and says which files."""
    from jmedlora.report.exam.differing_rules import differing_csv
    from jmedlora.report.render.plain_sheet import markdown, page

    drawn = list(_pictures(results))
    files: dict[str, str | bytes] = {
        "exam.html": page(shown, [(IN_WORDS.format(title), svg) for title, _, svg, _ in drawn]),
        "exam.md": markdown(shown),
        "exam.json": dump([each.as_record() for each in results]),
    }
    if differing := differing_csv(results):
        files[DIFFERING] = differing
    for _, stem, svg, png in drawn:
        files |= {f"{stem}.svg": svg, f"{stem}.png": png}
    for name, content in files.items():
        write_file(folder / name, content)
    print(f"jmed-report: written: {', '.join(files)} in {folder}", file=sys.stderr)


def _pictures(results: "Sequence[ExamResult]") -> Iterator[tuple[str, str, bytes, bytes]]:
    """The title, the file's stem, the SVG and the PNG of each picture; none without matplotlib.

    All examinations of one model are one picture; else each examination is one.
    """
    try:
        from jmedlora.report.figures.files import families_of
        from jmedlora.report.figures.pass_lines import pass_lines_figure, texts
        from jmedlora.report.figures.printing import printed, safe_name
    except ImportError:
        what = "no picture is drawn: it needs matplotlib; run: pip install 'jmedlora[report]'"
        print(f"jmed-report: {what}", file=sys.stderr)
        return
    for title, examination, group in _groups([each for each in results if each.lines]):
        rows = [_row(each, by_model=bool(examination)) for each in group]
        draw = partial(pass_lines_figure, title, rows)
        files = printed(draw, families_of(texts(title, rows)))
        stem = "-".join(filter(None, ["exam-lines", safe_name(examination)]))
        yield title, stem, files["svg"], files["png"]


def _groups(
    results: "Sequence[ExamResult]",
) -> "Iterator[tuple[str, str, Sequence[ExamResult]]]":
    """A title, the examination ("" for all of one model), and what one picture shows."""
    from jmedlora.report.render.plain_sheet import name

    if len({each.model for each in results}) == 1:
        yield name(results[0].model) or "Examination", "", results
        return
    for examination, group in groupby(results, key=lambda each: each.examination.name):
        yield name(examination), examination, list(group)


def _row(result: "ExamResult", *, by_model: bool) -> "ExamRow":
    """The row of a model, or else of a year."""
    from jmedlora.report.exam.leaderboard import model_name, verdict_in_words
    from jmedlora.report.figures.pass_lines import FORBIDDEN, ExamRow, Reached
    from jmedlora.report.render.plain_sheet import name

    reached = {}
    for line, found in result.lines.items():
        chance = result.chances.lines.get(line)
        low, high = chance.interval if chance else (None, None)
        reached[name(line)] = Reached(found.points, found.most, found.line.pass_from, low, high)
    description = result.examination.description
    if result.forbidden is not None and description and description.most_forbidden is not None:
        most = description.most_forbidden
        reached[FORBIDDEN] = Reached(
            result.forbidden, max(result.forbidden, most), most, at_most=True
        )
    label = model_name(result) if by_model else name(result.examination.name)
    return ExamRow(label, reached, verdict_in_words(result))
