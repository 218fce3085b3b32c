"""The records of a training file in the form in which a recipe trains on them.

``data/train.jsonl`` is one file for all recipes: those with a prompt of their own take instruction,
input and output; those on a chat template take conversations, a row for each answer.
"""

from collections.abc import Iterator
from dataclasses import replace

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Numbered, Record
from jmedlora.data.conversation import (
    as_instruction,
    as_messages,
    conversations_by_answer,
    needs_a_chat_template,
)
from jmedlora.data.dataset import TrainingFile
from jmedlora.data.recipe import DataPlan


def recipe_rows(file: TrainingFile, plan: DataPlan) -> TrainingFile:
    """``file`` with its records as rows of ``plan``.

    A row of a chat recipe has ``messages`` alone, the last of which is the answer that is trained;
    a record of several answers makes as many rows, under the same line. Raises FileError with
    every record for which the recipe's prompt has no place.
    """
    if plan.template and (faults := list(_no_place_faults(file))):
        raise FileError(faults)
    return replace(file, records=rows_of(file.records, plan))


def rows_of(records: list[Numbered], plan: DataPlan) -> list[Numbered]:
    """The rows that ``plan`` makes of faultless ``records``, each under its record's line.

    A conversation for which the recipe's prompt has no place is given its last answer alone.
    """
    if plan.chat:
        return [
            (line, {"messages": conversation})
            for line, record in records
            for conversation in conversations_by_answer(as_messages(record, plan.chat.system))
        ]
    return [(line, as_instruction(each)) for line, each in records] if plan.template else records


def _no_place_faults(file: TrainingFile) -> Iterator[Fault]:
    for line, record in file.records:
        if what := needs_a_chat_template(record):
            what = f"{what}, for which the recipe's prompt has no place"
            remedy = "train with a recipe on a chat template, or repair the line"
            yield Fault(file.path, line, None, what, remedy)


def row_fields(plan: DataPlan) -> tuple[str, ...]:
    """The fields of the rows that ``plan`` trains on."""
    if plan.chat:
        return ("messages",)
    return ("instruction", "input", "output") if plan.template else ("text",)


def row_texts(record: Record, plan: DataPlan) -> Iterator[tuple[str, str]]:
    """The texts of a row, each with what it is called."""
    if plan.chat:
        for place, message in enumerate(record["messages"], start=1):
            yield f"message {place} ({message['role']})", message["content"]
            yield f"the thinking of message {place}", message.get("thinking", "")
        return
    for field in row_fields(plan):
        yield f"'{field}'", record.get(field) or ""
