"""Numbers that have no label but stand beside a name: of patients, in lists and in brackets."""

import re
from collections.abc import Iterable, Iterator

from jmedlora.data.personal.finding import Finding, Kind

CONFIDENCE = 0.55
NEAR = 60
_CODE = (
    r"(?P<value>(?!(?:19|20)\d\d-\d{1,2}(?!\d))(?=(?:[A-Z]{0,4}-?\d[-_]?){5}|[A-Z]{1,4}-?\d{3}|\d{1,4}-\d{3})"
    r"(?:[A-Z]{1,4}-?)?\d{1,10}(?:[-_]\d{1,8}){0,3})"
)
_BEHIND = re.compile(
    r"[^\S\n]{0,2}(?:様|さん|氏|殿|くん|ちゃん)?[\s(|:,/・]{1,4}"
    rf"{_CODE}(?![\dA-Za-z年月日歳才時分:/.%]|[^\S\n]?(?:mL|mg|g|cc|円)|-\d)",
)
_BEFORE = re.compile(
    rf"(?<![\dA-Za-z.,:/年月日-]){_CODE}[\s)|:,/]{{1,4}}(?:患者|氏名)?[:\s]{{0,2}}$"
)


def numbers_beside(names: Iterable[Finding], text: str) -> Iterator[Finding]:
    """The numbers of five digits and more that only a space or a bracket parts from a name."""
    for name in names:
        behind = _BEHIND.match(text, name.end, name.end + NEAR)
        before = _BEFORE.search(text, max(name.start - NEAR, 0), name.start)
        for match in filter(None, (behind, before)):
            yield Finding(*match.span("value"), Kind.PATIENT_ID, CONFIDENCE)
