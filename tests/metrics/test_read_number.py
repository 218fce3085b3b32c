"""The number that is read from a response to a numeric question."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jmed_metrics.read_number import read_number
from tests.support.answers import fragments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("26", "26"),
        ("２．１", "2.1"),
        ("04", "04"),  # digits of the answer sheet
        ("2.1g/日", "2.1"),
        ("約97Torr", "97"),
        ("1,130 kcal", "1130"),
        ("1, 130 kcal", "1130"),  # as in the format 「1, ①②③」
        ("10.0/人口1,000対", "10.0"),
        ("−5", "-5"),
        ("①2 ②6", "26"),  # a digit for each place
        ("①2.②1", "2.1"),
        ("解答：①7.②2③0", "7.20"),
        ("答え:\n43torr", "43"),
        ("【答え】43", "43"),
        ("答え: 2\n見直すと\n答え: 3", "3"),  # the last one wins
        ("解答: ①146②mg/dL", "146"),
        ("①0.94 ②g/日", "0.94"),
        ("2.5g × 0.82 = 2.05g\n四捨五入して、解答:2.1g/日", "2.1"),
        ("0.0102/0.0012 = 8.5\n②8.5", "8.5"),
        ("よって、リスク比は8.5倍となる。", "8.5"),
        ("8.4と見積もったが、正確には8.5です。", "8.5"),
        ("therefore the value is 146 mg/dl.", "146"),
        ("①=1, ②=2 と考えたが、計算し直した。\n【回答】3.4", "3.4"),
        ("① = 0, ② = 4, ③ = 0 となる。\n\n【回答】0.40", "0.40"),
        ("【回答】①3 ②1 ③5", "315"),
        ("3 1 5", "315"),
        ("【回答】3 1 5", "315"),
        ("3 1 5 mL", "315"),
        ("25.73である。四捨五入して26 Torr", "26"),
        ("【回答】28.07 → 28", "28"),
        ("【回答】28 kg/m²", "28"),
        (r"$\boxed{28\ \text{kg/m}^2}$", "28"),
        ('{"answer": 28}', "28"),
        ("**【回答】28**", "28"),
        ("【回答】28 mg / dL", "28"),
        ("【回答】\n1. 315", "315"),  # numbered like a list
        ("血清浸透圧は 315 mOsm/kgH₂O です。", "315"),
        ("【回答】3.14 の形式で書くと ①2 ②6", "26"),  # a filled sheet is an answer
        ("26\n\n解説: 計算上は25.73です。", "26"),  # a line of its own before a sentence
        ("26(25.73を四捨五入)です。25.73ではない。", "26"),
        ("PaCO2 40です。", "40"),
        ("- 315です。", "315"),  # an item of a list
        ("式の計算から3です。", "3"),
    ],
)
def test_numbers(text, expected):
    assert read_number(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c",
        "①②.③",  # only repeats the format
        "必ず数値①②",
        "① 13 torr, ② 16 torr",  # a place has one digit
        "①1200  ②3160  ③",
        "答えは①. 30人, ②. 0.66 となります",
        "解答:①13②③.87ml",
        "1/2",
        "2〜3",
        "2〜3です",
        "2 〜 3です",
        "2–3です",
        "2 - 3です",
        "2または3です",
        "2から3です",
        "2 or 3です",
        "10分の3です",
        "1対2です",
        "5±1です",
        "1/2です",
        "1 130 mLです",
        "1.2×10^3です",
        "解答:\n1. 2×122=244\n",  # the first step of a calculation
        "1.2.3",
        "答え: 2 10",
        "【回答】3,4",
        "答えは2つあります",
        "0.05 + 1.00 + 35.0",  # cut off in the middle of a calculation
        "若年:0.05、中年:1.00、高齢:35.00となる。",
    ],
)
def test_what_is_no_number_stays_unread(text):
    assert read_number(text) == ""


@settings(max_examples=300, deadline=None)
@given(fragments | st.text())
def test_any_text_gives_a_number_or_nothing(text):
    found = read_number(text)
    assert not found or Decimal(found).is_finite()


def test_a_correction_takes_the_place_of_the_number():
    assert read_number("答えは28。いや、29が正しい。") == "29"
    assert read_number("答えは28。やはり難しい。") == "28"


@pytest.mark.parametrize("more", ["やはり3つの理由がある。", "no wait 3 mL per hour is too much"])
def test_no_correction_without_a_number_of_its_own(more):
    assert read_number(f"【回答】28\n{more}") == "28"
