"""Questions left out of an exam because its user says so: ``--metadata '{"exclude": LIST}'``.

The list is JSON Lines, each ``{"exam": "igakuqa", "problem_id": "112A1"}``; other fields are
ignored. lm-eval gives it to every task of a run, and each takes the ids of its own exam. IgakuQA's
three exams are one family: what is left out of one is left out of all.
"""

import difflib
import hashlib
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jmedlora.core.errors import LONGEST, Fault, FileError, UserError, printable, shortened
from jmedlora.core.jsonl import Record, read_jsonl
from jmedlora.exams.cache import locate
from jmedlora.exams.description import years_of
from jmedlora.exams.provenance import Excluded
from jmedlora.exams.readers import igakuqa, jjsimqa
from jmedlora.exams.readers.custom import read_exam
from jmedlora.exams.readers.record_check import Problems, checked_text
from jmedlora.exams.registry import ONE_YEAR, TAKE_A_FILE, Exam
from jmedlora.exams.schema import canonical_id

FAMILIES = {
    "igakuqa": "igakuqa",
    "igakuqa_en": "igakuqa",
    "igakuqa_exam": "igakuqa",
    "igakuqa119": "igakuqa119",
    "jmle2026": "jmle2026",
    "jjsimqa": "jjsimqa",
    "jmed_sample": "jmed_sample",
}
"""The exams whose name is known everywhere, and which of them have the same problem_ids."""
OF_A_TASK = re.compile(r"_(alpaca|case|chat|letters|mc|shuffled|text|vision|20\d\d)$")
"""What a task's name has behind that of its exam."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list. line: 1-based."""

    file: Path
    line: int | None
    exam: str
    problem_id: str

    def fault(self, what: str, remedy: str) -> Fault:
        """A fault of this line."""
        return Fault(self.file, self.line, self.problem_id, what, remedy)


def without(
    loaded: Exam, exclude: str | None, *, exam: str, file: str | None = None
) -> tuple[Exam, Excluded | None]:
    """``loaded`` less the questions of the list at ``exclude``, and what the results file notes.

    exam, file: what ``load_exam`` was given. Noted are the number of questions that were left out
    and a hash of their ids; None without a list. The worked examples stay. Raises FileError or
    UserError for a list that cannot mean what it says.
    """
    if exclude is None:
        return loaded, None
    if exam == "jmed_treatment":
        what = "jmed_treatment scores nothing that questions could be left out of"
        raise UserError(f"exclude={exclude}: {what}; ask it in a run of its own")
    ids = _ids_of(loaded, _read(Path(exclude).expanduser()), exam=exam, file=file)
    kept = loaded.only(lambda question: question.problem_id not in ids).items
    if not kept:
        raise UserError(f"exclude={exclude}: leaves no question of {loaded.name}; shorten the list")
    gone = sorted(item.problem_id for item in loaded.items if item.problem_id in ids)
    noted = Excluded(questions=len(gone), sha256=ids_hash(gone))
    return replace(loaded, items=kept), noted


def ids_hash(ids: Iterable[str]) -> str:
    """SHA-256 (64 hex digits) over the ``ids`` in ascending order, a line feed behind each."""
    return hashlib.sha256("".join(f"{each}\n" for each in sorted(ids)).encode()).hexdigest()


def _read(path: Path) -> list[Listed]:
    """The lines of the list. Raises FileError with every fault at once."""
    records, faults = read_jsonl(path)
    listed = []
    for line, record in records:
        problems = Problems(record, path, line)
        listed.append(_listed(record, problems))
        faults += problems.faults
    if not records and not faults:  # jmed-data overlap found no question, so all are asked
        logger.warning("the exclude list %s is empty: no question is left out", path)
    if faults:
        raise FileError(sorted(faults, key=lambda fault: fault.line or 0))
    return listed


def _listed(record: Record, problems: Problems) -> Listed:
    exam = checked_text(record.get("exam"), "exam", problems)
    name = canonical_id(checked_text(record.get("problem_id"), "problem_id", problems))
    return Listed(problems.file, problems.line, exam, name)


