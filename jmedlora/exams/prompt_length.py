"""Whether every prompt of an exam fits the context of a model, and which do not.

The prompts are put together here as lm-eval does it (a test holds the two equal), because lm-eval
itself cuts what is too long without a word that would stop a run.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from jmedlora.core.display import counted
from jmedlora.core.jsonl import Record
from jmedlora.models.context_length import Context

CHAT_TEMPLATE = 256
"""Tokens that are kept free for what a chat template puts around a prompt."""


def left_for_answer(context: int, prompt: int) -> int:
    """The tokens of a ``context`` that a prompt of ``prompt`` tokens in a chat template leaves."""
    return context - prompt - CHAT_TEMPLATE


@dataclass(frozen=True, slots=True)
class Prompt:
    """How a question becomes a prompt: lm-eval's fields, and ``render(template, record)``."""

    description: str
    doc_to_text: str
    doc_to_target: str
    target_delimiter: str
    fewshot_delimiter: str
    render: Callable[[str, Record], str]

    def heads(self, examples: Sequence[Record]) -> Iterator[str]:
        """What stands before the question: the preamble, then that and 1, 2 … worked examples."""
        head = self.description
        yield head
        for example in examples:
            target = self.render(self.doc_to_target, example)
            head += self.block(example) + self.target_delimiter + target + self.fewshot_delimiter
            yield head

    def block(self, record: Record) -> str:
        """The question itself."""
        return self.render(self.doc_to_text, record)


@dataclass(frozen=True, slots=True)
class Room:
    """What a model has for one question: its context, of which ``answer`` tokens are generated.

    answer: 0 where nothing is generated but every choice is read behind the prompt. least: the
    tokens that will do for an answer; None: all of ``answer``.
    """

    context: Context
    answer: int
    least: int | None = None

    def counts(
        self, docs: Sequence[Record], examples: Sequence[Record], prompt: Prompt
    ) -> list[list[int]]:
        """The tokens read for every question: a list for 0 examples, one for 1 example, and so on.

        They are the prompt's, with the longest of its choices where nothing is generated.
        """
        blocks = [prompt.block(doc) for doc in docs]
        behind = [0] * len(docs) if self.answer else [self._longest(doc["choices"]) for doc in docs]
        return [
            [n + m for n, m in zip(self.context.count(prompts), behind, strict=True)]
            for prompts in ([head + block for block in blocks] for head in prompt.heads(examples))
        ]

    def left(self, counts: Sequence[int]) -> int:
        """The tokens that the longest prompt leaves for an answer, behind a chat template.

        They are ``least`` where it leaves fewer: then lm-eval is to cut the prompt.
        """
        return max(left_for_answer(self.context.length, max(counts)), self.least or 0)

    def _longest(self, choices: Sequence[str]) -> int:
        special = self.context.count([""])[0]  # they stand once, before the prompt
        return max(self.context.count(choices)) - special

    def overlong(self, exam: str, shots: int, docs: Sequence[Record], counts: Sequence[int]) -> str:
        """The message that names the prompts too long with ``shots`` examples, or ""."""
        answer = self.answer if self.least is None else self.least + CHAT_TEMPLATE
        room = self.context.length - answer
        found = [(doc["problem_id"], n) for doc, n in zip(docs, counts, strict=True) if n > room]
        if not found:
            return ""
        named = ", ".join(f"{problem_id} ({n} tokens)" for problem_id, n in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        long = counted(len(found), "prompt")
        what = f"answer {answer}" if self.answer else "the longest choice counted with it"
        return (
            f"{exam} at {shots} shot: {long} longer than the {room} tokens that the model leaves "
            f"for one (context {self.context.length}, {what}): "
            f"{named}{more}; use fewer shots or a model with a longer context, or accept that "
            "lm-eval cuts the instruction off: --metadata '{\"allow_truncation\": true}'"
        )
