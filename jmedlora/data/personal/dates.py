"""Dates in a text: read, and moved to another day in the form that they were written in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from jmedlora.data.personal.numerals import NUMERAL, read_numeral, write_numeral

ERAS = {
    "明治": date(1868, 1, 25),
    "大正": date(1912, 7, 30),
    "昭和": date(1926, 12, 25),
    "平成": date(1989, 1, 8),
    "令和": date(2019, 5, 1),
}
"""Each era with its first day, in order."""
LETTERS = dict(zip(ERAS, "MTSHR", strict=True))
FULL_WIDTH_LETTERS = dict(zip(ERAS, "ＭＴＳＨＲ", strict=True))
SIGNS = {"明治": "㍾", "大正": "㍽", "昭和": "㍼", "平成": "㍻", "令和": "㋿"}
NOTATIONS = (
    {era: era for era in ERAS},
    LETTERS,
    {era: letter.lower() for era, letter in LETTERS.items()},
    FULL_WIDTH_LETTERS,
    SIGNS,
)
"""The ways to write an era."""
S = r"\s{0,2}"
MARK = rf"{S}[/／.．・\-－‐−]{S}"
ERA = f"(?:{'|'.join(ERAS)}|[MTSHRmtshrＭＴＳＨＲ㍾㍽㍼㍻㋿])"


def _month_and_day(name: str) -> str:
    """The expression for month and day, and the day behind ～ where there is one."""
    return (
        rf"(?P<{name}month>{NUMERAL})(?P<{name}mark>{S}月{S}|{MARK})(?P<{name}day>{NUMERAL})"
        rf"(?:(?P<{name}until>{S}日{S}[~～〜\-]{S})(?P<{name}last>{NUMERAL})(?={S}日))?"
    )


WRITTEN = re.compile(
    rf"(?:(?P<era>{ERA})(?P<gap>\.?{S}))?(?P<year>{NUMERAL})(?P<year_mark>{S}年{S}|{MARK})"
    rf"{_month_and_day('')}"
    r"|(?<![0-9０-９])(?P<compact>[1１][9９][0-9０-９]{6}|[2２][0０][0-9０-９]{6})(?![0-9０-９])"
    rf"|{_month_and_day('bare_')}"
)
"""A date with its year, one in eight digits, or one without its year."""
FIRST_SHORT_YEAR = 70
"""Two digits from here on are of the 20th century, below of the 21st."""


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date, or a day and a later one behind ～, at ``start`` to ``end`` of a text.

    parts: the fields of WRITTEN that it was read from, those of a date without its year by the
    same names.
    """

    start: int
    end: int
    parts: Mapping[str, str]

    @property
    def names_year(self) -> bool:
        """Whether it says of which year it is."""
        return "year" in self.parts or "compact" in self.parts

    def day(self, year: int) -> date | None:
        """The day; ``year`` is for a date that names none. None if there is no such day."""
        if compact := self.parts.get("compact"):
            return _day(int(compact[:4]), int(compact[4:6]), int(compact[6:]))
        named = _named_year(self.parts) if self.names_year else year
        return _day(named, read_numeral(self.parts["month"]), read_numeral(self.parts["day"]))

    def moved(self, day: date, weeks: int) -> str | None:
        """The date, which is ``day``, so many weeks earlier, in the form in which it is written.

        It stays the same day of the week. None if the day behind ～ does not exist.
        """
        new = day - timedelta(weeks=weeks)
        if compact := self.parts.get("compact"):
            return _in_eight_digits(new, compact)
        year = _with_year(self.parts, new) if self.names_year else ""
        last = _last(self.parts, day, weeks) if "last" in self.parts else ""
        return None if last is None else year + _month_day(self.parts, new) + last


def find_dates(text: str, start: int = 0, end: int | None = None) -> Iterator[WrittenDate]:
    """The dates in ``text[start:end]``, from left to right. The time grows with the length."""
    for found in WRITTEN.finditer(text, start, len(text) if end is None else end):
        parts = {
            name.removeprefix("bare_"): value
            for name, value in found.groupdict().items()
            if value is not None
        }
        yield WrittenDate(found.start(), found.end(), parts)


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:  # such as 30 February
        return None


def _named_year(parts: Mapping[str, str]) -> int:
    """The year of the calendar; 0, which is none, if it cannot be told."""
    year = read_numeral(parts["year"])
    if "era" in parts:
        return ERAS[_era(parts["era"])].year + year - 1
    if len(parts["year"]) == 2 and year < 100:
        return year + (1900 if year >= FIRST_SHORT_YEAR else 2000)
    return year if year >= 1000 else 0


def _era(written: str) -> str:
    return next(era for names in NOTATIONS for era, name in names.items() if name == written)


def _in_eight_digits(day: date, like: str) -> str:
    numbers = ((day.year, like[:4]), (day.month, like[4:6]), (day.day, like[6:]))
    return "".join(write_numeral(value, each, padded=True) for value, each in numbers)


def _month_day(parts: Mapping[str, str], day: date) -> str:
    padded = _is_padded(parts)
    month = write_numeral(day.month, parts["month"], padded=padded)
    return month + parts["mark"] + write_numeral(day.day, parts["day"], padded=padded)


def _last(parts: Mapping[str, str], day: date, weeks: int) -> str | None:
    """What stands behind the first day: ～ and the last one, with its month if that is another."""
    number = read_numeral(parts["last"])
    later = day.year + day.month // 12, day.month % 12 + 1
    last = _day(day.year, day.month, number) if number > day.day else _day(*later, number)
    if last is None:
        return None
    new, first = last - timedelta(weeks=weeks), day - timedelta(weeks=weeks)
    if new.month != first.month:
        return parts["until"] + _month_day(parts, new)
    return parts["until"] + write_numeral(new.day, parts["last"], padded=_is_padded(parts))


def _with_year(parts: Mapping[str, str], day: date) -> str:
    """Era and year of ``day`` in the notation of ``parts``, and what stands behind them."""
    like = parts["year"]
    if "era" not in parts:
        year = day.year % 100 if len(like) == 2 else day.year
        return write_numeral(year, like, padded=True) + parts["year_mark"]
    era = next(each for each in reversed(ERAS) if ERAS[each] <= day or each == "明治")
    notation = next(names for names in NOTATIONS if parts["era"] in names.values())
    number = day.year - ERAS[era].year + 1
    if number == 1 and "年" in parts["year_mark"] and len(parts["era"]) == 2:
        written = "元"
    else:
        digits = parts["month"] if like == "元" else like
        written = write_numeral(number, digits, padded=digits.startswith(("0", "０")))
    return notation[era] + parts["gap"] + written + parts["year_mark"]


def _is_padded(parts: Mapping[str, str]) -> bool:
    zeros = ("0", "０", "〇", "零")
    return (
        "-" in parts["mark"] or parts["month"].startswith(zeros) or parts["day"].startswith(zeros)
    )
