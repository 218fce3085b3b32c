"""What is reached of an examination: points of its parts, and of its pass lines."""

from dataclasses import dataclass
from typing import Any

from jmedlora.exams.description import PassLine


@dataclass(frozen=True, slots=True)
class LineResult:
    """One pass line: the points reached, of ``most`` that there are.

    best: what they would be were every answer right that was cut, and every question that no task
    asks.
    """

    name: str
    line: PassLine
    points: float
    best: float
    most: float

    @property
    def missed(self) -> str:
        """In words by what it is missed; "" if it is not, or if nobody knows the line."""
        line = self.line.pass_from
        return (
            "" if line is None or self.points >= line else f"{self.name} {self.points:g} < {line:g}"
        )

    @property
    def is_known(self) -> bool:
        """Whether anybody knows from how many points on it is passed."""
        return self.line.pass_from is not None

    @property
    def out_of_reach(self) -> bool:
        """Whether ``best`` misses it, too."""
        return self.line.pass_from is not None and self.best < self.line.pass_from

    def as_record(self) -> dict[str, Any]:
        """Plain JSON types."""
        passes = self.line.pass_from
        return {
            "points": whole(self.points),
            "max_points": whole(self.most),
            "pass": None if passes is None else whole(passes),
        }


@dataclass(frozen=True, slots=True)
class Part:
    """Some questions of an examination: right answers and points, of those that there are."""

    correct: int
    questions: int
    points: float
    max_points: float

    def as_record(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "correct": self.correct,
            "questions": self.questions,
            "points": whole(self.points),
            "max_points": whole(self.max_points),
        }


def whole(number: float) -> float:
    """``number``, as an int where it is one."""
    return int(number) if number == int(number) else number
