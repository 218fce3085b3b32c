"""What is counted of the hits while they go by.

Nothing here grows with the training text but one number for each record that is hit.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jmedlora.data.overlap.search import Hit, Search
from jmedlora.data.overlap.sought_questions import SoughtExam, SoughtQuestion


@dataclass(slots=True)
class FileCounts:
    """One training file.

    hit_lines: 1-based, ascending, those of the records that hold a question.
    """

    path: Path
    records: int = 0
    sha256: str = ""
    hit_lines: array = field(default_factory=lambda: array("q"))

    def add_line(self, line: int) -> None:
        """Counts a hit in the record at ``line``; those of a record come one after another."""
        if not self.hit_lines or self.hit_lines[-1] != line:
            self.hit_lines.append(line)


@dataclass(frozen=True, slots=True)
class ExamCounts:
    """One exam.

    too_short: the questions that are not looked for, by problem_id. records_by_problem_id:
    those found, and in how many records.
    """

    name: str
    sha256: str
    questions: int
    too_short: tuple[str, ...]
    only_with_choices_or_answer: int
    records_by_problem_id: dict[str, int]

    @property
    def share(self) -> float:
        """The share of the questions that were found, 0 to 1."""
        return len(self.records_by_problem_id) / self.questions


class HitCounts:
    """All counts of one search."""

    def __init__(self, questions: Sequence[SoughtQuestion]) -> None:
        self._questions = questions
        self._records: Counter[int] = Counter()
        self.files: list[FileCounts] = []

    @property
    def pairs(self) -> int:
        """Pairs of a question and a record."""
        return self._records.total()

    def start_file(self, path: Path) -> FileCounts:
        """The counts of the file that is read next."""
        self.files.append(FileCounts(path))
        return self.files[-1]

    def add_hit(self, hit: Hit) -> None:
        """Counts a hit in the file that is being read."""
        self._records[hit.question] += 1
        self.files[-1].add_line(hit.passage.line)

    def found_questions(self) -> list[SoughtQuestion]:
        """The questions that were found, in exam order."""
        return [self._questions[index] for index in sorted(self._records)]

    def records_with(self, question: int) -> int:
        """In how many records the question of this index was found."""
        return self._records[question]

    def by_exam(self, exams: Sequence[SoughtExam], search: Search) -> list[ExamCounts]:
        """The counts by exam, of which ``search`` looked for the questions."""
        too_short, accompanied = search.too_short, search.only_with_choices_or_answer
        found = [(self._questions[index], n) for index, n in sorted(self._records.items())]
        return [
            ExamCounts(
                exam.name,
                exam.sha256,
                len(exam.questions),
                tuple(each.problem_id for each in too_short if each.exam == exam.name),
                sum(each.exam == exam.name for each in accompanied),
                {each.problem_id: n for each, n in found if each.exam == exam.name},
            )
            for exam in exams
        ]
