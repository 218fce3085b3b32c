"""The dates of one document, all moved by one number of weeks, so that a reader finds them so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import zip_longest

from jmedlora.data.personal.date_grammar import RELATIVE, RELATIVE_YEARS, Form
from jmedlora.data.personal.dates import WrittenDate, find_dates
from jmedlora.data.personal.finding import Finding, Kind
from jmedlora.data.personal.numerals import NUMERAL, write_numeral

OTHER_YEAR = 2023
"""The year of a date without one, in a document that names no year."""
NEAREST = (0, 1, -1, 2, -2, 3, -3, 4, -4)
"""Years from the one that is meant to a leap year, for 29 February."""
LEFT_OF_A_DATE = re.compile(rf"{NUMERAL}\s{{0,2}}[年月日]|[0-9０-９]{{3}}")
Place = tuple[int, int]


@dataclass(slots=True)
class _Mention:
    """A finding: the ``dates`` in it, and what is ``kept`` around them; their ``days``.

    years: of each date by how many years it is behind the one named last (翌年: 1), or None.
    """

    place: Place
    names_years: bool
    kept: list[str]
    dates: list[WrittenDate]
    years: list[int | None]
    days: list[date] = field(default_factory=list)


class MovedDates:
    """What is written for each date of a document.

    A date without its year is of the year that the text named last before it, else of the one that
    it names first, else of OTHER_YEAR. A date of birth names none. In the copy the same rule leads
    to the moved days: a year is written where it would lead elsewhere, and in place of 翌年 and the
    like. In a document that names no year none is written.
    """

    def __init__(
        self, texts: Sequence[str], found: Sequence[Sequence[Finding]], weeks: int
    ) -> None:
        self._by = timedelta(weeks=weeks)
        self._weeks = weeks
        mentions = [
            _mention(number, text, finding)
            for number, (text, findings) in enumerate(zip(texts, found, strict=True))
            for finding in findings
            if finding.kind in (Kind.DATE, Kind.BIRTH_DATE)
        ]
        read = self._readable(mentions)
        self._written = self._write(read)

    def written(self, text: int, finding: Finding) -> str | None:
        """The finding of the ``text``-th text with its dates moved; None if one cannot be read."""
        return self._written.get((text, finding.start))

    def _readable(self, mentions: Sequence[_Mention]) -> list[_Mention]:
        """The mentions all of whose dates can be read and moved, with their days."""
        year = next(
            (
                day.year
                for each in mentions
                if each.names_years
                for written in each.dates
                if written.names_year and (day := written.day(0))
            ),
            None,
        )
        readable = []
        for each in mentions:
            year = _read(each, year)
            movable = len(each.days) == len(each.dates) > 0 and all(
                written.moved(day, self._weeks) is not None
                for written, day in zip(each.dates, each.days, strict=True)
            )
            if movable and not any(LEFT_OF_A_DATE.search(part) for part in each.kept):
                readable.append(each)
        return readable

    def _write(self, mentions: Sequence[_Mention]) -> dict[Place, str]:
        read, names_a_year = self._first_read(mentions)
        copied = {}
        for each in mentions:
            moved = []
            for written, day, years in zip(each.dates, each.days, each.years, strict=True):
                new = day - self._by
                prefix = ""
                if (
                    not written.names_year
                    and names_a_year
                    and (years is not None or read != new.year)
                ):
                    prefix = _year_before(written, new.year)
                if prefix or (written.names_year and each.names_years):
                    read = new.year
                moved.append(prefix + str(written.moved(day, self._weeks)))
            pairs = zip_longest(each.kept, moved, fillvalue="")
            copied[each.place] = "".join(map("".join, pairs))
        return copied

    def _first_read(self, mentions: Sequence[_Mention]) -> tuple[int | None, bool]:
        """The year of which the copy's first dates are read, and whether it names one at all.

        None for the year where these dates are of several years: the first one then gets its own.
        """
        leading: set[int] = set()
        for each in mentions:
            for written, day, years in zip(each.dates, each.days, each.years, strict=True):
                new = (day - self._by).year
                if each.names_years and (written.names_year or years is not None):
                    return (None if leading - {new} else new), True
                if not written.names_year:
                    leading.add(new)
        return None, False


def _mention(number: int, text: str, finding: Finding) -> _Mention:
    dates = list(find_dates(text, finding.start, finding.end))
    ends = [finding.start, *(each.end for each in dates)]
    starts = [*(each.start for each in dates), finding.end]
    kept = [text[start:end] for start, end in zip(ends, starts, strict=True)]
    years: list[int | None] = []
    for place in range(len(dates)):
        relative = RELATIVE.search(kept[place])
        years.append(RELATIVE_YEARS[relative["word"]] if relative else None)
        kept[place] = RELATIVE.sub("", kept[place])
    named = finding.kind == Kind.DATE
    return _Mention((number, finding.start), named, kept, dates, years)


def _read(mention: _Mention, year: int | None) -> int | None:
    """Adds the days of ``mention`` as far as they can be read; gives the year named last."""
    for written, years in zip(mention.dates, mention.years, strict=True):
        day = _day(written, years, year)
        if day is None:
            return year
        mention.days.append(day)
        if mention.names_years and (written.names_year or years is not None):
            year = day.year
    return year


def _day(written: WrittenDate, years: int | None, year: int | None) -> date | None:
    """None if there is no such day, or if 翌年 stands before it and no year was named."""
    if written.names_year:
        return written.day(0)
    if years is not None:
        return written.day(year + years) if year else None
    meant = year or OTHER_YEAR
    return next((day for more in NEAREST if (day := written.day(meant + more))), None)


def _lacks_its_year(written: WrittenDate, years: int | None, read: int | None, year: int) -> bool:
    """Whether the copy must write ``year``: 翌年 stood there, or the reader takes another one."""
    return not written.names_year and (years is not None or read != year)


def _year_before(written: WrittenDate, year: int) -> str:
    """``year`` as it stands before ``written``, in its digits."""
    month = written.parts["month"]
    like = "〇〇" if not month.isdecimal() else month
    mark = written.parts["mark"] if written.form is Form.DAY_WITH_SLASH else "年"
    return write_numeral(year, like) + mark
