"""Searching files: every finding with its place, and what the surrogates of a copy are not."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import PurePath
from typing import Any, Protocol

from jmedlora.core.errors import UserError
from jmedlora.data.personal.finding import Finding, Kind
from jmedlora.data.personal.hidden_package import hidden
from jmedlora.data.personal.replace import without_surrogates
from jmedlora.data.personal.searched_files import SearchedFile, SearchedText

PACKAGES = ("ginza", "ja_ginza", "presidio_analyzer")
DATES = (Kind.DATE, Kind.BIRTH_DATE)
CONTEXT = 20
"""Characters that an excerpt shows on both sides of a finding."""
FILE_NAME = "file name"
"""The field of what stands in the path of a file."""
MASKED = 8
"""Characters of a masked finding at most."""


class Finder(Protocol):
    """What finds personal data in a text: a Detector."""

    def find(self, text: str) -> list[Finding]:
        """The findings, sorted and not overlapping."""


@dataclass(frozen=True, slots=True)
class NamePart:
    """A part of a file's path, and what was found in it."""

    text: str
    found: tuple[Finding, ...] = ()

    @property
    def masked(self) -> str:
        """The part with its findings masked."""
        shown, at = "", 0
        for each in self.found:
            shown += self.text[at : each.start] + masked(self.text[each.start : each.end])
            at = each.end
        return shown + self.text[at:]


@dataclass(frozen=True, slots=True)
class Located:
    """A finding with the text it stands in.

    file: its path. masked_file: the path as it is shown to more people. record_line: of the record,
    from 1. in_name: whether it stands in the path itself.
    """

    file: str
    masked_file: str
    record_line: int | None
    searched: SearchedText
    finding: Finding
    in_name: bool = False

    @property
    def line(self) -> int | None:
        """The line of the record, or of the text that was read from a document, from 1."""
        if self.in_name:
            return None
        return self.record_line or line_of(self.searched.text, self.finding)

    @property
    def field(self) -> str | None:
        """The name of the record's field, or FILE_NAME."""
        return FILE_NAME if self.in_name else self.searched.field

    @property
    def page(self) -> int | None:
        """The page of a PDF, from 1."""
        pages = [page for page, start in self.searched.pages if start <= self.finding.start]
        return pages[-1] if pages else None

    @property
    def written(self) -> str:
        return self.searched.text[self.finding.start : self.finding.end]

    @property
    def masked(self) -> str:
        """What is shown of it to more people than may see it."""
        return masked(self.written)

    @property
    def place(self) -> str:
        """File, masked, and line, and the page or the field where there is one."""
        where = "" if self.line is None else f":{self.line}"
        where += f", page {self.page}" if self.page else ""
        where += f", {self.field}" if self.field else ""
        where += "" if self.searched.is_trained_on else " (not trained on)"
        return f"{self.masked_file}{where}"

    def record(self) -> dict[str, Any]:
        """The finding as plain JSON types, with the text around it."""
        text, start, end = self.searched.text, self.finding.start, self.finding.end
        return {
            "file": self.file,
            "line": self.line,
            "page": self.page,
            "field": self.field,
            "trained_on": self.searched.is_trained_on and not self.in_name,
            "start": start,
            "end": end,
            "kind": self.finding.kind.value,
            "confidence": round(self.finding.confidence, 3),
            "found": self.written,
            "excerpt": text[max(0, start - CONTEXT) : end + CONTEXT],
        }


@dataclass(frozen=True, slots=True)
class FileFindings:
    """What one file holds. found: by document and text, as the file has them.

    name: the parts of its path that were searched.
    """

    file: SearchedFile
    found: tuple[tuple[list[Finding], ...], ...]
    name: tuple[NamePart, ...] = ()

    @property
    def counts(self) -> Counter[Kind]:
        return self.counts_in_name + self.counts_in_content

    @property
    def counts_in_name(self) -> Counter[Kind]:
        return Counter(finding.kind for part in self.name for finding in part.found)

    @property
    def counts_in_content(self) -> Counter[Kind]:
        return Counter(each.kind for texts in self.found for found in texts for each in found)

    @property
    def masked_name(self) -> str:
        """The file's path without what was found in it."""
        return str(PurePath(*(part.masked for part in self.name))) if self.name else self.file.name

    def __iter__(self) -> Iterator[Located]:
        place = self.file.name, self.masked_name
        for part in self.name:
            for finding in part.found:
                yield Located(*place, None, SearchedText(part.text), finding, in_name=True)
        for document, texts in zip(self.file.documents, self.found, strict=True):
            for text, findings in zip(document.texts, texts, strict=True):
                for finding in findings:
                    yield Located(*place, document.line, text, finding)


def line_of(text: str, finding: Finding) -> int:
    """The line of ``text`` in which ``finding`` begins, from 1."""
    return text.count("\n", 0, finding.start) + 1


def without_dates(found: Sequence[Finding]) -> list[Finding]:
    """The findings in ``found`` that are no dates."""
    return [each for each in found if each.kind not in DATES]


def masked(written: str) -> str:
    """``written`` for messages and pages: its first character and marks, MASKED at most.

    A single character becomes a mark.
    """
    return written[:1] + "＊" * (min(len(written), MASKED) - 1) if len(written) > 1 else "＊"


@cache
def open_finder() -> Finder:
    """The detector, which takes seconds to load. Raises UserError if its packages are missing.

    Presidio imports transformers for an engine that is not used here. With bitsandbytes that would
    ask the Hub for native code, on a CPU with AVX512-BF16 and without HF_HUB_OFFLINE.
    """
    if missing := [name for name in PACKAGES if find_spec(name) is None]:
        what = f"the search for personal data needs {', '.join(missing)}"
        raise UserError(f"{what}; run: pip install 'jmedlora[personal]'")
    with hidden("transformers"):
        from jmedlora.data.personal.detect import Detector

        return Detector()


def find_personal(finder: Finder, text: str) -> list[Finding]:
    """What ``finder`` finds in ``text``, but for surrogates that were put there."""
    return without_surrogates(text, finder.find(text))


def search_file(
    file: SearchedFile,
    finder: Finder,
    advance: Callable[[int], object] = lambda _: None,
    *,
    name: tuple[NamePart, ...] = (),
    dates_are_moved: bool = False,
) -> FileFindings:
    """Searches ``file``; ``advance`` is told how many characters were searched.

    name: its path, which was searched. dates_are_moved: its dates are surrogates, and no findings.
    """
    found = []
    for document in file.documents:
        of_document = []
        for text in document.texts:
            findings = find_personal(finder, text.text)
            of_document.append(without_dates(findings) if dates_are_moved else findings)
            advance(len(text.text))
        found.append(tuple(of_document))
    return FileFindings(file, tuple(found), name)


def counted_kinds(counts: Counter[Kind]) -> str:
    """The kinds with their numbers, the most frequent first: "DATE 5, NAME 3"."""
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{kind} {number}" for kind, number in ranked)
