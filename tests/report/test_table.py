"""What stands in a table: scores, floors, differences, sections of an exam and of other tasks."""

import random

import pytest

from jmedlora.exams.documents import choices_document
from jmedlora.exams.registry import load_exam
from jmedlora.report.cli import main
from jmedlora.report.compare.table import shown_differences
from jmedlora.report.load.results_file import ResultsError
from tests.support.commands import PAPER
from tests.support.compared import DOCS, ask, row, table, values
from tests.support.runs import Asked, answers, question, questions, write_run

NO_TOKENIZER = (
    "Cut by length is not known for any model: no readable tokenizer.json of the model is on this "
    "machine."
)
NO_YEAR = [question("R1", section="X")]


def test_rows_are_those_of_the_paper_and_the_rates(trained):
    rows = table(trained / "results").sections[0].rows
    names = ["Accuracy", "Exact match", "Gestalt score", "Empty", "Tied"]
    assert [each.name for each in rows] == [f"{name} ({n}s)" for n in (0, 1) for name in names]
    assert [each.is_rate for each in rows] == 2 * [False, False, False, True, True]


def test_scores_floors_and_the_two_best(trained):
    found = table(trained / "results")
    assert values(found, "Accuracy (0s)") == [0.25, 0.6, 0.45]
    assert [cell.best for cell in row(found, "Accuracy (0s)").cells] == [False, True, True]
    assert values(found, "Accuracy (1s)") == [0.3, 0.3, 0.7]
    assert [cell.best for cell in row(found, "Accuracy (1s)").cells] == [True, True, True]  # a tie
    # The list of all choices is nearest to the longest one, here the first.
    assert row(found, "Accuracy (0s)").floors == {
        "chance": pytest.approx(0.2), "empty answer": 0.0, "all choices": 1.0,
    }  # fmt: skip
    assert row(found, "Exact match (0s)").floors == {"empty answer": 0.0, "all choices": 1.0}


def test_differences_are_paired_with_step_0_and_corrected(trained):
    base, first, second = row(table(trained / "results"), "Accuracy (0s)").cells
    assert base.difference is None
    # 5 right at first, 12 after 900 steps: 7 gained, none lost; p = 2 / 2^7.
    assert (first.difference.gained, first.difference.lost) == (7, 0)
    assert first.difference.value == pytest.approx(0.35)
    assert first.difference.p == pytest.approx(2 / 2**7)
    assert first.difference.test == "McNemar"
    # After 3,000 steps the last nine are right: 9 gained and 5 lost of 14.
    assert (second.difference.gained, second.difference.lost) == (9, 5)
    assert second.difference.p == pytest.approx(0.4240, abs=1e-4)  # binomial table, n = 14, 5
    assert second.difference.p_holm >= second.difference.p


def test_holm_counts_every_test_of_the_table(trained):
    found = table(trained / "results")
    tests = shown_differences(found.sections)
    assert len(tests) == 12  # two adapters × three scores × two shots; no test of a rate
    smallest = min(tests, key=lambda test: test.p)
    assert smallest.p_holm == pytest.approx(12 * smallest.p)
    assert {test.test for test in tests} == {"McNemar", "sign flip"}


def test_too_few_permutations_for_the_correction_are_said(tmp_path):
    ask(tmp_path, 0)
    ask(tmp_path, 20, adapter="out/x", step=9)
    # All 20 differ, so that p is the least there is: 1 / 11 with 10 permutations, 1 / 101 with 100.
    *_, note = table(tmp_path, resamples=10).notes
    assert note == (
        "3 tests are too many for 10 permutations: no difference in Gestalt score could fall below "
        "p = 0.05 after correction; use --resamples 120 or more."
    )
    assert not any("permutations" in note for note in table(tmp_path, resamples=100).notes)


