"""Text that copies are compared by."""

import re
import unicodedata

import pytest

from jmedlora.core.comparable_text import JOINER, MOST_MARKS, comparable, stream_safe

ABOVE, BELOW = "\u0301", "\u0316"  # of the classes 230 and 220: NFKC puts the second one first


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＢＣ　１２\n", "abc12"),
        ("ﾊﾞｲﾀﾙ", "バイタル"),
        ("Straße", "strasse"),
        ("e" + ABOVE, "é"),
        ("a" + ABOVE + BELOW, "á" + BELOW),
        ("か" + "\u3099" * 2, "が\u3099"),
    ],
)
def test_what_copies_differ_in_is_left_out(text, expected):
    assert comparable(text) == expected


def test_a_row_of_marks_that_scripts_may_need_is_left_as_it_is():
    row = "x" + (ABOVE + BELOW) * (MOST_MARKS // 2)
    assert stream_safe(row) == row
    assert comparable(row) == unicodedata.normalize("NFKC", row)


@pytest.mark.parametrize("marks", [MOST_MARKS + 1, 3 * MOST_MARKS, 10_000])
def test_no_longer_row_is_sorted(marks):
    """What NFKC sorts at once is at most MOST_MARKS; sorting the whole takes its square."""
    row = "x" + (ABOVE + BELOW) * (marks // 2) + ABOVE * (marks % 2)
    safe = stream_safe(row)
    assert safe.replace(JOINER, "") == row
    assert max(map(len, safe[1:].split(JOINER))) == MOST_MARKS
    assert safe.count(JOINER) == (marks - 1) // MOST_MARKS
    assert JOINER in comparable(row)  # it holds while the text is normalised
    assert re.fullmatch(f"x({BELOW}*{ABOVE}*{JOINER}?)+", comparable(row))
