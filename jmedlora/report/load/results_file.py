"""A results file of lm-eval as it is: read, and recognised."""

import json
from pathlib import Path
from typing import Any

from jmedlora.core.errors import UserError
from jmedlora.core.regular_file import read_regular


class ResultsError(UserError):
    """A results file that cannot be used; the text names it, the field and the remedy."""


def load_run(path: Path) -> dict[str, Any]:
    """The content of a results file. Raises ResultsError if it is not one of lm-eval."""
    try:
        run = json.loads(read_regular(path).decode("utf-8-sig"))
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except (ValueError, RecursionError) as error:  # cut off, not text, or nested without end
        remedy = "the run did not finish writing it, or it is another file: evaluate again"
        raise ResultsError(f"{path}: not complete JSON ({error}); {remedy}") from error
    tables = ("results", "configs", "n-shot", "n-samples")
    missing = [key for key in tables if not isinstance(_entry(run, key), dict)]
    if missing and isinstance(_entry(run, "versions"), dict):
        remedy = "evaluate again, with lm-eval 0.4.11 or newer"
        raise ResultsError(f"{path}: written by an older lm-eval, without {missing[0]}; {remedy}")
    if missing:
        raise ResultsError(f"{path}: not a results file of lm-eval; name a results_*.json")
    return run


def _entry(run: Any, key: str) -> Any:
    return run.get(key) if isinstance(run, dict) else None
