"""Bad input to ``jmed-report exam``: one line that names the file, the record and the remedy."""

import json
import time
from pathlib import Path

import pytest

from jmedlora.report.cli import main
from tests.support.exam import (
    NURSING,
    given,
    logged,
    message,
    of_119,
    of_120,
    own,
    predicted,
    printed_json,
    sample,
)
from tests.support.published import publish, publish_notes
from tests.support.recent import publish_igakuqa119, publish_jmle2026

FORMATS = (
    "give samples_*.jsonl of an examination task, lines with problem_id and prediction, or the "
    "results of JMLE2026-Bench or IgakuQA119"
)
ANEW = "bring the file anew from its repository"


@pytest.fixture(autouse=True)
def made_up(tmp_path, monkeypatch) -> Path:
    root = publish_notes(publish(tmp_path / "exams", questions=1))
    publish_jmle2026(root, {}, {})
    publish_igakuqa119(root)
    monkeypatch.setenv("JMED_DATA", str(root))
    return root


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", f": holds no prediction; {FORMATS}"),
        (b"{}", ":1: problem_id is missing; give it as text, such as \"112A1\""),
        (b"[\n1\n]", f": is in none of the known formats; {FORMATS}"),
        (b'{\n"a": 1\n}', f": is in none of the known formats; {FORMATS}"),
        (b'{"results": []}', f": is in none of the known formats; {FORMATS}"),
        (
            b'{"results": {"jmle2026": {}}, "configs": {}}',
            ": holds the scores of a run of lm-eval, not its answers; name its folder, or the "
            "samples beside it",
        ),
        (
            b'{\n"results": [{"question_id": "120A-1", "raw_resp',
            ": not usable JSON (Unterminated string starting at: line 2 column 39 (char 40)); "
            "bring the file anew",
        ),
        (
            b'{"results": [{"question_id": "120A-1", "raw_resp',
            ": not usable JSON (Unterminated string starting at: line 1 column 40 (char 39)); "
            "bring the file anew",
        ),
        (
            '{\n"results": [{"question_id": "回答"'.encode("cp932"),
            ":2: byte 0x89 is not UTF-8 (it decodes as Shift_JIS); save the file as UTF-8",
        ),
        (
            b'{"results": [{"predicted": ["a"]}]}',
            f": entry 1 of results has no question_id (missing); {ANEW}, or {FORMATS}",
        ),
        (
            b'{"results": [{"question_number": "119A1"}, {"question_number": 2}, 3]}',
            f": entry 2 of results has no question_number (2); {ANEW}, or {FORMATS}",
        ),
        (
            b'{"results": [{"question_id": "120A-1", "raw_response": 1}]}',
            f": 120A1: raw_response is 1; {ANEW}",
        ),
        (
            b'{"results": [{"question_id": "120A-1", "predicted": {"a": 1}}]}',
            f": 120A1: predicted is {{'a': 1}}; {ANEW}",
        ),
        (
            b'{"results": [{"question_number": "119A1", "answers": [{"answer": [null]}]}]}',
            f": 119A1: answer is [None]; {ANEW}",
        ),
        (
            b'{"problem_id": "120A1", "prediction": "a", "model": 3}',
            ":1: 120A1: model is 3; give its name as text, or leave it out",
        ),
        (
            b'{"doc": {"problem_id": "120A1"}, "resps": [["a"]], "filtered_resps": ["a"]}',
            ":1: 120A1: the task asked for the choices' texts, not for letters; give samples of a "
            "task that asks by chat or by letters (docs/tasks.md)",
        ),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_answers(tmp_path, capsys, content, expected):
    path = tmp_path / "answers.json"
    path.write_bytes(content)
    assert message(capsys, path).split("\n")[0] == f"{path}{expected}"


