"""An audit in the terminal: the counts first, then each reading with its text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jmedlora.core.display import counted, visible
from jmedlora.report.audit.advice import advice, heading, summary, versions
from jmedlora.report.audit.audited import Audit, Entry
from jmedlora.report.audit.excerpt import CUT
from jmedlora.report.render.console import consoles, plain_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table

WIDTH = 40
"""Columns of the table of counts."""
INDENT = (0, 0, 0, 4)
NEAR = 200
"""Characters before the line that was read: the page shows more."""


def print_audits(audits: Sequence[Audit], *, texts: bool) -> None:
    """Prints the counts and what to do; with ``texts`` also the entries.

    Raises ResultsError without rich.
    """
    console, wide = consoles("audit", WIDTH)
    for each in audits:
        console.print(visible(f"{each.source.title}, {counted(each.total, 'answer')}"),
                      markup=False, soft_wrap=True)  # fmt: skip
        console.print(versions(each), markup=False, soft_wrap=True)
        wide.print(_counts(each))
        for line in advice(each):
            console.print(line, markup=False)
        console.print()
        if texts:
            _print_sections(console, each)


def _counts(audit: Audit) -> "Table":
    table = plain_table(("reading", "answers", "share"))
    for kind, count in audit.counts.items():
        table.add_row(kind, str(count), f"{count / audit.total:.1%}")
    return table


def _print_sections(console: "Console", audit: Audit) -> None:
    from rich.text import Text

    for section in audit.sections:
        if not section.entries:
            continue
        console.print(Text(heading(section), "bold"))
        console.print()
        for entry in section.entries:
            line = f"{entry.title} · {summary(entry)}"
            console.print(visible(line), markup=False, soft_wrap=True)
            console.print(_text(entry))
            console.print()


def _text(entry: Entry) -> "Padding":
    """The answer, the line that was read in bold; of one that was cut the end of its thinking."""
    from rich.padding import Padding
    from rich.text import Text

    answer = entry.answer
    is_far = answer.read and len(answer.before) > NEAR
    before = f"{CUT}{answer.before[-NEAR:]}" if is_far else answer.before
    text = Text(visible(before), overflow="fold")
    text.append(visible(answer.read), "bold reverse").append(visible(answer.after))
    if not answer.text:
        text.append(visible(entry.thinking) or "(empty)")
    return Padding(text, INDENT, expand=False)
