"""Who is who in a document: which names are one person's, and what the person is called instead.

A name is compared without spaces, width and case. It is the person's whose full name it is, or
begins or ends; a reading in kana is the person's whose name it stands behind. Where two people have
the same family name, the one who was named last is meant.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from unicodedata import normalize

from jmedlora.core.comparable_text import comparable

PATIENT, RELATIVE, PHYSICIAN, NURSE = "患者", "家族", "医師", "看護師"
ROLES = (PATIENT, RELATIVE, PHYSICIAN, NURSE)
LABEL = re.compile(
    rf"(?P<role>{'|'.join(ROLES)})(?P<letters>[A-ZＡ-Ｚ]{{1,3}})(?![A-Za-zＡ-Ｚａ-ｚ])"
)
"""What looks as a surrogate of a name, such as 患者A."""
AROUND = 8
"""Characters before and behind a name that say who it is."""
BEFORE = {
    PHYSICIAN: re.compile(
        r"(?:医師|担当医|主治医|執刀医|術者|助手|医師名|Dr\.?)[\s:：、は(（]{0,3}$"
    ),
    NURSE: re.compile(r"(?:看護師|看護師長|担当看護師|Ns\.?)[\s:：、は(（]{0,3}$"),
    RELATIVE: re.compile(
        r"(?:妻|夫|父|母|長男|次男|三男|長女|次女|三女|兄|弟|姉|妹|孫|嫁|家族|続柄|キーパーソン)"
        r"[\s:：、の(（]{0,3}$"
    ),
}
BEHIND = {
    PHYSICIAN: re.compile(r"^\s?(?:先生|医師|Dr|主治医|医長|教授)"),
    NURSE: re.compile(r"^\s?(?:看護師|師長|Ns)"),
    RELATIVE: re.compile(r"^\s?(?:様|さん|氏)?[(（](?:妻|夫|父|母|長男|次男|長女|次女|家族)"),
}
"""What makes a name that of a physician, a nurse or a relative; all others are patients."""
SPACES = re.compile(r"[\s・]+")
KANA = re.compile(r"[ぁ-ゖァ-ヺーｦ-ﾟ・\s]+")
LONGEST_NAME = 40
MOST_NAMESAKES = 100
"""So that the time grows with the number of names only, whatever they are."""
LONGEST_GAP = 10
READING_GAP = re.compile(r"[\s(（\[［:：、ふりがなフリガナカナ読み様氏さん殿]{0,10}")
"""What stands between a name and its reading, LONGEST_GAP characters at most."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at ``start`` to ``end`` of the ``text``-th text of a document.

    name: without spaces. parts: what stands between its spaces, if it has some. role: what the
    words around it say, or None. is_reading: whether it is the reading of the name before it.
    """

    text: int
    start: int
    end: int
    name: str
    parts: frozenset[str]
    role: str | None
    is_reading: bool


@dataclass(slots=True)
class Person:
    """Somebody by role, and by the forms of the name with the parts of each, where they are known.

    label: such as "患者A". last: the number of the mention that named this person last.
    """

    role: str | None
    forms: dict[str, frozenset[str]]
    label: str = ""
    last: int = field(default=-1)

    def may_be(self, mention: Mention) -> bool:
        """Whether the mention, whose name is a part of this person's, may be by its role."""
        if mention.role and mention.role != self.role:
            return not self.role and mention.name in self.forms
        return True


class _Directory:
    """People by all that a part of their names may be."""

    def __init__(self) -> None:
        self._by_part: dict[str, list[Person]] = {}

    def add(self, person: Person, form: str, parts: frozenset[str]) -> None:
        """Adds a form of the name. At most MOST_NAMESAKES people are known by one part."""
        person.forms.setdefault(form, parts)
        for part in _possible_parts(form, parts):
            listed = self._by_part.setdefault(part, [])
            if part == form or len(listed) < MOST_NAMESAKES:
                listed.append(person)

    def possible(self, mention: Mention) -> list[Person]:
        """The people whom the mention may mean."""
        return [each for each in self._by_part.get(mention.name, ()) if each.may_be(mention)]

    def meant(self, mention: Mention, before: Mention | None) -> Person:
        """The person of ``mention``, or of the name ``before`` its reading.

        If several people can be meant, it is the one whose role it is, then the one of this very
        name, then the one who was named last.
        """
        if mention.is_reading and before is not None:
            return self.meant(before, None)
        return max(
            self.possible(mention),
            key=lambda each: (each.role == mention.role, mention.name in each.forms, each.last),
        )


