"""What ``jmed-report exam`` prints without ``--all``: the verdicts, on any terminal."""

import json

import pytest
from rich.cells import cell_len

from jmedlora.report.cli import main
from tests.support.commands import write_jsonl
from tests.support.exam import NURSING, own, predicted
from tests.support.published import publish, publish_notes

LONG = "organisation/模型-with-a-long-name-7B-instruct"


def short(capsys, *args) -> list[str]:
    assert main(["exam", *map(str, args)]) == 0
    return capsys.readouterr().out.splitlines()


def answers(path, model, right, cut):
    texts = right * ["a"] + cut * ["<think>まだ"] + (10 - right - cut) * ["b"]
    return predicted(path, model, **{f"N{n}": text for n, text in enumerate(texts, start=1)})


@pytest.fixture
def nursing(tmp_path):
    """Two models: 8 and 3 of 10 right; of the second two answers were cut off."""
    exam = own(tmp_path, description=NURSING)
    one = answers(tmp_path / "a.jsonl", LONG, 8, 0)
    other = answers(tmp_path / "b.jsonl", "B", 3, 2)
    return "--exam", f"jmed_own:{exam}", one, other


def test_a_long_name_stands_above_its_numbers(nursing, capsys, monkeypatch):
    """Wilson's intervals of 8 and 3 of 10: 49.0 to 94.3 and 10.8 to 60.3 %."""
    monkeypatch.setenv("COLUMNS", "80")
    said = short(capsys, *nursing)
    numbers = [" ".join(line.split()) for line in said]
    assert numbers[:2] == ["nursing, 看護師の模擬試験, default rule", ""]
    assert numbers[2] == "correct 95 % points 必修 一般 verdict"
    assert numbers[3] == LONG
    assert numbers[4].startswith("8/10 49 to 94 8/10 5 (4) 3 (3) pass, ")
    assert numbers[5] == "B"
    assert numbers[6].startswith("3/10 11 to 60 3/10 3 (4) 0 (3) fail, ")
    assert "  B: 2 answers cut off" in said
    assert "  B: fails by 必修 3 < 4, 一般 0 < 3" in said
    assert "In brackets: the points to pass." in said
    assert " ".join(said).endswith(" of each row; With other questions of the same kind.")


def test_whose_pass_lines_they_are_is_never_cut(tmp_path, capsys, monkeypatch):
    """A Japanese text without a space is wrapped, too: each character takes two columns."""
    monkeypatch.setenv("COLUMNS", "60")
    source = "本校の教務委員会が令和八年四月に定めた内規による暫定の合格基準であり翌年に見直す"
    exam = own(tmp_path, description=NURSING.replace("the school's own rules", source))
    said = short(capsys, "--exam", f"jmed_own:{exam}", answers(tmp_path / "a.jsonl", "A", 8, 0))
    assert source in "".join(said)
    assert max(map(cell_len, said)) <= 60


def test_where_all_fits_the_name_stands_beside(nursing, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    said = short(capsys, *nursing)
    assert [line.split()[0] for line in said[2:5]] == ["model", LONG, "B"]
    assert " 8/10 " in said[3]


def test_the_sum_of_the_points_stands_where_there_is_room_for_it(tmp_path, capsys, monkeypatch):
    """The numbers take 59 columns with the sum and 51 without it, the longer name 28."""
    exam = own(tmp_path, description=NURSING)
    for width, sums in ((90, True), (80, False)):
        monkeypatch.setenv("COLUMNS", str(width))
        file = answers(tmp_path / "a.jsonl", "甲" * 14, 8, 0)
        other = answers(tmp_path / "b.jsonl", "B", 3, 2)
        said = short(capsys, "--exam", f"jmed_own:{exam}", file, other)
        assert said[2].startswith("model")
        assert (" points " in said[2]) == sums


def test_a_note_is_never_cut(tmp_path, capsys, monkeypatch):
    """It says whose lines these are, and what to do."""
    monkeypatch.setenv("COLUMNS", "50")
    exam = own(tmp_path)
    said = short(capsys, "--exam", f"jmed_own:{exam}", answers(tmp_path / "a.jsonl", "A", 8, 0))
    at = said.index("1 note:")
    assert " ".join(" ".join(said[at + 1 : at + 5]).split()) == (
        "nursing: no verdict, because no description says what it takes to pass; write "
        "nursing.yaml beside its questions (docs/tasks.md, An examination of your own)"
    )
    assert [line[:4].strip() == "" for line in said[at + 2 : at + 5]] == [True] * 3
    assert max(map(len, said)) <= 50


@pytest.mark.parametrize("width", [60, 80, 120])
def test_nothing_is_wider_than_the_terminal(width, nursing, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    assert max(map(cell_len, short(capsys, *nursing))) <= width


def test_forbidden_choices_and_the_years_of_one_model(tmp_path, capsys, monkeypatch):
    """112B1 has b as its forbidden choice; three are forgiven."""
    monkeypatch.setenv("JMED_DATA", str(publish_notes(publish(tmp_path / "exams", questions=1))))
    file = predicted(tmp_path / "p.jsonl", "M", **{"112A1": "a", "113A1": "a"})
    said = short(capsys, file)
    assert said[0] == "National medical licensing examination, default rule: M"
    heading, *years = (" ".join(line.split()) for line in said[2:5])
    assert heading == "exam correct 95 % points required general forbidden verdict"
    assert [year.split()[0] for year in years] == ["112", "113"]
    assert years[0] == "112 1/6 n/a 1/6 0 (160) 1 (208) 0 (3) incomplete"
    assert "In brackets: the points to pass, and the most forbidden choices." in said


def test_a_table_by_category_is_the_whole_report(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("JMED_DATA", str(publish_notes(publish(tmp_path / "exams", questions=1))))
    said = short(capsys, predicted(tmp_path / "p.jsonl", **{"112A1": "a"}), "--by", "category")
    assert "By category" in said
    assert "Against the candidates" in said


def test_no_emoji_is_made_of_a_name(tmp_path, capsys):
    """Rich reads ":free:" as one, and a name of OpenRouter ends so before a colon."""
    exam = own(tmp_path, description=NURSING)
    file = answers(tmp_path / "a.jsonl", "qwen/qwen:free", 3, 2)
    other = answers(tmp_path / "b.jsonl", "B", 8, 0)
    said = short(capsys, "--exam", f"jmed_own:{exam}", file, other)
    assert "  qwen/qwen:free: 2 answers cut off" in said


def test_questions_that_need_an_image_name_the_task_that_asks_them(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    exam = own(tmp_path, description=NURSING)
    *records, last = map(json.loads, exam.read_text(encoding="utf-8").splitlines())
    write_jsonl(exam, *records, {**last, "text_only": False})
    texts = {f"N{number}": "a" for number in range(1, 10)}
    said = short(capsys, "--exam", f"jmed_own:{exam}", predicted(tmp_path / "p.jsonl", **texts))
    (why,) = [line for line in said if "9 of 10 answered" in line]
    assert why.endswith("(without an answer: N10, which need an image: jmed_own_vision asks them)")
