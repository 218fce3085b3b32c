"""An audit as one HTML page that needs nothing else, or as records for programs."""

import json
from collections.abc import Sequence
from typing import Any

from jmedlora.core.page_template import page_environment
from jmedlora.report.audit.advice import PRIVATE, advice, heading, summary, versions
from jmedlora.report.audit.audited import Audit, Entry

FILE_NAME = "audit.html"


def page(audits: Sequence[Audit]) -> str:
    """The page. Whatever models and exams wrote comes out as text."""
    environment = page_environment("jmedlora.report.audit")
    for each in (advice, heading, summary, versions):
        environment.filters[each.__name__] = each
    return environment.get_template("audit.html.jinja").render(audits=audits, private=PRIVATE)


def json_lines(audits: Sequence[Audit]) -> str:
    """One object of JSON for each entry, in the order shown; a changed one comes once."""
    entries = {
        (number, entry.place): _line(_record(audit, entry))
        for number, audit in enumerate(audits)
        for section in audit.sections
        for entry in section.entries
    }
    return "".join(entries.values())


def _line(record: dict[str, Any]) -> str:
    """One line of JSON; half a surrogate pair, which UTF-8 does not have, as an escape."""
    line = json.dumps(record, ensure_ascii=False)
    return line.encode(errors="backslashreplace").decode() + "\n"


def _record(audit: Audit, entry: Entry) -> dict[str, Any]:
    mark = entry.reading.mark
    return {
        "file": str(entry.file),
        "line": entry.line,
        "task": audit.source.task,
        "problem_id": entry.problem_id,
        "sample": entry.sample,
        "kinds": list(entry.reading.kinds),
        "gold": entry.gold,
        "chosen": list(mark.chosen),
        "correct": mark.correct,
        "changes": {name: list(values) for name, values in entry.reading.changes.items()},
        "characters": entry.length,
        "thinking_characters": entry.thought,
        "answer": entry.answer.text,
        "read_line": entry.answer.read,
        "thinking": entry.thinking,
    }
