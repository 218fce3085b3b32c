"""What is read from an answer today, and whether that is what was read when it was scored."""

from collections.abc import Mapping
from dataclasses import dataclass

from jmed_metrics.examination import mark_record
from jmed_metrics.marking import Mark
from jmedlora.report.audit.samples import Answered

KINDS = ("changed", "unparsed", "cut", "read")
"""In the order shown. changed: read otherwise when it was scored; such a reading is of another kind
as well. unparsed: no answer can be told. cut: ended before its answer. read: all others."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read. changes: by metric, its values when scored and now, where they differ."""

    mark: Mark
    changes: Mapping[str, tuple[bool, bool]]

    @property
    def kinds(self) -> tuple[str, ...]:
        """One of "unparsed", "cut" and "read", and "changed" before it where that is so."""
        kind = "cut" if self.mark.cut else "unparsed" if self.mark.unparsed else "read"
        return ("changed", kind) if self.changes else (kind,)


def reread(answered: Answered) -> Reading:
    """The reading of ``answered`` by today's rule."""
    mark = _mark(answered)
    now = {
        "correct": mark.correct,
        "unparsed": mark.unparsed,
        "cut": mark.cut,
        "forbidden": bool(mark.forbidden),
    }
    scored = answered.scored
    changes = {name: (scored[name], now[name]) for name in scored if scored[name] != now[name]}
    return Reading(mark, changes)


def _mark(answered: Answered) -> Mark:
    """What is known to be cut is not read.

    Who knows it, a task's filter or a publisher, may know more than the text tells: which token
    ends the thinking, for example.
    """
    if answered.cut:
        struck_out = bool(answered.doc.get("every_answer_right"))
        return Mark((), struck_out, (), cut=True)
    return mark_record(answered.doc, answered.text)
