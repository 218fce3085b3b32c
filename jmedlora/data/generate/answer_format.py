"""In which form pairs are asked for: JSON by a schema where the server obeys one, else lines.

A server that does not know ``response_format`` may refuse it, or ignore it without a word, as
``transformers serve`` does. Others know it, but not how to count. So the server is asked once, for
two pairs about nothing, with the very schema that the run would send. No model answers a greeting
with such JSON by itself.
"""

import asyncio
import json
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from jmedlora.data.generate.client import CallError, Connection
from jmedlora.data.generate.request_plan import Format, RequestSettings, read_plan
from jmedlora.data.generate.retries import request_completion
from jmedlora.data.generate.server_address import ServerError, check_reachable

QUESTION = "Hello."
"""What the server is asked; it holds nothing of a document."""
PAIRS = 2
BEGINNING = re.compile(r'\s*\{\s*"pairs"\s*:\s*\[\s*\{\s*"instruction"\s*:\s*"')
"""How an answer begins that was cut: a small model may never close the first text."""


def format_of_folder(folder: Path) -> Format | None:
    """The format of the latest run in ``folder``; None without one. Raises FileError."""
    return next((place.format for place in read_plan(folder)), None)


def ask_for_format(connection: Connection, settings: RequestSettings) -> tuple[Format, str]:
    """The format that the server can do, and how that was found out.

    Raises ServerError where the server does not answer at all, or refuses key or model, or refuses
    the question without a schema too.
    """
    check_reachable(connection.server)
    refusals: list[str] = []
    for each in ("json", "json-any"):
        try:
            answer = _ask(connection, settings, each)
        except CallError as error:
            if not error.is_request_fault:
                raise _no_answer(connection, error, without_schema=False) from error
            refusals.append(str(error))
            continue
        if not _obeys(answer):
            return "lines", "the server ignores a schema"
        if refusals:
            return each, f"the server obeys a schema, but not one that counts: {refusals[0]}"
        return each, "the server obeys a schema"
    try:
        _ask(connection, settings, "lines")
    except CallError as error:
        raise _no_answer(connection, error, without_schema=True) from error
    return "lines", f"the server refuses a schema: {refusals[-1]}"


def _ask(
    connection: Connection, settings: RequestSettings, answer_format: Format
) -> dict[str, Any]:
    async def ask() -> dict[str, Any]:
        async with connection.open_client() as client:
            return await request_completion(client, QUESTION, probe, connection)

    probe = replace(settings, format=answer_format, pairs=PAIRS)
    return asyncio.run(ask())


def _no_answer(connection: Connection, error: CallError, *, without_schema: bool) -> ServerError:
    remedy = "" if without_schema else "; if it fails at the schema, give --format lines"
    return ServerError(f"{connection.server.base_url}: {error}{remedy}")


def _obeys(answer: dict[str, Any]) -> bool:
    """Whether ``answer`` is what the schema allows, or the beginning of it that was cut."""
    content = answer["content"]
    with suppress(json.JSONDecodeError, RecursionError):
        match json.loads(content):
            case {"pairs": [*pairs], **others}:
                return not others and all(map(_is_pair, pairs))
    return answer["finish_reason"] == "length" and bool(BEGINNING.match(content))


def _is_pair(found: Any) -> bool:
    match found:
        case {"instruction": str(), "output": str(), **others}:
            return not others
    return False
