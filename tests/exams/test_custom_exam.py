"""A user's own exam: what is read, and the exact words about what is wrong."""

import difflib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jmedlora.core.errors import FileError
from jmedlora.data.cli import main
from jmedlora.exams.documents import choices_document, content_hash
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.exams.readers import custom
from jmedlora.exams.readers.custom import read_exam
from jmedlora.exams.readers.question_record import OPTIONAL, REQUIRED
from jmedlora.exams.registry import load_exam
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
        ({"choices": ["甲"]}, 'Q1: choices is ["甲"]; give a list of 2 to 26 texts'),
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
        ({"image": "a.png"}, "field 'image' is unknown; did you mean 'images'?"),
        (
            {"choices": []},
            "Q1: choices is []; give a list of 2 to 26 texts, or a number as the",
        ),
        ({"choices": None}, "Q1: choices is missing; give a list of 2 to 26 texts, or a number as"),
        (
            {"choices": list(range(27))},
            "Q1: choices is [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11…; give a list of 2 to 26 texts",
        ),
        ({"choices": [], "answer": "1,200"}, "Q1: choices is []; give a list of 2 to 26 texts, or"),
        (
            {"choices": [], "answer": "-1"},
            "Q1: choices is []; give a list of 2 to 26 texts, or a",
        ),
        (
            {"choices": [], "answer": True},
            "Q1: choices is []; give a list of 2 to 26 texts, or a",
        ),
        ({"choices": [], "answer": ["1", "2"]}, "Q1: choices is []; give a list of 2 to 26 texts"),
        ({"answer": "a or f"}, "Q1: answer 'f' is none of the 3 choices; use a to c"),
        ({"answer": "a or a"}, "Q1: answer 'a or a' repeats an answer; name each answer once"),
        ({"answer": ["a or b", "c"]}, "Q1: answer 'a or b' is none of the 3 choices; use a to c"),
        ({"forbidden": ["d"]}, 'Q1: forbidden is ["d"]; use a to c'),
        ({"forbidden": [1]}, 'Q1: forbidden is [1]; give letters such as ["a"] or ["a", "c"]'),
        ({"forbidden": "c,b"}, "Q1: forbidden 'b' is a correct choice, too; correct either"),
        (
            {"choices": [], "answer": 3, "forbidden": "a"},
            "Q1: forbidden is 'a'; leave it out: there are no choices",
        ),
        ({"case": 3}, "Q1: case is 3; give text or leave it out"),
        ({"images": "a.png"}, "Q1: images is 'a.png'; give a list of paths such as [\"ecg.png\"]"),
        ({"images": ["../a.png"]}, "Q1: image '../a.png' is outside of the exam's folder; give a"),
        ({"images": ["/a.png"]}, "Q1: image '/a.png' is outside of the exam's folder; give a path"),
        ({"images": ["a\0.png"]}, "Q1: image 'a\\x00.png' is missing; put it into "),
        (
            {"images": ["a" * 999]},
            "Q1: image 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… is missing; p",
        ),
    ],
)
def test_every_faulty_field_is_named(tmp_path, change, message):
    path = tmp_path / "exam.jsonl"
    path.write_text(json.dumps({**GOOD, **change}) + "\n", encoding="utf-8")
    with pytest.raises(FileError) as caught:
        read_exam(path)
    assert str(caught.value).startswith(f"{path}:1: {message}")


def test_the_names_of_fields_are_compared_once_a_file(tmp_path, monkeypatch):
    """The comparison took most of the time of a check."""
    compared = []
    monkeypatch.setattr(
        difflib, "get_close_matches", lambda name, *_, **__: compared.append(name) or []
    )
    custom._nearly.cache_clear()
    records = [{**GOOD, "problem_id": f"Q{n}", "question": f"問{n}", "note": ""} for n in range(9)]
    assert len(read_exam(write_jsonl(tmp_path / "exam.jsonl", *records))) == 9
    assert compared == ["note"]


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
            "exam.yaml",
            b"name: exam",
            ": '.yaml' files are not read; name the questions (.jsonl or .csv): their description "
            "beside them is read too",
        ),
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


