"""Questions whose marks were the reward that a model was trained with (``recipes/grpo_8b.yml``).

The run card beside the model names them by their keys (``question_identity``), and so do the cards
of what was trained from it. A task that asks some of them says so in the results file, and reports
refuse it: such an exam measures what was trained on it.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from jmedlora.core.errors import Fault, FileError
from jmedlora.exams.provenance import Rewarded
from jmedlora.exams.question_identity import question_keys
from jmedlora.exams.schema import Question
from jmedlora.models.run_card_file import RUN_CARD, read_card

MODEL_ARGS = ("pretrained", "model", "peft", "lora_local_path")
"""Arguments of lm-eval's models that name a model's or an adapter's folder; a server's model is
named by its folder too, unless it was served under another name."""
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]+$")]
logger = logging.getLogger(__name__)


class Reward(BaseModel):
    """What a run card says of the questions of one reward.

    questions: their file as the recipe named it, or "jmed_sample". sha256: of that file. count:
    how many. keys: those of ``question_identity``, ascending.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    questions: str
    sha256: Hex
    count: Annotated[int, Field(ge=1)]
    keys: list[Hex]


LIST_OF_REWARDS = TypeAdapter(list[Reward])


def rewards_beside(folder: Path) -> list[Reward]:
    """The rewards that the run card in ``folder`` names; [] without a card. Raises FileError."""
    stated = (read_card(folder) or {}).get("rewards", [])
    try:
        return LIST_OF_REWARDS.validate_python(stated)
    except ValidationError as error:
        what, remedy = "its rewards cannot be read", "copy the file again"
        raise FileError([Fault(folder / RUN_CARD, None, None, what, remedy)]) from error


def rewarded(questions: Sequence[Question], model_args: Mapping[str, Any]) -> Rewarded | None:
    """The ``questions`` that were a reward of the model in ``model_args``; None for none.

    Raises FileError for a run card whose rewards are damaged.
    """
    folders = [Path(value) for name in MODEL_ARGS if isinstance(value := model_args.get(name), str)]
    found = [reward for folder in folders for reward in rewards_beside(folder)]
    keys = {key for reward in found for key in reward.keys}
    ids = tuple(each.problem_id for each in questions if not keys.isdisjoint(question_keys(each)))
    if not ids:
        return None
    named = ", ".join(dict.fromkeys(reward.questions for reward in found))
    logger.warning(
        "%d of %d questions were the reward that this model was trained with (%s): jmed-report "
        "will refuse the result",
        len(ids), len(questions), named,
    )  # fmt: skip
    return Rewarded(ids=ids, reward=named)
