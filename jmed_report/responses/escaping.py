"""What exams and models wrote, made safe to stand in a page of Markdown."""

import re

from jmed_data.visible import visible

MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$!:@]|(?<=www)\.)", re.IGNORECASE)
"""All that Markdown, or what GitHub adds to it, reads as more than text inside a line."""


def markdown(text: str) -> str:
    """``text`` for one line or one table cell of Markdown; line breaks as ``<br>``."""
    return MARKUP.sub(r"\\\1", visible(text)).replace("\n", "<br>")