def test_a_folder_without_answers(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    expected = f"{tmp_path / 'in'}: no answers to an examination in this folder; {FORMATS}"
    assert message(capsys, tmp_path / "in") == expected


@pytest.mark.parametrize(
    ("problem_id", "options", "expected"),
    [
        ("119A1", ["--exam", "120"],
         "119A1: is no question of the examination 120; give --exam 119, or leave --exam out"),
        ("120A99", ["--exam", "120"],
         "120A99: is no question of the examination 120; correct the id"),
        ("120A-99", [], "120A99: is no question of the examination 120; correct the id"),
        ("Q1", [], "Q1: is no question of a known examination; name its examination: --exam 112, "
         "113, 114, 115, 116, 119, 120 or jmed_own:FILE"),
        ("117A1", ["--exam", "119", "--exam", "120"],
         "117A1: is no question of the examinations 119, 120; name its examination: --exam 112, "
         "113, 114, 115, 116, 119, 120 or jmed_own:FILE"),
    ],
)  # fmt: skip
def test_predictions_for_another_examination(tmp_path, capsys, problem_id, options, expected):
    path = predicted(tmp_path / "p.jsonl", **{problem_id: "a"})
    assert message(capsys, path, *options) == f"{path}:1: {expected}"


def test_published_answers_to_another_examination(tmp_path, capsys):
    path = of_119(tmp_path / "x.json", "A", {"119A1": "a"})
    expected = "is no question of the examination 120; give --exam 119, or leave --exam out"
    assert message(capsys, path, "--exam", "120") == f"{path}: 119A1: {expected}"
    expected = "--exam 120: the files found have no answer to it; leave --exam out"
    of_119(tmp_path / "in" / "x.json", "A", {"119A1": "a"})
    assert message(capsys, tmp_path / "in", "--exam", "120") == expected


def test_two_files_of_one_model_that_overlap(tmp_path, capsys):
    for write, name in ((of_120, "120A-1"), (of_119, "119A1")):
        one, two = (write(tmp_path / f"{n}.json", "A", {name: "a"}) for n in (1, 2))
        assert message(capsys, one, two) == (
            f"{two}: {name.replace('-', '')}: is already answered at {one} by A; "
            "give the files of one model and run, each once"
        )


def test_an_id_in_both_spellings_is_one_question(tmp_path, capsys):
    path = predicted(tmp_path / "p.jsonl", **{"120A1": "a", "120A-1": "a"})
    assert message(capsys, path) == (
        f"{path}:2: 120A1: is already answered at {path}:1; give the files of one model and run, "
        'each once, or name the models in the lines ("model": "A")'
    )


def test_a_sample_of_another_question(made_up, tmp_path, capsys):
    path = logged(tmp_path / "m", "jmle2026", sample("120A1", "a"))
    publish_jmle2026(made_up, {"answer": ["b"]})
    assert message(capsys, path) == (
        f"{path}:1: 120A1: the answer asked is not that of 120 on this machine; give samples of "
        "jmle2026; check the data with: jmed-data where jmle2026"
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--exam", "117"],
         "--exam 117: use one of 112, 113, 114, 115, 116, 119, 120, or jmed_own:FILE for your own"),
        (["--lines", "general=3"],
         "--lines general=3: there are 2 points; give at most so many"),
        (["--lines", "必修=1"], "--lines 必修=1: 120 has the lines required, general"),
        (["--lines", "119:general=1"],
         "--lines 119:general=1: there are answers to 120 alone; give the lines of one of them"),
        (["--by", "category"],
         "--by category: no category is published of these examinations; leave it out"),
    ],
)  # fmt: skip
def test_an_option_that_does_not_fit(tmp_path, capsys, options, expected):
    path = predicted(tmp_path / "p.jsonl", **{"120A1": "a"})
    assert message(capsys, path, *options) == expected


def test_lines_of_one_of_several_examinations(tmp_path, capsys):
    path = predicted(tmp_path / "p.jsonl", **{"120A1": "a", "112A1": "a"})
    assert message(capsys, path, "--lines", "general=1") == (
        "--lines general=1: there are 2 examinations (112, 120); say of which one: "
        "--lines 112:general=1"
    )
    found = printed_json(capsys, path, "--lines", "120:general=1")
    assert [each["lines"]["general"]["pass"] for each in found] == [208, 1]


@pytest.mark.parametrize("text", ["general", "general=", "=3", "general=-1", "general=nan", ""])
def test_lines_that_are_none(tmp_path, capsys, text):
    path = predicted(tmp_path / "p.jsonl", **{"120A1": "a"})
    with pytest.raises(SystemExit) as caught:
        main(["exam", str(path), "--lines", text])
    assert caught.value.code == 2
    assert f"'{text}': give it as general=224" in capsys.readouterr().err


