"""The national examination: its data, the verdict, and the command that prints it."""

import json
import os
from collections import Counter
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jmed_metrics.marking import Mark
from jmedlora.core.errors import FileError
from jmedlora.exams.description import shipped
from jmedlora.exams.documents import letters_document
from jmedlora.exams.examination import Examination
from jmedlora.exams.readers.igakuqa import SECTIONS
from jmedlora.exams.readers.igakuqa_notes import Note, read_notes
from jmedlora.exams.readers.igakuqa_whole import read_prompt_examples, read_questions
from jmedlora.exams.schema import Question
from jmedlora.report.cli import main
from jmedlora.report.exam.answer_files import read_answer_files
from jmedlora.report.exam.marked import Answered, humans
from jmedlora.report.exam.verdict import ExamResult
from tests.support.commands import write_jsonl
from tests.support.exam import predicted, printed_json
from tests.support.published import YEARS, publish

OFFICIAL = {
    "student-majority": "374/472 372/470 373/471 377/477 384/482",
    "chatgpt": "208/266 205/250 212/266 225/297 230/287",
    "gpt3": "161/209 166/210 160/208 157/203 163/217",
    "gpt4": "302/382 304/385 306/387 308/398 314/392",
    "translate_chatgpt-en": "221/281 219/274 207/263 229/289 258/327",
}
"""Correct/points of 2018 to 2022 that the published script gives the published predictions."""
APART = {
    "student-majority": (144, 1736),
    "chatgpt": (66, 1014),
    "gpt3": (57, 750),
    "gpt4": (81, 1453),
    "translate_chatgpt-en": (75, 1059),
}
"""The right answers among these, to the 150 follow-ups and to the 1,850 other questions."""
KEYS = ["model", "exam", "year", "correct", "questions", "interval", "points", "max_points",
        "required", "general", "kinki", "verdict", "probability", "close", "kinki_probability",
        "missed", "unparsed", "cut", "lines", "lines_from", "without_images", "with_images",
        "without_follow_ups", "follow_ups"]  # fmt: skip


# The real data


@pytest.fixture(scope="module")
def real(real_data) -> list[Question]:
    return read_questions(real_data / "igakuqa")


def test_the_examination_is_complete(real):
    assert Counter(each.year for each in real) == dict.fromkeys(YEARS, 400)
    assert len({each.problem_id for each in real}) == 2000
    assert Counter(len(each.choices) for each in real) == {5: 1984, 0: 12, 6: 2, 8: 2}
    assert [each.problem_id for each in real[:2]] == ["112A1", "112A2"]
    by_id = {each.problem_id: each for each in real}
    assert by_id["112B30"].answers == (("a",), ("d",))
    assert [choice.strip() for choice in by_id["114C11"].choices] == ["", "", "", "", "ｅ"]
    assert (by_id["112C66"].numeric, by_id["112C66"].labels) == (True, ())
    assert by_id["113F83"].labels == tuple("abcdefgh")


def test_forbidden_choices_are_read_from_malformed_fields(real, real_data):
    notes = read_notes(real_data / "igakuqa")
    odd = {
        each.problem_id: each.forbidden
        for each in real
        if each.forbidden != notes[each.problem_id].forbidden_as_published
    }
    assert len(odd) == 15
    assert odd["112A27"] == ("c", "d", "e")  # ["cde"]
    assert odd["112F66"] == ("b",)  # a full-width letter
    assert odd["115E28"] == ("d", "e")  # a leading space
    assert sum(bool(each.forbidden) for each in real) == 135
    assert not any(set(each.forbidden) & set(each.answer) for each in real)
    assert sum(note.human_accuracy is None for note in notes.values()) == 13


def test_the_worked_examples(real_data):
    examples = read_prompt_examples(real_data / "igakuqa")
    assert [each.problem_id for each in examples] == ["100E5", "100A60", "100A1"]
    assert {(each.year, each.points, each.forbidden) for each in examples} == {(2006, 0, ())}


