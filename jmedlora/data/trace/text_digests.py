"""What makes a training record the same record in another file: its texts, not its place."""

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from jmedlora.core.jsonl import Record


def pair_digest(instruction: str, output: str) -> bytes:
    """A hash of an instruction and its answer, whatever white space stands around them."""
    return hashlib.sha256(
        f"{instruction.strip()}\0{output.strip()}".encode(errors="replace")
    ).digest()


def text_digest(text: str) -> bytes:
    """A hash of a pretraining text, whatever white space stands around it."""
    return hashlib.sha256(text.strip().encode(errors="replace")).digest()


def record_digests(record: Record) -> Iterator[bytes]:
    """The hashes of what a training record holds: a pair, every turn of messages, or a text."""
    if isinstance(record.get("messages"), list):
        yield from _turns(record["messages"])
    elif _are_texts(record.get("instruction"), record.get("output")):
        yield pair_digest(record["instruction"], record["output"])
        if isinstance(record.get("input"), str) and record["input"].strip():
            asked = f"{record['instruction']}\n\n{record['input']}"
            yield pair_digest(asked, record["output"])
    elif isinstance(record.get("text"), str):
        yield text_digest(record["text"])


def _turns(messages: list[Any]) -> Iterator[bytes]:
    texts = [each.get("content") if isinstance(each, dict) else None for each in messages]
    for asked, answered in pairwise(texts):
        if isinstance(asked, str) and isinstance(answered, str):
            yield pair_digest(asked, answered)


def _are_texts(*values: Any) -> bool:
    return all(isinstance(value, str) for value in values)