def label_people(texts: Sequence[str], places: Sequence[tuple[int, int, int]]) -> list[str]:
    """What to call the people whose names stand at ``places``: text, start and end, in order.

    The letters follow the order in which people are first named: 患者A, 患者B … and 医師A. A label
    that stands in the texts already is nobody's.
    """
    mentions = _mentions(texts, places)
    people = _directory(mentions)
    taken = _taken(texts)
    counts = dict.fromkeys(ROLES, 0)
    labels: list[str] = []
    for index, mention in enumerate(mentions):
        person = people.meant(mention, mentions[index - 1] if index else None)
        if not person.label:
            role = person.role or PATIENT
            while (label := role + letters(counts[role])) in taken:
                counts[role] += 1
            person.label = label
            counts[role] += 1
        person.last = index
        labels.append(person.label)
    return labels


def _taken(texts: Sequence[str]) -> set[str]:
    """The labels that stand in ``texts`` already, in half width."""
    found = (each for text in texts for each in LABEL.finditer(text))
    return {each["role"] + normalize("NFKC", each["letters"]) for each in found}


def letters(number: int) -> str:
    """A, B … Z, AA, AB … for 0, 1 …, as columns of a spreadsheet are called."""
    written = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        written = chr(ord("A") + rest) + written
    return written


def _mentions(texts: Sequence[str], places: Sequence[tuple[int, int, int]]) -> list[Mention]:
    found: list[Mention] = []
    for number, start, end in places:
        text = texts[number]
        parts = [comparable(part) for part in SPACES.split(text[start:end]) if part]
        mention = Mention(
            number,
            start,
            end,
            name="".join(parts),
            parts=frozenset(parts if len(parts) > 1 else ()),
            role=_role(text[max(0, start - AROUND) : start], text[end : end + AROUND]),
            is_reading=bool(found) and _is_reading(texts, found[-1], (number, start, end)),
        )
        found.append(mention)
    return found


def _is_reading(texts: Sequence[str], before: Mention, place: tuple[int, int, int]) -> bool:
    number, start, end = place
    text = texts[number]
    return (
        before.text == number
        and start - before.end <= LONGEST_GAP
        and bool(READING_GAP.fullmatch(text, before.end, start))
        and bool(KANA.fullmatch(text, start, end))
        and not KANA.fullmatch(text, before.start, before.end)
    )


def _role(before: str, behind: str) -> str | None:
    for role, pattern in BEHIND.items():
        if pattern.match(behind):
            return role
    return next((role for role, pattern in BEFORE.items() if pattern.search(before)), None)


def _possible_parts(form: str, parts: frozenset[str]) -> set[str]:
    """``form``, and its family and given name; without ``parts``, all that they may be.

    A single letter is no part of a name of more than three, whose parts are not known.
    """
    if parts or len(form) > LONGEST_NAME:
        return {form, *parts}
    sizes = range(1 if len(form) <= 3 else 2, len(form) + 1)
    return {form[:size] for size in sizes} | {form[-size:] for size in sizes}


def _directory(mentions: Sequence[Mention]) -> _Directory:
    """Each person once, made of the longest names first: a shorter one may be a part of them.

    Names in kana come last: they may be readings, or parts of one.
    """
    people = _Directory()
    parts = {mention.name: mention.parts for mention in mentions if mention.parts}
    named = sorted(
        (mention for mention in mentions if not mention.is_reading),
        key=lambda each: (-len(each.name), each.role is None),
    )
    _add_people(people, [each for each in named if not KANA.fullmatch(each.name)], parts)
    for before, reading in pairwise(mentions):
        if reading.is_reading:
            people.add(people.meant(before, None), reading.name, reading.parts)
    _add_people(people, [each for each in named if KANA.fullmatch(each.name)], parts)
    return people


def _add_people(
    people: _Directory, named: Sequence[Mention], parts: Mapping[str, frozenset[str]]
) -> None:
    for mention in named:
        if not people.possible(mention):
            form = mention.name
            people.add(Person(mention.role, {}), form, parts.get(form, frozenset()))