@pytest.fixture(scope="module")
def majority(real, real_data, tmp_path_factory) -> Path:
    """What most candidates chose, as IgakuQA's student.py takes it from the metadata."""
    breakdown = {}
    for path in (real_data / "igakuqa" / "data").glob("*/*_metadata.jsonl"):
        records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        breakdown |= {each["problem_id"]: each["breakdown"] for each in records}
    records = []
    for each in real:
        shares = numpy.array(list(map(float, breakdown[each.problem_id])))
        most = (-shares).argsort()[: len(each.answer)]
        prediction = ",".join("abcdefgh"[index] for index in most)
        records.append({"problem_id": each.problem_id, "prediction": prediction})
    return write_jsonl(tmp_path_factory.mktemp("majority") / "majority.jsonl", *records)


def totals(years: list[dict]) -> str:
    return " ".join(f"{year['correct']}/{year['points']}" for year in years)


def apart(years: list[dict]) -> tuple[int, int]:
    """Right answers to follow-ups and to the others; there are 30 and 370 of them each year."""
    parts = [(year["follow_ups"], year["without_follow_ups"]) for year in years]
    assert {(one["questions"], other["questions"]) for one, other in parts} == {(30, 370)}
    return sum(one["correct"] for one, _ in parts), sum(other["correct"] for _, other in parts)


def test_the_student_majority_scores_as_published(majority, capsys):
    years = printed_json(capsys, majority, "--official")
    assert totals(years) == OFFICIAL["student-majority"]
    assert apart(years) == APART["student-majority"]
    assert [list(year) for year in years] == [KEYS] * 5
    assert {year["verdict"] for year in years} == {"pass"}
    assert [year["max_points"] for year in years] == [499, 496, 496, 500, 494]
    assert all(year["required"] + year["general"] == year["points"] for year in years)


def test_the_student_majority_by_the_default_rule(majority, capsys):
    """The same points; 112D43's ["de"] is a forbidden choice only where it is read properly."""
    years = printed_json(capsys, majority)
    assert totals(years) == OFFICIAL["student-majority"]
    assert [year["kinki"] for year in years] == [1, 0, 0, 0, 0]
    assert main(["exam", str(majority), "--by", "category"]) == 0
    out = capsys.readouterr().out
    assert "forbidden choice by the default rule alone (1): 112D43" in out
    rows = [line.split() for line in out.splitlines()]
    assert ["公衆衛生", "252/270", "312/330", "269", "93.7%", "85.3%"] in rows


@pytest.mark.parametrize("name", OFFICIAL)
def test_published_predictions_score_as_published(name, real_data, capsys):
    """JMED_BASELINES: a folder with IgakuQA's baseline_results, which are not shipped."""
    folder = os.environ.get("JMED_BASELINES")
    if not folder:
        pytest.skip("needs IgakuQA's baseline_results: set JMED_BASELINES to that folder")
    files = [
        Path(folder) / str(year) / f"{number}-{section}_{name}.jsonl"
        for year, number in YEARS.items()
        for section in SECTIONS
    ]
    years = printed_json(capsys, *files, "--official")
    assert totals(years) == OFFICIAL[name]
    assert apart(years) == APART[name]
    if name == "gpt4":  # 161 points of 160
        assert (years[0]["verdict"], years[0]["close"]) == ("pass", True)
        assert years[0]["probability"] == pytest.approx(0.57, abs=0.02)
        assert years[0]["lines"]["required"]["interval"] == pytest.approx([143, 178], abs=1)


# The verdict, by hand


def answered(points: int, *, section: str, correct: bool, forbidden: bool = False) -> Answered:
    question = Question(
        "112A1", "?", ("甲", "乙"), (("a",),), "igakuqa_exam", 2018, section, points,
        forbidden=("b",),
    )  # fmt: skip
    found = Mark(("a",), correct, ("b",) if forbidden else ())
    return Answered(question, Note("112A1", "総論", 60.0, ("b",)), found, found, found)