def _ids_of(
    loaded: Exam, listed: Sequence[Listed], *, exam: str, file: str | None
) -> frozenset[str]:
    """The ids of ``listed`` that belong to ``loaded``; faults are those that it cannot have."""
    own = loaded.name if exam in TAKE_A_FILE else ""
    if faults := [fault for each in listed if (fault := _misnamed(each, own))]:
        raise FileError(faults)
    _check_foreign(listed, own)
    family = {own} if own else {n for n, of in FAMILIES.items() if of == FAMILIES[exam]}
    mine = [each for each in listed if each.exam in family]
    unknown = _unknown({each.problem_id for each in mine}, exam, loaded, file)
    remedy = "correct the problem_id, or delete the line"
    if faults := [
        each.fault(f"is no question of {own or each.exam}", remedy)
        for each in mine
        if each.problem_id in unknown
    ]:
        raise FileError(faults)
    return frozenset(each.problem_id for each in mine)


def _misnamed(listed: Listed, own: str) -> Fault | None:
    """What is wrong with the exam's name where that can be told; an own exam may have any other."""
    name = listed.exam
    if name == own or name in FAMILIES:
        return None
    what = f"exam is '{name}'"
    if name in TAKE_A_FILE:
        return listed.fault(what, "name an exam of your own by its file, without the ending")
    of_task = OF_A_TASK.sub("", name)
    close = difflib.get_close_matches(name.lower(), FAMILIES, n=1, cutoff=0.75)
    meant = of_task if of_task in FAMILIES else next(iter(close), None)
    return listed.fault(what, f"did you mean '{meant}'?") if meant else None


def _check_foreign(listed: Sequence[Listed], own: str) -> None:
    """Warns of lines for exams that only another run can know; refuses a list of nothing else.

    An exam of one's own is never asked together with a published one, whose tasks refuse ``file``,
    so a list for both has names that are unknown here. If it lacks the exam that is asked, one of
    those may be meant for it.
    """
    foreign = [each for each in listed if each.exam != own and each.exam not in FAMILIES]
    if not foreign:
        return
    names = printable(shortened(", ".join(sorted({each.exam for each in foreign})), LONGEST))
    here = {each.exam for each in listed} & ({own} if own else set(FAMILIES))
    if not here:
        known = own or ", ".join(FAMILIES)
        raise FileError([foreign[0].fault(f"exam is '{foreign[0].exam}'", f"here it is: {known}")])
    logger.warning("the exclude list also has questions of %s, which this run does not ask", names)


def _unknown(ids: set[str], exam: str, loaded: Exam, file: str | None) -> set[str]:
    """The ``ids`` that the exam does not have. Questions that this task does not ask count too."""
    if not ids:
        return set()
    match FAMILIES.get(exam):
        case "igakuqa":
            return set(_unpublished(ids, locate("igakuqa").root))
        case "jjsimqa":
            items = jjsimqa.read_questions(locate("jjsimqa").root)
            return ids - {item.problem_id for item in items} - {jjsimqa.LEFT_OUT}
        case "igakuqa119" | "jmle2026":
            return ids - {item.problem_id for item in ONE_YEAR[exam](locate(exam).root)}
        case "jmed_sample":
            return ids - {item.problem_id for item in loaded.items}
    return ids - {item.problem_id for item in read_exam(Path(file or "").expanduser())}


def _unpublished(ids: Iterable[str], root: Path) -> Iterator[str]:
    """The ids that are in none of IgakuQA's files; one whose file is not here may well be."""
    known: dict[Path, set[str]] = {}
    for name in ids:
        year, section = igakuqa.year_and_section(name)
        if year not in years_of(igakuqa.NAME) or section not in igakuqa.SECTIONS:
            yield name
            continue
        path = igakuqa.section_file(root, year, section)
        if path not in known and path.is_file():
            known[path] = {str(record.get("problem_id")) for _, record in read_jsonl(path)[0]}
        if path in known and name not in known[path]:
            yield name
