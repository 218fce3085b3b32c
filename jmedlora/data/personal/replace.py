"""Surrogates in place of what was found: the same in a document for the same person or number.

Presidio's AnonymizerEngine is not used here: its operators are given the text of one finding alone.
Who a name is, which year a date without one is of, and whether a unit follows an age stand around
the finding; and findings of a Detector neither overlap nor need to be merged.
"""

import hashlib
import hmac
import re
from bisect import bisect
from collections.abc import Iterable, Sequence
from itertools import count

from jmedlora.core.comparable_text import comparable
from jmedlora.data.personal.finding import Finding, Kind
from jmedlora.data.personal.moved_dates import MovedDates
from jmedlora.data.personal.people import ROLES, label_people
from jmedlora.data.personal.prefectures import PREFECTURES

MOST_WEEKS = 104
"""Dates of a document are moved by 1 to so many weeks."""
TOKENS = {
    Kind.NAME: "氏名",
    Kind.PATIENT_ID: "患者ID",
    Kind.INSURANCE: "保険番号",
    Kind.MY_NUMBER: "個人番号",
    Kind.PHONE: "電話番号",
    Kind.EMAIL: "メールアドレス",
    Kind.ADDRESS: "住所",
    Kind.POSTCODE: "郵便番号",
    Kind.BIRTH_DATE: "日付",
    Kind.DATE: "日付",
    Kind.AGE: "年齢",
    Kind.LICENCE: "免許番号",
    Kind.URL: "URL",
}
"""What stands, with a number behind it, in the brackets 〔〕 where nothing better is known."""
OLD = "90歳以上"
SURROGATE = re.compile(
    rf"(?:{'|'.join(ROLES)})[A-Z]{{1,3}}(?![A-Za-z])"
    rf"|〔(?:{'|'.join(dict.fromkeys(TOKENS.values()))})[0-9]{{1,4}}〕"
    rf"|〔(?:{'|'.join(PREFECTURES)})の住所〕|{OLD}"
)
"""All that is put in place of findings but dates, which keep their form."""
TOKEN = re.compile(
    rf"〔(?P<name>{'|'.join(dict.fromkeys(TOKENS.values()))})(?P<number>[0-9０-９]{{1,4}})〕"
)
HONORIFICS = set("様氏さん君殿先生")
UNIT_OF_AGE = re.compile(r"\s{0,2}[歳才]")
SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
"""What one guess at a document costs: 16 MiB and some 50 ms."""


def without_surrogates(text: str, findings: Iterable[Finding]) -> list[Finding]:
    """``findings`` but for those in surrogates, which replace_findings put there."""
    places = [found.span() for found in SURROGATE.finditer(text)]
    return [each for each in findings if not _is_surrogate(each, text, places)]


def _is_surrogate(finding: Finding, text: str, places: Sequence[tuple[int, int]]) -> bool:
    """Whether ``finding`` is in one of ``places``, or holds little besides."""
    first = max(bisect(places, (finding.start, 0)) - 1, 0)
    for start, end in places[first : bisect(places, (finding.end, 0))]:
        if start < finding.end and finding.start < end:
            rest = text[finding.start : max(start, finding.start)]
            rest += text[min(end, finding.end) : finding.end]
            return not any(each.isalnum() and each not in HONORIFICS for each in rest)
    return False


def taken_numbers(texts: Iterable[str]) -> set[tuple[str, int]]:
    """The tokens with a number that stand in ``texts`` already, as name and number."""
    found = (each for text in texts for each in TOKEN.finditer(text))
    return {(each["name"], int(each["number"])) for each in found}


def weeks_of(secret: bytes, document: str) -> int:
    """By how many weeks the dates of ``document`` (its name) are moved: from 1 to MOST_WEEKS."""
    digest = hmac.digest(secret, document.encode(errors="replace"), "sha256")
    return int.from_bytes(digest[:8], "big") % MOST_WEEKS + 1


def secret_of(text: str) -> bytes:
    """A secret that who has not the whole text cannot compute, and that is the same each time."""
    return hashlib.scrypt(text.encode(), salt=b"jmedlora: dates of a document", **SCRYPT)


def replace_findings(
    texts: Sequence[str], found: Sequence[Sequence[Finding]], weeks: int
) -> list[str]:
    """The ``texts`` of one document with surrogates for what was ``found`` in each of them.

    Findings are sorted and do not overlap. weeks: by how many each date is moved back; intervals
    and days of the week stay.
    """
    return _Replacement(texts, found, weeks).replaced()


class _Replacement:
    """The texts of one document, and what its surrogates have in common."""

    def __init__(
        self, texts: Sequence[str], found: Sequence[Sequence[Finding]], weeks: int
    ) -> None:
        self.texts, self.found = texts, found
        names = [
            (number, each.start, each.end)
            for number, findings in enumerate(found)
            for each in findings
            if each.kind == Kind.NAME
        ]
        self.people = dict(zip(names, label_people(texts, names), strict=True))
        self.numbers: dict[str, dict[str, int]] = {}
        self.taken = taken_numbers(texts)
        self.dates = MovedDates(texts, found, weeks)

    def replaced(self) -> list[str]:
        return [self._text(number) for number in range(len(self.texts))]

    def _text(self, number: int) -> str:
        text, pieces, at = self.texts[number], [], 0
        for finding in self.found[number]:
            surrogate, end = self._surrogate(number, finding)
            pieces += [text[at : finding.start], surrogate]
            at = max(finding.end, end)
        return "".join([*pieces, text[at:]])

    def _surrogate(self, number: int, finding: Finding) -> tuple[str, int]:
        """What to write for ``finding``, and where the text that it replaces ends."""
        text, end = self.texts[number], finding.end
        written = text[finding.start : end]
        if finding.kind == Kind.NAME:
            return self.people[number, finding.start, end], end
        if finding.kind in (Kind.DATE, Kind.BIRTH_DATE):
            moved = self.dates.written(number, finding)
            return self._token(finding.kind, written) if moved is None else moved, end
        if finding.kind == Kind.AGE:
            unit = UNIT_OF_AGE.match(text, end)
            return OLD, unit.end() if unit else end
        if finding.kind == Kind.ADDRESS and (place := _prefecture(written)):
            return f"〔{place}の住所〕", end
        return self._token(finding.kind, written), end

    def _token(self, kind: Kind, written: str) -> str:
        """A token with a number: the same for the same letters and digits."""
        known = self.numbers.setdefault(TOKENS[kind], {})
        value = "".join(filter(str.isalnum, comparable(written)))
        if value not in known:
            number = max(known.values(), default=0) + 1
            known[value] = next(
                each for each in count(number) if (TOKENS[kind], each) not in self.taken
            )
        return f"〔{TOKENS[kind]}{known[value]}〕"


def _prefecture(address: str) -> str:
    """The prefecture in which ``address`` begins, or ""."""
    begin = comparable(address)[:12]
    return next((each for each in PREFECTURES if each in begin), "")
