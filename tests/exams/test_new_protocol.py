"""A protocol is one file: every report knows it from there."""

import shutil
import sys

from tests.support.commands import ROOT, run

PROTOCOL = """
from jmedlora.exams.documents import choices_document
from jmedlora.exams.protocol import Metric, Protocol

PROTOCOL = Protocol(
    name="shouted", position=9, templates={}, signature="score:shouted",
    decoding={"max_gen_toks": 8},
    score_metrics=(Metric("loud", "Loudness", "大きさ"),),
    rate_metrics=(Metric("silent", "Silent", "無言率", "silent responses"),),
    right="loud", splits_columns=False, takes=lambda question: True, form=choices_document,
    is_whole=lambda doc: True,
    score=lambda doc, results: {"loud": int(results[0].isupper()), "silent": int(not results[0])},
    floors=lambda docs: {"loud": {"empty answer": 0.0}}, chosen=lambda doc, response: response,
)
"""
SCRIPT = """
from pathlib import Path
from jmedlora.report.cli import main
from tests.support.runs import questions, write_run
docs = questions(2)
path = write_run(Path("here"), docs=docs, responses=["YES", "no"], protocol="shouted",
                 task="shouted")
for command in (["scores", str(path)], ["table", "here"], ["responses", "here"],
                ["plot", "here", "--metric", "loud", "--lang", "ja", "--out", "out"]):
    assert main(command) == 0, command
"""


def test_a_new_protocol_is_one_file(tmp_path):
    shutil.copytree(ROOT / "jmedlora", tmp_path / "jmedlora")
    file = tmp_path / "jmedlora/exams/protocols/shouted.py"
    file.write_text(PROTOCOL, encoding="utf-8")
    ended = run(sys.executable, "-c", SCRIPT, cwd=tmp_path, PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert ended.returncode == 0, ended.stderr
    assert "silent responses 0.0%" in ended.stdout
    assert "Loudness" in ended.stdout
