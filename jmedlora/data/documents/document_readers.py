"""From a file's bytes to its text: plain text, Markdown, JSON Lines, HTML and PDF.

Offsets that are recorded later count the characters of the text made here. Line ends of Windows and
old Macs become those of Unix.
"""

import io
import json
import logging
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from jmedlora.core.errors import UserError
from jmedlora.data.documents.encoding_detection import (
    Decoded,
    UnknownEncodingError,
    decode_page,
    decode_text,
)

TEXT_FIELD = "text"
SKIPPED_ELEMENTS = ("script", "style", "head", "template", "noscript", "rt", "rp")
"""Elements that are not the document's text; rt and rp hold readings (ruby) beside the kanji."""
BLOCK_ELEMENTS = {
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl",
    "dt", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "td",
    "th", "tr", "ul",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentText:
    """One text of a file; line: where it stands in a JSON Lines file; note: what is not read.

    pages: of a PDF, each page that has text by its number, from 1, with where it begins.
    """

    text: str
    encoding: str
    line: int | None = None
    note: str = ""
    pages: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadFault:
    """Why a file (or its ``line``) cannot be used, and the remedy."""

    line: int | None
    what: str
    remedy: str


class UnreadableDocumentError(UserError):
    """A file that gives no text; ``faults`` says all that is wrong with it."""

    def __init__(self, *faults: ReadFault) -> None:
        super().__init__(faults[0].what)
        self.faults = faults

    @classmethod
    def of(cls, what: str, remedy: str) -> "UnreadableDocumentError":
        """One for the whole file."""
        return cls(ReadFault(None, what, remedy))


def read_plain(raw: bytes) -> list[DocumentText]:
    """A text or Markdown file, as it is. Raises Unreadable."""
    found = decode(raw)
    return [DocumentText(_require_text(_unix_line_ends(found.text)), found.encoding)]


def read_json_lines(raw: bytes) -> list[DocumentText]:
    """The ``text`` of every record. Raises Unreadable with every faulty line."""
    found = decode(raw)
    texts, faults = [], []
    for number, line in enumerate(found.text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            text = _require_text(_unix_line_ends(_record_text(line)))
        except UnreadableDocumentError as error:
            faults += [ReadFault(number, each.what, each.remedy) for each in error.faults]
        else:
            texts.append(DocumentText(text, found.encoding, number))
    if faults:
        raise UnreadableDocumentError(*faults)
    if not texts:
        raise UnreadableDocumentError.of("is empty", "remove it or put text into it")
    return texts


def read_html(raw: bytes) -> list[DocumentText]:
    """The text that a page shows, a line a block. Raises Unreadable."""
    import lxml.etree
    import lxml.html

    found = decode(raw, decode_page)
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True)
    try:
        root = lxml.html.document_fromstring(found.text.encode(errors="replace"), parser=parser)
    except lxml.etree.LxmlError as error:
        raise UnreadableDocumentError.of("is no HTML that holds text", "check the file") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        what = "nests too deep: what is inside would be lost"
        raise UnreadableDocumentError.of(what, "save its text as .txt")
    lines = "".join(_visible_texts(root)).split("\n")
    text = "\n".join(filter(None, (" ".join(line.split()) for line in lines)))
    return [DocumentText(_require_text(text), found.encoding)]


def read_pdf(raw: bytes) -> list[DocumentText]:
    """The text of a PDF's pages, each ending in a line end. Raises Unreadable."""
    pages = _pdf_pages(raw)
    if not pages:
        raise UnreadableDocumentError.of("is a PDF without a page", "check that it is complete")
    empty = [str(number) for number, page in enumerate(pages, start=1) if not page.strip()]
    if len(empty) == len(pages):
        what = f"has no text on any of its {len(pages)} pages: it is a scan"
        raise UnreadableDocumentError.of(what, "recognise its text first (OCR), as with ocrmypdf")
    note = ""
    if empty:
        shown = ", ".join(empty[:5]) + ("…" if len(empty) > 5 else "")
        note = f"{len(empty)} of {len(pages)} pages have no text (page {shown}): scans or pictures"
    # A character that the PDF's font table breaks is marked rather than a reason to refuse all.
    texts = [_unix_line_ends(page.encode(errors="replace").decode()).rstrip() for page in pages]
    kept = [number for number, text in enumerate(texts, start=1) if text]
    starts = accumulate((len(text) + 1 for text in filter(None, texts)), initial=0)
    text = _require_text("".join(f"{text}\n" for text in texts if text))
    return [DocumentText(text, "PDF", note=note, pages=tuple(zip(kept, starts, strict=False)))]


READERS: dict[str, Callable[[bytes], list[DocumentText]]] = {
    ".txt": read_plain,
    ".md": read_plain,
    ".jsonl": read_json_lines,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
}
"""By the ending of a file's name, in lower case."""


def decode(raw: bytes, how: Callable[[bytes], Decoded] = decode_text) -> Decoded:
    """``raw`` as text, and what it was in. Raises UnreadableDocumentError."""
    try:
        return how(raw)
    except UnknownEncodingError as error:
        raise UnreadableDocumentError.of(str(error), "save it as UTF-8") from error


def _unix_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _require_text(text: str) -> str:
    if not text.strip():
        raise UnreadableDocumentError.of("is empty", "remove it or put text into it")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        what, remedy = "holds half of a surrogate pair", "write the character out"
        raise UnreadableDocumentError.of(what, remedy) from error
    return text


def _record_text(line: str) -> str:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        what = f"not a complete JSON object ({error})"
        raise UnreadableDocumentError.of(what, "repair or delete the line") from error
    text = record.get(TEXT_FIELD) if isinstance(record, dict) else None
    if not isinstance(text, str):
        what = f"has no '{TEXT_FIELD}' with a text"
        raise UnreadableDocumentError.of(what, f"put the document into the field '{TEXT_FIELD}'")
    return text


def _visible_texts(root: Any) -> Iterator[str]:
    """The texts that a page shows, in order, with a line end around each block.

    By hand, not by recursion: pages nest deeper than Python calls.
    """
    import lxml.etree

    walk = lxml.etree.iterwalk(root, events=("start", "end"))
    kept = 0  # elements open here that keep their line ends
    for event, element in walk:
        line_end = "\n" if element.tag in BLOCK_ELEMENTS else ""
        kept += (element.tag == "pre") * (1 if event == "start" else -1)
        if event == "start" and element.tag in SKIPPED_ELEMENTS:
            walk.skip_subtree()
        elif event == "start":
            yield line_end + _inline_text(element.text, kept)
        if event == "end":
            yield line_end + _inline_text(element.tail, kept)


def _inline_text(text: str | None, kept: int) -> str:
    return (text or "") if kept else (text or "").replace("\n", " ")


def _pdf_pages(raw: bytes) -> list[str]:
    try:
        import pypdf
        from pypdf.errors import PyPdfError
    except ImportError as error:
        what, remedy = "needs pypdf", "run: pip install 'jmedlora[generate]'"
        raise UnreadableDocumentError.of(what, remedy) from error
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells all that it mends
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw))
        protected = reader.is_encrypted and not reader.decrypt("")
        pages = [] if protected else [page.extract_text() for page in reader.pages]
    # A damaged PDF makes pypdf fail in any of these ways, depending on where it is damaged.
    except (PyPdfError, LookupError, TypeError, ValueError, AttributeError, RuntimeError,
            ArithmeticError, AssertionError, OSError, zlib.error) as error:  # fmt: skip
        reason = str(error).partition("\n")[0] or type(error).__name__
        what = f"is no PDF that can be read ({reason})"
        raise UnreadableDocumentError.of(what, "check that the file is complete") from error
    if protected:
        what = "is protected by a password"
        raise UnreadableDocumentError.of(what, "save it without a password")
    return pages
