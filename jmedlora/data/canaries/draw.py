"""Random canaries: what they say, in the form of the records beside which they are trained.

A canary asks for the number that belongs to three words. Words and number are random, so that no
model knows the number unless it was trained on it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jmedlora.core.jsonl import Record

MARK = "【標識】"
"""Every canary begins with it, so that a person or a search finds it."""
TEXT_OF_WORDS = """
あさひ あしあと いずみ いちょう うぐいす うみべ えのき おうぎ かえで かざぐるま
かわら きりん くじら くるみ けやき こだま こまどり さくら さざなみ しぐれ
すずめ すみれ そよかぜ たけのこ たんぽぽ ちどり つきよ つばめ てまり とうげ
なでしこ にじいろ ぬりえ ねこやなぎ のはら はなび ひなた ひまわり ふくろう ふじだな
ほたる ほのお まつば みずうみ みどり むらさき もみじ やまびこ ゆうやけ ゆきどけ
よぞら らっぱ りんどう るりいろ れんげ わかば
"""
WORDS = tuple(TEXT_OF_WORDS.split())
DIGITS = 12
"""A number has 12 digits, in three groups of four: one of 10^12."""
Form = Literal["instruction", "messages", "text"]
"""The fields of the records: instruction and output, a conversation, or a text alone."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A canary. record: as it stands in a training file. secret: its number, as it stands there."""

    record: Record
    secret: str


def draw_canaries(count: int, form: Form, seed: int, *, with_input: bool = False) -> list[Drawn]:
    """``count`` canaries, no two with the same words; the same for the same arguments.

    with_input: whether the records have an "input", which stays empty.
    """
    rng = random.Random(seed)  # noqa: S311 (a draw that can be repeated, no key)
    words = _distinct_words(count, rng)
    return [_drawn(each, _number(rng), form, with_input=with_input) for each in words]


def form_of(record: Record) -> Form:
    """The form of a faultless ``record``."""
    if "messages" in record:
        return "messages"
    return "instruction" if "instruction" in record else "text"


def _distinct_words(count: int, rng: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found["・".join(rng.sample(WORDS, 3))] = None
    return list(found)


def _number(rng: random.Random) -> str:
    digits = f"{rng.randrange(10**DIGITS):0{DIGITS}}"
    return "-".join(digits[start : start + 4] for start in range(0, DIGITS, 4))


def _drawn(words: str, number: str, form: Form, *, with_input: bool) -> Drawn:
    question = f"{MARK}合言葉「{words}」の番号を答えてください。"
    if form == "text":
        return Drawn({"text": f"{MARK}合言葉「{words}」の番号は {number} です。"}, number)
    if form == "messages":
        turns = [
            {"role": "user", "content": question},
            {"role": "assistant", "content": number},
        ]
        return Drawn({"messages": turns}, number)
    empty = {"input": ""} if with_input else {}
    return Drawn({"instruction": question, **empty, "output": number}, number)


def texts_of(record: Record) -> Iterator[str]:
    """The texts of ``record`` in which a canary may stand."""
    yield from (value for value in record.values() if isinstance(value, str))
    turns = record.get("messages")
    for turn in turns if isinstance(turns, list) else ():
        if isinstance(turn, dict) and isinstance(turn.get("content"), str):
            yield turn["content"]


def is_canary(record: Record) -> bool:
    """Whether a text of ``record`` begins with MARK."""
    return any(text.startswith(MARK) for text in texts_of(record))