@pytest.mark.parametrize(
    ("required", "general", "forbidden", "missed"),
    [
        # 2018 passes from 160 required and 208 general points on, with at most 3 forbidden choices
        (160, 208, 3, []),
        (159, 208, 0, ["required 159 < 160"]),
        (160, 207, 0, ["general 207 < 208"]),
        (160, 208, 4, ["forbidden 4 > 3"]),
        (0, 0, 4, ["required 0 < 160", "general 0 < 208", "forbidden 4 > 3"]),
    ],
)
def test_the_lines(required, general, forbidden, missed):
    year = ExamResult(
        "",
        Examination("112", "igakuqa", (), shipped()["112"]),
        (
            answered(required, section="B", correct=True),
            answered(40, section="E", correct=False),
            answered(general, section="A", correct=True),
            *(answered(1, section="F", correct=False, forbidden=True) for _ in range(forbidden)),
        ),
    )
    reached = {name: line.points for name, line in year.lines.items()}
    assert reached == {"required": required, "general": general}
    assert year.forbidden == forbidden
    assert (year.correct, year.points) == (2, required + general)
    assert year.max_points == required + general + 40 + forbidden
    assert year.missed == missed
    assert year.verdict == ("fail" if missed else "pass")


def test_candidates_are_compared_on_the_same_questions():
    answers = [answered(1, section="A", correct=right) for right in (True, True, False)]
    assert humans(answers).n == humans(answers, below=70).n == 3
    assert humans(answers).model == pytest.approx(2 / 3)
    assert humans(answers).candidates == pytest.approx(0.6)
    assert humans(answers, least=70).n == 0


# The command, on a made-up examination of one question a section


def change(root: Path, name: str, **fields: object) -> None:
    """Gives the record of the made-up file ``name`` other fields."""
    path = root / "igakuqa" / "data" / "2018" / name
    record = json.loads(path.read_text(encoding="utf-8"))
    write_jsonl(path, {**record, **fields})


@pytest.fixture
def made_up(tmp_path, monkeypatch) -> Path:
    root = publish(tmp_path / "exams", questions=1)
    for path in (root / "igakuqa" / "data").glob("*/*-?.jsonl"):
        note = {
            "problem_id": f"{path.stem.replace('-', '')}1",
            "category": "総論",
            "kinki": [],
            "human_accuracy": "80",
        }
        write_jsonl(path.with_name(f"{path.stem}_metadata.jsonl"), note)
    change(root, "112-B_metadata.jsonl", kinki=["ｂ"], human_accuracy="60.5", category="内科")
    change(root, "112-C.jsonl", choices=[], answer=["21"], problem_text="求めよ。解答：①.②g/日")
    monkeypatch.setenv("JMED_DATA", str(root))
    return root


ANSWERS = {
    "112A1": "a",
    "112B1": "答えはｂです。",  # wrong, forbidden; unread by the published rule
    "112C1": "2.1g/日",  # right; wrong by the published rule
    "112D1": "わかりません。",
    "112E1": "a, c",
    "112F1": "a",
}
MINISTRY = "the Ministry of Health, Labour and Welfare, for the 112th examination"
YEAR = {
    "model": "",
    "exam": "112",
    "year": 2018,
    "questions": 6,
    "max_points": 6,
    "required": 0,
    "verdict": "fail",
}


def test_both_rules_as_json(made_up, tmp_path, capsys):
    files = [
        predicted(
            tmp_path / f"112-{section}.jsonl", **{f"112{section}1": ANSWERS[f"112{section}1"]}
        )
        for section in SECTIONS
    ]
    default = {"correct": 3, "points": 3, "general": 3, "kinki": 1, "unparsed": 1}
    (year,) = printed_json(capsys, *files)
    assert year == year | YEAR | default
    official = {"correct": 2, "points": 2, "general": 2, "kinki": 0, "unparsed": 4}
    (year,) = printed_json(capsys, *files, "--official")
    assert year == year | YEAR | official


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 甲\nb: 乙", {"kinki": 1, "unparsed": 0}),  # the texts of the choices: both are taken
        ("a: ○\nb: ×", {"kinki": 0, "unparsed": 1}),  # a discussion: b is rejected
        ("a: 正しい。\nb: 不要", {"kinki": 0, "unparsed": 1}),
    ],
)
def test_a_discussion_takes_no_forbidden_choice(made_up, tmp_path, capsys, text, expected):
    path = predicted(tmp_path / "p.jsonl", **{"112B1": text})
    (year,) = printed_json(capsys, path)
    assert {key: year[key] for key in expected} == expected


