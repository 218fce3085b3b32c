"""A question about water birds, an exam that holds it, and ``jmed-data overlap`` on it."""

import json

from jmedlora.data.cli import main
from jmedlora.data.overlap.sought_questions import SoughtQuestion
from tests.support.commands import write_jsonl

STEM = "架空の湖のほとりに住む灰色の羽をもつ水鳥が冬のあいだ主に食べているものはどれか。"
CHOICES = [
    "湖底の水草の根",
    "浅瀬の小さな巻貝",
    "岸辺の柳の若芽",
    "沖の透明な小魚",
    "葦の茎にいる虫",
]
SHORT = "水鳥の主食はどれか。"
OTHER = "町役場の三階にある会議室の鍵は、受付で名前を書いてから借りることになっている。"
QUESTION = SoughtQuestion("own", "Q1", STEM, tuple(CHOICES))


def write_exam(path, *questions):
    records = [
        {"problem_id": name, "question": stem, "choices": choices, "answer": ["a"]}
        for name, stem, choices in questions
    ]
    return write_jsonl(path, *records)


def overlap(capsys, *args):
    """Exit status, standard output and standard error of ``jmed-data overlap``."""
    status = main(["overlap", *map(str, args)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def hits(folder):
    return [json.loads(line) for line in (folder / "hits.jsonl").read_text("utf-8").splitlines()]
