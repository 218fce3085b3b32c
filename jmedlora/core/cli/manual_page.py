"""How the page that --help prints is laid out, as a manual page of Unix is."""

import shutil
import textwrap
from collections.abc import Mapping

KEPT = 4 * " "
"""What a line of a manual page begins with that is not to be wrapped, such as an example."""
MARGIN = 2
"""Columns that argparse leaves free at the right."""
NARROWEST = 11
"""Columns that argparse fills even where the terminal has fewer."""
STATUS = {
    0: "done",
    1: "input that cannot be used, or output that cannot be written",
    2: "wrong usage",
    70: "a bug: a traceback and what to send to the maintainers",
    130: "interrupted",
}
"""Exit statuses of every command, unless it says more."""
FAULTS = {1: "a fault was found, input cannot be used, or output cannot be written"}
"""What status 1 is of commands that look for faults."""


def filled(text: str, width: int | None = None) -> str:
    """``text`` with each line wrapped at its own indent; a line indented by KEPT stays as it is.

    width: in columns; that of the terminal, as argparse uses it, unless given.
    """
    if width is None:
        width = max(shutil.get_terminal_size().columns - MARGIN, NARROWEST)
    return "\n".join(_filled_line(line, width) for line in text.splitlines())


def _filled_line(line: str, width: int) -> str:
    if line.startswith(KEPT) or not line.strip():
        return line
    begin = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(),
        width,
        initial_indent=begin,
        subsequent_indent=f"{begin}  " if begin else "",
        break_long_words=False,
        break_on_hyphens=False,
    )


def manual(
    *, example: str, sections: Mapping[str, str], status: Mapping[int, str], see: str
) -> str:
    """What stands below the options of a manual page.

    example: one line. sections: heading and lines, such as "reads", "writes" or "environment".
    status: what differs from STATUS. see: where to read on.
    """
    statuses = {**STATUS, **status}
    shown = {heading: text.splitlines() for heading, text in sections.items()}
    shown["exit status"] = [f"{number}: {meaning}" for number, meaning in statuses.items()]
    shown["example"] = [f"  {example}"]  # with the indent below, KEPT
    shown["see also"] = [see]
    return "\n\n".join(
        "\n".join([f"{heading}:", *(f"  {line}" for line in lines)])
        for heading, lines in shown.items()
    )
