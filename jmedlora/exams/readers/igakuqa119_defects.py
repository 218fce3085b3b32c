"""The questions of IgakuQA119 that its optical recognition damaged, one by one.

A repair is a rule that holds no text of the examination: it moves what is there, and it leaves a
question alone that is not damaged in its way. Slips of recognition within a text ("HbAlc") stay as
they are published.
"""

import re

from jmedlora.exams.readers.defects import Defect, Repair
from jmedlora.exams.schema import LETTERS

CHOICES = 5
BEFORE_KATAKANA = re.compile("(?=[ァ-ヴ])")
Parts = tuple[str, tuple[str, ...]]
"""Stem and choices."""


def _split_at(place: int, label: str) -> Repair:
    """Two choices are one, because the label between them was read as ``label`` in the text."""
    return _split(place, _label(label))


def _split_before_katakana(place: int) -> Repair:
    """Two choices are one, because the label before the second, in katakana, was not read."""
    return _split(place, BEFORE_KATAKANA)


def _split(place: int, between: re.Pattern[str]) -> Repair:
    def repair(stem: str, choices: tuple[str, ...]) -> Parts:
        if len(choices) != CHOICES - 1:
            return stem, choices
        parts = between.split(choices[place], maxsplit=1)
        return stem, (*choices[:place], *parts, *choices[place + 1 :])

    return repair


def _rejoined(place: int, letter: str) -> Repair:
    """A ``letter`` in a word of one choice was taken for the label of the next choice.

    The real label is the next ``letter`` that stands before a Japanese character.
    """

    def repair(stem: str, choices: tuple[str, ...]) -> Parts:
        if len(choices) != CHOICES:
            return stem, choices
        word, *rest = _label(letter).split(choices[place + 1], maxsplit=1)
        if not rest:
            return stem, choices
        whole = choices[place] + letter + word
        return stem, (*choices[:place], whole, *rest, *choices[place + 2 :])

    return repair


def _without_next_label(place: int) -> Repair:
    """The label of the next choice was read as the last letter of this one."""

    def repair(stem: str, choices: tuple[str, ...]) -> Parts:
        if len(choices) != CHOICES:
            return stem, choices
        cleaned = choices[place].removesuffix(LETTERS[place + 1])
        return stem, (*choices[:place], cleaned, *choices[place + 1 :])

    return repair


def _from_stem(stem: str, choices: tuple[str, ...]) -> Parts:
    """The choices are the last words of the stem, each with its label in front."""
    words = stem.split()[-CHOICES:]
    if choices or "".join(word[0] for word in words).lower() != LETTERS[:CHOICES]:
        return stem, choices
    for word in reversed(words):
        stem = stem.rstrip().removesuffix(word)
    return stem.rstrip(), tuple(word[1:] for word in words)


def _label(letter: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(letter)}(?=[^\x00-\x7f])")


NO_PICTURE = "needs a picture that is not published with it"
NO_QUESTION = "the text ends before it says what is asked"
IN_STEM = "the choices stand in the text of the question"
STRAY = "the label e stands behind choice d, too"
UNREAD = "four choices, because the label {} was not read"
TAKEN = "the {1} in a word of choice {0} was taken for the label of the next one"
DEFECTS = (
    Defect("119A3", STRAY, _without_next_label(3)),
    Defect("119A16", TAKEN.format("d", "e"), _rejoined(3, "e")),
    Defect("119A22", UNREAD.format("d"), _split_at(2, "d")),
    Defect("119A31", TAKEN.format("b", "C"), _rejoined(1, "C")),
    Defect("119B45", NO_QUESTION, left_out=True),
    Defect("119C5", UNREAD.format("e"), _split_before_katakana(3)),
    Defect("119C15", NO_PICTURE),
    Defect("119C18", "the text is empty", left_out=True),
    Defect("119C19", UNREAD.format("c"), _split_at(1, "0")),
    Defect("119C22", NO_PICTURE),
    Defect("119C63", STRAY, _without_next_label(3)),
    Defect("119D4", STRAY, _without_next_label(3)),
    Defect("119D24", STRAY, _without_next_label(3)),
    Defect("119E8", TAKEN.format("b", "C"), _rejoined(1, "C")),
    Defect("119E41", NO_QUESTION, left_out=True),
    Defect("119E45", IN_STEM, _from_stem),
    Defect("119E48", IN_STEM, _from_stem),
    Defect("119F25", STRAY, _without_next_label(3)),
    Defect("119F42", TAKEN.format("b", "c"), _rejoined(1, "c")),
)
"""In the order of the examination."""
LEFT_OUT = {each.problem_id: each.what for each in DEFECTS if each.left_out}
"""Why a question is not asked, by its id."""
REPAIRS = {each.problem_id: each.repair for each in DEFECTS if each.repair}
