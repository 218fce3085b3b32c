"""A made-up exam in the layouts of the published ones: no real question is in the repository."""

import json
from pathlib import Path

from jmedlora.exams.readers.igakuqa import SECTIONS
from tests.support.commands import write_jsonl

YEARS = {2018: 112, 2019: 113, 2020: 114, 2021: 115, 2022: 116}
"""The years of IgakuQA, and the number of each examination."""
CHOICES = ["甲", "乙", "丙", "丁", "戊"]
EXAMPLES = [(["e"], "100E5"), (["a", "b"], "100A60"), (["c"], "100A1")]


def publish(root: Path, *, questions: int) -> Path:
    """Writes ``root``/igakuqa and ``root``/jjsimqa with ``questions`` questions a section."""
    igakuqa = root / "igakuqa"
    for year, number in YEARS.items():
        for section in SECTIONS:
            ids = [f"{number}{section}{i + 1}" for i in range(questions)]
            folder = igakuqa / "data" / str(year)
            write_jsonl(folder / f"{number}-{section}.jsonl", *map(_japanese, ids))
            write_jsonl(folder / f"{number}-{section}_translate.jsonl", *map(_english, ids))
    prompts = igakuqa / "scripts" / "prompts"
    japanese = [_japanese(name) | {"answer": answer} for answer, name in EXAMPLES]
    both = [_japanese(name) | _english(name) | {"answer": answer} for answer, name in EXAMPLES]
    write_jsonl(prompts / "prompt.jsonl", *japanese)
    write_jsonl(prompts / "prompt_translate.jsonl", *both)
    jjsimqa = [{**_japanese(f"107_{i}-{i}"), "points": 1.0} for i in range(questions)]
    write_jsonl(root / "jjsimqa" / "jjsimqa.jsonl", *jjsimqa)
    return root


CASE = "次の文を読み、1、2の問いに答えよ。\n60歳の男性。咳を主訴に来院した。"


def publish_series(root: Path) -> Path:
    """Makes 112B1 and 112B2 below ``root`` a series, whose case stands in the first alone."""
    path = root / "igakuqa" / "data" / "2018" / "112-B.jsonl"
    first, *others = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    write_jsonl(path, {**first, "problem_text": f"{CASE}まず行うのはどれか。"}, *others)
    return root


def publish_notes(root: Path) -> Path:
    """Adds the examination's notes below ``root``, and makes 112-F end with a numeric question."""
    for path in sorted(root.glob("igakuqa/data/*/*-?.jsonl")):
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        notes = [
            {"problem_id": record["problem_id"], "category": "内科", "kinki": ["b"],
             "human_accuracy": "50", "breakdown": ["50", "50", "0", "0", "0"]}
            for record in records
        ]  # fmt: skip
        if path.stem == "112-F":
            numeric = {"problem_text": "3/2を求めよ。\n解答：①.②", "choices": [], "answer": ["15"]}
            write_jsonl(path, *records[:-1], records[-1] | numeric)
            notes[-1]["kinki"] = []
        write_jsonl(path.with_name(f"{path.stem}_metadata.jsonl"), *notes)
    return root


def _japanese(problem_id: str) -> dict[str, object]:
    return {
        "problem_id": problem_id,
        "problem_text": f"{problem_id}で正しいのはどれか。",
        "choices": CHOICES,
        "text_only": True,
        "answer": ["a"],
        "points": "1",
    }


def _english(problem_id: str) -> dict[str, object]:
    return {
        "problem_id": problem_id,
        "problem_text_en": f"Which is right in {problem_id}?",
        "choices_en": ["First", "Second, or so", "Third", "Fourth", "Fifth"],
        "answer": ["a"],
    }
