"""An HTTP client that reads no answer for longer, and no longer answer, than was allowed.

httpx counts its timeout anew for every piece that arrives, and unpacks a compressed answer whatever
it becomes: a server that sends a byte a second, or a compressed bomb, would have no end.
"""

import asyncio
from typing import Any

import httpx2
import openai

LONGEST_ANSWER = 16 * 2**20
"""Bytes of an answer at most: a completion of 100,000 tokens has less than 1 MiB."""


class BoundedClient(openai.DefaultAsyncHttpxClient):
    """openai's own client; each answer is read whole, uncompressed, within ``timeout`` in all.

    Sending raises httpx2.ReadTimeout where the time is over, and httpx2.ReadError for an answer
    that is longer than LONGEST_ANSWER, or compressed though that was not asked for.
    """

    def __init__(self, *, timeout: float, **options: Any) -> None:
        super().__init__(timeout=timeout, **options)
        self.seconds = timeout

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        request.headers["accept-encoding"] = "identity"
        try:
            async with asyncio.timeout(self.seconds):
                response = await super().send(request, **{**options, "stream": True})
                try:
                    content = await _read(response)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise httpx2.ReadTimeout(f"no whole answer within {self.seconds:g} s") from error
        return httpx2.Response(
            response.status_code, headers=response.headers, content=content, request=request
        )


async def _read(response: httpx2.Response) -> bytes:
    encoding = response.headers.get("content-encoding", "identity")
    if encoding.strip().lower() != "identity":
        raise httpx2.ReadError("the answer is compressed, which was not asked for")
    pieces, size = [], 0
    async for piece in response.aiter_raw():
        size += len(piece)
        if size > LONGEST_ANSWER:
            raise httpx2.ReadError(f"the answer is longer than {LONGEST_ANSWER:,} bytes")
        pieces.append(piece)
    return b"".join(pieces)
