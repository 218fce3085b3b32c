"""The report beside a file, ``FILE.personal.json``: what a search found in exactly this content."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from jmedlora.core.atomic_write import dump, write_errors, write_file
from jmedlora.core.display import counted
from jmedlora.core.json_file import NotJsonError, read_json
from jmedlora.core.utc_time import utc_now
from jmedlora.data.personal.finding import Kind

SUFFIX = ".personal.json"
REPORT = "report.json"
"""The report of a whole search, in its --out; FINDINGS beside it hold what was found."""
FINDINGS = "findings.jsonl"
NAMES = "names.jsonl"
"""Beside them too: which file a copy is of."""
COPIES = "copies"
"""The folder beside them for copies with surrogates, which findings must not lie among."""
MOST_BYTES = 2**20
"""The largest such report; a larger file is none."""


class ReportFile(BaseModel, frozen=True, strict=True):
    """A report. sha256: of the file searched. findings: how many of each kind.

    dates_are_moved: whether it is a copy whose dates are surrogates. searched: when, in UTC.
    copy_of: the SHA-256 of the file that it is a copy of, "" for none.
    """

    sha256: str
    findings: dict[str, int]
    dates_are_moved: bool
    searched: str
    versions: dict[str, str]
    copy_of: str = ""


def report_path(path: Path) -> Path:
    """Where the report of ``path`` lies."""
    return path.with_name(path.name + SUFFIX)


def write_report_file(
    path: Path,
    sha256: str,
    findings: Mapping[Kind, int],
    versions: Mapping[str, str],
    *,
    dates_are_moved: bool = False,
    copy_of: str = "",
) -> None:
    """Puts the report beside ``path``, in place of an earlier one. Raises WriteError."""
    report = ReportFile(
        sha256=sha256,
        findings={kind.value: findings[kind] for kind in Kind if kind in findings},
        dates_are_moved=dates_are_moved,
        searched=utc_now(),
        versions=dict(versions),
        copy_of=copy_of,
    )
    where = report_path(path)
    with write_errors(where, remedy="the report lies beside the file: give leave to write there"):
        write_file(where, dump(report.model_dump()))


def read_report_file(path: Path, sha256: str) -> ReportFile | None:
    """The report beside ``path`` if it is one of the content with this ``sha256``, else None."""
    report = read_report_beside(report_path(path))
    return report if report and report.sha256 == sha256 else None


def read_report_beside(where: Path) -> ReportFile | None:
    """The report at ``where``, whatever content it is of; None where it cannot be read."""
    try:
        if not where.is_file() or where.stat().st_size > MOST_BYTES:
            return None
        return ReportFile.model_validate(read_json(where))
    except (OSError, NotJsonError, ValidationError):  # as good as none
        return None


def dates_are_moved(path: Path, sha256: str) -> bool:
    """Whether ``path`` is a copy with surrogates, by the report that fits its content."""
    report = read_report_file(path, sha256)
    return report is not None and report.dates_are_moved


def warning_of(path: Path, sha256: str) -> str:
    """What is to be said of ``path``, which will be trained on; "" if nothing was found in it."""
    report = read_report_file(path, sha256)
    if report is None:
        return f"not searched for personal data as it is now; run: jmed-data personal {path}"
    if number := sum(report.findings.values()):
        kinds = ", ".join(f"{kind} {count}" for kind, count in report.findings.items())
        return f"personal data was found in it: {counted(number, 'finding')} ({kinds})"
    return ""