def test_the_text(made_up, tmp_path, capsys):
    assert main(["exam", str(predicted(tmp_path / "p.jsonl", **ANSWERS)), "--by", "category"]) == 0
    out = capsys.readouterr().out
    rows = [" ".join(line.split()) for line in out.splitlines()]
    assert "National medical licensing examination, default rule" in rows
    # 3 of 6: Wilson's interval is 0.188 to 0.812.
    interval = "18.8% to 81.2%"
    assert f"112 3/6 {interval} 3/6 0/200 (160) 3/299 (208) 1 1 0 fail, <.01" in rows
    assert f"112: pass lines: {MINISTRY}" in rows
    assert "112: fails by required 0 < 160, general 3 < 208" in rows
    assert "112, 70 % or more right 5 60.0% 80.0%" in rows
    assert "112, under 70 % 1 0.0% 60.5%" in rows
    assert "総論 3/5 3/5 5 60.0% 80.0%" in rows
    assert "内科 0/1 0/1 1 0.0% 60.5%" in rows
    assert "default right, published wrong (1): 112C1" in rows
    assert "forbidden choice by the default rule alone (1): 112B1" in rows


def test_markdown(made_up, tmp_path, capsys):
    path = predicted(tmp_path / "p.jsonl", **{"112A1": "a"})
    assert main(["exam", str(path), "--official", "--format", "markdown"]) == 0
    assert capsys.readouterr().out == (
        "**National medical licensing examination, the published script's rule**\n\n"
        "| exam | correct | 95 % interval | points | required (line) | general (line) "
        "| forbidden | unparsed | cut | verdict |\n"
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n"
        "| 112 | 1/6 | n/a | 1/6 | 0/200 (160) | 1/299 (208) | 0 | 0 | 0 | incomplete |\n\n"
        f"112: pass lines: {MINISTRY}\n\n"
        "112: 1 of 6 answered; the others count as wrong, and there is no verdict (without an "
        "answer: 112B1, 112C1, 112D1, 112E1, 112F1)\n\n"
        "**Against the candidates**\n\n"
        "|  | n | model | candidates |\n"
        "| --- | --: | --: | --: |\n"
        "| 112 | 1 | 100.0% | 80.0% |\n"
        "| 112, 70 % or more right | 1 | 100.0% | 80.0% |\n"
        "| 112, under 70 % | 0 | n/a | n/a |\n\n"
        "Questions whose share of right candidates is published, where answered; means.\n"
    )


def test_rules_that_agree(made_up, tmp_path, capsys):
    assert main(["exam", "--all", str(predicted(tmp_path / "p.jsonl", **{"112A1": "a"}))]) == 0
    assert "They agree on every answer." in capsys.readouterr().out


def sample(root: Path, response: str, **doc: object) -> dict:
    """A line of lm-eval's samples file, reduced to what is read."""
    (question,) = [q for q in read_questions(root / "igakuqa") if q.problem_id == "112A1"]
    asked = {**letters_document(question), **doc}
    return {"doc_id": 0, "doc": asked, "resps": [[response]], "filtered_resps": [response]}


@pytest.mark.parametrize(
    ("response", "default", "official"),
    [
        ("a", 1, 1),
        (" Ａ\n", 1, 1),  # as IgakuQA's scripts stored it: half width, small, trimmed
        ("答えはaです", 1, 0),
    ],
)
def test_samples_of_lm_eval(made_up, tmp_path, capsys, response, default, official):
    path = write_jsonl(tmp_path / "samples_igakuqa_exam_1.jsonl", sample(made_up, response))
    assert printed_json(capsys, path)[0]["correct"] == default
    assert printed_json(capsys, path, "--official")[0]["correct"] == official


