"""Whether the description of an examination fits its questions."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from jmedlora.core.errors import Fault
from jmedlora.exams.description import Description, PassLine, described, ranges_of
from jmedlora.exams.schema import Question


def check_description(
    description: Description, questions: Sequence[Question], path: Path
) -> list[Fault]:
    """What of ``description``, which stands in ``path``, does not fit the whole ``questions``."""
    faults = [
        *_range_faults(path, description, questions),
        *_answer_faults(path, description, questions),
    ]
    ids = {each.problem_id for each in questions}
    for field, named in _named(description):
        for name, times in sorted(Counter(named).items()):
            if name not in ids:
                what = f"{field} names no question"
                faults.append(Fault(path, None, name, what, "correct the id"))
            elif times > 1:
                faults.append(Fault(path, None, name, f"{field} names it twice", "name it once"))
    sections = {each.section for each in questions}
    for section in sorted(set(description.points) - sections):
        what = f"points has the section '{section}', which no question has"
        faults.append(Fault(path, None, None, what, _known(sections)))
    rated = described(questions, description)
    for name, line in description.lines.items():
        faults += _line_faults(path, name, line, sections, rated)
    return faults


def _range_faults(
    path: Path, description: Description, questions: Sequence[Question]
) -> Iterator[Fault]:
    """Ranges of points that hold no question, and questions that two ranges hold."""
    held = {each.problem_id: (each.section, ranges_of(each, description)) for each in questions}
    used = {(section, each) for section, ranges in held.values() for each in ranges}
    known = {section for section, _ in held.values()}
    for section in known & set(description.points):
        for each in description.points[section]:
            if (section, each) not in used:
                what = f"points of '{section}' has the numbers {each}, which no question has"
                yield Fault(path, None, None, what, "correct the numbers")
    for name, (section, ranges) in held.items():
        if len(ranges) > 1:
            what = f"points of '{section}' has it twice: {' and '.join(ranges)}"
            yield Fault(path, None, name, what, "give each question one range")


def _answer_faults(
    path: Path, description: Description, questions: Sequence[Question]
) -> Iterator[Fault]:
    """Accepted answers with a label that none of the question's choices has."""
    for each in questions:
        for answer in description.several_answers.get(each.problem_id, ()):
            if each.choices and (unknown := set(answer) - set(each.labels)):
                what = f"several_answers has '{min(unknown)}', which is none of its choices"
                remedy = f"its labels are {', '.join(each.labels)}"
                yield Fault(path, None, each.problem_id, what, remedy)


def _line_faults(
    path: Path, name: str, line: PassLine, sections: set[str], rated: Sequence[Question]
) -> Iterator[Fault]:
    for section, times in sorted(Counter(line.sections).items()):
        if section not in sections:
            what = f"line '{name}' has the section '{section}', which no question has"
            yield Fault(path, None, None, what, _known(sections))
        if times > 1:
            what = f"line '{name}' has the section '{section}' twice"
            yield Fault(path, None, None, what, f"name each once; {_known(sections)}")
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
    yield "several_answers", list(description.several_answers)
