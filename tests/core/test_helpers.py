"""Small helpers of the core: numbers from JSON, a number and its noun, files of JSON."""

import pytest

from jmedlora.core.display import counted
from jmedlora.core.json_file import NotJsonError, parse_json, read_json
from jmedlora.core.natural_order import natural_order
from jmedlora.core.number_checks import is_number, is_whole


@pytest.mark.parametrize(
    ("value", "whole", "number"),
    [
        (0, True, True),
        (-3, True, True),
        (10**30, True, True),
        (1.0, False, True),
        (float("nan"), False, True),
        (True, False, False),
        (False, False, False),
        ("1", False, False),
        (None, False, False),
        ([1], False, False),
    ],
)
def test_numbers(value, whole, number):
    assert (is_whole(value), is_number(value)) == (whole, number)


@pytest.mark.parametrize(("number", "said"), [(0, "0 prompts"), (1, "1 prompt"), (2, "2 prompts")])
def test_a_number_agrees_with_its_noun(number, said):
    assert counted(number, "prompt") == said


@pytest.mark.parametrize(
    "ordered",
    [
        ("m, seed 1", "m, seed 2", "m, seed 10", "m, seed 11"),
        ("v0.2", "v0.11", "v1"),
        ("2", "10", "a", "a1", "a1b", "a2"),
        ("m", "m-01", "m-1", "m-2"),
        ("1" * 5000, "2" * 5000, "1" * 5001),
    ],
    ids=["seeds", "versions", "begins with a number", "zeros", "long"],
)
def test_names_in_order(ordered):
    assert tuple(sorted(ordered, key=natural_order)) == ordered


def test_a_file_of_json(tmp_path):
    (tmp_path / "a.json").write_text('{"名": [1, null]}', encoding="utf-8")
    assert read_json(tmp_path / "a.json") == {"名": [1, None]}
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "b.json")


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"\xff", b"\xef\xbb\xbf{}", b"[" * 100_000, b"1" * 5000, "{'a': 1}"],
    ids=lambda raw: repr(raw[:9]),
)
def test_what_is_no_json(raw):
    with pytest.raises(NotJsonError):
        parse_json(raw)
