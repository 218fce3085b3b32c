"""What an audit says in words: what was looked at, and what to do about each kind of reading."""

import jmed_metrics
from jmedlora.core.display import counted
from jmedlora.report.audit.audited import Audit, Entry, Section
from jmedlora.report.audit.sources import Source

ROOM = 16384
"""Tokens that a reasoning model should have at least."""
HEADINGS = {
    "changed": "Changed since the run was scored",
    "unparsed": "Unparsed: no answer can be told",
    "cut": "Cut: ended before the answer",
    "read": "Read: is this what the text says?",
}
NAMES = {"correct": "right", "unparsed": "unparsed", "cut": "cut", "forbidden": "forbidden choice"}
"""By metric: what is so where it is 1."""
PRIVATE = (
    "This page holds questions of an exam and answers of models, which may be wrong. It is for "
    "checking how answers are read, not for treating patients. Do not publish it where the exam's "
    "terms forbid it."
)


def versions(audit: Audit) -> str:
    """Which versions scored the answers and read them again."""
    now = f"read again by jmedlora {jmed_metrics.__version__}"
    scored_by = audit.source.scored_by
    return f"scored by jmedlora {scored_by}, {now}" if scored_by else now


def advice(audit: Audit) -> list[str]:
    """What to do, a line for each kind that occurs."""
    found = {
        "changed": "changed: today's reader does not give what was scored. The scores of this run "
        "are those of the older reader; evaluate again before you compare it with a new run.",
        "unparsed": "unparsed: look at these texts. Where one states its answer plainly, the "
        "reader is at fault: report the problem_id and the lines that state it.",
        "cut": _more_room(audit.source),
    }
    return [text for kind, text in found.items() if audit.counts[kind]]


def _more_room(source: Source) -> str:
    """What others published cannot be asked again from here."""
    limit, room = source.token_limit, source.room
    was = f" The limit was {limit} tokens." if limit else ""
    needed = f"cut: the model needed more tokens than it had.{was}"
    wanted = max(ROOM, 2 * (limit or 0))
    if source.answers:
        return needed
    if room is not None and limit is not None and limit >= room:
        return (
            f"{needed} The model's context leaves no more: use a model with a longer context "
            "(max_length, max_model_len), or have the model think less, and evaluate again."
        )
    if room is not None and wanted > room:
        return (
            f"{needed} Raise max_gen_toks, up to {room}, which is what the model's context leaves, "
            "or have the model think less, and evaluate again."
        )
    return (
        f"{needed} Evaluate again with --gen_kwargs max_gen_toks={wanted} and a context that holds "
        "as many (max_length, max_model_len)."
    )


def heading(section: Section) -> str:
    """The heading of ``section``, with how many of how many are shown."""
    shown = len(section.entries)
    number = f"{shown} of {section.count}, spread over the run" if shown < section.count else shown
    return f"{HEADINGS[section.kind]} ({number})"


def summary(entry: Entry) -> str:
    """One line on ``entry``: what is correct, what was read, how long the text is."""
    parts = [
        f"correct: {entry.gold}",
        f"read: {entry.chosen or 'nothing'} {'✓' if entry.right else '✗'}",
        *(f"{NAMES[name]}: {_yes(old)} → {_yes(new)}"
          for name, (old, new) in entry.reading.changes.items()),
        counted(entry.length, "character"),
        *([f"{entry.thought} of them thinking"] if entry.thought else []),
    ]  # fmt: skip
    return " · ".join(parts)


def _yes(value: object) -> str:
    return "yes" if value else "no"
