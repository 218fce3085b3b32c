"""What a search for personal data writes: beside the files, and into --out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jmedlora.core.atomic_write import dump, write_file
from jmedlora.core.errors import UserError
from jmedlora.data.documents.find_documents import shown_name
from jmedlora.data.personal.copies import Secret, copy_content, read_copy
from jmedlora.data.personal.file_names import NameSearch
from jmedlora.data.personal.report import Copy, Report, render_page, report_record, versions
from jmedlora.data.personal.report_file import (
    COPIES,
    FINDINGS,
    NAMES,
    REPORT,
    dates_are_moved,
    read_report_beside,
    report_path,
    write_report_file,
)
from jmedlora.data.personal.search import FileFindings, Finder, search_file

PAGE = "personal.html"


def require_none(out: Path, copies: Sequence[Path]) -> None:
    """Raises UserError if something that will be written is there. copies: where they will lie."""
    names = (FINDINGS, PAGE, REPORT, *([NAMES] if copies else []))
    for path in (*(out / name for name in names), *copies):
        if path.exists():
            raise UserError(f"{path}: is there already; choose another --out, or add --overwrite")


def write_beside(found: Sequence[FileFindings]) -> None:
    """Puts a report beside each file of records; of a copy it stays one of a copy."""
    for each in found:
        file = each.file
        if file.has_records:
            known = read_report_beside(report_path(file.path))
            write_report_file(
                file.path,
                file.sha256,
                each.counts_in_content,
                versions(),
                dates_are_moved=dates_are_moved(file.path, file.sha256),
                copy_of=known.copy_of if known else "",
            )


def write_findings(report: Report, out: Path) -> None:
    """What was found itself, in full."""
    _write_lines(out / FINDINGS, (located.record() for file in report.files for located in file))


def write_copies(
    found: Sequence[FileFindings],
    paths: Sequence[Path],
    finder: Finder,
    out: Path,
    seed: int | None,
) -> list[Copy]:
    """Writes the copies, and searches each again: nothing is claimed that was not looked at."""
    secret, names, copies = Secret.of(seed), NameSearch(finder), []
    for each, path in zip(found, paths, strict=True):
        write_file(path, copy_content(each, secret))
        name = names.parts(path.relative_to(out / COPIES))
        copy = Copy(path, search_file(read_copy(path), finder, name=name, dates_are_moved=True))
        write_report_file(
            path,
            copy.found.file.sha256,
            copy.found.counts_in_content,
            versions(),
            dates_are_moved=True,
            copy_of=each.file.sha256,
        )
        copies.append(copy)
    files = (
        {"copy": shown_name(p), "file": f.file.name} for p, f in zip(paths, found, strict=True)
    )
    _write_lines(out / NAMES, files)
    return copies


def write_report(report: Report, out: Path) -> str:
    """The report and its page, and a line that says what was written."""
    record = report_record(report)
    write_file(out / REPORT, dump(record))
    write_file(out / PAGE, render_page(report, record))
    named = f"{NAMES}, " if report.copies else ""
    return f"{out}: {FINDINGS}, {named}{PAGE}, {REPORT}"


def _write_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Writes ``records``, which hold personal data, for their owner alone."""
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    write_file(path, "".join(lines), private=True)
