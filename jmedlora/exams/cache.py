"""Where the published exams lie on this machine.

In this order: ``$JMED_DATA`` (a folder with ``igakuqa/``, ``jjsimqa/`` …), then the cache that
``jmed-data fetch`` fills. Nothing is ever fetched on the way.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from jmedlora.core.errors import UserError

VARIABLE = "JMED_DATA"
ENVIRONMENT = """\
$JMED_DATA: a folder with igakuqa/, jjsimqa/ …, looked at first
$JMED_CACHE: where jmed-data fetch puts the exams (default: ~/.cache/jmedlora)"""
"""For the manual page of a command that reads published exams."""


class MissingDataError(UserError):
    """An exam that is nowhere on this machine; the text names the command that brings it."""


@dataclass(frozen=True, slots=True)
class Located:
    """A published exam's folder, and which source it is: "JMED_DATA" or "cache"."""

    root: Path
    source: str


def cache_dir() -> Path:
    """``$JMED_CACHE``, else ``jmedlora`` in ``$XDG_CACHE_HOME`` or ``~/.cache``.

    Raises MissingDataError where ``~`` stands for nothing.
    """
    own = os.environ.get("JMED_CACHE")
    shared = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    try:
        return Path(own or f"{shared}/jmedlora").expanduser()
    except RuntimeError as error:  # neither HOME nor an entry for this user, as in containers
        raise MissingDataError(f"no home folder ({error}); set JMED_CACHE or {VARIABLE}") from error


def locate(exam: str) -> Located:
    """The folder of the published exam ``exam`` ("igakuqa", "jmle2026" …).

    Raises MissingDataError, naming every place looked at and the command to run.
    """
    looked_at = []
    if given := os.environ.get(VARIABLE):
        folder = Path(given).expanduser() / exam
        if _has_files(folder):
            return Located(folder, VARIABLE)
        looked_at.append(f"{VARIABLE} ({folder})")
    folder = cache_dir() / exam
    if _has_files(folder):
        return Located(folder, "cache")
    looked_at.append(f"the cache ({folder})")
    where = " nor in ".join(looked_at)
    raise MissingDataError(
        f"{exam} is not in {where}; run: jmed-data fetch {exam} "
        f"(or set {VARIABLE} to a folder that holds {exam}/)"
    )


def _has_files(folder: Path) -> bool:
    """Whether a file stands in ``folder`` or below; not where it may not be entered."""
    return any(files for _, _, files in os.walk(folder, followlinks=True))
