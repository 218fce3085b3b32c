"""Whole examinations: all their questions, and what it takes to pass them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from jmedlora.core.errors import Fault, FileError, UserError
from jmedlora.exams.cache import locate
from jmedlora.exams.description import DOCUMENTED, Description, described, read_description, shipped
from jmedlora.exams.description_check import check_description
from jmedlora.exams.readers import igakuqa119, igakuqa119_defects, igakuqa_whole, jmle2026
from jmedlora.exams.readers.custom import read_exam
from jmedlora.exams.readers.igakuqa_notes import Note, read_notes
from jmedlora.exams.schema import Question

OWN = "jmed_own:"
"""Before the path of a user's own examination."""
Whole = tuple[list[Question], dict[str, Note]]
"""The questions of an examination, and the notes on them by problem_id."""


@dataclass(frozen=True, slots=True)
class Examination:
    """All questions of an examination, in order.

    exam: the published exam that holds them, "jmed_own" for a user's own. description: None where
    there is none: then there are points, but no verdict. notes: of each question, by problem_id,
    where they are published. not_asked: the questions that no task asks, because the published
    files lack a part of them.
    """

    name: str
    exam: str
    questions: tuple[Question, ...]
    description: Description | None = None
    notes: Mapping[str, Note] = field(default_factory=dict)
    not_asked: frozenset[str] = frozenset()

    def with_lines(self, lines: Mapping[str, float]) -> "Examination":
        """The same with other points to pass. Raises UserError where it has no such lines."""
        if not self.description:
            what = f"--lines: {self.name} has no description that says which sections a line has"
            raise UserError(f"{what}; write {self.name}.yaml ({DOCUMENTED})")
        return replace(self, description=self._with_most(self.description).with_lines(lines))

    def _with_most(self, description: Description) -> Description:
        """``description``, every line of which says how many points there are."""
        lines = {}
        for name, line in description.lines.items():
            most = sum(each.points for each in self.questions if each.section in line.sections)
            lines[name] = line.model_copy(update={"points": most})
        return description.model_copy(update={"lines": lines})


def examination_names(exam: str) -> list[str]:
    """The examinations whose questions the published ``exam`` has: ["112" … "116"] of "igakuqa"."""
    return [name for name, each in shipped().items() if each.questions == exam]


def load_examinations(name: str) -> list[Examination]:
    """The examinations that ``name`` stands for.

    name: one of them ("120"), a published exam ("igakuqa" holds five), or "jmed_own:" and the path
    of a user's own questions. Raises UserError.
    """
    if name.startswith(OWN):
        return [own_examination(Path(name.removeprefix(OWN)).expanduser())]
    names = [name] if name in shipped() else examination_names(name)
    if not names:
        known = ", ".join(shipped())
        raise UserError(f"--exam {name}: use one of {known}, or {OWN}FILE for your own")
    return [_published(shipped()[each]) for each in names]


def description_file(questions: Path) -> Path:
    """Where the description of a user's own ``questions`` stands, if there is one."""
    return questions.with_suffix(".yaml")


def read_own_description(questions: Path) -> Description | None:
    """The description beside ``questions``; None where there is none. Raises FileError."""
    path = description_file(questions)
    if path.exists() or path.is_symlink():  # a link to nothing is said, not passed over
        return read_description(path)
    other = questions.with_suffix(".yml")
    if other.exists():
        what = f"is not read: the description of {questions.name} is {path.name}"
        raise FileError([Fault(other, None, None, what, "rename it")])
    return None


def own_examination(path: Path) -> Examination:
    """A user's own questions in ``path``, as the description beside them rates them.

    Raises FileError with every fault of the questions, or of the description.
    """
    questions, description = read_exam(path), read_own_description(path)
    if description:
        file = description_file(path)
        if description.name in shipped():
            what = f"name '{description.name}' is that of a national examination"
            raise FileError([Fault(file, None, None, what, "give your own another name")])
        if faults := check_description(description, questions, file):
            raise FileError(faults)
        questions = described(questions, description)
    name = description.name if description else path.stem
    return Examination(name, "jmed_own", tuple(questions), description)


def _published(description: Description) -> Examination:
    root = locate(description.questions).root
    questions, notes = WHOLE[description.questions](root, description)
    if not questions:
        what = f"holds no question of the examination {description.name}"
        remedy = f"run: jmed-data fetch {description.questions}"
        raise FileError([Fault(root, None, None, what, remedy)])
    return Examination(
        description.name,
        description.questions,
        tuple(described(questions, description)),
        description,
        notes,
        NOT_ASKED.get(description.questions, frozenset()),
    )


def _igakuqa(root: Path, description: Description) -> Whole:
    years = [description.year] if description.year else []
    return igakuqa_whole.read_questions(root, years=years), read_notes(root, years=years)


def _without_notes(read: Callable[[Path], list[Question]]) -> Callable[[Path, Description], Whole]:
    return lambda root, _description: (read(root), {})


WHOLE = {
    "igakuqa": _igakuqa,
    igakuqa119.NAME: _without_notes(igakuqa119.read_questions),
    jmle2026.NAME: _without_notes(jmle2026.read_questions),
}
"""By the name of a published exam: how one examination and the notes on it are read."""
NOT_ASKED = {igakuqa119.NAME: frozenset(igakuqa119_defects.LEFT_OUT)}