def test_further_fields_are_the_same_in_csv_and_jsonl(tmp_path):
    """Numbers, images, a case, forbidden choices, and several accepted answers."""
    for name in ("ecg.png", "plots/b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    jsonl = write_jsonl(
        tmp_path / "exam.jsonl",
        {"problem_id": "120A-1", "question": "3/2は。", "answer": "1.50", "exam": "own"},
        {**GOOD, "answer": "a or b,c", "case": " 咳がある。 ", "exam": "own"},
        {**GOOD, "problem_id": "Q2", "forbidden": ["C", "a"], "exam": "own",
         "images": ["ecg.png", "plots/b.png"]},
    )  # fmt: skip
    csv = tmp_path / "exam.csv"
    csv.write_text(
        "problem_id,question,choice_a,choice_b,choice_c,answer,exam,case,forbidden,images\n"
        "120A1,3/2は。,,,,1.50,own,,,\n"
        'Q1,どれか。,甲,乙,丙,"a or b,c",own,咳がある。,,\n'
        'Q2,どれか。,甲,乙,丙,b,own,,"c,a",ecg.png; plots/b.png\n',
        encoding="utf-8",
    )
    assert read_exam(csv) == read_exam(jsonl)
    number, serial, shown = read_exam(csv)
    assert (number.problem_id, number.choices, number.numeric) == ("120A1", (), True)
    assert number.answers == (("1.50",),)
    assert (serial.answers, serial.case) == ((("a",), ("b", "c")), "咳がある。")
    assert (shown.images, shown.text_only) == (("ecg.png", "plots/b.png"), False)
    assert shown.forbidden == ("a", "c")


@pytest.mark.parametrize(
    ("answer", "answers"),
    [
        (40, (("40",),)),
        (0.5, (("0.5",),)),
        ("0.40", (("0.40",),)),
        (["04"], (("04",),)),
        ("40 or 41", (("40",), ("41",))),
    ],
)
def test_the_forms_of_a_numeric_answer(tmp_path, answer, answers):
    path = write_jsonl(tmp_path / "exam.jsonl", {**GOOD, "choices": [], "answer": answer})
    assert read_exam(path)[0].answers == answers


def test_26_choices_and_the_published_form_of_either_answer(tmp_path):
    choices = [f"選択肢{number}" for number in range(26)]
    path = write_jsonl(tmp_path / "exam.jsonl", {**GOOD, "choices": choices, "answer": ["a or z"]})
    assert read_exam(path)[0].answers == (("a",), ("z",))


def test_an_image_is_no_reason_to_leave_a_question_out_that_says_so(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    record = {**GOOD, "images": ["a.png"], "text_only": True}
    assert read_exam(write_jsonl(tmp_path / "exam.jsonl", record))[0].text_only


def test_a_missing_image_is_named_with_its_folder(tmp_path, capsys):
    path = write_jsonl(tmp_path / "exam.jsonl", {**GOOD, "images": ["ecg.png"]})
    assert main(["check", str(path)]) == 1
    assert capsys.readouterr().err == (
        f"{path}:1: Q1: image 'ecg.png' is missing; put it into {tmp_path}, or correct its name\n"
    )


def test_check_says_what_the_tasks_leave_out(tmp_path, capsys):
    records = [{**GOOD, "problem_id": f"Q{n}", "question": f"{n}はどれか。"} for n in range(10)]
    records += [{**GOOD, "problem_id": f"I{number}", "text_only": False} for number in range(7)]
    records += [
        {**GOOD, "problem_id": "N1", "choices": [], "answer": 3},
        {**GOOD, "problem_id": "E1", "question": "いずれか。", "answer": "a or b"},
    ]
    path = write_jsonl(tmp_path / "exam.jsonl", *records)
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{path}: 19 questions, no fault",
        "  left out by every task but jmed_own_vision: 7 (I0, I1, I2, I3, I4 and 2 more) that need "
        "an image",
        "  left out by jmed_own and jmed_own_alpaca: 2 (N1, E1) that ask for a number or accept "
        "several answers",
    ]
    exam = load_exam("jmed_own", file=str(path))
    assert len(exam.items) == 12
    assert len(exam.only(PROTOCOLS["response"].takes).items) == 10
    assert len(exam.only(PROTOCOLS["letters"].takes).items) == 12


