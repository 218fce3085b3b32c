"""Trying a call again: what may pass by itself, how long one waits, and when it ends for good."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from jmedlora.data.generate.client import CallError, Connection, try_completion
from jmedlora.data.generate.request_plan import RequestSettings

if TYPE_CHECKING:
    from openai import AsyncOpenAI

SHORTEST_WAIT, LONGEST_WAIT = 0.5, 8.0
"""Seconds between two tries, unless the server asks for others; each is twice the one before."""
MALFORMED_TRIES = 3
LATEST_TRY = 2
"""No try begins after so many times --timeout, so that all of them take three times at most."""

Pause = Callable[[float], Awaitable[bool]]
"""Waits so many seconds, or shorter; whether to go on then."""


async def _sleep(seconds: float) -> bool:
    await asyncio.sleep(seconds)
    return True


async def request_completion(
    client: "AsyncOpenAI",
    content: str,
    settings: RequestSettings,
    connection: Connection,
    pause: Pause = _sleep,
) -> dict[str, Any]:
    """The server's answer to ``content``, as it is recorded. Raises CallError or RefusedError."""
    spent, tries = 0.0, 0
    while True:
        start = time.monotonic()
        try:
            return await try_completion(client, content, settings, connection)
        except CallError as error:
            spent, tries = spent + time.monotonic() - start, tries + 1
            error.tries = tries
            wait = error.wait or min(SHORTEST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
            if not (_is_tried_again(error, spent, connection) and await pause(wait)):
                raise


def _is_tried_again(error: CallError, spent: float, connection: Connection) -> bool:
    most = MALFORMED_TRIES if error.is_malformed else math.inf
    has_tries = error.tries < min(connection.retries + 1, most)
    return error.may_pass and has_tries and spent <= LATEST_TRY * connection.timeout