@pytest.mark.parametrize(
    ("doc", "field"),
    [
        ({"question": "ほかの問題"}, "question"),
        ({"choices": ["乙", "甲", "丙", "丁", "戊"]}, "choices"),
        ({"answer": [0]}, "answer"),  # the task igakuqa
    ],
)
def test_samples_of_another_question(made_up, tmp_path, capsys, doc, field):
    path = write_jsonl(tmp_path / "samples.jsonl", sample(made_up, "a", **doc))
    assert main(["exam", str(path)]) == 1
    assert capsys.readouterr().err == (
        f"jmed-report: {path}:1: 112A1: the {field} asked is not that of 112 on this machine; "
        "give samples of igakuqa_exam or igakuqa_exam_case; check the data with: "
        "jmed-data where igakuqa\n"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": holds no prediction; give samples_*.jsonl of an examination task, lines with"),
        (b'{"problem_id": "112A1", "predi', ":1: not a complete JSON object (Unterminated string"),
        (b'{"problem_id": "\x82\xa0"}', ":1: byte 0x82 is not UTF-8 (it decodes as Shift_JIS)"),
        (b"[]", ": is in none of the known formats; give samples_*.jsonl of an examination task,"),
        (b"problem_id,prediction\n112A1,a\n", ": is in none of the known formats; give samples_"),
        (
            b'{"problem_id": "117A1", "prediction": "a"}',
            ":1: 117A1: is no question of a known examination; name its examination: --exam 112,",
        ),
        (b'{"prediction": "a"}', ':1: problem_id is missing; give it as text, such as "112A1"'),
        (b'{"problem_id": "112A1"}', ":1: 112A1: prediction is missing; give the answer as text:"),
        (
            b'{"problem_id": "112A1", "prediction": [["a"]]}',
            ":1: 112A1: prediction is [['a']]; give the answer as text:",
        ),
        (
            b'{"problem_id": "112A1", "prediction": true}',
            ":1: 112A1: prediction is True; give the answer as text:",
        ),
    ],
)
def test_files_that_are_no_predictions(made_up, tmp_path, capsys, content, message):
    path = tmp_path / "p.jsonl"
    path.write_bytes(content)
    assert main(["exam", str(path)]) == 1
    assert capsys.readouterr().err.startswith(f"jmed-report: {path}{message}")


def test_a_sample_without_response(made_up, tmp_path, capsys):
    record = {**sample(made_up, "a"), "resps": [], "filtered_resps": None}
    path = write_jsonl(tmp_path / "samples.jsonl", record)
    assert main(["exam", str(path)]) == 1
    expected = f"{path}:1: 112A1: the sample holds no response; evaluate again with --log_samples"
    assert capsys.readouterr().err == f"jmed-report: {expected}\n"


def test_two_models_are_not_mixed(made_up, tmp_path, capsys):
    one = predicted(tmp_path / "one.jsonl", **{"112A1": "a"})
    two = predicted(tmp_path / "two.jsonl", **{"112B1": "a", "112A1": "b"})
    assert main(["exam", str(one), str(two)]) == 1
    assert capsys.readouterr().err == (
        f"jmed-report: {two}:2: 112A1: is already answered at {one}:1; "
        'give the files of one model and run, each once, or name the models in the lines ("model": '
        '"A")\n'
    )


def test_no_file_no_data_and_no_category_as_json(no_data, tmp_path, capsys):
    path = predicted(tmp_path / "p.jsonl", **{"112A1": "a"})
    assert main(["exam", str(path)]) == 1
    assert capsys.readouterr().err.startswith("jmed-report: igakuqa is not in the cache")
    assert main(["exam", str(path), "--by", "category", "--format", "json"]) == 1
    expected = "--by category is not in the json list; use --format text or markdown"
    assert capsys.readouterr().err == f"jmed-report: {expected}\n"


