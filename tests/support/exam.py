"""``jmed-report exam`` in tests: predictions of every format, and what the command prints."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jmedlora.exams.documents import chat_document
from jmedlora.exams.examination import load_examinations
from jmedlora.report.cli import main
from tests.support.commands import write_jsonl

NURSING = """\
name: nursing
title: 看護師の模擬試験
lines:
  必修: {sections: [必修], points: 5, pass: 4}
  一般: {sections: [一般], pass: 3}
lines_from: the school's own rules
"""


def predicted(path: Path, model: str = "", **predictions: str) -> Path:
    """A file of plain predictions, by problem_id, with the model if one is given."""
    named = {"model": model} if model else {}
    records = [{"problem_id": key, "prediction": text} | named for key, text in predictions.items()]
    return write_jsonl(path, *records)


def printed_json(capsys: Any, *args: str | Path) -> list[dict]:
    """What ``jmed-report exam … --format json`` prints."""
    assert main(["exam", *map(str, args), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def message(capsys: Any, *args: str | Path) -> str:
    """The error with which ``jmed-report exam …`` ends."""
    assert main(["exam", *map(str, args)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.removeprefix("jmed-report: ").removesuffix("\n")


def rows(capsys: Any, *args: str | Path) -> list[str]:
    """The lines that ``jmed-report exam --all …`` prints, each with single spaces."""
    assert main(["exam", "--all", *map(str, args)]) == 0
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def of_120(path: Path, model: str, responses: Mapping[str, str], **changes: object) -> Path:
    """A file as JMLE2026-Bench writes it, of ``responses`` by id ("120A-1").

    What its program took from a response is the letter at the end. changes: to each entry.
    """
    results = [
        {"question_id": name, "predicted": [text[-1:]], "raw_response": text, **changes}
        for name, text in responses.items()
    ]
    value = {"metadata": {"model": f"made/{model}", "display_name": model}, "summary": {}}
    return _written(path, {**value, "results": results})


def of_119(path: Path, model: str, answers: Mapping[str, str | None]) -> Path:
    """A file as IgakuQA119 writes it; a question with the answer None was skipped."""
    results = [
        {"question_number": name, "answers": [{"model": model, "answer": text}] if text else []}
        for name, text in answers.items()
    ]
    return _written(path, {"experiment_id": path.stem, "results": results})


def sample(name: str, text: str, exam: str = "120", **metrics: float) -> dict:
    """A line as the chat tasks log it; ``text`` is what is left beside the thinking."""
    questions = {q.problem_id: q for each in load_examinations(exam) for q in each.questions}
    doc = chat_document(questions[name])
    return {"doc": doc, "resps": [[f"<think>a</think>{text}"]], "filtered_resps": [text], **metrics}


def logged(folder: Path, task: str, *records: dict, stamp: str = "2026-02-01T00-00-00.0") -> Path:
    return write_jsonl(folder / f"samples_{task}_{stamp}.jsonl", *records)


def own(folder: Path, *, points: int = 1, description: str = "") -> Path:
    """Ten questions, five in each of two sections, of which a is right."""
    file = folder / "nursing.jsonl"
    records = [
        {
            "problem_id": f"N{number}",
            "question": f"{number}番目で正しいのはどれか。",
            "choices": ["甲", "乙", "丙", "丁"],
            "answer": ["a"],
            "section": "必修" if number <= 5 else "一般",
            "points": points,
        }
        for number in range(1, 11)
    ]
    write_jsonl(file, *records)
    if description:
        file.with_suffix(".yaml").write_text(description, encoding="utf-8")
    return file


def given(path: Path, right: int, *, cut: int = 0) -> Path:
    """Answers to the first ten: so many right, then so many cut, the others wrong."""
    texts = right * ["a"] + cut * ["<think>まだ"]
    texts += (10 - len(texts)) * ["b"]
    return predicted(path, **{f"N{place}": text for place, text in enumerate(texts, start=1)})


def _written(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2), encoding="utf-8")
    return path
