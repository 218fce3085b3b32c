"""Whether the keys of a text stand in an order that tells which answer is to which question."""

from collections.abc import Iterator, Sequence

from jmedlora.data.parse.key_markers import BEHIND_QUOTE, LINE, Marker
from jmedlora.data.parse.model_remarks import is_remark, reject_lines
from jmedlora.data.parse.types import Reject, RejectReason


def find_disorder(text: str, markers: Sequence[Marker]) -> tuple[list[Marker], str] | None:
    """The keys of a family whose answers do not follow their questions, and what is wrong.

    None where each answer may be that to the question before it.
    """
    for family in dict.fromkeys(each.question for each in markers if each.question and each.firm):
        keys = list(_of_family(text, markers, family))
        asked = [each.question is not None for each in keys]
        if keys and not asked[0] and any(asked):
            return keys, RejectReason.ANSWER_FIRST
        if any(_lists_apart(asked)):
            return keys, RejectReason.ORDER
    return None


def flag_answered(markers: Sequence[Marker]) -> list[bool]:
    """For each marker whether an answer in its style follows before the next question for sure."""
    follows: set[tuple[str | None, str]] = set()
    found = []
    for marker in reversed(markers):
        group = (marker.question, marker.style)
        found.append(group in follows)
        if marker.question and marker.firm:
            follows.discard(group)
        follows.update((family, marker.style) for family in marker.answers)
    return found[::-1]


def pair_by_number(keys: Sequence[Marker]) -> list[tuple[Marker, Marker]] | None:
    """Each question with the answer of its number, if every number tells just one pair."""
    questions = {key.number: key for key in keys if key.question}
    answers = {key.number: key for key in keys if not key.question}
    if None in questions or questions.keys() != answers.keys():
        return None
    is_unique = len(questions) + len(answers) == len(keys)
    return [(questions[each], answers[each]) for each in questions] if is_unique else None


def reject_all(text: str, first: int, keys: Sequence[Marker], reason: str) -> list[Reject]:
    """All of ``text``, which begins at line ``first``: each key and its value by itself."""
    rejects = reject_lines(text[: keys[0].start], first)
    line, at = first, 0
    for key, value in texts_by_key(text, keys).items():
        line += text.count("\n", at, key.start)
        at = key.start
        rejects.append(Reject(line, value, reason))
    return rejects


def texts_by_key(text: str, keys: Sequence[Marker]) -> dict[Marker, str]:
    """Each key with what stands from it to the next."""
    ends = [key.start for key in keys[1:]] + [len(text)]
    return {key: text[key.start : end].strip() for key, end in zip(keys, ends, strict=True)}


def _of_family(text: str, markers: Sequence[Marker], family: str) -> Iterator[Marker]:
    """The keys of a family that surely are keys; a title such as "Answer:" is none."""
    style = next(each.style for each in markers if each.question == family and each.firm)
    is_first, owner = True, None
    for i, key in enumerate(markers):
        owner = key.question if key.question and key.firm else owner
        if not key.firm or not (key.question == family or family in key.answers):
            continue
        if key.grade != LINE and (key.style != style or key.grade > BEHIND_QUOTE):
            continue
        if not key.question and owner != family and owner in key.answers:
            continue  # 回答 answers 質問 as well as 問題
        end = markers[i + 1].start if i + 1 < len(markers) else len(text)
        if is_first and not key.question and _says_nothing(text[key.end : end]):
            continue
        is_first = False
        yield key


def _says_nothing(value: str) -> bool:
    lines = (line.strip(" \t\u3000'\"`*#-[({") for line in value.split("\n"))
    return all(not line or is_remark(line) for line in lines)


def _lists_apart(asked: Sequence[bool]) -> Iterator[bool]:
    """For each place whether two or more questions end there and as many answers begin."""
    for i in range(2, len(asked) - 1):
        yield asked[i - 2 : i + 2] == [True, True, False, False]
