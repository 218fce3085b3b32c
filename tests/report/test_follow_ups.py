"""Follow-ups of series (連問) apart from all other questions: scores, tables, examinations."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from scipy.stats import binomtest

from jmedlora.exams.documents import case_in_front, chat_document, letters_document
from jmedlora.exams.examination import load_examinations
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.exams.readers.custom import read_exam
from jmedlora.report.cli import main
from jmedlora.report.compare.statistics import RESAMPLES, SEED
from jmedlora.report.load.follow_ups import read_apart
from jmedlora.report.load.results import read_results
from jmedlora.report.render.number_format import fixed
from tests.support.commands import write_jsonl
from tests.support.compared import DOCS, ask, repeated, row, table, values
from tests.support.exam import of_120, predicted, printed_json, rows
from tests.support.published import publish, publish_notes, publish_series
from tests.support.recent import CASE, publish_jmle2026
from tests.support.runs import write_run

FIVE = [f"Q{number}" for number in range(1, 6)]
RIGHT = [0, 1, *range(5, 15)]
"""Questions answered rightly, of 20: two of the five follow-ups, ten of the fifteen others."""


def noting(*, with_case: bool = False, ids=FIVE) -> dict:
    return {"follow_ups": {"ids": ids, "with_case": with_case}}


def wilson(right: int, n: int) -> str:
    found = binomtest(right, n).proportion_ci(method="wilson")
    return f"{found.low:.3f} to {found.high:.3f}".replace("0.", ".")


# jmed-report scores


def scores(capsys, path: Path) -> list[str]:
    assert main(["scores", str(path)]) == 0
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("with_case", [False, True])
def test_scores_apart(with_case, tmp_path, capsys):
    found = scores(capsys, ask(tmp_path, RIGHT, data=noting(with_case=with_case)))
    assert f"15 other questions .667 {wilson(10, 15)}" in found
    assert f"5 follow-ups .400 {wilson(2, 5)}" in found
    how = "with" if with_case else "without"
    assert f"5 follow-ups of serial questions (連問), asked {how} their case" in found


def test_scores_apart_of_several_samples(tmp_path, capsys):
    path = repeated(tmp_path, RIGHT, 20, data=noting())
    found = scores(capsys, path)
    sections = table(path, follow_ups=True, seed=SEED, resamples=RESAMPLES)
    expected = [("15 other questions", 25 / 30), ("5 follow-ups", 7 / 10)]
    for number, (part, score) in enumerate(expected, start=1):
        (cell,) = row(sections, "Accuracy (0s)", number).cells
        assert cell.value == pytest.approx(score)
        limits = f"{fixed(cell.low)} to {fixed(cell.high)}"
        assert f"{part} {fixed(score)} {limits}" in found


def by_log_likelihood(folder: Path, **more: object) -> Path:
    """The same answers, each the likeliest choice."""
    values = [(-1.0, -2.0, -9.0, -9.0, -9.0), (-2.0, -1.0, -9.0, -9.0, -9.0)]
    given = [values[place not in RIGHT] for place in range(20)]
    return write_run(folder, task="igakuqa_mc", protocol="likelihood", docs=DOCS, responses=given,
                     data={**noting(), **more})  # fmt: skip


def test_scores_by_log_likelihood_apart(tmp_path, capsys):
    found = scores(capsys, by_log_likelihood(tmp_path))
    start = next(place for place, line in enumerate(found) if line.startswith("acc .600"))
    assert found[start + 1 : start + 3] == [
        f"15 other questions .667 {wilson(10, 15)}",
        f"5 follow-ups .400 {wilson(2, 5)}",
    ]
    assert "5 follow-ups of serial questions (連問), asked without their case" in found


def test_a_table_by_log_likelihood_shows_the_parts(tmp_path):
    found = table(by_log_likelihood(tmp_path), follow_ups=True)
    assert [each.title for each in found.sections[1:]] == [
        "igakuqa_mc, without follow-ups",
        "igakuqa_mc, follow-ups asked without their case",
    ]
    assert values(found, "acc (0s)", 1) == [round(10 / 15, 4)]
    assert values(found, "acc (0s)", 2) == [2 / 5]


def test_answers_of_which_none_is_right_need_no_samples(tmp_path):
    """To questions without choices."""
    (result,) = read_results(ask(tmp_path, RIGHT, data=noting()))
    assert read_apart(result)
    assert read_apart(replace(result, protocol=PROTOCOLS["free"])) is None


def test_scores_of_a_file_that_notes_none(tmp_path, capsys):
    found = scores(capsys, ask(tmp_path, RIGHT))
    assert not any("follow-up" in line for line in found)


def test_scores_of_a_trial_count_what_was_asked(tmp_path, capsys):
    noted = noting(ids=[*FIVE, "Q900"])  # the sixth follow-up was not asked
    found = scores(capsys, ask(tmp_path / "a", RIGHT, data={**noted, "items": 1455}))
    assert "chance, empty answer, all choices: over all 1,455 questions" in found
    assert "5 follow-ups of serial questions (連問), asked without their case" in found
    next((tmp_path / "a").rglob("samples_*")).unlink()
    found = scores(capsys, tmp_path / "a")
    assert any(line.startswith("6 follow-ups of serial questions (連問) in the whole exam, asked")
               for line in found)  # fmt: skip
    none = scores(capsys, ask(tmp_path / "b", RIGHT, data={**noting(ids=["Q900"]), "items": 1455}))
    assert not any("連問" in line for line in none)


def test_scores_of_a_trial_name_the_floors_of_their_task(tmp_path, capsys):
    found = scores(capsys, by_log_likelihood(tmp_path, items=1455))
    assert "chance: over all 1,455 questions" in found


def test_scores_without_samples_say_what_is_missing(tmp_path, capsys):
    path = ask(tmp_path, RIGHT, data=noting())
    next(path.parent.glob("samples_*")).unlink()
    found = scores(capsys, path)
    assert any(line.startswith("5 follow-ups of serial questions (連問), asked without their case; "
                               "their score needs the samples (--log_samples)")
               for line in found)  # fmt: skip
    assert not any("other questions" in line for line in found)


def test_scores_of_a_sample_without_a_value_end_with_one_line(tmp_path, capsys):
    path = ask(tmp_path, RIGHT, data=noting())
    samples = next(path.parent.glob("samples_*"))
    lines = samples.read_text(encoding="utf-8").splitlines()
    lines[1] = json.dumps({**json.loads(lines[1]), "accuracy": "?"})
    samples.write_text("\n".join(lines), encoding="utf-8")
    assert main(["scores", str(path)]) == 1
    assert capsys.readouterr().err == (
        f"jmed-report: {samples}:2: accuracy is '?', not 0 or 1; evaluate again with "
        "--log_samples\n"
    )


# jmed-report table


@pytest.fixture
def trained(tmp_path) -> list[Path]:
    """A base and its training, which differ in four questions."""
    more = [*RIGHT, 2, 15, 16, 17]
    base = ask(tmp_path, RIGHT, data=noting())
    tuned = ask(tmp_path, more, data=noting(), adapter="out/lora", step=10)
    return [base, tuned]


def test_a_table_shows_the_parts_below_their_exam(trained):
    found = table(*trained, follow_ups=True)
    assert [(each.title, each.questions) for each in found.sections] == [
        ("igakuqa", 20),
        ("igakuqa, without follow-ups", 15),
        ("igakuqa, follow-ups asked without their case", 5),
    ]
    assert [each.name for each in found.sections[1].rows] == ["Accuracy (0s)"]
    assert values(found, "Accuracy (0s)", 1) == [round(10 / 15, 4), round(13 / 15, 4)]
    assert values(found, "Accuracy (0s)", 2) == [2 / 5, 3 / 5]
    whole = [cell.value for cell in row(found, "Accuracy (0s)").cells]
    assert whole == [pytest.approx((15 * 10 / 15 + 2) / 20), pytest.approx(16 / 20)]


def test_the_parts_are_not_tested_and_leave_the_exams_p_values_alone(trained):
    plain, apart = table(*trained), table(*trained, follow_ups=True)
    assert apart.sections[0] == plain.sections[0]
    assert row(apart, "Accuracy (0s)").cells[1].difference is not None
    parts = [each for section in apart.sections[1:] for each in section.rows]
    assert all(cell.difference is None for each in parts for cell in each.cells)


def test_a_note_stands_below_every_table_of_questions_without_their_case(trained, tmp_path):
    note = (
        "igakuqa: 5 follow-ups of serial questions (連問) asked without the case that they belong "
        "to; igakuqa_case and the chat tasks ask them with it."
    )
    for options in ({}, {"follow_ups": True}, {"pooled": True}, {"by": "answers"}):
        assert note in table(*trained, **options).notes
    cased = ask(tmp_path / "b", 3, task="igakuqa_case", data=noting(with_case=True))
    found = table(cased, follow_ups=True)
    assert found.sections[2].title == "igakuqa_case, follow-ups asked with their case"
    assert not any("連問" in each for each in found.notes)


def test_a_trial_has_the_parts_too(tmp_path):
    """Its title is not the name of its exam."""
    found = table(ask(tmp_path, RIGHT, data={**noting(), "items": 1455}), follow_ups=True)
    assert [each.title for each in found.sections] == [
        "igakuqa, trial: 20 of 1,455",
        "igakuqa, trial: 20 of 1,455, without follow-ups",
        "igakuqa, trial: 20 of 1,455, follow-ups asked without their case",
    ]
    assert values(found, "Accuracy (0s)", 1) == [round(10 / 15, 4)]


def test_runs_of_before_stand_in_a_table_as_they_did(tmp_path):
    found = table(ask(tmp_path, RIGHT), follow_ups=True)
    assert [each.title for each in found.sections] == ["igakuqa"]


def test_the_command_shows_them(trained, tmp_path, capsys):
    assert main(["table", str(tmp_path), "--format", "csv", "--resamples", "200"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith('"igakuqa, follow-ups asked without their case",5,Accuracy (0s)')
    assert "|data:" in lines[-1]  # the signature of its exam


# jmed-report exam


@pytest.fixture
def made_up(tmp_path, monkeypatch) -> Path:
    """112 with a follow-up, 112B2; 120 with one, 120A3, which shares the case of 120A2."""
    root = publish_series(publish_notes(publish(tmp_path / "exams", questions=2)))
    case = {"serial_group": {"context_text": CASE}}
    publish_jmle2026(root, {}, case, case)
    monkeypatch.setenv("JMED_DATA", str(root))
    return root


def logged(folder: Path, task: str, exam: str, form, **texts: str) -> Path:
    """What lm-eval logs of a task that asks questions in the form ``form``."""
    every = {q.problem_id: q for each in load_examinations(exam) for q in each.questions}
    return write_jsonl(
        folder / f"samples_{task}_2026-02-01T00-00-00.0.jsonl",
        *({"doc": form(every[name]), "resps": [[text]], "filtered_resps": [text]}
          for name, text in texts.items()),
    )  # fmt: skip


def with_case(question):
    return letters_document(case_in_front(question))


@pytest.mark.parametrize(
    ("task", "form", "asked", "shown"),
    [
        ("igakuqa_exam", letters_document, False, "asked without it"),
        ("igakuqa_exam_case", with_case, True, "asked with it"),
        ("kokushi_112", chat_document, True, "asked with it"),
    ],
)
def test_an_examination_apart(task, form, asked, shown, made_up, tmp_path, capsys):
    """112B1 and 112B2 right, 112A1 wrong: 1 of 11 others, 1 of 1 follow-up, a point each."""
    texts = {"112A1": "b", "112B1": "a", "112B2": "a"}
    path = logged(tmp_path, task, "112", form, **texts)
    (found,) = printed_json(capsys, path)
    assert found["correct"] == 2
    one = {"correct": 1, "points": 1}
    assert found["follow_ups"] == {**one, "questions": 1, "max_points": 1, "with_case": asked}
    assert found["without_follow_ups"] == {**one, "questions": 11, "max_points": 11}
    lines = rows(capsys, path)
    start = lines.index("Follow-ups and other questions")
    assert lines[start + 2] == "other questions points follow-ups points case of the follow-ups"
    assert lines[start + 4] == f"112 1/11 1/11 1/1 1/1 {shown}"


def test_the_short_form_has_both_scores(made_up, tmp_path, capsys):
    texts = {"112A1": "b", "112B1": "a", "112B2": "a"}
    logged(tmp_path / "one", "igakuqa_exam", "112", letters_document, **texts)
    assert main(["exam", str(tmp_path / "one")]) == 0
    assert "  follow-ups 1/1, other questions 1/11\n" in capsys.readouterr().out
    logged(tmp_path / "two", "igakuqa_exam", "112", letters_document, **{"112B2": "b"})
    assert main(["exam", str(tmp_path / "one"), str(tmp_path / "two")]) == 0
    assert "  one: follow-ups 1/1, other questions 1/11\n" in capsys.readouterr().out


def test_one_model_asked_both_ways_has_two_rows(made_up, tmp_path, capsys):
    folder = tmp_path / "base"
    logged(folder, "igakuqa_exam", "112", letters_document, **{"112B2": "b"})
    logged(folder, "igakuqa_exam_case", "112", with_case, **{"112B2": "a"})
    found = {each["model"]: each["follow_ups"] for each in printed_json(capsys, folder)}
    assert {name: (each["correct"], each["with_case"]) for name, each in found.items()} == {
        "base, igakuqa_exam": (0, False),
        "base, igakuqa_exam_case": (1, True),
    }


@pytest.mark.parametrize("form", [chat_document, letters_document])
def test_a_serial_question_of_the_120th_is_marked_however_its_case_was_given(
    form, made_up, tmp_path, capsys
):
    texts = {"120A1": "a", "120A2": "a", "120A3": "b"}
    (found,) = printed_json(capsys, logged(tmp_path, "jmle2026", "120", form, **texts))
    assert (found["correct"], found["verdict"]) == (2, "fail")
    assert found["follow_ups"] == {
        "correct": 0, "questions": 1, "points": 0, "max_points": 1, "with_case": True,
    }  # fmt: skip


def test_how_a_published_answer_was_asked_is_not_known(made_up, tmp_path, capsys):
    path = of_120(tmp_path / "1.json", "M", {f"120A-{n}": "【回答】a" for n in (1, 2, 3)})
    (found,) = printed_json(capsys, path)
    assert found["follow_ups"]["with_case"] is None
    assert "120 2/2 2/2 1/1 1/1 not known" in rows(capsys, path)


def test_without_follow_ups_there_is_no_table_of_them(made_up, tmp_path, capsys):
    lines = rows(capsys, predicted(tmp_path / "p.jsonl", **{"113A1": "a"}))
    assert "Follow-ups and other questions" not in lines


# Follow-ups of an exam of one's own


def test_which_questions_of_an_own_exam_follow(tmp_path):
    """Those whose case an earlier question has, also where another stands between them."""
    cases = ["", "咳がある。", "発熱がある。", "咳がある。 ", ""]
    path = write_jsonl(
        tmp_path / "own.jsonl",
        *({"problem_id": f"Q{place}", "question": f"問{place}。どれか。", "choices": ["甲", "乙"],
           "answer": "a", "case": case} for place, case in enumerate(cases, start=1)),
    )  # fmt: skip
    assert [each.problem_id for each in read_exam(path) if each.follow_up] == ["Q4"]