def test_questions_pair_by_hash_not_by_row(trained):
    before = table(trained / "results")
    for path in (trained / "results").rglob("samples_*"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        random.Random(str(path)).shuffle(lines)
        path.write_text("".join(lines), encoding="utf-8")
    assert table(trained / "results").sections == before.sections


def test_the_same_seed_gives_the_same_table(trained):
    assert table(trained / "results").sections == table(trained / "results").sections
    other = table(trained / "results", seed=2)
    assert other.sections != table(trained / "results").sections


def test_the_examination_has_floors_of_its_own(tmp_path):
    struck_out = {"problem_id": "116A71", "forbidden": [], "answer": ["e"],
                  "every_answer_right": True}  # fmt: skip
    docs = [
        {"question": "どれか。", "choices": list("甲乙丙丁戊"), **fields}
        for fields in (struck_out, {"problem_id": "116A1", "forbidden": [], "answer": ["a", "b"]})
    ]
    scores = [{"correct": 1, "unparsed": 0, "forbidden": 0}] * 2
    exam = {"task": "igakuqa_exam", "protocol": "letters", "template": "letters"}
    write_run(tmp_path, docs=docs, responses=["e", "a,b"], scores=scores, **exam)
    # 116A71 is right for all; of the other one guess in ten is.
    assert row(table(tmp_path), "Correct (0s)").floors == {
        "chance": pytest.approx(0.55), "empty answer": 0.5, "all choices": 0.5,
    }  # fmt: skip


def test_pooled_is_over_the_questions_of_both_exams(tmp_path):
    short = questions(5, section="107")
    sample = Asked(task="jmed_sample", docs=DOCS, responses=answers(DOCS, 20))
    for right, adapter in ((5, None), (10, "out/x")):
        jj = Asked(task="jjsimqa", docs=short, responses=answers(short, 5))
        ask(tmp_path, right, adapter=adapter, step=None if adapter is None else 9,
            more=[jj, sample] if adapter is None else [jj])  # fmt: skip
    found = table(tmp_path, pooled=True)
    assert [(each.title, each.questions) for each in found.sections] == [
        ("igakuqa + jjsimqa, pooled", 25)
    ]
    assert values(found, "Accuracy (0s)") == [0.4, 0.6]  # 10 and 15 of 25
    assert [each.title for each in table(tmp_path).sections] == [
        "igakuqa",
        "jjsimqa",
        "jmed_sample",
    ]


def test_pooled_needs_an_exam_of_the_paper(tmp_path):
    ask(tmp_path, 3, task="jmed_sample")
    with pytest.raises(ResultsError, match="--pooled: these runs hold none of the paper's exams"):
        table(tmp_path, pooled=True)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("year", [("igakuqa, year 2021", 12), ("igakuqa, year 2022", 8)]),
        ("section", [("igakuqa, section A", 5), ("igakuqa, section B", 15)]),
        ("answers", [("igakuqa, 1 correct", 18), ("igakuqa, 2 correct", 2)]),
    ],
)
def test_an_exam_broken_down(tmp_path, by, expected):
    docs = [
        question(f"Q{n}", year=2021 + (n >= 12), section="AB"[n >= 5],
                 answer=(0, 1) if n >= 18 else (0,))
        for n in range(20)
    ]  # fmt: skip
    ask(tmp_path, 6, docs=docs, more=[Asked(task="jjsimqa", docs=NO_YEAR, responses=["x"])])
    ask(tmp_path, 8, docs=docs, adapter="out/x", step=9)
    found = table(tmp_path, by=by)
    whole = [("jjsimqa", 1)] if by == "year" else []
    assert [(e.title, e.questions) for e in found.sections][: len(expected)] == expected
    assert [(e.title, e.questions) for e in found.sections if e.title == "jjsimqa"] == whole
    note = "jjsimqa: shown whole; the year is not known for every question."
    assert (note in found.notes) == bool(whole)
    # Which are right does not depend on the breakdown: 6 and 8 in all.
    for column, right in enumerate((6, 8)):
        parts = [
            row(found, "Accuracy (0s)", n).cells[column].value * section.questions
            for n, section in enumerate(found.sections[: len(expected)])
        ]
        assert sum(parts) == pytest.approx(right)


def test_a_breakdown_by_category_of_the_real_exam(tmp_path, real_data):
    docs = [choices_document(item) for item in load_exam("igakuqa", years=[2022]).items]
    ask(tmp_path, 100, docs=docs)
    found = table(tmp_path, by="category")
    assert sum(section.questions for section in found.sections) == 297
    assert "igakuqa, 循環器" in [section.title for section in found.sections]


def test_scores_without_spread(tmp_path):
    ask(tmp_path, 0)
    found = table(tmp_path)
    cell = row(found, "Accuracy (0s)").cells[0]
    assert cell.low == 0.0
    assert cell.high == pytest.approx(0.1611, abs=1e-4)  # Wilson: z² / (n + z²)
    same = [["同じ"] * 20, "Gestalt score (0s)"]
    write_run(tmp_path / "b", task="igakuqa", docs=DOCS, responses=same[0])
    cell = row(table(tmp_path / "b"), same[1]).cells[0]
    assert (cell.low, cell.high) == (None, None)


def test_a_tokenizer_that_cannot_be_read(tmp_path):
    ask(tmp_path, 5, model="model")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "tokenizer.json").write_text("{}", encoding="utf-8")
    assert NO_TOKENIZER in table(tmp_path).notes


def test_a_response_cut_at_the_limit_is_counted(tmp_path, tiny_model):
    few = {"generation_kwargs": {**PAPER, "max_gen_toks": 8}}
    docs = questions(4)
    responses = ["壱", "壱の選択肢が正しいと考えられます。なぜなら", "", "弐番目"]
    asked = {"task": "igakuqa", "docs": docs, "responses": responses, "config": few}
    write_run(tmp_path, model=str(tiny_model), **asked)
    assert values(table(tmp_path), "Cut by length (0s)") == [0.25]


def test_chosen_scores_are_shown_and_counted_alone(trained):
    found = table(trained / "results", metrics=["accuracy", "exact_match"])
    names = [f"{name} ({n}s)" for n in (0, 1) for name in ("Accuracy", "Exact match")]
    assert [each.name for each in found.sections[0].rows] == names
    assert found.tests == 8  # two adapters × two scores × two shots
    assert values(found, "Accuracy (0s)") == [0.25, 0.6, 0.45]


def test_a_chosen_score_leaves_out_what_does_not_have_it(trained):
    run = write_run(trained, docs=DOCS, responses=answers(DOCS, 5), more=[
        Asked(docs=questions(4), responses=[""] * 4, task="arc", protocol="",
              scores=[{"acc": 1.0}] * 4)])  # fmt: skip
    assert [each.title for each in table(run, metrics=["acc"]).sections] == ["arc"]


def test_a_chosen_score_that_no_run_has(trained, capsys):
    assert main(["table", str(trained / "results"), "--metric", "bleu"]) == 1
    assert capsys.readouterr().err == (
        "jmed-report: --metric bleu: no such score in these runs; they have accuracy, exact_match, "
        "gestalt_score, empty, tied\n"
    )
