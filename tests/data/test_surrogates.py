"""Surrogates: worked out by hand, the same for the same person, and found as nobody's data."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmedlora.data.personal.dates import find_dates
from jmedlora.data.personal.finding import Finding, Kind
from jmedlora.data.personal.numerals import read_numeral, write_numeral
from jmedlora.data.personal.people import label_people, letters
from jmedlora.data.personal.recognisers.dates import date_recognisers
from jmedlora.data.personal.replace import (
    MOST_WEEKS,
    replace_findings,
    secret_of,
    weeks_of,
    without_surrogates,
)
from jmedlora.data.personal.search import find_personal
from tests.support.letter import LETTER, StandIn


def moved(text: str, weeks: int, year: int = 2023) -> str:
    """``text``, which is one date, so many weeks earlier; what stands around it stays."""
    (written,) = find_dates(text)
    new = written.moved(written.day(year), weeks)
    return text[: written.start] + new + text[written.end :]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2023年4月5日", "2023年3月22日"),
        ("２０２３年１２月３１日", "２０２３年１２月１７日"),
        ("2023/04/05", "2023/03/22"),
        ("2023/4/5", "2023/3/22"),
        ("2023-10-12", "2023-09-28"),
        ("2023.10.12", "2023.9.28"),
        ("20230405", "20230322"),
        ("２０２３０４０５", "２０２３０３２２"),
        ("'23.4.5", "'23.3.22"),
        ("令和5年4月5日", "令和5年3月22日"),
        ("令和元年5月10日", "平成31年4月26日"),
        ("令和2年1月3日", "令和元年12月20日"),
        ("令和五年十二月二十三日", "令和五年十二月九日"),
        ("二〇二三年一二月〇五日", "二〇二三年一一月二一日"),
        ("令5.4.5", "令5.3.22"),
        ("令和五年四月廿三日", "令和五年四月九日"),
        ("H1年1月9日", "S63年12月26日"),
        ("R5.4.5", "R5.3.22"),
        ("Ｒ５．４．５", "Ｒ５．３．２２"),
        ("R05/04/05", "R05/03/22"),
        ("㋿5年4月5日", "㋿5年3月22日"),
        ("昭和元年12月28日", "大正15年12月14日"),
        ("2024年3月14日", "2024年2月29日"),
        ("2023年\n4月5日", "2023年\n3月22日"),
        ("4月5日", "3月22日"),
        ("04/05", "03/22"),
        ("三月三日", "二月十七日"),
        ("1月3日", "12月20日"),
        ("4月28日〜30日", "4月14日〜16日"),
        ("4月12日～18日", "3月29日～4月4日"),
        ("12月30日～2日", "12月16日～19日"),
    ],
)
def test_a_date_keeps_its_form_two_weeks_earlier(before, after):
    assert moved(before, 2) == after


@given(st.dates(date(1930, 1, 1), date(2040, 1, 1)), st.integers(1, MOST_WEEKS))
def test_a_moved_date_is_so_many_weeks_earlier(day, weeks):
    earlier = day - timedelta(weeks=weeks)
    for form in ("%Y-%m-%d", "%Y%m%d"):
        assert moved(day.strftime(form), weeks) == earlier.strftime(form)
    for form in ("%Y年%m月%d日", "%Y/%m/%d"):
        (written,) = find_dates(moved(day.strftime(form), weeks))
        assert written.day(0) == earlier


@given(st.integers(0, 9999))
def test_numerals_are_read_as_written(value):
    for like in ("1", "１", "一", "十"):
        assert read_numeral(write_numeral(value, like)) == value
    assert read_numeral(write_numeral(value, "〇〇〇〇", padded=True)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("二千二十三", 2023), ("二〇二三", 2023), ("十", 10), ("元", 1), ("１２", 12)],
)
def test_numerals_by_hand(text, value):
    assert read_numeral(text) == value


def labels(text: str, *names: str) -> list[str]:
    """What the ``names``, which stand in ``text`` in this order, are called."""
    places, at = [], 0
    for name in names:
        start = text.index(name, at)
        at = start + len(name)
        places.append((0, start, at))
    return label_people([text], places)


def test_one_person_has_one_label():
    text = "山田 太郎様（ヤマダ タロウ）。山田さん。太郎ちゃん。ヤマダ様。山田　太郎。鈴木。"
    names = ("山田 太郎", "ヤマダ タロウ", "山田", "太郎", "ヤマダ", "山田　太郎", "鈴木")
    assert labels(text, *names) == ["患者A"] * 6 + ["患者B"]


def test_a_family_name_before_the_full_one_is_the_same_person():
    assert labels("山田様。山田太郎。", "山田", "山田太郎") == ["患者A", "患者A"]


def test_what_people_are_is_told_by_the_words_around():
    text = "山田太郎の妻の山田花子。主治医: 佐藤一郎。佐藤先生。鈴木看護師。佐藤様。"
    names = ("山田太郎", "山田花子", "佐藤一郎", "佐藤", "鈴木", "佐藤")
    assert labels(text, *names) == ["患者A", "家族A", "医師A", "医師A", "看護師A", "医師A"]


def test_of_two_with_one_family_name_the_last_one_named_is_meant():
    text = "山田太郎。山田次郎。山田は。山田太郎。山田も。"
    names = ("山田太郎", "山田次郎", "山田", "山田太郎", "山田")
    assert labels(text, *names) == ["患者A", "患者B", "患者B", "患者A", "患者A"]


def test_a_single_letter_is_no_part_of_a_longer_name():
    assert labels("林田太郎。林様。", "林田太郎", "林") == ["患者A", "患者B"]
    assert labels("林 太郎。林様。", "林 太郎", "林") == ["患者A", "患者A"]


def test_the_time_grows_with_the_number_of_names_only():
    """Compared pair by pair, these would take hours."""
    names = [f"山田{chr(0x4E00 + n // 200)}{chr(0x5E00 + n % 200)}" for n in range(20_000)]
    names += ["山田"] * 20_000
    text = "。".join(names)
    found = labels(text, *names)
    assert len(set(found[:20_000])) == 20_000
    assert len(set(found[20_000:])) == 1


def test_letters_go_on_behind_z():
    assert [letters(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def replaced(text: str, weeks: int = 10) -> str:
    (new,) = replace_findings([text], [find_personal(StandIn(), text)], weeks)
    return new


def test_a_letter_by_hand():
    assert replaced(LETTER) == (
        "患者氏名: 患者A 様（患者A） 患者ID: 〔患者ID1〕\n"
        "生年月日: 昭和4年12月24日（90歳以上） 住所: 〔東京都の住所〕\n"
        "入院 2023年1月25日、手術 1月30日、退院 2023/02/08。電話 〔電話番号1〕。\n"
        "患者Aさんは転倒なし。医師A先生の外来へ。\n"
    )


def test_of_a_replaced_letter_only_the_dates_are_found_again():
    again = find_personal(StandIn(), replaced(LETTER))
    assert {each.kind for each in again} == {Kind.DATE, Kind.BIRTH_DATE}


def found(text: str, *written: tuple[Kind, str]) -> list[Finding]:
    """Findings of the kinds at the places where the words first stand in ``text``."""
    places = [(kind, text.index(word), len(word)) for kind, word in written]
    return sorted(Finding(start, start + size, kind, 1.0) for kind, start, size in places)


def test_one_number_is_one_token_however_it_is_written():
    text = "電話03-1234-5678、０３（１２３４）５６７８、03-9999-0000"
    numbers = (
        (Kind.PHONE, each) for each in ("03-1234-5678", "０３（１２３４）５６７８", "03-9999-0000")
    )
    assert replace_findings([text], [found(text, *numbers)], 1) == [
        "電話〔電話番号1〕、〔電話番号1〕、〔電話番号2〕"
    ]


def test_texts_of_one_document_share_their_surrogates():
    texts = ["山田太郎の熱は？", "山田さんは2023年4月12日に37度。"]
    findings = [
        found(texts[0], (Kind.NAME, "山田太郎")),
        found(texts[1], (Kind.NAME, "山田"), (Kind.DATE, "2023年4月12日")),
    ]
    assert replace_findings(texts, findings, 1) == [
        "患者Aの熱は？",
        "患者Aさんは2023年4月5日に37度。",
    ]


def test_a_date_without_a_year_is_of_the_year_named_last():
    """1 March is two days behind 28 February in 2024, and one day in 2023."""
    text = "2024年2月1日。3月1日。2023年2月1日。3月1日。"
    first = found(
        text, (Kind.DATE, "2024年2月1日"), (Kind.DATE, "3月1日"), (Kind.DATE, "2023年2月1日")
    )
    last = Finding(text.rindex("3月"), text.rindex("3月") + 4, Kind.DATE, 1.0)
    assert replace_findings([text], [[*first, last]], 1) == [
        "2024年1月25日。2月23日。2023年1月25日。2月22日。"
    ]


@pytest.mark.parametrize(
    ("written", "token"),
    [
        ("2023年2月30日", "〔日付1〕"),
        ("先月の第三火曜日", "〔日付1〕"),
        ("平成31年(2019年)4月30日", "〔日付1〕"),
        ("12 April 2023", "〔日付1〕"),
        ("2月29日", "2月22日"),
    ],
)
def test_a_date_that_cannot_be_moved_is_a_token(written, token):
    text = f"入院は{written}。"
    assert replace_findings([text], [found(text, (Kind.DATE, written))], 1) == [f"入院は{token}。"]


@pytest.mark.parametrize(
    ("text", "finding", "after"),
    [
        ("満93歳の女性", "93歳", "満90歳以上の女性"),
        ("年齢 93 歳", "93", "年齢 90歳以上"),
        ("年齢 93、女性", "93", "年齢 90歳以上、女性"),
    ],
)
def test_an_age_loses_its_number_and_keeps_one_unit(text, finding, after):
    assert replace_findings([text], [found(text, (Kind.AGE, finding))], 1) == [after]


@pytest.mark.parametrize(
    ("text", "finding", "is_surrogate"),
    [
        ("患者A様", "患者A", True),
        ("患者A様", "A様", True),
        ("患者ABC", "ABC", True),
        ("患者Andrew", "Andrew", False),
        ("〔患者ID12〕", "12", True),
        ("〔患者ID00123456〕", "00123456", False),
        ("患者A山田", "A山田", False),
        ("〔東京都の住所〕", "東京都", True),
        ("90歳以上の人", "90歳", True),
        ("91歳以上の人", "91歳", False),
    ],
)
def test_what_is_a_surrogate(text, finding, is_surrogate):
    left = without_surrogates(text, found(text, (Kind.NAME, finding)))
    assert (left == []) is is_surrogate


def test_many_surrogates_are_told_in_time():
    text = "患者A。山田。" * 20_000
    findings = [
        Finding(start, start + size, Kind.NAME, 1.0)
        for at in range(0, len(text), 7)
        for start, size in ((at, 3), (at + 4, 2))
    ]
    assert without_surrogates(text, findings) == findings[1::2]


def test_weeks_depend_on_secret_and_document():
    drawn = {weeks_of(b"secret", f"document {number}") for number in range(2000)}
    assert drawn == set(range(1, MOST_WEEKS + 1))
    assert weeks_of(b"a", "x") == weeks_of(b"a", "x")
    assert [weeks_of(b"a", str(n)) for n in range(9)] != [weeks_of(b"b", str(n)) for n in range(9)]


def test_the_secret_of_a_text_is_that_of_the_whole_text():
    assert secret_of(LETTER) == secret_of(LETTER)
    assert secret_of(LETTER) != secret_of(LETTER + "。")


def days_read(text: str) -> list[date]:
    """The days in ``text``: without a year of the one named last, else of the first one."""
    written = re.findall(r"(?:(\d{4})年|(翌年|同年|前年))?(\d+)月(\d+)日", text)
    year = next(int(each) for each, *_ in written if each)
    days = []
    for named, relative, month, day in written:
        year = int(named) if named else year + {"翌年": 1, "前年": -1}.get(relative, 0)
        days.append(date(year, int(month), int(day)))
    return days


def copied(text: str, weeks: int) -> str:
    results = date_recognisers()[0].analyze(text, [], None)
    findings = [Finding(each.start, each.end, Kind.DATE, 1.0) for each in results]
    (new,) = replace_findings([text], [sorted(findings)], weeks)
    return new


DAYS = st.dates(date(2020, 1, 1), date(2024, 12, 31)).filter(
    lambda day: (day.month, day.day) != (2, 29)
)


@given(
    st.lists(
        st.tuples(st.sampled_from(("year", "", "", "翌年", "同年", "前年")), DAYS), max_size=8
    ),
    DAYS,
    st.integers(0, 8),
    st.integers(1, MOST_WEEKS),
)
def test_original_and_copy_read_by_one_rule_differ_by_the_weeks(written, named, place, weeks):
    """Two dates, with a year, without one, or behind 翌年; one of them names its year."""
    parts = [
        f"{f'{day.year}年' if year == 'year' else year}{day.month}月{day.day}日に受診"
        for year, day in written
    ]
    parts.insert(place, f"{named.year}年{named.month}月{named.day}日に入院")
    text = "。".join(parts)
    before, after = days_read(text), days_read(copied(text, weeks))
    assert [(old - new).days for old, new in zip(before, after, strict=True)] == [weeks * 7] * len(
        parts
    )


@pytest.mark.parametrize(
    ("text", "weeks", "after"),
    [
        ("2023年3月1日に入院、10月1日に退院", 34, "2022年7月6日に入院、2023年2月5日に退院"),
        ("2023年12月20日に入院、翌年1月4日に退院", 34, "2023年4月26日に入院、2023年5月11日に退院"),
        ("2023/3/1 入院、10/1 退院", 34, "2022/7/6 入院、2023/2/5 退院"),
        ("二〇二三年三月一日から十月一日まで", 34, "二〇二二年七月六日から二〇二三年二月五日まで"),
        ("12月20日に入院、1月4日に退院", 2, "12月6日に入院、12月21日に退院"),
        ("翌年1月4日に退院", 2, "〔日付1〕に退院"),
        ("明治元年2月3日", 30, "〔日付1〕"),
    ],
)
def test_a_year_is_written_where_the_reader_would_take_another(text, weeks, after):
    assert copied(text, weeks) == after


def test_a_date_of_birth_names_no_year():
    text = "昭和23年4月5日生まれ。2023年3月1日に入院、10月1日に退院"
    birth, *others = sorted(
        Finding(each.start, each.end, Kind(each.entity_type), 1.0)
        for each in date_recognisers()[0].analyze(text, [], None)
    )
    assert birth.kind is Kind.BIRTH_DATE
    assert replace_findings([text], [[birth, *others]], 34) == [
        "昭和22年8月11日生まれ。2022年7月6日に入院、2023年2月5日に退院"
    ]


def test_a_surrogate_that_stands_there_already_is_nobody_s():
    text = "患者Ａの紹介で山田太郎様が受診。医師A、〔患者ID１〕と00123456。"
    findings = found(text, (Kind.NAME, "山田太郎"), (Kind.PATIENT_ID, "00123456"))
    assert replace_findings([text], [findings], 1) == [
        "患者Ａの紹介で患者B様が受診。医師A、〔患者ID１〕と〔患者ID2〕。"
    ]
