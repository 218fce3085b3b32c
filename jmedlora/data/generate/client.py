"""One call to an OpenAI-compatible server, and what can go wrong with it."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from jmedlora.data.generate.request_plan import RequestSettings
from jmedlora.data.generate.server_address import Server, ServerError

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

LONGEST_ASKED_WAIT = 3600
"""Seconds of Retry-After that are obeyed."""
PASSING = (408, 409, 429)
"""Statuses, beside those from 500, that a later try may not meet."""
REQUEST_FAULTS = (400, 413, 414, 422)
"""Statuses for a request that is too long or otherwise wrong in itself."""
SHOWN_CHARACTERS = 200
ECHO = 12
"""So many characters in a row that stand in the request are a repetition of it."""


class CallError(RuntimeError):
    """A call without a usable answer.

    may_pass: whether a further try may do. wait: seconds that the server asks for before it.
    is_malformed: whether it answered with what is no completion. is_request_fault: whether the
    request itself is at fault, so that the next one may do. tries: that ended so.
    """

    def __init__(
        self,
        reason: str,
        *,
        may_pass: bool = True,
        wait: float | None = None,
        is_malformed: bool = False,
        is_request_fault: bool = False,
    ) -> None:
        super().__init__(reason)
        self.may_pass, self.wait = may_pass, wait
        self.is_malformed, self.is_request_fault = is_malformed, is_request_fault
        self.tries = 1

    def __str__(self) -> str:
        reason = super().__str__()
        return reason if self.tries == 1 else f"{reason}, {self.tries} times"


class RefusedError(ServerError):
    """An answer that every further call would get too: a wrong key, an unknown model."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A server and how it is asked. key: never shown. timeout: seconds for one try in all.

    retries: further tries of a call, at most.
    """

    server: Server
    key: str
    key_variable: str
    timeout: float
    retries: int

    def redacted(self, text: str) -> str:
        """The first line of ``text``, short and without the key: a server may repeat it."""
        if self.key:
            text = text.replace(self.key, "***")
        line = re.sub(r"[^\x20-\U0010ffff]+", " ", text).strip()
        return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"

    def open_client(self) -> "AsyncOpenAI":
        """The client, which sends documents to the server that was named and nowhere else.

        Redirects are not followed, and a proxy of the environment is used only for a server
        outside: either could lead out of the building.
        """
        try:
            import openai
        except ImportError as error:
            message = "generate needs openai; run: pip install 'jmedlora[generate]'"
            raise ServerError(message) from error
        from jmedlora.data.generate.bounded_client import BoundedClient

        http_client = BoundedClient(
            follow_redirects=False,
            trust_env=self.server.place == "outside",
            timeout=self.timeout,
        )
        return openai.AsyncOpenAI(
            base_url=self.server.base_url,
            api_key=self.key or "none",
            timeout=self.timeout,
            max_retries=0,  # a call is tried again by ``retries``, which can be stopped
            http_client=http_client,
        )


async def try_completion(
    client: "AsyncOpenAI", content: str, settings: RequestSettings, connection: Connection
) -> dict[str, Any]:
    """The server's answer to ``content`` in one try. Raises CallError or RefusedError."""
    text = await _post_request(client, content, settings, connection)
    if (answer := read_answer(text)) is not None:
        return answer
    # Its text may be about a patient: it is not repeated.
    reason = f"the server's answer is no chat completion ({len(text):,} characters)"
    raise CallError(reason, is_malformed=True)


async def _post_request(
    client: "AsyncOpenAI", content: str, settings: RequestSettings, connection: Connection
) -> str:
    """The body of the server's answer, unread: servers differ in what stands beside the text."""
    import openai

    try:
        raw = await client.chat.completions.with_raw_response.create(
            model=settings.model,
            messages=[{"role": "user", "content": content}],
            extra_body=settings.body,
        )
    except openai.APITimeoutError as error:
        raise CallError(f"no answer within {connection.timeout:g} s") from error
    except openai.APIConnectionError as error:
        cause = connection.redacted(str(error.__cause__ or error))
        raise CallError(f"the connection failed ({cause})") from error
    except openai.APIStatusError as error:
        raise _status_error(error, content, settings, connection) from error
    return raw.http_response.content.decode(errors="replace")


