"""The longest common run, beside difflib's and on long texts."""

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmed_metrics.common_run import CommonRun, _automaton, longest_common_run


@pytest.mark.parametrize(
    ("first", "second", "run"),
    [
        ("", "", (0, 0, 0)),
        ("あ", "", (0, 0, 0)),
        ("あ", "い", (0, 0, 0)),
        ("左心房と右心室", "右心室から左心室", (3, 4, 0)),  # 右心室, before 左心 and 心室
        ("xxabcab", "abcabxx", (5, 2, 0)),
        ("abab", "bababa", (4, 0, 1)),
    ],
)
def test_by_hand(first, second, run):
    assert longest_common_run(first, second) == CommonRun(*run)


def test_of_tokens():
    assert longest_common_run([7, 7, 8, 9], [8, 9, 7]) == CommonRun(2, 2, 0)


@given(st.text("abc", max_size=30), st.text("abc", max_size=30))
def test_as_long_as_difflibs_and_where_it_says(first, second):
    run = longest_common_run(first, second)
    known = SequenceMatcher(None, first, second, autojunk=False).find_longest_match()
    assert run.length == known.size
    part = first[run.first_start : run.first_start + run.length]
    assert second[run.second_start : run.second_start + run.length] == part
    assert first.find(part) == run.first_start
    assert second.find(part) == run.second_start


@given(st.text("abc", min_size=2, max_size=60))
def test_the_automaton_grows_with_the_length_only(text):
    """At most 2 n - 1 states and 3 n - 3 transitions (Blumer et al. 1985), 3 of each for "aa"."""
    states = _automaton(text)
    assert len(states) <= 2 * len(text) - 1 or len(text) == 2
    assert sum(len(each.following) for each in states) <= max(3 * len(text) - 3, 3)


def test_a_long_text():
    text = "ab" * 50_000
    assert longest_common_run(text, f"{text}b").length == len(text)
