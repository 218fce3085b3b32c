"""A user's own exam: what is read, and the exact words about what is wrong."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jmedlora.core.errors import FileError
from jmedlora.data.cli import main
from jmedlora.exams.documents import choices_document, content_hash
from jmedlora.exams.readers.custom import read_exam
from jmedlora.exams.schema import Question
from tests.support.commands import write_jsonl

GOOD = {"problem_id": "Q1", "question": "どれか。", "choices": ["甲", "乙", "丙"], "answer": ["b"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answer": ["f"]}, "Q1: answer 'f' is none of the 3 choices; use a to c"),
        ({"answer": [3]}, "Q1: answer 3 is none of the 3 choices; use a to c"),
        ({"answer": [-1]}, "Q1: answer -1 is none of the 3 choices; use a to c"),
        ({"answer": [True]}, "Q1: answer true is none of the 3 choices; use a to c"),
        ({"answer": []}, 'Q1: answer is []; give letters such as ["a"] or ["a", "c"]'),
        ({"answer": None}, 'Q1: answer is missing; give letters such as ["a"] or ["a", "c"]'),
        ({"answer": "a,a"}, "Q1: answer 'a,a' repeats a choice; name each correct choice once"),
        ({"choices": ["甲"]}, 'Q1: choices is ["\\u7532"]; give a list of 2 to 26 texts'),
        ({"choices": "甲,乙"}, "Q1: choices is '甲,乙'; give a list of 2 to 26 texts"),
        ({"choices": ["甲", " "]}, "Q1: choice 'b' is ' '; give choice 'b' as text"),
        (
            {"choices": ["甲", "乙", "甲"]},
            "Q1: choices 'a' and 'c' are the same text; make every choice distinct",
        ),
        ({"question": ""}, "Q1: question is ''; give question as text"),
        ({"question": "\ud800"}, "Q1: question holds half of a surrogate pair; write the charac"),
        ({"problem_id": 7}, "problem_id is 7; give problem_id as text"),
        ({"year": "2020"}, "Q1: year is '2020'; give a year such as 2026 or leave it out"),
        ({"year": 2**63}, "Q1: year is 9223372036854775808; give a year such as 2026 or leave it"),
        ({"points": -1}, "Q1: points is -1; give a number from 0 to 1000"),
        (
            {"points": 10**400},
            "Q1: points is 1000000000000000000000000000000000000…; give a number",
        ),
        ({"points": float("nan")}, "Q1: points is NaN; give a number from 0 to 1000"),
        ({"text_only": "yes"}, "Q1: text_only is 'yes'; give true or false"),
        ({"text_onyl": True}, "field 'text_onyl' is unknown; did you mean 'text_only'?"),
    ],
)
def test_every_faulty_field_is_named(tmp_path, change, message):
    path = tmp_path / "exam.jsonl"
    path.write_text(json.dumps({**GOOD, **change}) + "\n", encoding="utf-8")
    with pytest.raises(FileError) as caught:
        read_exam(path)
    assert str(caught.value).startswith(f"{path}:1: {message}")


def test_all_faults_are_reported_at_once_in_the_order_of_the_file(tmp_path, capsys):
    path = tmp_path / "exam.jsonl"
    lines = [
        json.dumps({**GOOD, "problem_id": "Q1"}),
        json.dumps({**GOOD, "problem_id": "Q2", "answer": ["f"], "points": "x"}),
        '{"problem_id": "Q3", "quest',
        json.dumps({**GOOD, "problem_id": "Q1"}),
        "[1, 2]",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert main(["check", str(path)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{path}:2: Q2: answer 'f' is none of the 3 choices; use a to c",
        f"{path}:2: Q2: points is 'x'; give a number from 0 to 1000",
        f"{path}:3: not a complete JSON object (Unterminated string starting at at column 22);"
        " repair or delete the line",
        f"{path}:4: Q1: problem_id 'Q1' is already used at {path}:1; give each question its own",
        f"{path}:5: a JSON object is needed, this is list; repair or delete the line",
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.jsonl", b"", ": holds no question; write one record per question"),
        ("blank.jsonl", b"\n \n", ": holds no question; write one record per question"),
        ("empty.csv", b"", ": holds no question; write one record per question"),
        ("exam.xlsx", b"PK", ": '.xlsx' files are not read; save the exam as .jsonl or .csv"),
        (
            "sjis.jsonl",
            '{}\n{"problem_id": "問1"}'.encode("cp932"),
            ":2: byte 0x96 is not UTF-8 (it decodes as Shift_JIS); save the file as UTF-8",
        ),
        (
            "twice.jsonl",
            b'{"answer": ["a"], "answer": ["b"]}',
            ":1: not usable JSON (the field 'answer' stands twice); repair or delete the line",
        ),
        (
            "utf16.jsonl",
            '{"problem_id": "1"}'.encode("utf-16"),
            ":1: byte 0xff is not UTF-8 (it is UTF-16); save the file as UTF-8",
        ),
        (
            "gap.csv",
            b"problem_id,question,choice_a,choice_b,choice_d,answer\nQ1,what,1,2,4,d\n",
            ":1: the choice columns are choice_a, choice_b, choice_d; name them choice_a, choice_b",
        ),
        (
            "capital.csv",
            b"problem_id,question,choice_a,choice_b,Choice_C,answer\nQ1,what,1,2,3,c\n",
            ":1: the choice columns are choice_a, choice_b, Choice_C; name them choice_a, choice_b",
        ),
        (
            "semicolons.csv",
            b"problem_id;question;choice_a;choice_b;answer\nQ1;what;1;2;a\n",
            ":1: the choice columns are missing; name them choice_a, choice_b, choice_c",
        ),
        (
            "deep.jsonl",
            b"[" * 100_000,
            ":1: not usable JSON (maximum recursion depth exceeded",
        ),
        (
            "ragged.csv",
            b"problem_id,question,choice_a,choice_b,answer\nQ1,what,1,2,3,a\n",
            ":2: the row does not have the header's 5 cells; quote cells that contain a comma",
        ),
        (
            "open.csv",
            b'problem_id,question\nQ1,"what\n',
            ":2: not valid CSV (unexpected end of data); close the quotation mark",
        ),
        (
            "twice.csv",
            b"problem_id,question,choice_a,choice_b,answer,answer\nQ1,what,1,2,a,b\n",
            ":1: two columns are called 'answer'; rename one",
        ),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        read_exam(path)
    assert str(caught.value).startswith(f"{path}{message}")


def test_a_missing_file(tmp_path, capsys):
    assert main(["check", str(tmp_path / "no.jsonl")]) == 1
    expected = "no.jsonl: cannot be read (No such file or directory); check the path"
    assert expected in capsys.readouterr().err


def test_csv_and_jsonl_are_the_same_exam(tmp_path, capsys):
    jsonl = write_jsonl(
        tmp_path / "exam.jsonl",
        {**GOOD, "answer": [0, 2], "year": 2026, "section": "A", "points": 2.0, "exam": "own"},
        {**GOOD, "problem_id": "Q2", "choices": ["一,二", "三"], "answer": "b", "exam": "own"},
    )
    csv = tmp_path / "exam.csv"
    text = (
        "problem_id,question,choice_a,choice_b,choice_c,answer,exam,year,section,points\n"
        'Q1,どれか。,甲,乙,丙,"a,c",own,2026,A,2\n'
        'Q2,どれか。,"一,二",三,,b,own,,,\n'
    )
    csv.write_bytes(text.encode("utf-8-sig"))  # as a spreadsheet saves it
    assert read_exam(csv) == read_exam(jsonl)
    assert main(["check", str(csv)]) == 0
    assert capsys.readouterr().out == f"{csv}: 2 questions, no fault\n"


def test_control_characters_of_a_file_are_written_out(tmp_path, capsys):
    record = {**GOOD, "problem_id": "Q1\nfake.jsonl: 1 question\x1b[2J", "answer": ["f"]}
    path = write_jsonl(tmp_path / "exam.jsonl", record)
    assert main(["check", str(path)]) == 1
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "Q1\\nfake.jsonl: 1 question\\x1b[2J: answer" in err


def test_a_copy_under_another_name_has_the_same_hash(tmp_path):
    first = read_exam(write_jsonl(tmp_path / "a.jsonl", GOOD))
    copy = read_exam(write_jsonl(tmp_path / "b.jsonl", GOOD))
    assert first[0].exam != copy[0].exam
    assert hash_of(first) == hash_of(copy)


def hash_of(questions: list[Question]) -> str:
    return content_hash(map(choices_document, questions))


def test_the_hash_changes_with_any_item(tmp_path):
    items = read_exam(write_jsonl(tmp_path / "a.jsonl", GOOD, {**GOOD, "problem_id": "Q2"}))
    hashes = {hash_of(items), hash_of(items[:1]), hash_of(items[::-1])}
    for change in ({"question": "何か。"}, {"answer": ["a"]}, {"points": 2}, {"year": 2020}):
        changed = {**GOOD, "problem_id": "Q2", **change}
        hashes.add(hash_of(read_exam(write_jsonl(tmp_path / "a.jsonl", GOOD, changed))))
    assert len(hashes) == 7


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
fields = st.sampled_from([*GOOD, "exam", "year", "section", "points", "text_only"])


@settings(max_examples=300, deadline=None)
@given(changes=st.dictionaries(fields, json_values, max_size=4))
def test_malformed_records_give_faults_or_items_but_no_traceback(tmp_path_factory, changes):
    path = tmp_path_factory.mktemp("exam") / "exam.jsonl"
    path.write_text(json.dumps({**GOOD, **changes}) + "\n", encoding="utf-8")
    try:
        items = read_exam(path)
    except FileError as error:
        assert all(str(fault).startswith(str(path)) for fault in error.faults)
    else:
        assert len(items) == 1
        assert all(0 <= index < len(items[0].choices) for index in items[0].indices)


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=200), suffix=st.sampled_from([".jsonl", ".csv"]))
def test_arbitrary_bytes_are_never_an_exam(tmp_path_factory, content, suffix):
    path = tmp_path_factory.mktemp("bytes") / f"exam{suffix}"
    path.write_bytes(content)
    with pytest.raises(FileError):
        read_exam(path)
