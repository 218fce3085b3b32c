"""What to say at the end of a run of which many answers were cut off or cannot be read."""

import logging
from collections.abc import Sequence
from typing import Any

from jmed_metrics.examination import mark_record
from jmedlora.exams.chat_answers import Generation
from jmedlora.exams.documents import Document

MANY = 0.1
"""The share of the answers above which a warning says what to do."""
logger = logging.getLogger(__name__)


def warn_of_lost_answers(
    task: str,
    answers: Sequence[Sequence[str]],
    docs: Sequence[Document],
    how: Generation,
    *,
    templated: bool,
) -> None:
    """Warns, with the remedy, where more than MANY of a chat task's ``answers`` are lost.

    Lost is an answer that is blank or unreadable. answers: all to each question. templated:
    whether the model got its chat template.
    """
    given = [(doc, each) for doc, several in zip(docs, answers, strict=True) for each in several]
    cut = sum(not answer for _, answer in given)
    unparsed = sum(bool(answer) and not mark_record(doc, answer).chosen for doc, answer in given)
    if cut > MANY * len(given):
        logger.warning(
            "%s: %d of %d answers were cut off before they were given; %s, or have the model "
            "think less",
            task, cut, len(given), _longer(how),
        )  # fmt: skip
    if unparsed > MANY * len(given):
        template = "" if templated else "; give the model its chat template: --apply_chat_template"
        logger.warning(
            "%s: %d of %d answers cannot be read%s; look at them: jmed-report audit",
            task, unparsed, len(given), template,
        )  # fmt: skip


def _longer(how: Generation) -> str:
    if how.fills_context:
        return (
            f"the model's context holds no longer ones than {how.limit} tokens: use a model with "
            "a longer context (in --model_args: max_length, max_model_len)"
        )
    now = "" if how.limit is None else f" (now {how.limit})"
    return f"allow longer ones{now}: --gen_kwargs max_gen_toks=N"


def warn_of_unread_letters(task: Any) -> None:
    """Has lm-eval's ``task`` of the letters protocol warn when all its answers are there."""
    apply_filters = task.apply_filters

    def apply_and_warn() -> Any:
        found = apply_filters()
        answers = [
            (each.doc, text)
            for each in task.instances
            for text in each.filtered_resps.values()
            if isinstance(text, str)
        ]
        unread = sum(not mark_record(doc, text).chosen for doc, text in answers)
        if unread > MANY * len(answers):
            logger.warning(
                "%s: %d of %d answers cannot be read; look at them: jmed-report audit; a chat or "
                "reasoning model is better asked by a chat task (docs/tasks.md)",
                task.config.task, unread, len(answers),
            )  # fmt: skip
        return found

    task.apply_filters = apply_and_warn
