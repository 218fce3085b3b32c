"""What a chat task asks, as messages: rendered from the fragment that the task itself asks with.

lm-eval makes them from the same fragment (``--apply_chat_template``; a test holds the two equal):
the system message is the description, the user message is the question.
"""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from jmedlora.exams.documents import Document

Messages = list[dict[str, str]]
CHECKOUT = Path(__file__).parents[2] / "lm_eval_tasks"
"""Where the fragments lie in a checkout; installed, they lie among lm-eval's own tasks."""


def fragment_path(template: str) -> Path:
    """The prompt fragment of ``template``, such as "chat"."""
    spec = find_spec("lm_eval")
    installed = [
        Path(place) / "tasks" / "jmed" for place in (spec and spec.submodule_search_locations) or ()
    ]
    places = [place / f"_prompt_{template}.yaml" for place in (CHECKOUT, *installed)]
    return next(place for place in places if place.is_file())


def chat_messages(docs: Iterable[Document], template: str = "chat") -> list[Messages]:
    """The system and the user message of each document, without a worked example."""
    from lm_eval.utils import apply_template

    fragment: dict[str, Any] = yaml.safe_load(fragment_path(template).read_text(encoding="utf-8"))
    parts = {"system": fragment["description"], "user": fragment["doc_to_text"]}
    return [
        [{"role": role, "content": apply_template(text, dict(doc))} for role, text in parts.items()]
        for doc in docs
    ]
