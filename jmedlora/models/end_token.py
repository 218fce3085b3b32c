"""The token that ends a text, as a tokenizer has it, and the tokens at which the model stops.

Training puts the tokenizer's token behind every answer. If the model does not stop at it, it would
go on behind each answer that it generates.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault
from jmedlora.core.json_file import NotJsonError, read_json
from jmedlora.core.number_checks import is_whole

CONFIG = "tokenizer_config.json"


def end_token_ids(folder: Path) -> frozenset[int]:
    """The ids at which the model in ``folder`` stops generating; empty where no file says it."""
    for name in ("generation_config.json", "config.json"):
        ids = _read(folder / name).get("eos_token_id")
        if known := frozenset(filter(is_whole, ids if isinstance(ids, list) else [ids])):
            return known
    return frozenset()


def end_token_faults(folder: Path) -> Iterator[Fault]:
    """That the tokenizer's files name an end token at which the model does not stop.

    What only the loaded tokenizer knows (a default of its class, a token in ``tokenizer.model``)
    is told by unstopped.
    """
    text = _end_token(folder)
    end = _token_id(folder, text) if text else None
    if text and end is not None:
        yield from unstopped(folder, text, end)


def unstopped(folder: Path, text: str, end: int) -> Iterator[Fault]:
    """That the model in ``folder`` does not stop at ``text``, whose id is ``end``."""
    stops = end_token_ids(folder)
    if stops and end not in stops:
        ends = " and ".join(map(str, sorted(stops)))
        what = f"the tokenizer ends a text with '{text}' ({end}), the model stops at {ends}"
        remedy = "set eos_token_id in config.json and generation_config.json, or eos_token here"
        yield Fault(folder / CONFIG, None, None, what, remedy)


def _end_token(folder: Path) -> str:
    """The text of the end token, "" where no file names it. transformers reads in this order."""
    for name in (CONFIG, "special_tokens_map.json"):
        if text := _content(_read(folder / name).get("eos_token")):
            return text
    return ""


def _token_id(folder: Path, text: str) -> int | None:
    """The id of the token ``text``; None where no file of the tokenizer says it."""
    return next((number for each, number in _numbered(folder) if each == text), None)


def _numbered(folder: Path) -> Iterator[tuple[str, int]]:
    """The tokens with their ids: those that were added first, then the vocabulary."""
    whole = _read(folder / "tokenizer.json")
    for each in _list(whole.get("added_tokens")):
        if isinstance(each, dict) and is_whole(each.get("id")):
            yield _content(each), each["id"]
    decoder = _read(folder / CONFIG).get("added_tokens_decoder")
    for number, token in decoder.items() if isinstance(decoder, dict) else ():
        if number.isdecimal():
            yield _content(token), int(number)
    yield from _ids_of(_read(folder / "added_tokens.json"))
    model = whole.get("model")
    yield from _ids_of(model.get("vocab") if isinstance(model, dict) else None)
    yield from _ids_of(_read(folder / "vocab.json"))


def _ids_of(vocabulary: Any) -> Iterator[tuple[str, int]]:
    """A vocabulary's tokens: ids by text, or pieces with their scores in the order of the ids."""
    if isinstance(vocabulary, dict):
        yield from ((text, number) for text, number in vocabulary.items() if is_whole(number))
    for number, piece in enumerate(_list(vocabulary)):
        if isinstance(piece, list) and piece and isinstance(piece[0], str):
            yield piece[0], number


def _content(token: Any) -> str:
    """The text of a token, which is text or an object with its ``content``; "" for what is none."""
    text = token.get("content") if isinstance(token, dict) else token
    return text if isinstance(text, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _read(path: Path) -> dict[str, Any]:
    """The JSON object in ``path``; empty where there is none that can be read."""
    try:
        found = read_json(path)
    except (OSError, NotJsonError):  # told elsewhere, or a tokenizer of another kind
        return {}
    return found if isinstance(found, dict) else {}
