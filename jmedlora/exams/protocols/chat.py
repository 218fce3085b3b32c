"""Chat: a question a turn, without examples; the last line of the answer has letters or a number.

For instruction and reasoning models. An answer may be as long as they need, and what a model thinks
before it answers is never read (``jmedlora.exams.chat_answers``).
"""

from collections.abc import Sequence

from jmed_metrics.examination import mark_record
from jmedlora.exams.decoding import Decoding
from jmedlora.exams.document_check import are_texts
from jmedlora.exams.documents import Document, chat_document
from jmedlora.exams.protocol import Metric, Protocol
from jmedlora.exams.protocols import letters

LEAST_ANSWER = 64
"""Tokens that a prompt must leave for an answer: a line with letters, and a sentence before it."""


def score(doc: Document, results: Sequence[str | list[str] | None]) -> dict[str, float]:
    """1 or 0 each: right; not to be read; cut off before it; took a forbidden choice (禁忌肢).

    A blank answer counts as cut: that is what is left of thinking without an end. A question that
    was struck out is right whatever is answered. The first of several answers counts (lm-eval's
    ``repeats``).
    """
    given = results[0]
    text = (given[0] if isinstance(given, list) else given) or ""
    mark = mark_record(doc, text)
    cut = mark.cut or not text.strip()
    return {
        "correct": int(mark.correct),
        "unparsed": int(mark.unparsed and not cut),
        "cut": int(cut),
        "forbidden": int(bool(mark.forbidden)),
    }


def _is_whole(doc: Document) -> bool:
    whole = letters.PROTOCOL.is_whole(doc)
    return whole and isinstance(doc.get("case"), str) and are_texts(doc.get("images"))


PROTOCOL = Protocol(
    name="chat",
    position=5,
    templates={"chat": "b7328dc1a741", "vision": "8b77c5bf7acd"},
    signature="score:chat",
    # No stop string, and the model's own settings beside it: a reasoning model loops without them.
    decoding=Decoding(until=[], max_gen_toks=16_384),
    score_metrics=letters.PROTOCOL.score_metrics,
    rate_metrics=(
        letters.UNPARSED,
        Metric("cut", "Cut off", "途中終了率", "answers cut off before they were given"),
        letters.FORBIDDEN,
    ),
    right="correct",
    splits_columns=False,
    takes=letters.PROTOCOL.takes,
    form=chat_document,
    is_whole=_is_whole,
    score=score,
    floors=letters.floors,
    chosen=letters.PROTOCOL.chosen,
    model_settings=True,
    least_answer=LEAST_ANSWER,
)
