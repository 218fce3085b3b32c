"""The marked clinical documents keep what their README promises to those who measure with them."""

import collections
import re
import unicodedata

import pytest

from tests.support.personal import HALVES, KINDS, documents, read_marked

STYLES = {
    "discharge_summary",
    "referral_letter",
    "nursing_note",
    "progress_note",
    "lab_table",
    "prescription",
    "operation_record",
    "home_care_report",
    "explanation_record",
    "reception_form",
}
SAID_TO_BE_WRONG = {"417255502133", "812005500761", "205586201331"}
OF_ONE_HALF = set(KINDS) - {"BIRTH_DATE", "DATE", "AGE"}


def bare(text):
    """The text in half width, without white space and hyphens."""
    return re.sub(r"[\s\-ー‐－–]", "", unicodedata.normalize("NFKC", text))


def marked(half):
    """(kind, text) of every span in one half."""
    for path in documents(half):
        text, spans = read_marked(path)
        yield from ((kind, text[start:end]) for start, end, kind in spans)


def check_digit(eleven):
    """The last digit of a 個人番号: 平成26年総務省令第85号, article 5, n from the lowest digit."""
    total = sum(
        int(digit) * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(reversed(eleven), 1)
    )
    return 0 if total % 11 <= 1 else 11 - total % 11


@pytest.mark.parametrize("half", HALVES)
def test_a_half_holds_three_documents_of_each_style(half):
    names = [re.fullmatch(r"\d\d_(\w+)\.txt", path.name)[1] for path in documents(half)]
    assert collections.Counter(names) == dict.fromkeys(STYLES, 3)


@pytest.mark.parametrize("half", HALVES)
def test_a_half_has_more_than_500_spans_and_every_kind(half):
    kinds = collections.Counter(kind for kind, _ in marked(half))
    assert sum(kinds.values()) >= 500
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) >= 7


@pytest.mark.parametrize("half", HALVES)
def test_a_document_has_500_to_1500_characters_and_fits_shift_jis(half):
    for path in documents(half):
        text, _ = read_marked(path)
        assert 500 <= len(text) <= 1500, path.name
        assert text.encode("cp932").decode("cp932") == text


def test_the_halves_share_no_name_number_or_address():
    dev, heldout = (
        {bare(text) for kind, text in marked(half) if kind in OF_ONE_HALF} for half in HALVES
    )
    assert not dev & heldout


def test_the_halves_share_no_family_name():
    dev, heldout = (
        {re.split(r"[\s・]", text)[0] for kind, text in marked(half) if kind == "NAME"}
        for half in HALVES
    )
    assert not dev & heldout


def test_the_check_digit_of_a_number_worked_out_by_hand():
    """Weights 6 5 4 3 2 7 6 5 4 3 2: 6+10+12+12+10+42+42+40+36+0+2 = 212 = 19·11 + 3; 11 - 3."""
    assert check_digit("12345678901") == 8


def test_check_digits_are_right_but_where_the_document_says_that_they_are_not():
    numbers = [bare(text) for half in HALVES for kind, text in marked(half) if kind == "MY_NUMBER"]
    assert all(re.fullmatch(r"\d{12}", number) for number in numbers)
    wrong = {number for number in numbers if check_digit(number[:11]) != int(number[11])}
    assert wrong == SAID_TO_BE_WRONG


@pytest.mark.parametrize("half", HALVES)
def test_ages_begin_at_90(half):
    numeral = str.maketrans("〇一二三四五六七八九", "0123456789")
    for kind, text in marked(half):
        if kind == "AGE":
            plain = bare(text).replace("百", "10").replace("十", "").translate(numeral)
            assert 90 <= int(re.fullmatch(r"(\d+)[歳才]", plain)[1]) <= 110, text


@pytest.mark.parametrize("half", HALVES)
def test_no_name_of_the_half_stands_unmarked_before_an_honorific(half):
    names = {text for kind, text in marked(half) if kind == "NAME"}
    for path in documents(half):
        text, spans = read_marked(path)
        for found in re.finditer(r"(?:様|殿|氏|さん|先生|医師)(?!名)", text):
            before = text[: found.start()].rstrip()
            ends = {end for _, end, _ in spans}
            assert len(before) in ends or not before.endswith(tuple(names)), (path.name, found)


def test_spans_are_offsets_of_the_text_without_marks(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("患者⟦NAME:森\n一⟧様、⟦DATE:5/3⟧。", "utf-8")
    assert read_marked(path) == ("患者森\n一様、5/3。", [(2, 5, "NAME"), (7, 10, "DATE")])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("あ⟦NOBODY:森⟧", "a.txt, offset 1: NOBODY"),
        ("⟦NAME:森⟦DATE:5/3⟧⟧", "a.txt, offset 0: a nested or unclosed"),
        ("森⟧様", "a.txt, offset 1: a nested or unclosed"),
        ("様⟦NAME:森", "a.txt, offset 1: a nested or unclosed"),
        ("⟦NAME:森 ⟧", "a.txt, offset 0: white space"),
    ],
)
def test_a_faulty_mark_is_named_with_its_place(tmp_path, text, said):
    path = tmp_path / "a.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=re.escape(said)):
        read_marked(path)
