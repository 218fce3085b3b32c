"""The model that is asked a vision task, and what lm-eval's models need to answer such a task."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

from lm_eval.api.instance import Instance
from lm_eval.api.model import CachingLM

from jmedlora.core.display import counted
from jmedlora.core.errors import UserError
from jmedlora.exams.documents import Document

logger = logging.getLogger(__name__)
SEE = "hf-multimodal, vllm-vlm, or local-chat-completions with a server whose model sees"


def show_images(model: Any, docs: Sequence[Document], exam: str) -> None:
    """Has ``model`` answer ``docs``, some of which have images. Raises UserError if it cannot."""
    _check_sees(model, docs, exam)
    without = [doc for doc in docs if not doc["text_only"] and not doc["image_sha256"]]
    if without:
        names = ", ".join(doc["problem_id"] for doc in without)
        logger.warning("%s: needs an image that is not there, asked without it: %s", exam, names)
    _answer_apart(model)


def cut_at(model: Any) -> int | None:
    """The tokens at which lm-eval cuts the prompts of a model that sees; None for other models.

    They may be fewer than the model's context: lm-eval 0.4.11 takes 2048 where the configuration
    states it for its text part alone and the tokenizer states nothing.
    """
    return model.max_length if hasattr(model, "tok_batch_multimodal_encode") else None


def _check_sees(model: Any, docs: Sequence[Document], exam: str) -> None:
    """Raises UserError if ``model`` is shown no images, or fewer than a question has.

    lm-eval would end with a traceback, or leave out further images without a word. Its cache knows
    a question by what JSON can hold, and an image is none.
    """
    if isinstance(model, CachingLM):
        raise UserError(f"{exam}: --use_cache cannot keep answers to images; leave it out")
    name = type(model).__name__
    if not getattr(model, "MULTIMODAL", False):
        raise UserError(
            f"{exam}: its questions have images, and this --model ({name}) is shown none; use "
            f"--model {SEE}, or the task without _vision"
        )
    most = max(docs, key=lambda doc: len(doc["image_sha256"]))
    count, limit = len(most["image_sha256"]), getattr(model, "max_images", None)
    if limit is not None and count > limit:
        raise UserError(
            f"{exam}: {most['problem_id']} has {counted(count, 'image')}, and this --model "
            f"({name}) is shown {limit} of them; add max_images={count} to --model_args"
        )


def _answer_apart(model: Any) -> None:
    """Makes ``model`` answer requests with images and requests without apart from each other.

    lm-eval's models take all requests of a run for what the first one is, and what has an empty
    list of images fails in the processor of nearly every model. Without a list, as here, they are
    asked as any other question is.
    """
    answer = model.generate_until

    @wraps(answer)
    def generate_until(requests: Sequence[Instance], *args: Any, **kwargs: Any) -> list[str]:
        answers: dict[int, str] = {}
        for shown in (True, False):
            places = [n for n, each in enumerate(requests) if _has_images(each) is shown]
            asked = [_as_asked(requests[place]) for place in places]
            found = answer(asked, *args, **kwargs) if asked else []
            answers.update(zip(places, found, strict=True))
        return [answers[place] for place in range(len(requests))]

    model.generate_until = generate_until


def _has_images(request: Instance) -> bool:
    """Or sounds, of another task: the third argument has them by kind."""
    return len(request.args) > 2 and any(request.args[2].values())


def _as_asked(request: Instance) -> Instance:
    """``request`` without its empty list of images; lm-eval keeps the request as it was."""
    if _has_images(request):
        return request
    return replace(request, arguments=request.args[:2])
