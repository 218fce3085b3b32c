"""What an examination is beside its questions: sections, points, pass lines, struck-out questions.

A file of YAML describes each. The national examination has its files in ``descriptions/``; a user's
own is ``NAME.yaml`` beside the questions in ``NAME.jsonl`` or ``NAME.csv``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jmedlora.core.errors import Fault, FileError, UserError
from jmedlora.core.yaml_text import NotYamlError, read_yaml
from jmedlora.exams.schema import Question, canonical_id

SHIPPED = Path(__file__).parent / "descriptions"
MOST_POINTS = 10**6
DOCUMENTED = "docs/tasks.md, An examination of your own"
WANTED = {
    "model_type": "it must be names with values, as in the example",
    "dict_type": "it must be names with values, as in the example",
    "tuple_type": "it must be a list, as in the example",
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
}
"""By pydantic's type of a fault, where its own words are for programmers."""
Text = Annotated[str, Field(strict=True, min_length=1)]
Points = Annotated[float, Field(strict=True, ge=0, le=MOST_POINTS)]
Numbers = Annotated[str, Field(strict=True, pattern="^[0-9]{1,4}(-[0-9]{1,4})?$")]
Answer = Annotated[tuple[Text, ...], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class PassLine(_Part):
    """The points in some sections that a candidate must reach.

    title: its name in Japanese. points: the most there are; None: the sum of its questions.
    pass_from: the points from which on it is passed; None where that is not known.
    """

    title: str = ""
    sections: Annotated[tuple[Text, ...], Field(min_length=1)]
    points: Points | None = None
    pass_from: Points | None = Field(default=None, alias="pass")


class Description(_Part):
    """An examination without its questions.

    name, title: what programs and people call it. questions: the published exam that has its
    questions, "" for a user's own. points: of the questions whose file gives none, by section and
    by their range of numbers ("26-50"). lines: the pass lines by name. most_forbidden: the most
    questions on which a candidate who passes may have taken a forbidden choice (禁忌肢); None where
    nobody knows which choices are forbidden. struck_out: questions that give no points.
    every_answer_right: questions that give their points to everybody. several_answers: every
    accepted answer, where there are several. lines_from: where the lines come from, said in every
    verdict.
    """

    name: Text
    title: Text
    year: Annotated[int, Field(strict=True, ge=1, le=9999)] | None = None
    questions: str = ""
    points: dict[Text, dict[Numbers, Points]] = {}
    lines: Annotated[dict[Text, PassLine], Field(min_length=1)]
    most_forbidden: Annotated[int, Field(strict=True, ge=0)] | None = None
    struck_out: tuple[Text, ...] = ()
    every_answer_right: tuple[Text, ...] = ()
    several_answers: dict[Text, Annotated[tuple[Answer, ...], Field(min_length=2)]] = {}
    lines_from: Text

    def with_lines(self, given: Mapping[str, float]) -> "Description":
        """The same examination with other points to pass, such as {"general": 224}.

        Raises UserError for a line that it does not have, or that is above the line's points.
        """
        for name, points in given.items():
            if name not in self.lines:
                known = ", ".join(self.lines)
                raise UserError(f"--lines {name}={points:g}: {self.name} has the lines {known}")
            most = self.lines[name].points
            if most is not None and points > most:
                what = f"--lines {name}={points:g}: there are {most:g} points"
                raise UserError(f"{what}; give at most so many")
        lines = {
            name: line.model_copy(update={"pass_from": given[name]}) if name in given else line
            for name, line in self.lines.items()
        }
        told = ", ".join(f"{name} {points:g}" for name, points in given.items())
        rest = "" if set(given) == set(self.lines) else f"; the others: {self.lines_from}"
        origin = f"--lines: {told}{rest}"
        return self.model_copy(update={"lines": lines, "lines_from": origin})


@cache
def shipped() -> Mapping[str, Description]:
    """The descriptions of the national examinations by name ("112"), in order."""
    found = [read_description(path) for path in sorted(SHIPPED.glob("*.yaml"))]
    return {each.name: each for each in found}


def years_of(questions: str) -> tuple[int, ...]:
    """The years of the examinations whose questions the published exam ``questions`` has."""
    return tuple(
        each.year for each in shipped().values() if each.questions == questions and each.year
    )


def read_description(path: Path) -> Description:
    """The description in ``path``. Raises FileError with everything that is wrong with it."""
    try:
        given = read_yaml(path)
    except OSError as error:
        what, remedy = f"cannot be read ({error.strerror})", "check the path and its permissions"
        raise FileError([Fault(path, None, None, what, remedy)]) from error
    except NotYamlError as error:
        what = f"is not usable YAML in UTF-8 ({error})"
        raise FileError([Fault(path, error.line, None, what, "mend the file")]) from error
    try:
        return Description.model_validate(_canonical(path, given))
    except ValidationError as error:
        raise FileError(list(_faults(path, error))) from error


def described(questions: Iterable[Question], description: Description) -> list[Question]:
    """``questions`` with the points and accepted answers that ``description`` gives them."""
    found = []
    for each in questions:
        points = _points(each, description)
        answers = description.several_answers.get(each.problem_id, each.answers)
        every = each.every_answer_right or each.problem_id in description.every_answer_right
        found.append(replace(each, points=points, answers=answers, every_answer_right=every))
    return found


def ranges_of(question: Question, description: Description) -> list[str]:
    """The ranges of numbers ("26-50") in the description's points that hold the question."""
    number = re.search("[0-9]+$", question.problem_id)
    given = description.points.get(question.section, {})
    return [each for each in given if number and _holds(each, int(number[0]))]


def _holds(numbers: str, number: int) -> bool:
    first, _, last = numbers.partition("-")
    return int(first) <= number <= int(last or first)


def _points(question: Question, description: Description) -> float:
    if question.problem_id in description.struck_out:
        return 0.0
    found = ranges_of(question, description)
    return description.points[question.section][found[0]] if found else question.points


def _canonical(path: Path, given: object) -> object:
    """``given``, which stands in ``path``, with ids and numbers of questions in one spelling."""
    if not isinstance(given, dict):
        return given
    found = dict(given)
    for field in ("struck_out", "every_answer_right"):
        if isinstance(ids := found.get(field), list):
            found[field] = [canonical_id(each) if isinstance(each, str) else each for each in ids]
    if "several_answers" in found:
        answers = found["several_answers"]
        found["several_answers"] = _respelled(path, "several_answers", answers)
    if isinstance(points := found.get("points"), dict):
        found["points"] = {
            section: _respelled(path, f"points of '{section}'", numbers)
            for section, numbers in points.items()
        }
    return found


def _respelled(path: Path, field: str, given: object) -> object:
    """``given`` with its keys as texts, in one spelling; in YAML a single number is no text.

    Raises FileError for a key that stands there in two spellings: the last would hold.
    """
    if not isinstance(given, dict):
        return given
    found: dict[str, object] = {}
    for key, value in given.items():
        name = canonical_id(str(key))
        if name in found:
            what = f"{field} has it in two spellings"
            raise FileError([Fault(path, None, name, what, "keep one of them")])
        found[name] = value
    return found


def _faults(path: Path, error: ValidationError) -> Iterator[Fault]:
    for each in error.errors(include_url=False):
        where = ".".join(map(str, each["loc"])) or "the file"
        shown = "" if each["type"] == "missing" else f" ({each['input']!r:.40})"
        message = WANTED.get(each["type"], each["msg"])
        what = f"{where}{shown}: {message[:1].lower()}{message[1:]}"
        yield Fault(path, None, None, what, f"see {DOCUMENTED}")
