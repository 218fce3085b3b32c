"""What ``jmed-data overlap`` found of the exams in a training text, as it wrote it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jmedlora.core.display import visible
from jmedlora.core.errors import UserError, printable
from jmedlora.core.json_file import NotJsonError, read_json

NAME = "summary.json"
Count = Annotated[int, Field(strict=True, ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class ExamOverlap(_Part):
    """One exam. records_by_problem_id: the questions found, and in how many records."""

    questions: Count
    found: Count
    share: Annotated[float, Field(strict=True, ge=0, le=1)]
    too_short: tuple[str, ...]
    records_by_problem_id: dict[str, Count]


class FileOverlap(_Part):
    """One training file. with_a_question: how many of its records hold a question."""

    path: str
    records: Count
    with_a_question: Count


class Overlap(_Part):
    """The summary. not_found: what the search does not find."""

    exams: dict[str, ExamOverlap]
    files: tuple[FileOverlap, ...]
    not_found: tuple[str, ...]

    def found_in(self, exam: str) -> frozenset[str]:
        """The ids of the questions of ``exam`` that were found."""
        return frozenset(self.exams[exam].records_by_problem_id if exam in self.exams else ())


def read_overlap(folder: Path) -> Overlap:
    """The summary in ``folder``. Raises UserError if it is not there or is another file."""
    path = folder / NAME
    try:
        return Overlap.model_validate(read_json(path))
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise UserError(f"{path}: {what}; name the --out of jmed-data overlap") from error
    except NotJsonError as error:
        raise UserError(f"{path}: is not JSON ({error}); run jmed-data overlap again") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        what = printable(f"the field {field or '(all)'} is {first['input']!r}"[:120])
        raise UserError(f"{path}: {what}; run jmed-data overlap again") from error


def overlap_data(overlap: Overlap) -> dict[str, Any]:
    """The summary as the page shows it."""
    return {
        "exams": [_exam(name, each) for name, each in overlap.exams.items()],
        "files": [
            {**each.model_dump(mode="json"), "path": visible(each.path)} for each in overlap.files
        ],
        "notFound": list(map(visible, overlap.not_found)),
    }


def _exam(name: str, each: ExamOverlap) -> Mapping[str, Any]:
    return {
        "exam": visible(name),
        "questions": each.questions,
        "found": each.found,
        "share": each.share,
        "tooShort": len(each.too_short),
    }
