"""``jmed-data check --for train|pretrain``: what is said of a training file, without a recipe."""

import json
import os

import datasets
import pytest

from jmedlora.data.dataset import read_training_file, write_parquet
from tests.support.commands import write_jsonl
from tests.support.training_data import GOOD, check


@pytest.mark.parametrize(
    ("kind", "records"),
    [
        ("train", [GOOD, {"instruction": "a", "output": "b"}]),  # without input
        ("train", [{**GOOD, "input": None}, {**GOOD, "input": ""}]),  # as if without
        ("train", [{**GOOD, "note": 1}, {**GOOD, "note": ["x"]}]),  # other fields are ignored
        ("pretrain", [{"text": "一"}, {"text": "a\u2028b\n"}]),
    ],
)
def test_a_good_file_without_a_recipe(tmp_path, capsys, kind, records):
    path = write_jsonl(tmp_path / "data.jsonl", *records)
    assert check(capsys, "--for", kind, path) == (
        0,
        f"{path}: 2 records, no fault\n  add --recipe to count what training would cut\n",
        "",
    )


def test_a_byte_order_mark_and_blank_lines_are_no_fault(tmp_path, capsys):
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\xef\xbb\xbf\r\n" + json.dumps(GOOD).encode() + b"\r\n\r\n")
    assert check(capsys, "--for", "train", path)[:2] == (
        0,
        f"{path}: 1 records, no fault\n  add --recipe to count what training would cut\n",
    )


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"instruction": "a"}, "has no 'output'; add 'output' or delete the line"),
        ({"output": "a"}, "has no 'instruction'; add 'instruction' or delete the line"),
        ({**GOOD, "output": ""}, "'output' is empty; give 'output' as text"),
        ({**GOOD, "output": "\u3000\n"}, "'output' is empty; give 'output' as text"),
        ({**GOOD, "output": None}, "'output' is NoneType, not text; give 'output' as text"),
        ({**GOOD, "output": ["a"]}, "'output' is list, not text; give 'output' as text"),
        ({**GOOD, "instruction": 3}, "'instruction' is int, not text; give 'instruction' as text"),
        ({**GOOD, "input": 0}, "'input' is int, not text; give text or leave 'input' out"),
        ({**GOOD, "input": " "}, "'input' is empty; give text or leave 'input' out"),
        (
            {**GOOD, "input": {"a": 1}},
            "'input' is dict, not text; give text or leave 'input' out",
        ),
        (
            {**GOOD, "output": "\ud83d"},
            "'output' holds half of a surrogate pair; give 'output' as text",
        ),
        (["a"], "a JSON object is needed, this is list; repair or delete the line"),
    ],
)
def test_every_faulty_record_is_named(tmp_path, capsys, record, message):
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + json.dumps(record) + "\n", encoding="utf-8")
    assert check(capsys, "--for", "train", path) == (1, "", f"{path}:2: {message}\n")


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"txt": "a"}, "has no 'text'; add 'text' or delete the line"),
        ({"text": " "}, "'text' is empty; give 'text' as text"),
        ({"text": 1.5}, "'text' is float, not text; give 'text' as text"),
        (GOOD, "has no 'text'; add 'text' or delete the line"),  # the other kind of file
    ],
)
def test_every_faulty_text_is_named(tmp_path, capsys, record, message):
    path = write_jsonl(tmp_path / "pretrain.jsonl", record)
    assert check(capsys, "--for", "pretrain", path) == (1, "", f"{path}:1: {message}\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": holds no record; write one per line, with instruction, output"),
        (b"\n \r\n", ": holds no record; write one per line, with instruction, output"),
        (
            "\u3000\n".encode(),  # blank for Python, but not for JSON
            ":1: not a complete JSON object (Expecting value at column 1);"
            " repair or delete the line",
        ),
        (
            b'{"instruction": "a", "outp',
            ":1: not a complete JSON object (Unterminated string starting at at column 22);"
            " repair or delete the line",
        ),
        (
            b'{"output": "a", "output": "b"}',
            ":1: not usable JSON (the field 'output' stands twice); repair or delete the line",
        ),
        (
            '\n{"instruction": "問"}'.encode("cp932"),
            ":2: byte 0x96 is not UTF-8 (it decodes as Shift_JIS); save the file as UTF-8",
        ),
        (
            '{"instruction": "a"}'.encode("utf-16"),
            ":1: byte 0xff is not UTF-8 (it is UTF-16); save the file as UTF-8",
        ),
    ],
)
def test_files_that_cannot_be_read(tmp_path, capsys, content, message):
    path = tmp_path / "train.jsonl"
    path.write_bytes(content)
    assert check(capsys, "--for", "train", path) == (1, "", f"{path}{message}\n")


def test_all_faults_and_all_files_at_once(tmp_path, capsys):
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"instruction": 1}\n{"a\n{"output": "a"}\n', encoding="utf-8")
    good = write_jsonl(tmp_path / "good.jsonl", GOOD)
    (tmp_path / "folder.jsonl").mkdir()
    missing, folder = tmp_path / "missing.jsonl", tmp_path / "folder.jsonl"
    assert check(capsys, "--for", "train", bad, missing, good, folder) == (
        1,
        f"{good}: 1 records, no fault\n  add --recipe to count what training would cut\n",
        f"{bad}:1: 'instruction' is int, not text; give 'instruction' as text\n"
        f"{bad}:1: has no 'output'; add 'output' or delete the line\n"
        f"{bad}:2: not a complete JSON object (Unterminated string starting at at column 2);"
        " repair or delete the line\n"
        f"{bad}:3: has no 'instruction'; add 'instruction' or delete the line\n"
        f"{missing}: cannot be read (No such file or directory);"
        " check the path and its permissions\n"
        f"{folder}: cannot be read (Is a directory); check the path and its permissions\n",
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path, capsys):
    path = write_jsonl(tmp_path / "train.jsonl", GOOD)
    path.chmod(0)
    message = f"{path}: cannot be read (Permission denied); check the path and its permissions\n"
    assert check(capsys, "--for", "train", path) == (1, "", message)


@pytest.mark.parametrize(
    ("kind", "records"),
    [
        ("train", [{"instruction": "2024-01-01", "output": "2024-01-01T00:00:00Z"}] * 2),
        ("train", [{**GOOD, "input": "1"}, {**GOOD, "input": None, "note": 1}]),
        ("train", [{"instruction": "a", "output": "b"}] * 39_999 + [GOOD]),
        ("pretrain", [{"text": "2024-01-01"}]),
    ],
    ids=["dates", "numbers", "late", "texts"],
)
def test_the_typed_copy_holds_texts(tmp_path, monkeypatch, kind, records):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    copy = tmp_path / "typed" / "data.parquet"
    fields = ["instruction", "output", "input"] if kind == "train" else ["text"]
    file = read_training_file(write_jsonl(tmp_path / "data.jsonl", *records), kind)
    write_parquet(file, fields, copy)
    assert list(copy.parent.iterdir()) == [copy]
    cache = str(tmp_path / "cache")
    read = datasets.load_dataset("parquet", data_files=str(copy), split="train", cache_dir=cache)
    assert read.features == dict.fromkeys(fields, datasets.Value("string"))
    assert read.to_list() == [{name: each.get(name) for name in fields} for each in records]