def test_a_missing_file(made_up, tmp_path, capsys):
    path = tmp_path / "missing.jsonl"
    assert main(["exam", str(path)]) == 1
    expected = f"{path}: cannot be read (No such file or directory); check the path and its"
    assert capsys.readouterr().err.startswith(f"jmed-report: {expected}")


def test_without_rich(made_up, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "rich", None)
    path = predicted(tmp_path / "p.jsonl", **{"112A1": "a"})
    assert main(["exam", str(path)]) == 1
    expected = "jmed-report: exam needs rich; run: pip install 'jmedlora[report]'\n"
    assert capsys.readouterr().err == expected
    assert len(printed_json(capsys, path)) == 1  # json needs none


# Faulty data


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        ("112-A.jsonl", {"choices": ["甲"]}, "choices has 1 entries; give none or 2 to 8"),
        ("112-A.jsonl", {"choices": "甲"}, "choices is '甲'; give a list of texts"),
        ("112-A.jsonl", {"answer": ["f"]}, 'answer is ["f"]; give letters from a to e'),
        ("112-A.jsonl", {"answer": []}, "answer is []; give letters from a to e"),
        ("112-C.jsonl", {"answer": ["a"]}, 'answer is ["a"]; give one number as text'),
        ("112-A.jsonl", {"points": "x"}, "points is 'x'; give a number from 0 to 1000"),
        ("112-A.jsonl", {"text_only": None}, "text_only is missing; give true or false"),
        ("112-A.jsonl", {"problem_text": " "}, "problem_text is ' '; give problem_text as text"),
        ("112-B_metadata.jsonl", {"kinki": ["x"]}, 'kinki is ["x"]; give letters of its choices'),
        ("112-B_metadata.jsonl", {"kinki": "b"}, "kinki is 'b'; give a list of texts"),
        ("112-A_metadata.jsonl", {"category": ""}, "category is ''; give category as text"),
        (
            "112-A_metadata.jsonl",
            {"human_accuracy": "high"},
            "human_accuracy is 'high'; give a percentage as text, or \"\"",
        ),
    ],
)
def test_faulty_records_are_named(made_up, name, fields, message):
    change(made_up, name, **fields)
    with pytest.raises(FileError) as caught:
        read_questions(made_up / "igakuqa")
    assert str(caught.value).endswith(f":1: {name[:3]}{name[4]}1: {message}")


def test_missing_metadata_names_the_command(made_up):
    root = made_up / "igakuqa"
    path = root / "data" / "2018" / "112-A_metadata.jsonl"
    path.unlink()
    with pytest.raises(FileError) as caught:
        read_questions(root, years=[2018])
    remedy = f"run: jmed-data fetch igakuqa --dest {made_up}"
    assert str(caught.value) == f"{path}: the file is missing; {remedy}"
    write_jsonl(
        path, {"problem_id": "112A9", "category": "総論", "kinki": [], "human_accuracy": ""}
    )
    with pytest.raises(FileError) as caught:
        read_questions(root, years=[2018])
    questions = root / "data" / "2018" / "112-A.jsonl"
    assert str(caught.value) == f"{questions}: 112A1 has no metadata; {remedy}"


odd = (
    st.none() | st.booleans() | st.floats() | st.text() | st.just("100E5") | st.lists(st.text())
    | st.dictionaries(st.sampled_from(["problem_id", "question"]), st.text() | st.none())
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    records=st.lists(
        st.dictionaries(
            st.sampled_from(
                ["problem_id", "prediction", "model", "doc", "resps", "filtered_resps", "results"]
            ),
            odd,
        ),
        max_size=3,
    )
)
def test_damaged_predictions_give_faults_and_no_traceback(tmp_path_factory, records):
    path = write_jsonl(tmp_path_factory.mktemp("damaged") / "p.jsonl", *records)
    try:
        (file,) = read_answer_files([path])
        assert file.given
    except FileError as error:
        assert all(str(fault).startswith(str(path)) for fault in error.faults)
