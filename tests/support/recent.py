"""Made-up examinations in the layouts of the 119th and the 120th: no real question is here."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CHOICES = ["甲", "乙", "丙", "丁", "戊"]
LINES = "\n".join(f"　{label}　{text}" for label, text in zip("abcde", CHOICES, strict=True))
CASE = "次の文を読み、2、3の問いに答えよ。\n\n47歳の女性。"


def publish_jmle2026(root: Path, *changes: Mapping[str, Any]) -> Path:
    """Writes ``root``/jmle2026 with a question for each of ``changes`` and returns that folder.

    The first is 120A-1, the second 120A-2 …, each with five choices of which a is right.
    """
    records = [{**_of_120(place), **each} for place, each in enumerate(changes, start=1)]
    return _written(root / "jmle2026", {"jmle2026_dataset.json": json.dumps(records)})


def publish_igakuqa119(
    root: Path,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    answers: Mapping[str, str] | None = None,
) -> Path:
    """Writes ``root``/igakuqa119 with two questions a section and returns that folder.

    changes: fields of these or of further questions, by id. answers: other than "a", by id.
    """
    records = {f"119{section}{number}": {} for section in "ABCDEF" for number in (1, 2)}
    records |= changes or {}
    rows = [f"{name},{(answers or {}).get(name, 'a')}" for name in records]
    files = {"correct_answers.csv": "\n".join(["問題番号,解答", *rows])}
    for section in "ABCDEF":
        mine = [{**_of_119(k), **each} for k, each in records.items() if k[3] == section]
        files[f"questions/119{section}_json.json"] = json.dumps(mine)
    return _written(root / "igakuqa119", files)


def _of_120(number: int) -> dict[str, Any]:
    return {
        "question_id": f"120A-{number}",
        "block": "A",
        "number": number,
        "question_type": "multiple_choice",
        "question_text": f"{number}　正しいのはどれか。\n{LINES}",
        "clinical_images": [],
        "requires_image": False,
        "num_choices_to_select": 1,
        "answer": ["a"],
    }


def _of_119(name: str) -> dict[str, Any]:
    return {
        "number": name,
        "question": f"{name}で正しいのはどれか。 ",
        "choices": [f"{label}. {text}" for label, text in zip("abcde", CHOICES, strict=True)],
        "has_image": False,
    }


def _written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