WARD = {"problem_id": "W1", "question": "どれか。", "choices": ["ガス", "乙"], "answer": ["a"]}
NFD = "カ\u3099ス"
ALIKE = "they differ only in width, in how characters are put together, or in what does not show"


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([{"choices": ["ガス", NFD]}], f"W1: choices 'a' and 'b' look the same; {ALIKE}; make"),
        ([{"choices": ["ガス", "ｶﾞｽ"]}], "W1: choices 'a' and 'b' look the same"),
        ([{"choices": ["AB", "Ａ\u200bＢ"]}], "W1: choices 'a' and 'b' look the same"),
        ([{"choices": ["葛", "葛\U000e0100"]}], "W1: choices 'a' and 'b' look the same"),
        ([{}, {"problem_id": "Ｗ１", "question": "何か。"}],
         f"Ｗ１: problem_id looks like the earlier 'W1'; {ALIKE}; give each question its own"),
        ([{}, {"problem_id": "W\u200b1", "question": "何か。"}], "looks like the earlier 'W1'"),
        ([{"question": "\u200b\u3164"}], "W1: question has nothing that shows; give question as"),
        ([{"choices": ["甲", "\u00ad"]}], "W1: choice 'b' has nothing that shows"),
        ([{"choices": ["甲", "\u202e乙"]}],
         "W1: choice 'b' holds U+202E, which turns the order of a text; delete it"),
        ([{"question": "ど\x00れか。"}], "W1: question holds the control character U+0000; delete"),
        ([{"case": "発熱\x1b[2J"}], "W1: case holds the control character U+001B; delete it"),
        ([{}, {"problem_id": "W2", "choices": ["乙", NFD], "answer": ["a"]}],
         "W2: asks the same as W1, with another answer; delete one, or mend its answer"),
        ([{"choices": [], "answer": 3}, {"problem_id": "W2", "choices": [], "answer": 4}],
         "W2: asks the same as W1, with another answer"),
    ],
)  # fmt: skip
def test_what_does_not_show_is_named(tmp_path, records, message):
    path = write_jsonl(tmp_path / "exam.jsonl", *({**WARD, **each} for each in records))
    with pytest.raises(FileError) as caught:
        read_exam(path)
    (fault,) = caught.value.faults
    assert str(fault).startswith(f"{path}:{len(records)}: ")
    assert message in str(fault)


@pytest.mark.parametrize(
    "records",
    [
        [{"choices": ["10²", "102"]}],  # NFKC makes them one
        [{"choices": ["AA", "Aa"]}],  # genotypes
        [{"choices": ["女性\u200d医師", "👩\u200d⚕️"]}],
        [{}, {"problem_id": "W2", "case": "60歳", "answer": ["b"]}],
        [{"text_only": False}, {"problem_id": "W2", "text_only": False, "answer": ["b"]}],
        [{"question": "一\r\n二"}],
    ],
)
def test_what_only_seems_to_be_the_same_is_read(tmp_path, records):
    path = write_jsonl(tmp_path / "exam.jsonl", *({**WARD, **each} for each in records))
    assert len(read_exam(path)) == len(records)


def test_check_notes_what_is_no_error(tmp_path, capsys):
    twice = {**WARD, "problem_id": "W2", "choices": ["乙", "ガス"], "answer": ["b"]}
    odd = {**WARD, "problem_id": "W3", "question": "ど\u200bれか", "choices": ["甲\u00ad", "乙"]}
    nurse = {**WARD, "problem_id": "W4", "question": "👩\u200d⚕️は\r\nどれか。"}
    path = write_jsonl(tmp_path / "exam.jsonl", WARD, twice, odd, nurse)
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{path}: 4 questions, no fault",
        "  W2: asks the same as W1, and counts again",
        "  W3: question holds U+200B, which does not show; a model will hardly write it",
        "  W3: choice 'a' holds U+00AD, which does not show; a model will hardly write it",
    ]


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
    other = {**GOOD, "problem_id": "Q2", "question": "誰か。"}
    items = read_exam(write_jsonl(tmp_path / "a.jsonl", GOOD, other))
    hashes = {hash_of(items), hash_of(items[:1]), hash_of(items[::-1])}
    for change in ({"question": "何か。"}, {"answer": ["a"]}, {"points": 2}, {"year": 2020}):
        changed = {**other, **change}
        hashes.add(hash_of(read_exam(write_jsonl(tmp_path / "a.jsonl", GOOD, changed))))
    assert len(hashes) == 7


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
fields = st.sampled_from([*REQUIRED, *OPTIONAL])


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
