"""What is counted while the hits go by: nothing here grows with the training text but one number
for each record that is hit.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jmedlora.data.overlap.questions import Sought, SoughtExam
from jmedlora.data.overlap.search import Hit, Search


@dataclass(slots=True)
class FileTally:
    """One training file. lines: 1-based, ascending, those of the records that hold a question."""

    path: Path
    records: int = 0
    sha256: str = ""
    lines: array = field(default_factory=lambda: array("q"))

    def add(self, line: int) -> None:
        """Counts a hit in the record at ``line``; those of a record come one after another."""
        if not self.lines or self.lines[-1] != line:
            self.lines.append(line)


@dataclass(frozen=True, slots=True)
class ExamTally:
    """One exam.

    too_short: the questions that are not looked for, by problem_id. not_alone: how many are looked
    for only with their choices or their answer. hit: those found, and in how many records.
    """

    name: str
    sha256: str
    questions: int
    too_short: tuple[str, ...]
    not_alone: int
    hit: dict[str, int]

    @property
    def share(self) -> float:
        """Of the questions, how many were found, 0 to 1."""
        return len(self.hit) / self.questions


class Tally:
    """All counts of one search."""

    def __init__(self, questions: Sequence[Sought]) -> None:
        self._questions = questions
        self._records: Counter[int] = Counter()
        self.files: list[FileTally] = []

    @property
    def hits(self) -> int:
        """Pairs of a question and a record."""
        return self._records.total()

    def begin(self, path: Path) -> FileTally:
        """The tally of the file that is read next."""
        self.files.append(FileTally(path))
        return self.files[-1]

    def add(self, hit: Hit) -> None:
        """Counts a hit in the file that is being read."""
        self._records[hit.question] += 1
        self.files[-1].add(hit.passage.line)

    def found(self) -> list[Sought]:
        """The questions that were found, in exam order."""
        return [self._questions[index] for index in sorted(self._records)]

    def records(self, question: int) -> int:
        """In how many records the question of this index was found."""
        return self._records[question]

    def exams(self, exams: Sequence[SoughtExam], search: Search) -> list[ExamTally]:
        """The counts by exam, of which ``search`` looked for the questions."""
        too_short, not_alone = search.too_short, search.not_alone
        hit = [(self._questions[index], n) for index, n in sorted(self._records.items())]
        return [
            ExamTally(
                exam.name,
                exam.sha256,
                len(exam.questions),
                tuple(each.problem_id for each in too_short if each.exam == exam.name),
                sum(each.exam == exam.name for each in not_alone),
                {each.problem_id: n for each, n in hit if each.exam == exam.name},
            )
            for exam in exams
        ]