# An examination of one's own


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("sections: [必修]", "sections: [B]"),
         "line '必修' has the section 'B', which no question has; the questions have the sections "
         "'一般', '必修'"),
        (("pass: 3", "pass: 6"),
         "line '一般' passes from 6 points on, of 5 that there are; give at most so many"),
        (("points: 5", "points: 6"),
         "line '必修' has 6 points, its questions have 5; correct either, or leave the line's "
         "points out"),
        (("lines:", "struck_out: [N11]\nlines:"),
         "N11: struck_out names no question; correct the id"),
        (("lines:", "points: {C: {1-5: 3}}\nlines:"),
         "points has the section 'C', which no question has; the questions have the sections "
         "'一般', '必修'"),
        (("name: nursing", "name: '120'"),
         "name '120' is that of a national examination; give your own another name"),
        (("lines_from:", "line_from:"),
         "lines_from: it is missing; see docs/tasks.md, An examination of your own"),
    ],
)  # fmt: skip
def test_a_faulty_description(tmp_path, capsys, change, expected):
    exam = own(tmp_path, description=NURSING.replace(*change))
    answers = given(tmp_path / "p.jsonl", 10)
    found = message(capsys, "--exam", f"jmed_own:{exam}", answers)
    assert f"{exam.with_suffix('.yaml')}: {expected}" in found.split("\n")


def test_a_verdict_asked_without_a_description(tmp_path, capsys):
    exam = own(tmp_path)
    answers = given(tmp_path / "p.jsonl", 10)
    found = message(capsys, "--exam", f"jmed_own:{exam}", answers, "--lines", "general=3")
    assert found == (
        "--lines: nursing has no description that says which sections a line has; write "
        "nursing.yaml (docs/tasks.md, An examination of your own)"
    )


def test_no_published_rule_for_ones_own(tmp_path, capsys):
    exam = own(tmp_path, description=NURSING)
    answers = given(tmp_path / "p.jsonl", 10)
    found = message(capsys, "--exam", f"jmed_own:{exam}", answers, "--official")
    assert found == "--official: nobody has published a rule for nursing; leave it out"


def test_two_examinations_with_the_same_ids(tmp_path, capsys):
    one, two = own(tmp_path / "x"), own(tmp_path / "y", description=NURSING.replace(
        "name: nursing", "name: other"))  # fmt: skip
    answers = given(tmp_path / "p.jsonl", 10)
    found = message(capsys, "--exam", f"jmed_own:{one}", "--exam", f"jmed_own:{two}", answers)
    assert found == "nursing and other both have a question N1; give one of them with --exam"


# Long texts


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["a", "【回答】", "answer: ", "1.", "\\", "e\u0301", "("])
def test_a_response_of_2_mb_takes_a_bounded_time(tmp_path, capsys, piece):
    """2 MB in each format; a reader whose time grows with the square would take hours."""
    text = piece * (2_000_000 // len(piece.encode()))
    files = [
        of_120(tmp_path / "1.json", "A", {"120A-1": text}),
        of_119(tmp_path / "2.json", "B", {"119A1": text}),
        predicted(tmp_path / "3.jsonl", "C", **{"112F1": text, "112A1": text}),
    ]
    start = time.process_time()
    assert len(printed_json(capsys, *files)) == 3
    assert len(printed_json(capsys, "--official", *files)) == 3
    assert time.process_time() - start < 120


def test_a_value_nested_without_end(tmp_path, capsys):
    path = tmp_path / "x.json"
    path.write_text('{\n"results": ' + 100_000 * "[", encoding="utf-8")
    assert message(capsys, path).startswith(f"{path}: not usable JSON (")


def test_a_field_that_stands_twice(tmp_path, capsys):
    path = of_120(tmp_path / "x.json", "A", {"120A-1": "a"})
    text = path.read_text(encoding="utf-8").replace('"summary": {}', '"results": []')
    path.write_text(text, encoding="utf-8")
    assert json.loads(text)["results"]
    assert "the field 'results' stands twice" in message(capsys, path)
