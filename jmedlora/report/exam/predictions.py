"""Answers to an examination line by line: samples of lm-eval, or plain predictions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault
from jmedlora.core.jsonl import Record, read_jsonl
from jmedlora.core.number_checks import is_number
from jmedlora.exams.schema import canonical_id
from jmedlora.report.exam.sample_files import SampleFile, sample_file
from jmedlora.report.load.repetitions import chat_answers, responses
from jmedlora.report.load.results import TaskResult

FORMATS = (
    "samples_*.jsonl of an examination task, lines with problem_id and prediction, or the results "
    "of JMLE2026-Bench or IgakuQA119"
)
SECTION = re.compile("[0-9]{3}-[A-I]_(?:translate_)?(.+)")
"""How IgakuQA names a file of predictions: the section ("112-A"), then the system ("gpt4")."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One answer and where it stands (line: None where a file is one JSON value).

    text: what the model wrote. taken: the answer that the publisher's own program took from it;
    None where that program has not seen it. cut: the text ended before its answer. with_case:
    whether the question was asked with the case that it belongs to; None where that is not known.
    """

    text: str
    file: Path
    line: int | None
    taken: str | None = None
    cut: bool = False
    with_case: bool | None = None

    @property
    def place(self) -> str:
        """File and line, for a message."""
        return str(self.file) if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose answers these are: a model's; of lm-eval also its run's folder, the task and the seed.

    sample: the number of the answer, from 2 on for those that lm-eval's ``repeats`` asked for.
    """

    model: str = ""
    folder: str = ""
    task: str = ""
    seed: str = ""
    sample: int = 1

    @property
    def sampled_as(self) -> str:
        """What tells it from other answers of one model to the same task."""
        parts = [f"seed {self.seed}" if self.seed else "", f"sample {self.sample}"]
        return ", ".join(filter(None, parts if self.sample > 1 or not self.seed else parts[:1]))


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to the question ``problem_id``. asked: its document, where lm-eval logged it."""

    origin: Origin
    problem_id: str
    prediction: Prediction
    asked: Record | None = None


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """The answers in one file.

    own: the path of the user's own questions that were asked, "" for those of published exams.
    left_out: how many questions an exclude list kept from being asked. result: what lm-eval's
    results file beside it says; None without one. searched: it was not named, but found in a
    folder.
    """

    path: Path
    given: tuple[Given, ...]
    own: str = ""
    left_out: int = 0
    result: TaskResult | None = None
    searched: bool = False


def read_line_file(path: Path) -> tuple[AnswerFile, list[Fault]]:
    """The answers of ``path``, a line each, and everything that is wrong with the others.

    A line is a sample of lm-eval (it has ``doc``), or ``{"problem_id": …, "prediction": …}``, with
    ``"model"`` where it holds several. Without it, a file that is named as IgakuQA names its own
    tells the model. Raises ResultsError for a results file beside samples that cannot be used.
    """
    records, faults = read_jsonl(path)
    if not records and not faults:
        faults = [Fault(path, None, None, "holds no prediction", f"give {FORMATS}")]
    logged = any(isinstance(record.get("doc"), dict) for _, record in records)
    run = sample_file(path) if logged else SampleFile("", "")
    given = []
    for found in (_read(record, path, line, run) for line, record in records):
        if isinstance(found, Fault):
            faults.append(found)
        else:
            given.append(found)
    given += _repetitions(records, path, run)
    return AnswerFile(path, tuple(given), run.own, run.left_out, run.result), faults


def _repetitions(
    records: Sequence[tuple[int, Record]], file: Path, run: SampleFile
) -> Iterator[Given]:
    """The second, third … answer to each question of a chat task that lm-eval's ``repeats`` had.

    lm-eval scores the first alone. None where not every question has as many.
    """
    logged = [(line, each) for line, each in records if _is_chat(each)]
    counts = {len(responses(each)) for _, each in logged}
    if len(counts) != 1 or counts <= {0, 1}:
        return
    answers = chat_answers([each for _, each in logged])
    for place in range(1, counts.pop()):
        origin = Origin(run.model, str(file.parent), run.task, run.seed, place + 1)
        for (line, each), texts in zip(logged, answers, strict=True):
            doc, text = each["doc"], texts[place]
            given = Prediction(text, file, line, cut=not text.strip())
            yield Given(origin, canonical_id(doc["problem_id"]), given, doc)


def _is_chat(record: Record) -> bool:
    doc = record.get("doc")
    return isinstance(doc, dict) and "case" in doc and isinstance(doc.get("problem_id"), str)


def first_text(*lists: Any) -> str | None:
    """The first text in the first of ``lists`` that begins with one, at any depth."""
    for found in lists:
        while isinstance(found, list) and found:
            found = found[0]
        if isinstance(found, str):
            return found
    return None


def answer_text(value: Any) -> str | None:
    """``value`` as one text: a text, a number, or a list of such ("a,c"); None for all else."""
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) or is_number(each) for each in parts):
        return None
    return ",".join(map(str, parts))


def shown(value: Any) -> str:
    """``value`` for a message."""
    return "missing" if value is None else f"{value!r}"[:40]


def _read(record: Record, file: Path, line: int, run: SampleFile) -> Given | Fault:
    doc = record.get("doc")
    name = (doc if isinstance(doc, dict) else record).get("problem_id")
    if not isinstance(name, str):
        what, remedy = f"problem_id is {shown(name)}", 'give it as text, such as "112A1"'
        return Fault(file, line, None, what, remedy)
    faults = _sample_faults(record, doc) if isinstance(doc, dict) else _line_faults(record)
    for what, remedy in faults:
        return Fault(file, line, name, what, remedy)
    if isinstance(doc, dict):
        text = first_text(record.get("filtered_resps"), record.get("resps")) or ""
        prediction = Prediction(text, file, line, cut=record.get("cut") == 1)
        origin = Origin(run.model, str(file.parent), run.task, run.seed)
        return Given(origin, canonical_id(name), prediction, doc)
    text = answer_text(record["prediction"]) or ""
    prediction = Prediction(text, file, line, taken=text)
    named = SECTION.fullmatch(file.stem)
    model = record["model"] if "model" in record else named[1] if named else ""
    return Given(Origin(model), canonical_id(name), prediction)


def _sample_faults(record: Record, doc: Record) -> Iterator[tuple[str, str]]:
    """What is wrong with a sample, and the remedies."""
    if first_text(record.get("filtered_resps"), record.get("resps")) is None:
        yield "the sample holds no response", "evaluate again with --log_samples"
    if "forbidden" not in doc:
        what = "the task asked for the choices' texts, not for letters"
        yield what, "give samples of a task that asks by chat or by letters (docs/tasks.md)"


def _line_faults(record: Record) -> Iterator[tuple[str, str]]:
    answer, model = record.get("prediction"), record.get("model", "")
    if answer_text(answer) is None:
        remedy = 'give the answer as text: "a", "a,c", "1.2", or "" where there is none'
        yield f"prediction is {shown(answer)}", remedy
    if not isinstance(model, str):
        yield f"model is {shown(model)}", "give its name as text, or leave it out"
