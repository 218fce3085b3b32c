"""What a chat model answered: behind its thinking, or nothing where it was cut off before.

A response was cut off before its answer if its thinking has no end, or if it is as long as it was
allowed to be and does not say an answer. Thinking without an end cannot always be seen in the text:

- a chat template may put the beginning of the thinking into the prompt. Then a response without any
  mark of thinking is unfinished. That it does so, the prompt says; where a server makes the prompt,
  a response of the same run says it, whose thinking ends and does not begin.
- a model may begin to think without a mark. If lm-eval was told how its thinking ends
  (``think_end_token``), what reached the limit without that end is unfinished thinking.
- lm-eval takes finished thinking away. It is put back where it is known
  (``jmedlora.exams.whole_responses``), but an answer from lm-eval's cache stays without it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from jmed_metrics.examination import mark_record
from jmed_metrics.thinking import Thought, split_thinking
from jmedlora.exams.documents import Document

ANSWER_MARK = "【回答】"
"""What the prompt asks for before the answer."""
SLACK = 8
"""Tokens by which a text that was decoded and is counted again may come out shorter."""
TAIL = 200
"""Characters at the end of a prompt in which a template may begin the thinking."""
END_TAG = re.compile(r"(?:</[a-z:]{1,20}>|\[/think\])\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Generation:
    """How the responses of a run were generated, as far as it is known.

    limit: the most tokens of a response; None: unknown. count: the tokens of a text; None: unknown,
    as behind a server. ends_known: whether lm-eval was told how thinking ends. stripped: whether
    it took some away that was not put back. cut: the responses that are known to have ended at the
    limit. fills_context: whether the limit is all that the model's context leaves.
    """

    limit: int | None = None
    count: Callable[[str], int] | None = None
    ends_known: bool = False
    stripped: bool = False
    cut: frozenset[str] = frozenset()
    fills_context: bool = False

    def reached_limit(self, text: str) -> bool:
        """Whether ``text`` is as long as it was allowed to be; False where nobody knows."""
        if text in self.cut:
            return True
        if self.limit is None or self.count is None:
            return False
        least = max(self.limit - SLACK, 1)
        return len(text.encode(errors="replace")) >= least and self.count(text) >= least


def generation(
    model: Any, settings: Mapping[str, Any], *, all_whole: bool, cut: frozenset[str]
) -> Generation:
    """How lm-eval's ``model`` generates with ``settings``, its ``generation_kwargs``.

    all_whole: whether each response is known as a whole. cut: those that ended at the limit.
    """
    limit = settings.get("max_gen_toks")
    tokenizer = getattr(model, "tokenizer", None)
    ends_known = getattr(model, "think_end_token", None) is not None
    return Generation(
        limit=limit if isinstance(limit, int) else None,
        count=(lambda text: len(tokenizer(text).input_ids)) if callable(tokenizer) else None,
        ends_known=ends_known,
        stripped=ends_known and not all_whole,
        cut=cut,
        fills_context=limit is not None and limit == getattr(settings, "room", None),
    )


def read_answers(
    responses: Sequence[str | None],
    docs: Sequence[Document],
    prompts: Sequence[str],
    how: Generation,
) -> list[str]:
    """The answer of each response, behind its thinking; "" where it was cut off before it.

    prompts: as they were sent.
    """
    thoughts = [split_thinking(response or "") for response in responses]
    in_thinking = any(map(_only_ends, thoughts))
    return [
        ""
        if _is_cut(thought, doc, how, in_thinking=in_thinking or _ends_in_thinking(prompt))
        else thought.answer.strip()
        for thought, doc, prompt in zip(thoughts, docs, prompts, strict=True)
    ]


def read_repeated(
    responses: Sequence[Sequence[str | None]],
    docs: Sequence[Document],
    prompts: Sequence[str],
    how: Generation,
) -> list[list[str]]:
    """The same of all responses to each question: with lm-eval's ``repeats`` there are several."""
    of = [place for place, several in enumerate(responses) for _ in several]
    texts = [each for several in responses for each in several]
    found = read_answers(texts, [docs[each] for each in of], [prompts[each] for each in of], how)
    answers = iter(found)
    return [list(islice(answers, len(several))) for several in responses]


def _is_cut(thought: Thought, doc: Document, how: Generation, *, in_thinking: bool) -> bool:
    if not thought.finished:
        return True
    if not thought.thinking and in_thinking and not how.stripped:
        return True
    if not how.reached_limit(thought.thinking + thought.answer):
        return False
    without_end = how.ends_known and not thought.thinking
    return without_end or not _says_an_answer(thought.answer, doc)


def _says_an_answer(text: str, doc: Document) -> bool:
    """Whether it says one where nothing that is missing could change it.

    It stands behind the mark that the prompt asks for, or is the whole first line.
    """
    first_line = text.strip().partition("\n")[0]
    return ANSWER_MARK in text or bool(mark_record(doc, first_line).chosen)


def _only_ends(thought: Thought) -> bool:
    """Whether its thinking ends with a tag and has no beginning of its own."""
    end = END_TAG.search(thought.thinking)
    return end is not None and split_thinking(thought.thinking[: end.start()]).finished


def _ends_in_thinking(prompt: str) -> bool:
    return not split_thinking(prompt[-TAIL:]).finished
