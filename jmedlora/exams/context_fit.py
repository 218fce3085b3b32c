"""What the context of a model holds of an exam: which prompts, and how long an answer."""

import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from jmedlora.exams.asked_exam import AskedExam
from jmedlora.exams.decoding import check_room
from jmedlora.exams.prompt_length import Prompt, Room
from jmedlora.exams.provenance import PromptLengths
from jmedlora.models.context_length import Context, UnknownContextError, read_context

logger = logging.getLogger(__name__)


class Fit(NamedTuple):
    """How long the prompts are with 0, 1 … worked examples.

    lengths: of the longest ones; None: unknown. overlong: the message that names those too long,
    "" where there are none; empty where they are sent nevertheless.
    """

    lengths: PromptLengths | None = None
    overlong: tuple[str, ...] = ()


def model_context(model_args: Mapping[str, Any], length: int | None) -> Context | None:
    """The context of a model that lm-eval runs itself; None where it is behind a server.

    length: where lm-eval cuts the prompts, if it is known.
    """
    model = model_args.get("pretrained")
    if not isinstance(model, str):
        return None
    length = length or model_args.get("max_length") or model_args.get("max_model_len")
    try:
        return read_context(
            model,
            tokenizer=model_args.get("tokenizer"),
            revision=model_args.get("revision") or "main",
            length=length,
        )
    except UnknownContextError as error:
        logger.warning("prompt lengths are not checked: %s", error)
        return None


def fit_context(
    asked: AskedExam, context: Context, prompt: Prompt, task: Any, *, allow_truncation: bool
) -> Fit:
    """How the prompts of ``asked`` fit; holds the limit of lm-eval's ``task`` to what they leave.

    task: None outside of a run. Raises UserError if ``--gen_kwargs`` leaves no room for a prompt.
    """
    protocol = asked.protocol
    room = Room(context, protocol.answer_length, protocol.least_answer)
    counts = room.counts(asked.docs, asked.examples, prompt)
    overlong = [room.overlong(asked.name, n, asked.docs, each) for n, each in enumerate(counts)]
    holds = protocol.least_answer is not None and not overlong[0]
    if not holds and room.answer:
        check_room(asked.name, context.length)
    if protocol.least_answer and task and (holds or allow_truncation):
        task.config.generation_kwargs.leave(room.left(counts[0]), asked.name, holds=holds)
    lengths = PromptLengths(length=context.length, longest=tuple(max(each) for each in counts))
    return Fit(lengths, () if allow_truncation else tuple(overlong))
