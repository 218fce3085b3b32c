"""An exam whose questions were a reward of the model is not reported, by whatever command."""

import pytest

from jmedlora.exams.documents import letters_document
from jmedlora.exams.schema import Question
from jmedlora.report.cli import main
from tests.support.runs import Asked, answers, questions, write_run

REWARDED = {"rewarded": {"ids": ["Q1", "Q2"], "reward": "data/questions.jsonl"}}


def run_of(folder, data):
    docs = questions(4)
    return write_run(folder, docs=docs, responses=answers(docs, 2), data=data)


@pytest.mark.parametrize(
    "command", ["scores", "table", "audit", "consistency", "responses", "plot", "signature"]
)
def test_no_command_reports_it(command, tmp_path, capsys):
    path = run_of(tmp_path, REWARDED)
    given = [str(path)] if command in ("scores", "signature") else [str(path.parent)]
    more = {"responses": ["--out", str(tmp_path / "page.html")],
            "plot": ["--out", str(tmp_path / "plot.png")]}  # fmt: skip
    assert main([command, *given, *more.get(command, [])]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        f"jmed-report: {path}: 2 of the 4 questions of igakuqa were the reward that this model was"
        " trained with (data/questions.jsonl), so the scores would measure its training; ask"
        " another exam, or leave them out: --metadata '{\"exclude\": LIST}' (recipes/README.md,"
        " Reward)"
    ]


def test_no_verdict_of_an_examination_is_given(tmp_path, capsys):
    docs = [letters_document(Question(f"112A{n}", "どれか。", ("ア", "イ"), (("a",),), "igakuqa"))
            for n in (1, 2)]  # fmt: skip
    scores = [{"correct": 1, "unparsed": 0, "forbidden": 0}] * 2
    path = write_run(
        tmp_path, task="igakuqa_exam", docs=docs, responses=["a", "a"], protocol="letters",
        template="letters", scores=scores, data=REWARDED,
    )  # fmt: skip
    assert main(["exam", str(path.parent)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"jmed-report: {path}: 2 of the 2 questions of igakuqa_exam were")


def test_without_the_note_it_is_reported(tmp_path):
    assert main(["scores", str(run_of(tmp_path, {}))]) == 0


@pytest.mark.parametrize("damaged", [{}, {"ids": "Q1", "reward": "q"}, {"ids": ["Q1"]}, []])
def test_a_damaged_note_is_no_note_that_passes(damaged, tmp_path, capsys):
    path = run_of(tmp_path, {"rewarded": damaged})
    assert main(["scores", str(path)]) == 1
    assert f"{path}: the field configs.igakuqa.metadata.data.rewarded" in capsys.readouterr().err


def test_one_task_of_several_is_enough(tmp_path, capsys):
    docs = questions(4)
    more = [Asked(docs=docs, responses=answers(docs, 1), task="igakuqa_2018", data=REWARDED)]
    path = write_run(tmp_path, docs=docs, responses=answers(docs, 2), more=more)
    assert main(["table", str(path.parent)]) == 1
    assert "2 of the 4 questions of igakuqa_2018 were the reward" in capsys.readouterr().err
