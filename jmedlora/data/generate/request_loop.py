"""Asking all requests of a plan: many at a time, each answer stored before the next is asked."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tqdm import tqdm

from jmedlora.core.utc_time import utc_now
from jmedlora.data.generate.client import CallError, Connection, RefusedError
from jmedlora.data.generate.request_plan import Request, RequestSettings
from jmedlora.data.generate.response_store import ResponseStore
from jmedlora.data.generate.retries import LONGEST_WAIT, request_completion
from jmedlora.data.generate.server_address import ServerError

STOP_AFTER = 10
"""Failed calls in a row, over all that run at a time, after which the server is held to be down."""
STOP_AFTER_REQUEST_FAULTS = 100
"""The same for requests that the server finds wrong in themselves: a few long ones say little."""


SCHEMA_REMEDY = "if the server cannot do this schema, give --format json-any or --format lines"


@dataclass(slots=True)
class Outcome:
    """What became of the calls.

    without_text: answers that are empty. refused, cut: those that say so in a field of their own.
    failures: their number by reason. interrupted: by Ctrl-C.
    """

    answered: int = 0
    without_text: int = 0
    refused: int = 0
    cut: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    interrupted: bool = False


def send_requests(
    requests: Sequence[Request],
    settings: RequestSettings,
    connection: Connection,
    store: ResponseStore,
    *,
    concurrency: int,
    answered_before: int,
) -> Outcome:
    """Asks ``requests``, ``concurrency`` at a time, and stores every answer.

    Ctrl-C lets the tries in flight end, because they are paid for; a second one does not. Raises
    ServerError where going on is of no use, when the calls in flight have ended, and WriteError;
    all answers so far are stored.
    """
    with tqdm(
        total=answered_before + len(requests), initial=answered_before, desc="asking", unit="call"
    ) as bar:
        loop = _RequestLoop(settings, connection, store, iter(requests), bar)
        asyncio.run(loop.run(min(concurrency, len(requests))))
    if loop.stopped_by is not None:
        raise loop.stopped_by
    return loop.outcome


class _RequestLoop:
    """The state that the calls of one run share; they run in one thread."""

    def __init__(
        self,
        settings: RequestSettings,
        connection: Connection,
        store: ResponseStore,
        requests: Iterator[Request],
        bar: tqdm,
    ) -> None:
        self.settings, self.connection, self.store = settings, connection, store
        self.requests, self.bar = requests, bar
        self.outcome = Outcome()
        self.failed_in_a_row: Counter[bool] = Counter()  # by whether the request is at fault
        self.stopped_by: ServerError | None = None
        self.stopping = asyncio.Event()
        self.tokens = 0

    async def run(self, concurrency: int) -> None:
        async with self.connection.open_client() as client:
            sending = (self.send_until_stopped(client) for _ in range(concurrency))
            workers = [asyncio.create_task(each) for each in sending]
            with self.interruptible(workers):
                try:
                    await asyncio.gather(*workers)
                except asyncio.CancelledError:
                    if not self.outcome.interrupted:
                        raise
                finally:
                    for worker in workers:
                        worker.cancel()
                    await asyncio.gather(*workers, return_exceptions=True)

    @contextmanager
    def interruptible(self, workers: Sequence[asyncio.Task[None]]) -> Iterator[None]:
        """Ctrl-C ends the handing out of requests; a second one cancels the calls in flight."""

        def stop() -> None:
            if self.outcome.interrupted:
                for worker in workers:
                    worker.cancel()
                return
            self.outcome.interrupted = True
            self.stopping.set()
            self.bar.write(
                "jmed-data: waiting for the calls in flight; Ctrl-C again drops them",
                file=sys.stderr,
            )

        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, stop)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    async def send_until_stopped(self, client: Any) -> None:
        while not self.stopping.is_set():
            request = next(self.requests, None)
            if request is None:
                return
            try:
                answer = await request_completion(
                    client, request.content, self.settings, self.connection, self.may_go_on
                )
            except CallError as error:
                if self.outcome.interrupted:  # it might have been answered by a further try
                    return
                self.record_failure(str(error), is_request_fault=error.is_request_fault)
            except RefusedError as error:
                self.record_refusal(error)
            else:
                self.record_answer(request, answer)

    async def may_go_on(self, seconds: float) -> bool:
        """Waits before a further try, but not longer than until the run is to stop."""
        if seconds > LONGEST_WAIT:
            self.bar.set_postfix_str(f"the server asks to wait {seconds:.0f} s")
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)
        return not self.stopping.is_set()

    def record_answer(self, request: Request, answer: dict[str, Any]) -> None:
        provenance = request.provenance(self.settings)
        host = self.connection.server.host
        self.store.append({**provenance, "host": host, **answer, "received": utc_now()})
        self.outcome.answered += 1
        self.outcome.refused += answer["refusal"] is not None
        self.outcome.cut += answer["finish_reason"] == "length"
        self.outcome.without_text += not (answer["content"].strip() or answer["refusal"])
        self.failed_in_a_row.clear()
        self.tokens += sum((answer["usage"] or {}).values())
        self.bar.set_postfix_str(f"{self.tokens:,} tokens", refresh=False)
        self.bar.update()

    def record_failure(self, reason: str, *, is_request_fault: bool) -> None:
        self.outcome.failures[reason] += 1
        self.failed_in_a_row[is_request_fault] += 1
        most = STOP_AFTER_REQUEST_FAULTS if is_request_fault else STOP_AFTER
        if self.failed_in_a_row[is_request_fault] < most:
            return
        self.stop(
            ServerError(
                f"{self.connection.server.base_url}: {self.failed_in_a_row[is_request_fault]} "
                f"calls in a row failed, the last: {reason}; what was answered is kept: run the "
                f"same command again once it is mended{self.schema_remedy()}"
            )
        )

    def record_refusal(self, error: RefusedError) -> None:
        """Where others were answered, it is this request that the server refuses."""
        if self.outcome.answered:
            self.record_failure(str(error), is_request_fault=False)
        else:
            self.stop(error)

    def schema_remedy(self) -> str:
        """What may help where no call with a schema was answered."""
        is_doubted = self.settings.format != "lines" and not self.outcome.answered
        return f"; {SCHEMA_REMEDY}" if is_doubted else ""

    def stop(self, error: ServerError) -> None:
        """No further request; those in flight end, because they are paid for."""
        self.stopped_by = self.stopped_by or error
        self.stopping.set()
