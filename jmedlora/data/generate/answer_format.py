"""In which form pairs are asked for: JSON by a schema where the server obeys one, else lines.

A server that does not know ``response_format`` may refuse it, or ignore it without a word, as
``transformers serve`` does. So it is asked once for a word that stands in the schema alone.
"""

import asyncio
import json
import secrets
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from jmedlora.data.generate.client import CallError, Connection, request_completion
from jmedlora.data.generate.request_plan import Format, RequestSettings, read_plan
from jmedlora.data.generate.response_format import schema_format
from jmedlora.data.generate.server_address import ServerError, check_reachable

QUESTION = "Hello."
"""What the server is asked; it holds nothing of a document."""


def format_of_folder(folder: Path) -> Format | None:
    """The format of the latest run in ``folder``; None without one. Raises FileError."""
    return next((place.format for place in read_plan(folder)), None)


def ask_for_format(connection: Connection, settings: RequestSettings) -> tuple[Format, str]:
    """The format that the server can do, and how that was found out.

    Raises ServerError where the server does not answer at all, or refuses key or model.
    """
    check_reachable(connection.server)
    word = secrets.token_hex(4)
    try:
        answer = asyncio.run(_ask(connection, settings, word))
    except CallError as error:
        if error.is_request_fault:
            return "lines", "the server refuses a schema"
        raise ServerError(f"{connection.server.base_url}: {error}") from error
    if _obeys(answer["content"], word):
        return "json", "the server obeys a schema"
    return "lines", "the server ignores a schema"


async def _ask(connection: Connection, settings: RequestSettings, word: str) -> dict[str, Any]:
    properties = {"word": {"type": "string", "enum": [word]}}
    parameters = {**settings.parameters, "response_format": schema_format("word", properties)}
    async with connection.open_client() as client:
        probe = replace(settings, format="lines", parameters=parameters)
        return await request_completion(client, QUESTION, probe, connection)


def _obeys(content: str, word: str) -> bool:
    with suppress(json.JSONDecodeError, RecursionError):
        return bool(json.loads(content) == {"word": word})
    return False