def _status_error(
    error: "APIStatusError", content: str, settings: RequestSettings, connection: Connection
) -> CallError | RefusedError:
    """What a status means that is none of success."""
    status = error.status_code
    said = connection.redacted(without_echo(error.response.text or error.message, content))
    where = connection.server.base_url
    if status == 401:
        remedy = f"put the right key into the environment variable {connection.key_variable}"
        return RefusedError(f"{where}: the server refuses the key ({status}: {said}); {remedy}")
    if status == 404:
        remedy = "check --model and --base-url (most addresses end in /v1)"
        return RefusedError(
            f"{where}: no model '{settings.model}' or no such address ({said}); {remedy}"
        )
    if 300 <= status < 400:
        remedy = "name the address itself with --base-url"
        return RefusedError(f"{where}: the server sends elsewhere, which is not followed; {remedy}")
    return CallError(
        f"status {status}: {said}",
        may_pass=status in PASSING or status >= 500,
        wait=_retry_after(error),
        is_request_fault=status in REQUEST_FAULTS,
    )


def without_echo(said: str, sent: str) -> str:
    """What a server said, unless it repeats a piece of what was sent to it, which stays private."""
    with suppress(ValueError, RecursionError):  # where it is JSON, text may be written as \\uXXXX
        said = json.dumps(json.loads(said), ensure_ascii=False)
    letters, text = ("".join(each.split()) for each in (said, sent))
    pieces = {text[start : start + ECHO] for start in range(len(text) - ECHO + 1)}
    if any(letters[start : start + ECHO] in pieces for start in range(len(letters) - ECHO + 1)):
        return f"a message that repeats the request, {len(said):,} characters"
    return said


def _retry_after(error: "APIStatusError") -> float | None:
    """The seconds of a Retry-After, a number or a date; None where there is none, or too long."""
    value, seconds = error.response.headers.get("retry-after", ""), 0.0
    if re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", value):
        seconds = float(value)
    else:
        with suppress(ValueError, TypeError):  # no date, or one without a zone
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    return seconds if 0 < seconds <= LONGEST_ASKED_WAIT else None


def read_answer(text: str) -> dict[str, Any] | None:
    """The recorded fields of a completion's body, and the body; None if it is no completion.

    An answer without text (a filter, a refusal that stands apart, nothing but reasoning) is an
    answer: it was paid. What is odd beside the text is left out rather than a reason to ask again.
    """
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):  # not JSON, a number too long, nested too deep
        return None
    match body:
        case {"choices": [{"message": {**message}, **choice}, *_]}:
            return _recorded_fields(body, choice, message)
    return None


def _recorded_fields(
    body: Mapping[Any, Any], choice: Mapping[Any, Any], message: Mapping[Any, Any]
) -> dict[str, Any]:
    finish = choice.get("finish_reason")
    return {
        "content": _text(message.get("content")),
        "refusal": _text(message.get("refusal")) or None,
        "finish_reason": finish if isinstance(finish, str) else None,
        "usage": _usage(body.get("usage")),
        "answered_by": body["model"] if isinstance(body.get("model"), str) else None,
        "completion": body,
    }


def _text(content: Any) -> str:
    """The text of a message, which some servers give in parts."""
    parts = content if isinstance(content, list) else [{"text": content}]
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    whole = "".join(text for text in texts if isinstance(text, str))
    return whole.encode(errors="replace").decode()


def _usage(usage: Any) -> dict[str, int] | None:
    known = usage if isinstance(usage, dict) else {}
    counts = {name: known.get(name) for name in ("prompt_tokens", "completion_tokens")}
    whole = {name: count for name, count in counts.items() if type(count) is int}
    return whole if len(whole) == len(counts) else None
