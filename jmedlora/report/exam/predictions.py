"""Reading a model's answers to the national examination: lm-eval samples, or plain predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmed_metrics.marking import as_published
from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Record, read_jsonl
from jmedlora.exams.documents import letters_document
from jmedlora.exams.schema import Question
from jmedlora.report.load.results import read_results

ASKED = ("question", "choices", "answer")
"""Fields of a sample's document that must be those of the question on this machine."""
TASK = "igakuqa_exam"


@dataclass(frozen=True, slots=True)
class Prediction:
    """One answer: its text, the text that the published rule marks, and where it stands."""

    text: str
    published: str
    file: Path
    line: int


def read_predictions(
    files: Sequence[Path], questions: Mapping[str, Question]
) -> dict[str, Prediction]:
    """The predictions in ``files``, taken together as those of one model, by problem_id.

    A line is a sample of lm-eval (it has ``doc``) or ``{"problem_id": …, "prediction": …}``.
    Raises FileError with every fault, a problem_id that comes twice among them, or at once where
    another question was asked than that on this machine.
    """
    predictions: dict[str, Prediction] = {}
    faults: list[Fault] = []
    for file in files:
        records, found = read_jsonl(file)
        faults += found
        if not records and not found:
            remedy = "give samples_igakuqa_exam*.jsonl or lines with problem_id and prediction"
            faults.append(Fault(file, None, None, "holds no prediction", remedy))
        for line, record in records:
            name, read = _read(record, file, line, questions)
            if isinstance(read, Fault):
                faults.append(read)
            elif earlier := predictions.get(name):
                faults.append(_twice(name, read, earlier))
            else:
                predictions[name] = read
    if faults:
        raise FileError(faults)
    return predictions


def left_out(files: Sequence[Path]) -> dict[Path, int]:
    """How many questions an exclude list kept from each of ``files``; only where it did.

    Samples do not tell, but the results file that lm-eval wrote beside them does.
    """
    found = {}
    for file in files:
        stamp = file.stem.removeprefix(f"samples_{TASK}_")
        beside = file.with_name(f"results_{stamp}.json")
        for result in read_results(beside) if beside.is_file() else ():
            if result.task == TASK and result.left_out:
                found[file] = result.left_out
    return found


def _read(
    record: Record, file: Path, line: int, questions: Mapping[str, Question]
) -> tuple[str, Prediction | Fault]:
    """The problem_id of ``record``, and its prediction or what is wrong with it."""
    doc = record.get("doc")
    name = (doc if isinstance(doc, dict) else record).get("problem_id")
    if not isinstance(name, str):
        what, remedy = f"problem_id is {_shown(name)}", 'give it as text, such as "112A1"'
        return "", Fault(file, line, None, what, remedy)
    if name not in questions:
        remedy = "use the ids of IgakuQA, 112A1 to 116F75"
        return name, Fault(file, line, name, "is no question of the examinations", remedy)
    if isinstance(doc, dict):
        return name, _sample(record, doc, questions[name], file, line)
    text = record.get("prediction")
    if not isinstance(text, str):
        remedy = 'give the answer as text: "a", "a,c", "1.2"'
        return name, Fault(file, line, name, f"prediction is {_shown(text)}", remedy)
    return name, Prediction(text, text, file, line)


def _sample(
    record: Record, doc: Record, question: Question, file: Path, line: int
) -> Prediction | Fault:
    local = letters_document(question)
    for field in ASKED:
        if doc.get(field) != local[field]:
            what = f"the {field} asked is not that of IgakuQA on this machine"
            remedy = "give samples of igakuqa_exam; check the data with: jmed-data where igakuqa"
            raise FileError([Fault(file, line, question.problem_id, what, remedy)])
    text = _first_text(record.get("filtered_resps"), record.get("resps"))
    if text is None:
        what = "the sample holds no response"
        return Fault(file, line, question.problem_id, what, "evaluate again with --log_samples")
    return Prediction(text, as_published(text), file, line)


def _first_text(*lists: Any) -> str | None:
    """The first text in the first of ``lists`` that begins with one, at any depth."""
    for found in lists:
        while isinstance(found, list) and found:
            found = found[0]
        if isinstance(found, str):
            return found
    return None


def _twice(name: str, read: Prediction, earlier: Prediction) -> Fault:
    what = f"is already answered at {earlier.file}:{earlier.line}"
    return Fault(read.file, read.line, name, what, "give the files of one model and run, each once")


def _shown(value: Any) -> str:
    return "missing" if value is None else f"{value!r}"[:40]
