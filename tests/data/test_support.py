"""What a pair's source says to it."""

import time

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


KAMPO = "葛根湯エキスとmetformin 500mgを、１日三回、二週間使う。5ミリグラムは十分である。"


@pytest.mark.parametrize(
    ("output", "strange"),
    [
        ("投与量は5 mgで、水は1200mLまで。", ()),
        ("投与量は10mgとする。", ("10mg",)),
        ("投与量は5gとする。", ("5g",)),  # the number is there, with another unit
        ("投与量は五ミリグラム、5ミリグラムとする。", ()),
        ("アミオダロンとdigoxin、bisoprololを使う。", ("アミオダロン", "digoxin", "bisoprolol")),
        ("十ミリグラムを三回使う。", ("十ミリグラム", "三回")),
        ("葛根湯を使う。", ("葛根湯",)),
        ("五苓散、八味地黄丸と当帰芍薬散料を使う。", ("五苓散", "八味地黄丸", "当帰芍薬散")),
        ("metforminとワルファリン、WARFARINを使う。", ("ワルファリン", "metformin", "warfarin")),
        ("病変の分散、感染拡散、精巣睾丸、熱湯。三叉神経、十二指腸、十分、数十年、一包化。", ()),
        ("10 percentは3単位、ECGとBNPで診る。", ("10 percent", "3単位")),
    ],
)
def test_numbers_and_names_that_the_source_does_not_hold(output, strange):
    assert find_support("治療は？", output, SOURCE).strange == strange


@pytest.mark.parametrize(
    "output",
    [
        "葛根湯を1日3回、2週間。",
        "葛根湯とmetforminを一日三回。",
        "メトホルミンではなくＭｅｔｆｏｒｍｉｎ500 mg。",
    ],
)
def test_what_the_source_writes_otherwise_is_held(output):
    strange = find_support("治療は？", output, KAMPO).strange
    assert strange == (("メトホルミン",) if "メト" in output else ())


def test_another_drug_with_a_like_name_is_strange():
    source = "小柴胡湯とmethylprednisoloneを使う。"
    strange = find_support("治療は？", "大柴胡湯とprednisoloneを使う。", source).strange
    assert strange == ("大柴胡湯", "prednisolone")


def test_in_english_only_the_ending_tells_a_drug():
    source = "A diuretic is given for heart failure."
    strange = find_support("What?", "Patients receive metformin or warfarin 5 mg daily.", source)
    assert strange.strange == ("5 mg", "metformin", "warfarin")


@pytest.mark.parametrize("text", ["湯", "散薬", "十", "a", "9", "9,999", "ミ", "mg"])
def test_a_long_row_takes_no_long_time(text):
    """A second would be a hundred times too long; with its square it would be minutes."""
    start = time.process_time()
    find_support("治療は？", text * 50_000, "あ")
    assert time.process_time() - start < 5


def test_what_cannot_be_compared_has_no_score():
    assert find_support("治療は？", "利尿薬を使う。", None).score is None
    assert find_support("What?", "A diuretic is given.", SOURCE).score is None
