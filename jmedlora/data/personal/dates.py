"""Dates in a text: read, and moved to another day in the form that they were written in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from jmedlora.core.comparable_text import comparable
from jmedlora.data.personal.date_grammar import ERAS, NOTATIONS, Form, matches
from jmedlora.data.personal.numerals import read_numeral, write_numeral

FIRST_SHORT_YEAR = 70
"""Two digits from here on are of the 20th century, below of the 21st."""


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date, or a day and a later one behind ～, at ``start`` to ``end`` of a text.

    parts: the groups of the grammar that it was read from. A date in words has 日
    behind its end.
    """

    start: int
    end: int
    form: Form
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

        It stays the same day of the week. None if the day behind ～ does not exist, or if no era
        that is known was then.
        """
        new = day - timedelta(weeks=weeks)
        if compact := self.parts.get("compact"):
            return _in_eight_digits(new, compact)
        if "era" in self.parts and new < ERAS["明治"]:
            return None
        year = _with_year(self.parts, new) if self.names_year else ""
        last = _last(self.parts, day, weeks) if "last" in self.parts else ""
        return None if last is None else year + _month_day(self.parts, new) + last


def find_dates(text: str, start: int = 0, end: int | None = None) -> Iterator[WrittenDate]:
    """The dates in ``text[start:end]``, from left to right. The time grows with the length."""
    for form, found in matches(text, start, len(text) if end is None else end):
        parts = {name: value for name, value in found.groupdict().items() if value is not None}
        if western := parts.pop("western", None):
            parts["year"] = western
        yield WrittenDate(found.start(), found.end(), form, parts)


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:  # such as 30 February
        return None


def _named_year(parts: Mapping[str, str]) -> int:
    """The year of the calendar; 0, which is none, if it cannot be told."""
    year = read_numeral(parts["year"])
    if "(" in comparable(parts["year_mark"]):  # 平成31年(2019年)
        return 0
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
    era = next(each for each in reversed(ERAS) if ERAS[each] <= day)
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
