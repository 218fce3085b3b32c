"""What lm-eval calls of the recite tasks: records as a dataset, and the scores of one answer.

As adapter.py, this file is loaded once per ``!function``, keeps no state, and ends the run with
one clear line where its input is bad.
"""

import logging
from collections.abc import Sequence
from typing import Any, NoReturn

import datasets

from jmedlora.core.errors import UserError
from jmedlora.exams.lm_eval_run import asked_model, run_option
from jmedlora.recite.documents import ask_canaries, ask_records
from jmedlora.recite.draw import Room
from jmedlora.recite.provenance import Measure, Part, Recited
from jmedlora.recite.scores import (
    Document,
    Tokens,
    mean_exposure,
    score_continuation,
    score_exposed,
    score_loss,
    score_said,
)
from jmedlora.recite.settings import read_settings

logger = logging.getLogger(__name__)
TEMPLATE = (
    "the recite tasks put a record as its recipe does, chat template included; leave out "
    "--apply_chat_template and --system_instruction"
)


def records(
    *, part: Part, measure: Measure, recite: dict[str, Any], **metadata: Any
) -> dict[str, datasets.Dataset]:
    """The split "test": what is asked of ``part``.

    lm-eval calls this with the task's ``dataset_kwargs`` (part, measure) and its ``metadata``:
    ``recite``, an empty dict of the task's own configuration, filled here, the model's arguments,
    and what the user gave in ``--metadata`` (jmedlora.recite.settings).
    """
    if run_option("apply_chat_template") or run_option("system_instruction"):
        _stop(TEMPLATE)
    model = asked_model()
    tokenizer = getattr(model, "tokenizer", None)
    try:
        settings = read_settings(metadata)
        if part == "canaries":
            documents, noted = ask_canaries(settings, measure, tokenizer=tokenizer)
        else:
            documents, noted = ask_records(
                settings, part, measure, tokenizer=tokenizer, room=_room(model, tokenizer)
            )
    except UserError as error:
        _stop(str(error))
    recite.update(noted.as_record())
    _tell(noted)
    return {"test": datasets.Dataset.from_list(documents)}


def score_written(doc: Document, results: Sequence[str]) -> dict[str, float]:
    """lm-eval's ``process_results`` of the continuations."""
    return score_continuation(doc, results[0], _tokens())


def score_likelihood(doc: Document, results: Sequence[tuple[float, bool]]) -> dict[str, float]:
    """The same of the losses."""
    return score_loss(doc, results[0][0], _known_tokens())


def score_exposure(doc: Document, results: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """The same of the canaries' exposure."""
    return score_exposed(doc, results[0][0])


def score_canary(doc: Document, results: Sequence[str]) -> dict[str, float]:
    """The same of what was said of a canary."""
    return score_said(doc, results[0])


def exposure_of_canaries(items: Sequence[tuple[float, int]]) -> float:
    """lm-eval's aggregation of the exposure."""
    return mean_exposure(items)


def _tell(noted: Recited) -> None:
    """Says how many records are not asked, and why."""
    reasons = (
        (noted.eligible - noted.asked, "not drawn"),
        (noted.repeated, "repeated"),
        (noted.also_trained, "in the training file too"),
        (noted.short, f"with fewer than {noted.characters} characters to go on with"),
        (noted.long, "too long for the model's context"),
    )
    why = "; ".join(f"{number} {reason}" for number, reason in reasons if number)
    if why:
        logger.warning("%s, %s: %d asked; %s", noted.part, noted.measure, noted.asked, why)


def _room(model: Any, tokenizer: Any) -> Room | None:
    length = getattr(model, "max_length", None)
    if not (tokenizer and isinstance(length, int)):
        return None
    return Room(length, lambda texts: [len(ids) for ids in _ids(tokenizer, list(texts))])


def _ids(tokenizer: Any, texts: Any) -> Any:
    return tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]


def _tokens() -> Tokens | None:
    tokenizer = getattr(asked_model(), "tokenizer", None)
    return (lambda text: _ids(tokenizer, text)) if callable(tokenizer) else None


def _known_tokens() -> Tokens:
    found = _tokens()
    if found is None:
        _stop("the loss needs the model's tokenizer: ask through --model hf or vllm")
    return found


def _stop(message: str) -> NoReturn:
    raise SystemExit(f"jmed: {message}")
