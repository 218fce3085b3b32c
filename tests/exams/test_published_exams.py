"""The published exams: which questions are asked, and what happens where a file is not right."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from jmedlora.core.errors import FileError, UserError
from jmedlora.data.cli import main as jmed_data
from jmedlora.exams.cache import MissingDataError
from jmedlora.exams.readers.jjsimqa import split_choices
from jmedlora.exams.registry import load_exam
from tests.support.commands import write_jsonl
from tests.support.published import publish

PER_YEAR = {2018: 284, 2019: 292, 2020: 284, 2021: 298, 2022: 297}


@pytest.mark.parametrize("name", ["igakuqa", "igakuqa_en"])
def test_igakuqa_has_1455_questions(real_data, name):
    exam = load_exam(name)
    assert Counter(item.year for item in exam.items) == PER_YEAR
    assert Counter(len(item.answer) for item in exam.items) == {1: 1232, 2: 180, 3: 43}
    assert {len(item.choices) for item in exam.items} == {5}
    assert {item.section for item in exam.items} == set("ABCDEF")
    assert all(item.text_only for item in exam.items)
    assert exam.source == "JMED_DATA"
    # Image, numeric and six-choice items stay out; "a or d" is the answer of an image item.
    assert not {item.problem_id for item in exam.items} & {"112B30", "114C11", "112C66", "113C66"}


def test_the_worked_examples_are_igakuqas_pool_for_both_exams(real_data):
    for name in ("igakuqa", "jjsimqa"):
        pool = load_exam(name).examples
        assert [item.problem_id for item in pool] == ["100E5", "100A60", "100A1"]
        assert {item.year for item in pool} == {2006}


def test_jjsimqa_has_459_questions(real_data):
    exam = load_exam("jjsimqa")
    assert len(exam.items) == 459
    by_id = {item.problem_id: item for item in exam.items}
    assert "107_64-4" not in by_id
    assert by_id["107_888-26"].indices == (3, 4)
    assert by_id["107_64-0"].indices == (3,)  # the example that the paper prints
    assert (by_id["107_64-0"].year, by_id["107_64-0"].section) == (2018, "107")


def test_jjsimqas_three_shapes_of_choices_are_the_same(real_data):
    path = real_data / "jjsimqa" / "jjsimqa.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        shapes = (
            record["choices"],
            dict(zip("abcde", record["choices"], strict=True)),
            record["choices_orig"],
        )
        assert [split_choices(shape) for shape in shapes] == [record["choices"]] * 3


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (
            "[1.,2.,3,4.,5.,6.]",
            "J-1: choices is one string with 6 parts between commas; give a list of 5 texts",
        ),
        (
            "1,2,3,4,5",
            "J-1: choices is one string with 0 parts between commas; give a list of 5 texts",
        ),
        ({"a": "1", "c": "2"}, "J-1: choices has the keys ['a', 'c']; give a list of 5 texts"),
        (["1", "2", "3"], "J-1: choices has 3 entries; give a list of 5 texts"),
    ],
)
def test_choices_that_cannot_be_split_name_the_item(tmp_path, monkeypatch, choices, message):
    record = {"problem_id": "J-1", "problem_text": "?", "choices": choices, "answer": ["a"]}
    path = write_jsonl(tmp_path / "jjsimqa" / "jjsimqa.jsonl", record)
    monkeypatch.setenv("JMED_DATA", str(tmp_path))
    with pytest.raises(FileError) as caught:
        load_exam("jjsimqa")
    assert str(caught.value) == f"{path}:1: {message}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "igakuqa", "years": [2017]}, "year=2017: IgakuQA has the years 2018, 2019, 2020"),
        ({"name": "jjsimqa", "years": [2018]}, "year=2018: only igakuqa is selected by year"),
        ({"name": "igakuqa", "file": "x.csv"}, "file=x.csv: only the task jmed_own takes a file"),
        ({"name": "jmed_own"}, "jmed_own asks your own exam: add --metadata"),
        ({"name": "medqa"}, "exam=medqa: use one of igakuqa, igakuqa_en, jjsimqa"),
    ],
)
def test_options_that_do_not_fit(options, message):
    with pytest.raises(UserError, match=message):
        load_exam(**options)


def test_one_year(real_data):
    assert {item.year for item in load_exam("igakuqa", years=[2020]).items} == {2020}


@pytest.mark.parametrize("left", ["", "jjsimqa", "jjsimqa/data/ja"])
def test_missing_data_names_the_places_and_the_command(no_data, tmp_path, monkeypatch, left):
    """Also where a fetch that failed left empty folders."""
    cache = tmp_path / "empty-cache" / "jjsimqa"
    (tmp_path / "empty-cache" / left).mkdir(parents=True)
    expected = (
        f"jjsimqa is not in the cache ({cache}); run: jmed-data fetch jjsimqa "
        "(or set JMED_DATA to a folder that holds jjsimqa/)"
    )
    with pytest.raises(MissingDataError) as caught:
        load_exam("jjsimqa")
    assert str(caught.value) == expected
    monkeypatch.setenv("JMED_DATA", str(tmp_path / "typo"))
    with pytest.raises(MissingDataError, match="typo/jjsimqa\\) nor in the cache"):
        load_exam("jjsimqa")


def test_jmed_data_comes_before_the_cache(tmp_path, monkeypatch):
    publish(tmp_path / "given", questions=2)
    publish(tmp_path / "cache", questions=3)
    monkeypatch.setenv("JMED_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("JMED_DATA", str(tmp_path / "given"))
    exam = load_exam("jjsimqa")
    assert (exam.source, len(exam.items)) == ("JMED_DATA", 2)
    monkeypatch.delenv("JMED_DATA")
    exam = load_exam("jjsimqa")
    assert (exam.source, len(exam.items)) == ("cache", 3)


def test_jjsimqa_alone_has_no_worked_example_and_says_why(no_data, tmp_path, monkeypatch):
    publish(tmp_path / "given", questions=2)
    shutil.rmtree(tmp_path / "given" / "igakuqa")
    monkeypatch.setenv("JMED_DATA", str(tmp_path / "given"))
    exam = load_exam("jjsimqa")
    assert exam.examples == ()
    assert "run: jmed-data fetch igakuqa" in exam.no_examples
    publish(tmp_path / "given", questions=2)
    (tmp_path / "given/igakuqa/scripts/prompts/prompt.jsonl").unlink()
    assert "prompt.jsonl: the file is missing; run: jmed-data" in load_exam("jjsimqa").no_examples


def test_no_home_folder(monkeypatch, capsys):
    """A container may run as a user that has neither HOME nor an entry in the passwd file."""
    for name in ("JMED_DATA", "JMED_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "expanduser", _no_home)
    with pytest.raises(MissingDataError, match=r"no home folder .*set JMED_CACHE or JMED_DATA"):
        load_exam("jjsimqa")
    assert jmed_data(["fetch", "jjsimqa"]) == 1
    assert "jmed-data: no home folder (" in capsys.readouterr().err


def _no_home(self):
    raise RuntimeError("Could not determine home directory.")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text[: len(text) // 2], "112-A.jsonl:1: not a complete JSON object"),
        (lambda text: text.replace('["a"]', '["f"]'), "answer 'f' is none of the 5 choices; use a"),
        (lambda text: text + text, "problem_id '112A1' is already used at"),
        (lambda _: "", "112-A.jsonl: holds no question; run: jmed-data fetch igakuqa --dest "),
        (lambda text: text.encode("euc_jp"), "112-A.jsonl:1: byte 0x"),
        (None, "112-A.jsonl: the file is missing; run: jmed-data fetch igakuqa --dest "),
    ],
)
def test_a_damaged_published_file_is_refused(tmp_path, monkeypatch, damage, message):
    publish(tmp_path, questions=1)
    monkeypatch.setenv("JMED_DATA", str(tmp_path))
    path = tmp_path / "igakuqa" / "data" / "2018" / "112-A.jsonl"
    content = damage(path.read_text(encoding="utf-8")) if damage else None
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(FileError) as caught:
        load_exam("igakuqa")
    assert message in str(caught.value)


def test_a_question_without_translation_is_named(tmp_path, monkeypatch):
    publish(tmp_path, questions=1)
    monkeypatch.setenv("JMED_DATA", str(tmp_path))
    write_jsonl(tmp_path / "igakuqa" / "data" / "2020" / "114-D_translate.jsonl")
    with pytest.raises(FileError, match=r"114-D_translate\.jsonl: 114D1 has no translation"):
        load_exam("igakuqa_en")


def test_an_example_may_not_be_asked_as_well(tmp_path):
    record = {"problem_id": "Q1", "question": "?", "choices": ["1", "2"], "answer": ["a"]}
    exam = write_jsonl(tmp_path / "own.jsonl", record)
    shots = write_jsonl(tmp_path / "shots.jsonl", {**record, "problem_id": "E1"})
    with pytest.raises(FileError, match=r"shots\.jsonl: E1: is also asked, as Q1 of .*own\.jsonl"):
        load_exam("jmed_own", file=str(exam), examples=str(shots))


def test_an_own_exam_leaves_out_questions_with_images(tmp_path):
    record = {"problem_id": "Q1", "question": "?", "choices": ["1", "2"], "answer": ["a"]}
    image = {**record, "problem_id": "Q2", "text_only": False}
    path = write_jsonl(tmp_path / "own.jsonl", record, image)
    exam = load_exam("jmed_own", file=str(path))
    assert [item.problem_id for item in exam.items] == ["Q1"]
    assert exam.name == "own"
    write_jsonl(path, image)
    with pytest.raises(
        FileError, match=r"own\.jsonl: every question needs an image; set text_only"
    ):
        load_exam("jmed_own", file=str(path))
