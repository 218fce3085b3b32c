"""What a pair's source says to it."""

import pytest

from jmedlora.data.pairs.support import find_support

SOURCE = (
    "心不全は心臓の病気である。治療には利尿薬を使う。投与量は１日５mgとし、1,200 mLの水を制限する。"
)


def test_the_score_is_the_share_of_two_grams_in_the_best_sentences():
    # 利尿, 尿薬, 薬を, を使, 使う, うこ, こと: five of seven stand in the second sentence
    found = find_support("何をする？", "利尿薬を使うこと。", SOURCE)
    assert found.score == 5 / 7
    assert found.sentences == ("治療には利尿薬を使う。",)


def test_three_sentences_at_most_in_their_order():
    source = "甲乙。丙丁。戊己。庚辛。"
    found = find_support("何？", "庚辛丙丁甲乙戊己", source)
    assert found.sentences == ("甲乙。", "丙丁。", "戊己。")
    assert found.score == 3 / 7


def test_of_a_short_answer_the_question_counts_too():
    assert find_support("治療には利尿薬を使うか？", "はい", SOURCE).score > 0.6
    assert find_support("富士山は高いか？", "はい", SOURCE).score == 0
    assert find_support("？", "!", "。").score == 0


@pytest.mark.parametrize(
    ("output", "strange"),
    [
        ("投与量は5 mgで、水は1200mLまで。", ()),
        ("投与量は10mgとする。", ("10mg",)),
        ("投与量は5gとする。", ("5g",)),  # the number is there, with another unit
        ("アミオダロンとdigoxin、bisoprololを使う。", ("アミオダロン", "bisoprolol")),
        ("三錠を使う。", ()),  # not found: numbers in kanji; and drugs without katakana
    ],
)
def test_numbers_and_names_that_the_source_does_not_hold(output, strange):
    assert find_support("治療は？", output, SOURCE).strange == strange


def test_what_cannot_be_compared_has_no_score():
    assert find_support("治療は？", "利尿薬を使う。", None).score is None
    assert find_support("What?", "A diuretic is given.", SOURCE).score is None
