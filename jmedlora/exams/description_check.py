"""Whether the description of an examination fits its questions."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from jmedlora.core.errors import Fault
from jmedlora.exams.description import Description, PassLine, described
from jmedlora.exams.schema import Question


def check_description(
    description: Description, questions: Sequence[Question], path: Path
) -> list[Fault]:
    """What of ``description``, which stands in ``path``, does not fit the whole ``questions``."""
    faults = []
    ids = {each.problem_id for each in questions}
    for field, named in _named(description):
        for name in sorted(set(named) - ids):
            faults.append(Fault(path, None, name, f"{field} names no question", "correct the id"))
    sections = {each.section for each in questions}
    for section in sorted(set(description.points) - sections):
        what = f"points has the section '{section}', which no question has"
        faults.append(Fault(path, None, None, what, _known(sections)))
    rated = described(questions, description)
    for name, line in description.lines.items():
        faults += _line_faults(path, name, line, sections, rated)
    return faults


def _line_faults(
    path: Path, name: str, line: PassLine, sections: set[str], rated: Sequence[Question]
) -> Iterator[Fault]:
    for section in sorted(set(line.sections) - sections):
        what = f"line '{name}' has the section '{section}', which no question has"
        yield Fault(path, None, None, what, _known(sections))
    most = sum(each.points for each in rated if each.section in line.sections)
    if line.points is not None and line.points != most:
        what = f"line '{name}' has {line.points:g} points, its questions have {most:g}"
        yield Fault(path, None, None, what, "correct either, or leave the line's points out")
    if line.pass_from is not None and line.pass_from > most:
        what = f"line '{name}' passes from {line.pass_from:g} points on, of {most:g} that there are"
        yield Fault(path, None, None, what, "give at most so many")


def _known(sections: set[str]) -> str:
    return f"the questions have the sections {', '.join(map(repr, sorted(sections)))}"


def _named(description: Description) -> Iterator[tuple[str, Iterable[str]]]:
    yield "struck_out", description.struck_out
    yield "every_answer_right", description.every_answer_right
    yield "several_answers", description.several_answers
