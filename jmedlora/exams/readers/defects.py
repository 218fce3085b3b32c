"""What is wrong with single questions of a published exam, and what is done about it."""

from collections.abc import Callable
from dataclasses import dataclass

Repair = Callable[[str, tuple[str, ...]], tuple[str, tuple[str, ...]]]
"""Makes stem and choices as they should be of those that are published."""


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with a question as it is published.

    what: said to people. repair: None where the text does not hold what is missing. left_out: no
    task asks it; it still counts where published answers are marked.
    """

    problem_id: str
    what: str
    repair: Repair | None = None
    left_out: bool = False

    @property
    def done(self) -> str:
        """What is done about it."""
        return "left out of the tasks" if self.left_out else "repaired" if self.repair else "kept"

    def __str__(self) -> str:
        return f"{self.problem_id}: {self.what}: {self.done}"
