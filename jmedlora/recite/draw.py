"""Which of the questions are asked: those that can be, without repeats, and of those a draw."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from jmedlora.recite.questions import Question

Length = Callable[[Sequence[str]], list[int]]
"""From texts to their numbers of tokens."""
GENERATED = 256
"""Tokens that a model may write (lm_eval_tasks/_recite_continuation.yaml)."""


@dataclass(frozen=True, slots=True)
class Room:
    """The context of a model, in tokens, and how its texts are counted."""

    length: int
    count: Length


@dataclass(frozen=True, slots=True)
class Draw:
    """What is asked, and how many are not: each question left out is in one of the counts.

    repeated: the same prompt and answer as an earlier one. trained: held-out ones that stand in
    the training files, too. short: with too few characters to count. long: longer than the model's
    context. eligible: the rest. asked: those drawn of them, in the order of the files.
    """

    asked: tuple[Question, ...]
    eligible: int
    repeated: int
    trained: int
    short: int
    long: int


def draw(
    found: Iterable[Question],
    trained: frozenset[tuple[str, str]],
    *,
    least: int,
    most: int,
    seed: int,
    room: Room | None,
) -> Draw:
    """At most ``most`` of the questions ``found`` whose targets have ``least`` characters.

    trained: prompts and targets that are not to be asked. room: None where it is not known.
    """
    every = list(found)
    single = list({content(each): each for each in reversed(every)}.values())[::-1]
    fresh = [each for each in single if content(each) not in trained]
    enough = [each for each in fresh if len(each.target.strip()) >= least]
    fitting = _fitting(enough, room) if room and enough else enough
    chosen = list(range(len(fitting)))
    random.Random(seed).shuffle(chosen)  # noqa: S311 (a draw that can be repeated)
    return Draw(
        asked=tuple(fitting[place] for place in sorted(chosen[:most])),
        eligible=len(fitting),
        repeated=len(every) - len(single),
        trained=len(single) - len(fresh),
        short=len(fresh) - len(enough),
        long=len(enough) - len(fitting),
    )


def content(question: Question) -> tuple[str, str]:
    """What makes two questions the same."""
    return question.prompt, question.target


def _fitting(asked: Sequence[Question], room: Room) -> list[Question]:
    prompts = room.count([each.prompt for each in asked])
    wholes = room.count([each.prompt + each.target for each in asked])
    lengths = zip(asked, prompts, wholes, strict=True)
    return [each for each, prompt, whole in lengths if max(prompt + GENERATED, whole) < room.length]
