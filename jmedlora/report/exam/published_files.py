"""Answers as two benchmarks of the national examination publish them: one JSON file each.

JMLE2026-Bench: ``{"metadata": …, "summary": …, "results": [{"question_id": …}, …]}`` of one model.
IgakuQA119: ``{"results": [{"question_number": …, "answers": [{"answer": …}]}, …]}`` of a section.
Either is known by its content, whatever its name.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault
from jmedlora.core.jsonl import Record, read_json_value
from jmedlora.exams.schema import canonical_id
from jmedlora.report.exam.predictions import (
    FORMATS,
    AnswerFile,
    Given,
    Origin,
    Prediction,
    answer_text,
    shown,
)

Read = Callable[[Record, str, Path], Given | Fault]
BRING = "bring the file anew from its repository"


def read_published(path: Path) -> tuple[AnswerFile, list[Fault]]:
    """The answers of ``path`` and everything that is wrong with the others."""
    value, faults = read_json_value(path)
    results: Any = value.get("results") if isinstance(value, dict) else None
    if isinstance(results, dict):
        what = "holds the scores of a run of lm-eval, not its answers"
        faults.append(Fault(path, None, None, what, "name its folder, or the samples beside it"))
    elif not faults and not (isinstance(results, list) and results):
        faults.append(none_of_the_formats(path))
    if faults:
        return AnswerFile(path, ()), faults
    given = []
    for found in _answers(value, results, path):
        if isinstance(found, Fault):
            faults.append(found)
        else:
            given.append(found)
    return AnswerFile(path, tuple(given)), faults


def none_of_the_formats(path: Path) -> Fault:
    """That nobody knows how to read ``path``."""
    return Fault(path, None, None, "is in none of the known formats", f"give {FORMATS}")


def _answers(value: Record, results: list[Any], path: Path) -> Iterator[Given | Fault]:
    is_119 = any(isinstance(each, dict) and "question_number" in each for each in results)
    key = "question_number" if is_119 else "question_id"
    model = _model_of_119(results, path) if is_119 else _model_of_120(value, path)
    read = _of_119 if is_119 else _of_120
    for number, each in enumerate(results, start=1):
        name = each.get(key) if isinstance(each, dict) else None
        if isinstance(name, str):
            yield read(each, canonical_id(name), model, path)
        else:
            what = f"entry {number} of results has no {key} ({shown(name)})"
            yield Fault(path, None, None, what, f"{BRING}, or give {FORMATS}")


def _model_of_120(value: Record, path: Path) -> str:
    metadata = value.get("metadata")
    named = metadata if isinstance(metadata, dict) else {}
    return _name(named.get("display_name")) or _name(named.get("model")) or path.stem


def _of_120(entry: Record, name: str, model: str, path: Path) -> Given | Fault:
    """The response is read; ``predicted`` is what the benchmark's own program took from it.

    Where the response is empty, the tokens ended within the reasoning, which stands apart. Where
    it was left out of the file, there is nothing but ``predicted`` to read.
    """
    response, given = entry.get("raw_response"), entry.get("predicted")
    taken = "" if given is None else answer_text(given)
    if taken is None:
        return Fault(path, None, name, f"predicted is {shown(given)}", BRING)
    if response is None:
        response = taken
    if not isinstance(response, str):
        return Fault(path, None, name, f"raw_response is {shown(response)}", BRING)
    cut = not response.strip() and bool(entry.get("reasoning"))
    return Given(Origin(model), name, Prediction(response, path, None, taken, cut))


def _model_of_119(results: list[Any], path: Path) -> str:
    """The first that is named: of a question that was skipped, none is."""
    named = (_name(_first_answer(each).get("model")) for each in results)
    return next(filter(None, named), path.stem)


def _of_119(entry: Record, name: str, model: str, path: Path) -> Given | Fault:
    """Only the answer of a response is published; where it gave none, it is ""."""
    first = _first_answer(entry)
    published = first.get("answer")
    answer = "" if published is None else answer_text(published)
    if answer is None:
        return Fault(path, None, name, f"answer is {shown(published)}", BRING)
    origin = Origin(_name(first.get("model")) or model)
    return Given(origin, name, Prediction(answer, path, None, answer))


def _first_answer(entry: Any) -> Record:
    answers = entry.get("answers") if isinstance(entry, dict) else None
    first = answers[0] if isinstance(answers, list) and answers else None
    return first if isinstance(first, dict) else {}


def _name(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
