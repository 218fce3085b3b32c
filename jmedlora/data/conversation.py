"""Training records as conversations: what a record's ``messages`` may hold, and its turns.

A record is ``instruction``, ``input`` and ``output``, or ``messages``: one object a turn with
``role``, ``content`` and, in an answer, ``thinking`` where there is some. Either may carry
``system``, the text of the system message.
"""

from collections.abc import Iterator
from typing import Any

from jmedlora.core.jsonl import Record

Message = dict[str, str]
"""One turn: ``role`` ("system", "user" or "assistant"), ``content``, and perhaps ``thinking``."""
MESSAGE_FIELDS = {"role", "content", "thinking"}
INSTEAD_OF = ("instruction", "input", "output")
"""The fields that ``messages`` stands in place of."""


def text_fault(value: Any) -> str:
    """What keeps ``value`` from being trained on, or ""."""
    if not isinstance(value, str):
        return f"is {type(value).__name__}, not text"
    if not value.strip():
        return "is empty"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "holds half of a surrogate pair"
    return ""


def conversation_faults(record: Record) -> Iterator[str]:
    """What keeps ``record``, which has ``messages``, from being trained on."""
    if both := [field for field in INSTEAD_OF if record.get(field)]:
        yield f"has 'messages' and '{both[0]}', of which only one can be trained on"
    messages = record["messages"]
    if not (isinstance(messages, list) and all(isinstance(each, dict) for each in messages)):
        yield "'messages' is not a list of objects"
        return
    faults = [fault for place, each in enumerate(messages, 1) for fault in _faults(each, place)]
    yield from faults or _order_faults([message["role"] for message in messages], record)


def _faults(message: dict[str, Any], place: int) -> Iterator[str]:
    for key in ("role", "content"):
        if key not in message:
            yield f"message {place} has no '{key}'"
        elif what := text_fault(message[key]):
            yield f"'{key}' of message {place} {what}"
    for key in message.keys() - MESSAGE_FIELDS:
        yield f"message {place} has '{key}', which is not read"
    if "thinking" in message:
        if message.get("role") != "assistant":
            yield f"message {place} has 'thinking', which only an answer may have"
        elif what := text_fault(message["thinking"]):
            yield f"'thinking' of message {place} {what}"


def _order_faults(roles: list[str], record: Record) -> Iterator[str]:
    first = 1 if roles[:1] == ["system"] else 0
    if first and record.get("system"):
        yield "has 'system' and a system message, of which only one can be trained on"
    for place, role in enumerate(roles[first:], start=first + 1):
        wanted = "user" if (place - first) % 2 else "assistant"
        if role != wanted:
            yield f"message {place} is by '{role}', where '{wanted}' has its turn"
            return
    if (len(roles) - first) % 2 or len(roles) == first:
        yield "'messages' does not end with an answer ('assistant')"


def as_messages(record: Record, system: str | None) -> list[Message]:
    """The turns of a faultless ``record``; ``system`` is the system message if it has none."""
    turns = record.get("messages") or [
        {"role": "user", "content": _question(record)},
        {"role": "assistant", "content": record["output"]},
    ]
    text = record.get("system") or system
    if turns[0]["role"] == "system" or not text:
        return list(turns)
    return [{"role": "system", "content": text}, *turns]


def conversations_by_answer(messages: list[Message]) -> list[list[Message]]:
    """For each answer the conversation up to it: a model is asked for one answer at a time."""
    ends = [i for i, message in enumerate(messages, 1) if message["role"] == "assistant"]
    return [messages[:end] for end in ends]


def as_instruction(record: Record) -> Record:
    """``record`` as instruction, input and output: of ``messages``, all before the last answer.

    Nothing is lost of a conversation with one answer and no system message.
    """
    if not record.get("messages"):
        return record
    *before, last = record["messages"]
    return {"instruction": "\n".join(turn["content"] for turn in before), "output": last["content"]}


def needs_a_chat_template(record: Record) -> str:
    """Why a faultless ``record`` cannot be put into a template of instruction and answer, or ""."""
    turns = record.get("messages") or []
    if record.get("system") or any(turn["role"] == "system" for turn in turns):
        return "has a system message"
    if any("thinking" in turn for turn in turns):
        return "has 'thinking'"
    return f"has {len(turns) // 2} answers" if len(turns) > 2 else ""


def _question(record: Record) -> str:
    """What the user says: the instruction and, a blank line below, the input."""
    return "\n\n".join(filter(None, (record["instruction"], record.get("input"))))
