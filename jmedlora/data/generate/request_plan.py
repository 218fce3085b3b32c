"""What will be asked: a request for each chunk of each document, known by its content.

The plan of a folder's latest run lies beside its responses (``plan.jsonl``), because the key of a
request does not tell where its text stands now: a document may have grown since it was answered.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from jmedlora.core.atomic_write import write_file
from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import read_jsonl
from jmedlora.data.documents.chunking import Chunk, split_into_chunks
from jmedlora.data.documents.find_documents import Document
from jmedlora.data.generate.prompt_template import Prompt
from jmedlora.data.generate.response_format import pairs_format

PLAN_FILE = "plan.jsonl"
Format = Literal["json", "json-any", "lines"]
"""How pairs are written: "json" by a schema for exactly the pairs wanted, "json-any" by one for any
number of them, "lines" as in the paper."""
ASCII_A_TOKEN = 4
"""About four characters of ASCII make a token, or one of Japanese: a rule of thumb."""


class ChunkPlace(BaseModel, frozen=True, strict=True):
    """Where the text of a request stands, as a line of the plan tells: what of it is read again.

    text: the chunk; None in a plan of before it was kept. personal: what was done with personal
    data in its document; "" in a plan of before it was looked for.
    """

    key: str
    source: str
    source_sha256: str
    start: int
    end: int
    format: Format = "lines"
    text: str | None = None
    personal: str = ""


@dataclass(frozen=True, slots=True)
class RequestSettings:
    """What every request of a run has in common.

    pairs: asked for in a call. samples: calls for a chunk. max_characters: of a chunk.
    parameters: sent as they are (``temperature``, ``max_tokens`` …). format: all but "lines" add a
    schema.
    """

    model: str
    prompt: Prompt
    pairs: int
    samples: int
    max_characters: int
    parameters: Mapping[str, Any]
    format: Format = "lines"

    @property
    def body(self) -> dict[str, Any]:
        """What is sent beside model and message."""
        if self.format == "lines":
            return dict(self.parameters)
        count = self.pairs if self.format == "json" else None
        return {**self.parameters, "response_format": pairs_format(count)}


@dataclass(frozen=True, slots=True)
class Request:
    """One call. key: SHA-256 over what is sent and the sample's number, 64 hex digits."""

    key: str
    content: str
    document: Document
    chunk: Chunk
    sample: int
    order: int

    def provenance(self, settings: RequestSettings) -> dict[str, Any]:
        """Where the text came from and how it is asked, as responses and plan record it."""
        return {
            "key": self.key,
            "source": self.document.name,
            "source_sha256": self.document.sha256,
            "encoding": self.document.encoding,
            "start": self.chunk.start,
            "end": self.chunk.end,
            "prompt": settings.prompt.name,
            "prompt_sha256": settings.prompt.sha256,
            "pairs": settings.pairs,
            "model": settings.model,
            "parameters": dict(settings.parameters),
            "format": settings.format,
            "sample": self.sample,
            "order": self.order,
            "personal": self.document.personal,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """requests: in the order of the documents. chunks: of all documents. repeated: chunks that
    stand elsewhere too, word for word, and are asked once. without_text: chunks without a letter.
    """

    requests: tuple[Request, ...]
    chunks: int
    repeated: int
    without_text: int


def make_plan(
    documents: Sequence[Document], settings: RequestSettings, *, limit: int | None
) -> Plan:
    """The requests for ``documents``, the first ``limit`` of them where that is given."""
    requests: dict[str, Request] = {}
    chunks = repeated = without_text = 0
    for document in documents:
        for chunk in split_into_chunks(document.text, settings.max_characters):
            chunks += 1
            if not any(map(str.isalnum, chunk.text)):
                without_text += 1
                continue
            for sample in range(settings.samples):
                request = _request(document, chunk, sample, len(requests), settings)
                repeated += request.key in requests and sample == 0
                requests.setdefault(request.key, request)
    return Plan(tuple(requests.values())[:limit], chunks, repeated, without_text)


def write_plan(plan: Plan, settings: RequestSettings, folder: Path) -> None:
    """Puts the plan into ``folder``, whole or not at all. Raises WriteError."""
    lines = (
        json.dumps({**request.provenance(settings), "text": request.chunk.text}, ensure_ascii=False)
        + "\n"
        for request in plan.requests
    )
    write_file(folder / PLAN_FILE, "".join(lines), private=True)


def estimate_tokens(requests: Iterable[Request]) -> int:
    """A rough count of the tokens that ``requests`` send."""
    return round(sum(_tokens(request.content) for request in requests))


def _tokens(text: str) -> float:
    plain = sum(map(str.isascii, text))
    return len(text) - plain + plain / ASCII_A_TOKEN


def _request(
    document: Document, chunk: Chunk, sample: int, order: int, settings: RequestSettings
) -> Request:
    content = settings.prompt.fill(chunk.text, settings.pairs)
    identity = {
        "content": content,
        "model": settings.model,
        "parameters": dict(settings.parameters),
        "sample": sample,
    }
    if settings.format != "lines":  # whose key is that of before there was another
        identity["format"] = settings.format
    line = json.dumps(identity, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Request(
        hashlib.sha256(line.encode()).hexdigest(), content, document, chunk, sample, order
    )


def read_plan(folder: Path) -> list[ChunkPlace]:
    """The places of the latest plan in ``folder``, in its order; none where there is no plan.

    Raises FileError with every line that is none.
    """
    path = folder / PLAN_FILE
    records, faults = read_jsonl(path) if path.is_file() else ([], [])
    places = []
    for line, record in records:
        try:
            places.append(ChunkPlace.model_validate(record))
        except ValidationError:
            remedy = "run jmed-data generate again, or delete the file"
            faults.append(Fault(path, line, None, "is no place of a plan", remedy))
    if faults:
        raise FileError(faults)
    return places
