"""``jmed-report table --readings``: rows of the other readings, from the logged responses."""

import pytest

from jmedlora.report.cli import main
from jmedlora.report.compare.comparison import read_columns, table_of
from jmedlora.report.compare.readings import with_readings
from tests.support.compared import ask, row, values
from tests.support.runs import CHOICES, Asked, question, questions, write_run

FIRST, SECOND = CHOICES[:2]
TWO = [question(f"112A{number}", answer=[0, 1]) for number in range(1, 5)]
RESPONSES = [f"{FIRST},{SECOND}", f"{SECOND},{FIRST}", FIRST, CHOICES[4]]
"""To four questions with two correct choices: as joined, in another order, one of two, neither."""
NAMES = (
    "Accuracy, nearest among the answers",
    "Exact match, any answer",
    "Exact match, answers joined",
)


def read(folder, **options):
    options = {"pooled": False, "by": None, "seed": 1, "resamples": 50, **options}
    return table_of(with_readings(read_columns([folder], None)), **options)


def test_the_readings_stand_behind_the_scores(tmp_path):
    write_run(tmp_path, task="igakuqa", docs=TWO, responses=RESPONSES)
    found = read(tmp_path)
    titles = [each.name for each in found.sections[0].rows if not each.is_rate]
    scores = ["Accuracy", "Exact match", "Gestalt score"]
    assert titles == [f"{name} (0s)" for name in (*scores, *NAMES)]
    assert values(found, "Accuracy (0s)") == [0.5]
    assert [values(found, f"{name} (0s)") for name in NAMES] == [[0.75], [0.75], [0.25]]
    assert values(found, "Exact match (0s)") == [0.5]
    floors = [row(found, f"{name} (0s)").floors for name in NAMES]
    # The list of all choices is nearest to the first, its longest, and begins with both, joined.
    assert floors == [
        {"chance": pytest.approx(0.4), "empty answer": 0.0, "all choices": 1.0},
        {"empty answer": 0.0, "all choices": 1.0},
        {"empty answer": 0.0, "all choices": 1.0},
    ]
    assert found.notes[0].startswith("igakuqa: 4 of 4 questions have several correct choices, for")


def test_with_one_answer_each_they_are_the_scores(tmp_path):
    ask(tmp_path, 12)
    ask(tmp_path, 15, adapter="out/x", step=9)
    found = read(tmp_path)
    for name in NAMES:
        score = row(found, f"{name.partition(',')[0]} (0s)").cells
        same = row(found, f"{name} (0s)").cells
        assert [each.value for each in same] == [each.value for each in score] == [0.6, 0.75]
        assert same[1].difference.p == score[1].difference.p
        assert (same[0].low, same[0].high) == (score[0].low, score[0].high)
    assert found.notes[0].startswith("igakuqa: 0 of 20 questions have several correct choices")


def test_shuffled_choices_are_put_back(tmp_path):
    docs = [{**each, "choices": [*reversed(CHOICES)], "answer": [3, 4],
             "permutation": [4, 3, 2, 1, 0]} for each in TWO]  # fmt: skip
    write_run(tmp_path, task="igakuqa_shuffled", docs=docs, responses=RESPONSES,
              data={"shuffle_seed": 1})  # fmt: skip
    found = read(tmp_path)
    assert [values(found, f"{name} (0s)") for name in NAMES] == [[0.75], [0.75], [0.25]]


def test_parts_and_exams_together(tmp_path):
    jjsimqa = Asked(docs=[question("107_1-1", answer=[0, 1])], responses=[FIRST], task="jjsimqa")
    write_run(tmp_path, task="igakuqa", docs=TWO, responses=RESPONSES, more=[jjsimqa])
    pooled = read(tmp_path, pooled=True)
    assert values(pooled, f"{NAMES[0]} (0s)") == [0.8]
    parts = read(tmp_path, by="answers")
    assert values(parts, f"{NAMES[2]} (0s)") == [0.25]
    assert row(parts, f"{NAMES[0]} (0s)").floors["chance"] == pytest.approx(0.4)


def test_the_command(tmp_path, capsys):
    write_run(tmp_path, task="igakuqa", docs=TWO, responses=RESPONSES)
    command = ["table", str(tmp_path / "results"), "--format", "markdown", "--resamples", "50"]
    assert main([*command, "--readings"]) == 0
    out = capsys.readouterr().out
    assert all(f"{name} (0s)" in out for name in NAMES)
    assert main(command) == 0
    out = capsys.readouterr().out
    assert not any(name in out for name in NAMES)
    said = (
        "igakuqa: 4 of 4 questions have several correct choices, for which the paper gives no rule."
    )
    assert said in out
    assert "table --readings adds the other readings" in out


def test_one_correct_choice_each_needs_no_note(tmp_path, capsys):
    write_run(tmp_path, task="igakuqa", docs=questions(1), responses=[FIRST])
    assert main(["table", str(tmp_path / "results"), "--format", "markdown"]) == 0
    assert "several correct choices" not in capsys.readouterr().out


def test_a_score_that_is_named_keeps_its_readings(tmp_path, capsys):
    """The note says that they stand in rows of their own."""
    write_run(tmp_path, task="igakuqa", docs=TWO, responses=RESPONSES)
    command = ["table", str(tmp_path / "results"), "--format", "markdown", "--resamples", "50"]
    assert main([*command, "--readings", "--metric", "exact_match"]) == 0
    out = capsys.readouterr().out
    assert [f"{name} (0s)" in out for name in NAMES] == [False, True, True]
    assert "Accuracy (0s)" not in out
    assert main([*command, "--readings", "--metric", "accuracy_any"]) == 0
    assert "Exact match" not in capsys.readouterr().out
    assert main([*command, "--readings", "--metric", "accurate"]) == 1
    assert "--metric accurate: no such score in these runs" in capsys.readouterr().err
    assert main([*command, "--readings", "--metric", "gestalt_score"]) == 1
    assert capsys.readouterr().err == (
        "jmed-report: --readings: gestalt_score is read in one way only; leave it out, or add "
        "--metric accuracy or exact_match\n"
    )


def test_scores_that_are_read_in_one_way_only(tmp_path, capsys):
    write_run(tmp_path, task="igakuqa_mc", protocol="likelihood", docs=questions(1),
              responses=[[-1.0, -2.0, -3.0, -4.0, -5.0]])  # fmt: skip
    assert main(["table", str(tmp_path / "results"), "--readings"]) == 1
    assert capsys.readouterr().err == (
        "jmed-report: --readings: these runs hold no score that can be read in several ways; "
        "leave it out\n"
    )
