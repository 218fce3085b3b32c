"""Which examinations the answers belong to: those that the user names, or those of their ids."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from jmedlora.core.errors import Fault, FileError, UserError
from jmedlora.exams.description import shipped
from jmedlora.exams.examination import OWN, Examination, load_examinations
from jmedlora.report.exam.marked import PUBLISHED_RULES
from jmedlora.report.exam.predictions import AnswerFile, Given

Lines = tuple[str, Mapping[str, float]]
"""An examination ("" for the only one there is), and points to pass by line."""


def examinations_of(files: Sequence[AnswerFile], names: Sequence[str]) -> list[Examination]:
    """The examinations ``names``; without any, those to whose questions ``files`` have answers.

    Raises UserError for a name that none has, or if two of them have a question of the same id.
    """
    wanted = list(dict.fromkeys(names or _found(files)))
    examinations = {each.name: each for name in wanted for each in load_examinations(name)}
    owners: dict[str, str] = {}
    for each in examinations.values():
        for question in each.questions:
            other = owners.setdefault(question.problem_id, each.name)
            if other != each.name:
                what = f"{other} and {each.name} both have a question {question.problem_id}"
                raise UserError(f"{what}; give one of them with --exam")
    return list(examinations.values())


def with_lines(examinations: Sequence[Examination], lines: Sequence[Lines]) -> list[Examination]:
    """The same with other points to pass. Raises UserError for lines of no or of several."""
    names = [each.name for each in examinations]
    found = {each.name: each for each in examinations}
    for name, given in lines:
        told = ",".join(f"{line}={points:g}" for line, points in given.items())
        if not name and len(names) > 1:
            what = f"--lines {told}: there are {len(names)} examinations ({', '.join(names)})"
            raise UserError(f"{what}; say of which one: --lines {names[0]}:{told}")
        if name and name not in found:
            what = f"--lines {name}:{told}: there are answers to {', '.join(names)} alone"
            raise UserError(f"{what}; give the lines of one of them")
        key = name or names[0]
        found[key] = found[key].with_lines(given)
    return list(found.values())


def check_published_rule(examinations: Sequence[Examination]) -> None:
    """Raises UserError where nobody has published a rule for one of ``examinations``."""
    without = [each.name for each in examinations if each.exam not in PUBLISHED_RULES]
    if without:
        what = f"--official: nobody has published a rule for {', '.join(without)}"
        raise UserError(f"{what}; leave it out")


def asked_alone(
    files: Sequence[AnswerFile], examinations: Sequence[Examination], names: Sequence[str]
) -> list[AnswerFile]:
    """``files`` without those that a search found, though they answer other examinations.

    Only where ``names`` were given. Raises FileError for answers to no known question, and
    UserError if no file is left.
    """
    ids = {each.problem_id for exam in examinations for each in exam.questions}
    kept = [each for each in files if not (names and each.searched) or _answers_any(each, ids)]
    if not kept:
        told = " ".join(f"--exam {name}" for name in names)
        raise UserError(f"{told}: the files found have no answer to it; leave --exam out")
    known = [each.name for each in examinations]
    faults = [
        _foreign(given, known)
        for each in kept
        for given in each.given
        if given.problem_id not in ids
    ]
    if faults:
        raise FileError(faults)
    return kept


def answered_alone(
    examinations: Sequence[Examination], files: Sequence[AnswerFile]
) -> list[Examination]:
    """The ``examinations`` to which ``files`` have answers."""
    answered = {given.problem_id for each in files for given in each.given}
    return [
        each
        for each in examinations
        if any(question.problem_id in answered for question in each.questions)
    ]


def _answers_any(file: AnswerFile, ids: set[str]) -> bool:
    return any(given.problem_id in ids for given in file.given)


def _found(files: Sequence[AnswerFile]) -> Iterator[str]:
    """The names of the examinations in the order in which they are shipped, then a user's own."""
    numbers = {_number(given.problem_id) for each in files if not each.own for given in each.given}
    yield from (name for name in shipped() if name in numbers)
    for each in files:
        if each.own:
            yield f"{OWN}{_own(each)}"


def _own(file: AnswerFile) -> str:
    if Path(file.own).is_file():
        return file.own
    what = f"its questions, {file.own}, are not there"
    raise FileError([Fault(file.path, None, None, what, f"say where: --exam {OWN}FILE")])


def _number(problem_id: str) -> str:
    """The number of the national examination that has the question ("120"); "" if none has."""
    found = re.fullmatch("([0-9]{3})[A-I][0-9]{1,3}", problem_id)
    return found[1] if found else ""


def _foreign(given: Given, known: Sequence[str]) -> Fault:
    number, prediction = _number(given.problem_id), given.prediction
    plural = "" if len(known) == 1 else "s"
    which = f"the examination{plural} {', '.join(known)}" if known else "a known examination"
    what = f"is no question of {which}"
    if number in known:
        remedy = "correct the id"
    elif number in shipped():
        remedy = f"give --exam {number}, or leave --exam out"
    else:
        remedy = f"name its examination: --exam {', '.join(shipped())} or {OWN}FILE"
    return Fault(prediction.file, prediction.line, given.problem_id, what, remedy)
