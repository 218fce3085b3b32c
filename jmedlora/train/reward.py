"""The reward of ``recipes/grpo_8b.yml``: the mark that the chat tasks give an answer.

An answer is read as an evaluation reads it: the thinking is split off first, then the last line is
marked as a set (``jmedlora.exams.protocols.chat``). What TRL optimizes is the difference between
the answers to one question, so only the order and the distances of the four values matter.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jmedlora.exams.chat_answers import Generation, read_answers
from jmedlora.exams.documents import Document
from jmedlora.exams.protocols import chat

REWARD_OF_OUTCOME = {"right": 1.0, "wrong": 0.0, "unread": -0.5, "forbidden": -1.0}
"""By what became of an answer; from -1 to 1, higher is better.

right: exactly the correct choices, or the number. wrong: another answer that could be read: as far
below right as one point of the examination. unread: no answer that could be read, or cut off
before one: below wrong, because every try is worth more in the examination than none. forbidden: a
forbidden choice (禁忌肢), whatever else was chosen: lowest, because some of them fail the whole
examination.
"""
Completion = str | Sequence[Mapping[str, Any]]


def marker_reward(
    *,
    completions: Sequence[Completion],
    completion_ids: Sequence[Sequence[int]],
    document: Sequence[str],
    asked: Sequence[str],
    limit: Sequence[int],
    log_metric: Callable[[str, float], None] = lambda _name, _value: None,
    **_: Any,
) -> list[float]:
    """One of REWARD_OF_OUTCOME for each completion; TRL passes one item of every list for each.

    completions: texts, or lists of messages whose last one is the answer. completion_ids: their
    tokens. document: the question as JSON (``documents.chat_document``). asked: the prompt as the
    chat template wrote it. limit: the most tokens of a completion. log_metric: is told the share,
    0 to 1, of each outcome under "answers/NAME".
    """
    outcomes = [
        outcome(text_of(completion), json.loads(doc), prompt, cut=len(ids) >= most)
        for completion, ids, doc, prompt, most in zip(
            completions, completion_ids, document, asked, limit, strict=True
        )
    ]
    counts = Counter(outcomes)
    for name in REWARD_OF_OUTCOME:
        log_metric(f"answers/{name}", counts[name] / len(outcomes))
    return [REWARD_OF_OUTCOME[each] for each in outcomes]


def outcome(text: str, doc: Document, prompt: str, *, cut: bool) -> str:
    """What became of the answer ``text`` to ``doc``: a name in REWARD_OF_OUTCOME.

    cut: whether it is as long as it was allowed to be.
    """
    how = Generation(cut=frozenset([text]) if cut else frozenset())
    mark = chat.score(doc, read_answers([text], [doc], [prompt], how))
    if mark["forbidden"]:
        return "forbidden"
    if mark["correct"]:
        return "right"
    return "unread" if mark["unparsed"] or mark["cut"] else "wrong"


def text_of(completion: Completion) -> str:
    """What the model wrote: TRL gives a text for a plain prompt, messages for one of messages."""
    if isinstance(completion, str):
        return completion
    return str(completion[-1].get("content") or "")
