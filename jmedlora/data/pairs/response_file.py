"""Reading ``responses.jsonl``, where ``jmed-data generate`` appends what the server answers."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ValidationError

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.regular_file import read_regular
from jmedlora.data.generate.request_plan import ChunkPlace, Format, read_plan

TokenCounts = Annotated[
    dict[str, Any] | None, BeforeValidator(lambda usage: usage if isinstance(usage, dict) else None)
]
"""How many tokens the server counted; a value of another type is as good as none."""


class Response(BaseModel, frozen=True, strict=True):
    """One answer of the server.

    line: 1-based, in responses.jsonl. key: 64 hex digits that stand for the whole request. source:
    the document, start and end: the chunk's characters in it. prompt: "ja", "en" or a file. pairs:
    how many were asked for. content: the raw text. finish_reason, refusal, usage (tokens): None
    where the server gave none. text: the chunk, which the plan knows; None if it does not.
    personal: what was done with personal data in the document, "" if it was not looked for.
    """

    line: int
    key: str
    source: str
    source_sha256: str
    prompt: str
    prompt_sha256: str
    model: str
    host: str
    content: str
    start: int
    end: int
    pairs: int
    sample: int
    parameters: dict[str, Any]
    finish_reason: str | None = None
    refusal: str | None = None
    format: Format = "lines"
    text: str | None = None
    personal: str = ""
    usage: TokenCounts = None

    @property
    def is_by_schema(self) -> bool:
        """Whether JSON was asked for by a schema."""
        return self.format != "lines"

    @property
    def place(self) -> tuple[str, int, int, str]:
        """What responses are sorted by, so that the order of arrival does not matter."""
        return self.source, self.start, self.sample, self.key


@dataclass(frozen=True, slots=True)
class Responses:
    """The responses of a folder in the order of their chunks, each key once.

    repeated: how many lines had a key of an earlier line. half_written: the line without an end
    that a stopped program left, or None. unplanned: how many answer a request that the latest run
    of generate would not make: its text, prompt, model or parameters are of an earlier run.
    """

    responses: list[Response]
    repeated: int
    half_written: int | None
    unplanned: int = 0


def read_responses(path: Path) -> Responses:
    """The responses in ``path``. Raises FileError with every line that is no response."""
    try:
        lines = read_regular(path).split(b"\n")
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        remedy = "run jmed-data generate first, or check the path"
        raise FileError([Fault(path, None, None, what, remedy)]) from error
    half = len(lines) if lines[-1].strip() else None
    lines.pop()
    found = [_parse_line(line, path, at) for at, line in enumerate(lines, start=1) if line.strip()]
    if half is None and found and isinstance(found[-1], Fault) and not _ends_in_json(lines):
        half = found.pop().line
    if faults := [each for each in found if isinstance(each, Fault)]:
        raise FileError(faults)
    first: dict[str, Response] = {}
    for response in found:
        if isinstance(response, Response):
            first.setdefault(response.key, response)
    in_order = sorted(first.values(), key=lambda response: response.place)
    return Responses(in_order, len(found) - len(first), half)


def keep_planned(read: Responses, folder: Path) -> Responses:
    """The responses to the latest plan in ``folder``, with the places that their texts have now.

    All of them as they are where there is no plan. Raises FileError for a broken plan.
    """
    places = {place.key: place for place in read_plan(folder)}
    if not places:
        return read
    found = [_at_place(each, places[each.key]) for each in read.responses if each.key in places]
    return replace(
        read,
        responses=sorted(found, key=lambda response: response.place),
        unplanned=len(read.responses) - len(found),
    )


def _at_place(response: Response, place: ChunkPlace) -> Response:
    """``response``, whose document may have grown or been renamed since it was answered."""
    return response.model_copy(update=place.model_dump())


def _ends_in_json(lines: list[bytes]) -> bool:
    last = next(line for line in reversed(lines) if line.strip())
    try:
        json.loads(last)
    except (ValueError, RecursionError):
        return False
    return True


def _parse_line(raw: bytes, path: Path, line: int) -> Response | Fault:
    remedy = "repair or delete the line; jmed-data generate asks for a deleted one again"
    try:
        record = json.loads(raw)
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, nested too deep
        return Fault(path, line, None, f"not a JSON object ({error})", remedy)
    if not isinstance(record, dict):
        what = f"a JSON object is needed, this is {type(record).__name__}"
        return Fault(path, line, None, what, remedy)
    try:
        return Response.model_validate({**record, "line": line})
    except ValidationError as error:
        field = error.errors()[0]["loc"][0]
        return Fault(path, line, None, f"'{field}' is missing or of a wrong type", remedy)
