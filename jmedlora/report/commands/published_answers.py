"""The answers to an examination that others published, as ``jmed-report audit`` looks at them."""

from collections.abc import Sequence
from pathlib import Path

from jmedlora.exams.documents import letters_document
from jmedlora.exams.schema import Question
from jmedlora.report.audit.samples import Answered
from jmedlora.report.audit.sources import Source
from jmedlora.report.exam.answer_files import is_published, published_files, read_answer_files
from jmedlora.report.exam.chosen import answered_alone, asked_alone, examinations_of
from jmedlora.report.exam.predictions import Prediction
from jmedlora.report.exam.systems import System, systems


def published_in(path: Path) -> list[Path]:
    """The results of JMLE2026-Bench and IgakuQA119 in ``path``, a file or a folder."""
    if path.is_dir():
        return published_files(path)
    return [path] if path.is_file() and is_published(path) else []


def published_sources(files: Sequence[Path]) -> list[Source]:
    """The answers in ``files``, those of one model to one examination together.

    Raises FileError for files that ``jmed-report exam`` refuses, and MissingDataError without the
    questions.
    """
    given = read_answer_files(files)
    examinations = examinations_of(given, [])
    given = asked_alone(given, examinations, [])
    return [_source(each) for each in systems(given, answered_alone(examinations, given))]


def _source(system: System) -> Source:
    questions = {each.problem_id: each for each in system.examination.questions}
    answers = tuple(
        _answered(questions[name], prediction) for name, prediction in system.predictions.items()
    )
    path, task = answers[0].file, system.examination.name
    return Source(path, task, model=system.model, answers=answers)


def _answered(question: Question, prediction: Prediction) -> Answered:
    text = "" if prediction.cut else prediction.text
    doc = letters_document(question)
    return Answered(prediction.file, prediction.line, doc, text, prediction.cut, scored={})
