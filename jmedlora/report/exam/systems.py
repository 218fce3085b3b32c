"""The answers of each model to each examination, every question once."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from jmedlora.core.errors import Fault, FileError
from jmedlora.exams.documents import (
    case_in_front,
    chat_document,
    has_case,
    letters_document,
)
from jmedlora.exams.examination import Examination
from jmedlora.exams.schema import Question
from jmedlora.report.exam.predictions import AnswerFile, Given, Origin, Prediction

ASKED = ("case", "question", "choices", "answer")
"""Fields of a sample's document that must be those of the question on this machine, with or without
its case; but the answer to a question of one's own may have been corrected since."""
TASKS = {
    "igakuqa": "igakuqa_exam or igakuqa_exam_case",
    "jmed_own": "jmed_own_chat or jmed_own_letters",
}
"""By exam: the tasks that ask it; others are called as their exam."""


@dataclass(frozen=True, slots=True)
class System:
    """One model's answers to one examination, by problem_id.

    model: what the tables call it. sampled: the same for all samples of one model, if it answered
    several times (other seeds, lm-eval's repeats); "" else.
    """

    model: str
    examination: Examination
    predictions: Mapping[str, Prediction]
    sampled: str = ""


Answers = dict[str, Prediction]


def systems(files: Sequence[AnswerFile], examinations: Sequence[Examination]) -> list[System]:
    """The models by examination, each in the order in which the files have them.

    Raises FileError with every question that a model answers twice, or at once where another
    question was asked than that on this machine.
    """
    owners = {each.problem_id: (exam, each) for exam in examinations for each in exam.questions}
    found: dict[str, dict[Origin, Answers]] = {each.name: {} for each in examinations}
    faults = []
    for given in (given for file in files for given in file.given):
        examination, question = owners[given.problem_id]
        _check_asked(given, question, examination)
        prediction = given.prediction
        if given.asked is not None:
            prediction = replace(prediction, with_case=has_case(given.asked, question))
        answers = found[examination.name].setdefault(given.origin, {})
        earlier = answers.setdefault(given.problem_id, prediction)
        if earlier is not prediction:
            faults.append(_twice(given, earlier))
    if faults:
        raise FileError(faults)
    return [
        System(model, each, answers, sampled)
        for each in examinations
        for model, sampled, answers in _named(found[each.name])
    ]


def _named(answers: Mapping[Origin, Answers]) -> Iterator[tuple[str, str, Answers]]:
    """The answers with the names of their models; where two are alike, also task or folder.

    Between the two the name without the seed, where that is what tells them apart; else "".
    """
    kinds = {replace(each, seed="", sample=1) for each in answers}
    counts = Counter(replace(each, seed="", sample=1) for each in answers)
    for origin, given in answers.items():
        kind = replace(origin, seed="", sample=1)
        name = origin.model
        if len({each for each in kinds if replace(each, task=kind.task) == kind}) > 1:
            name = f"{name}, {origin.task}"
        if len({each.folder for each in kinds if each.model == origin.model}) > 1:
            name = f"{name} ({origin.folder})" if origin.folder else name
        if counts[kind] > 1:
            yield f"{name}, {origin.sampled_as}", name, given
        else:
            yield name, "", given


def _check_asked(given: Given, question: Question, examination: Examination) -> None:
    if given.asked is None:
        return
    exam = examination.exam
    own = exam == "jmed_own"
    if "case" in given.asked:  # chat tasks keep it apart, others put it in front, or leave it out
        forms = [chat_document(question)]
    else:
        forms = [letters_document(each) for each in (question, case_in_front(question))]
    for field in ASKED[: -1 if own else None]:
        if given.asked.get(field) not in [form.get(field) for form in forms]:
            what = f"the {field} asked is not that of {examination.name} on this machine"
            look = "compare the files" if own else f"check the data with: jmed-data where {exam}"
            remedy = f"give samples of {TASKS.get(exam, exam)}; {look}"
            prediction = given.prediction
            fault = Fault(prediction.file, prediction.line, given.problem_id, what, remedy)
            raise FileError([fault])


def _twice(given: Given, earlier: Prediction) -> Fault:
    what = f"is already answered at {earlier.place}"
    remedy = "give the files of one model and run, each once"
    if given.origin.model:
        what = f"{what} by {given.origin.model}"
    else:
        remedy = f'{remedy}, or name the models in the lines ("model": "A")'
    prediction = given.prediction
    return Fault(prediction.file, prediction.line, given.problem_id, what, remedy)
