"""A training record as it is put to a model: what it is given, and what it would go on with.

The prompt is the one that the recipe trains on, so that a model is asked what it was trained to
answer. A text alone is given by its beginning.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault, FileError, UserError
from jmedlora.core.jsonl import Record
from jmedlora.data.canaries.draw import is_canary
from jmedlora.data.chat_template import ChatFormat, ChatTemplateError, render
from jmedlora.data.dataset import TrainingFile, read_training_file
from jmedlora.data.recipe import DataPlan
from jmedlora.data.recipe_rows import recipe_rows

LONGEST = 400
"""Characters of an answer that are asked for at most."""


@dataclass(frozen=True, slots=True)
class Question:
    """A row of training, asked. file: its name. line: 1-based. answer: which of the line's, from 1.

    prompt: what the model is given. target: how the row goes on, LONGEST characters at most.
    """

    file: str
    line: int
    answer: int
    prompt: str
    target: str

    @property
    def name(self) -> str:
        """Where the row stands: "train.jsonl:7", or "train.jsonl:7 answer 2"."""
        place = f"{self.file}:{self.line}"
        return place if self.answer == 1 else f"{place} answer {self.answer}"


Ask = Callable[[Record], tuple[str, str]]
"""From a row to its prompt and its whole answer."""


def read_rows(path: Path, plan: DataPlan) -> TrainingFile:
    """The rows of ``path`` that ``plan`` trains on, without canaries. Raises FileError."""
    file = read_training_file(path, plan.kind)
    kept = [each for each in file.records if not is_canary(each[1])]
    return recipe_rows(TrainingFile(path, file.kind, kept, file.sha256), plan)


def questions(file: TrainingFile, ask: Ask, given: int) -> Iterator[Question]:
    """The rows of ``file`` as questions, with ``given`` characters of each answer in the prompt.

    Raises FileError naming a row that the chat template refuses.
    """
    last, answer = 0, 0
    for line, row in file.records:
        answer = answer + 1 if line == last else 1
        last = line
        try:
            prompt, text = ask(row)
        except ChatTemplateError as error:
            remedy = "ask with the recipe that the file was trained with, or repair the line"
            raise FileError([Fault(file.path, line, None, str(error), remedy)]) from error
        target = text[given : given + LONGEST]
        yield Question(file.path.name, line, answer, prompt + text[:given], target)


def asking(plan: DataPlan, tokenizer: Any) -> Ask:
    """How ``plan`` puts a row. Raises UserError where a chat template is needed and missing."""
    if plan.chat:
        if not isinstance(getattr(tokenizer, "chat_template", None), str):
            raise UserError(
                "the recipe trains on a chat template, and the model asked has none; ask a model "
                "with one, through --model hf or vllm"
            )
        return _asking_in_chat(plan.chat, tokenizer)
    template = plan.template
    if template:
        return lambda row: (template.fill(row), row["output"])
    return lambda row: ("", row["text"])


def _asking_in_chat(chat: ChatFormat, tokenizer: Any) -> Ask:
    def ask(row: Record) -> tuple[str, str]:
        messages = row["messages"]
        prompt = render(messages[:-1], chat, tokenizer, ask=True)
        whole = render(messages, chat, tokenizer)
        answer = messages[-1]["content"].rpartition("</think>")[2].strip()
        before, found, _ = whole[len(prompt) :].partition(answer)
        if not (whole.startswith(prompt) and found):
            raise ChatTemplateError("the answer is not found behind the prompt")
        return prompt + before, answer

    return ask
