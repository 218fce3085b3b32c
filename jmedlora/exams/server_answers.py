"""What a server sends in place of an answer ends the run with one line, and is not kept.

lm-eval takes an answer without a completion (an error sent with status 200) for a blank one, which
it scores and puts into its cache. A server that is gone or refuses ends it with a traceback.
"""

import asyncio
import re
from collections.abc import Callable
from functools import partial, wraps
from types import SimpleNamespace
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, Field, ValidationError

from jmedlora.core.errors import printable, shortened
from jmedlora.exams.lm_eval_run import without_cache

WATCHED = "answers_watched"
"""The attribute of lm-eval's model that tells that its answers are looked at."""
AGAIN = (
    "see its log, then run the same command again (with --use_cache FILE, what was answered is "
    "kept)"
)
SHORTER = (
    "have the answers be shorter, so that its context holds them behind the prompt: "
    "--gen_kwargs max_gen_toks=N"
)
SHOWN = 300
"""Characters of what a server said at most."""
REFUSED = (400, 413, 416, 422)
"""The status with which servers refuse what they are asked for."""
ANSWER = re.compile(
    r"max\w{0,16}tokens|(?:in|for) the completion|requested.{0,9} output tokens", re.I
)
"""How servers name the length of an answer that they are asked for."""
TOO_LONG = re.compile("context|maximum|too large|greater|exceed|at most|range|<=", re.I)
"""What they say beside it if they cannot give as much."""


class NoCompletionError(Exception):
    """The answer of a server holds no completion; the text says what it holds. It is asked again,
    as after any other failure of a server.
    """


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    """A text, or a message, which is blank where a filter or a reasoning parser kept it."""

    index: int
    message: _Message = _Message()
    text: str | None = None


class _Completion(BaseModel):
    choices: Annotated[list[_Choice], Field(min_length=1)]


def watch_answers(model: Any, stop: Callable[[str], NoReturn]) -> None:
    """Has ``model``, if it is behind a server, refuse answers that hold no completion.

    stop: ends the run with a line, where the server failed each time that it was asked.
    """
    asked = without_cache(model)
    if not hasattr(asked, "amodel_call") or hasattr(asked, WATCHED):
        return
    call, parse, generate = asked.model_call, asked.parse_generations, asked.generate_until

    @wraps(call)
    def model_call(*args: Any, generate: bool = True, **kwargs: Any) -> Any:
        output = call(*args, generate=generate, **kwargs)
        if generate:
            check_completion(output)
        return output

    @wraps(parse)
    def parse_generations(outputs: Any, **kwargs: Any) -> list[str]:
        for each in outputs if isinstance(outputs, list) else [outputs]:
            check_completion(each)
        return parse(outputs=outputs, **kwargs)

    @wraps(generate)
    def generate_until(*args: Any, **kwargs: Any) -> list[str]:
        try:
            return generate(*args, **kwargs)
        except Exception as error:
            failure = _failure(error)
            if failure is None:
                raise
        # Out of the handler: what holds the error also holds lm-eval's progress bar open.
        return stop(f"{asked.base_url}: the server failed, also when asked again: {failure}")

    asked.model_call = model_call  # one request at a time: asked again by lm-eval
    asked.parse_generations = parse_generations  # several at a time: likewise
    asked.amodel_call = _with_words(asked.amodel_call)
    asked.generate_until = generate_until
    setattr(asked, WATCHED, True)


def check_completion(output: Any) -> None:
    """Raises NoCompletionError unless ``output``, the JSON of an answer, holds a completion."""
    try:
        _Completion.model_validate(output)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the answer"
        raise NoCompletionError(f"no completion ({where}: {first['msg']}): {output!r}") from error


def _with_words(call: Callable[..., Any]) -> Callable[..., Any]:
    """``call``, whose failure has what the server said; of itself aiohttp has the status alone.

    The first failure ends the run; of the other requests under way asyncio logs none.
    """

    @wraps(call)
    async def amodel_call(session: Any, **kwargs: Any) -> Any:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        post = partial(session.post, raise_for_status=_raise_with_words)
        try:
            return await call(session=SimpleNamespace(post=post), **kwargs)
        except UnboundLocalError as error:  # lm-eval 0.4.11 logs an answer that never came
            raise error.__context__ or error from None

    return amodel_call


async def _raise_with_words(response: Any) -> None:
    from aiohttp import ClientResponseError

    if not response.ok:
        raise ClientResponseError(
            response.request_info,
            response.history,
            status=response.status,
            message=f"{response.reason} ({await response.text(errors='replace')})",
        )


def _failure(error: Exception) -> str | None:
    """What the server did and the remedy, if ``error`` comes from that; else None."""
    from aiohttp import ClientError  # where there is a server, lm-eval has loaded both
    from requests import RequestException

    failures = (RequestException, ClientError, TimeoutError, ConnectionError, NoCompletionError)
    if not isinstance(error, failures):
        return None
    return f"{_said(error)}; {SHORTER if _refuses_limit(error) else AGAIN}"


def _refuses_limit(cause: Exception) -> bool:
    """Whether the server says that its context does not hold as many tokens as were asked for."""
    response = getattr(cause, "response", None)
    if response is None:  # as with aiohttp
        status, words = getattr(cause, "status", None), str(cause)
    else:
        status, words = response.status_code, response.text
    return status in REFUSED and bool(ANSWER.search(words) and TOO_LONG.search(words))


def _said(cause: Exception) -> str:
    response = getattr(cause, "response", None)
    body = "" if response is None else f" ({response.text})"
    return shortened(printable(" ".join(f"{cause}{body}".split()) or repr(cause)), SHOWN)
