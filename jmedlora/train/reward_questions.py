"""The questions of a reward: checked before the run, and given to Axolotl as prompts.

``reward_questions`` of a recipe names a file of the user's own, in the form of ``jmed_own``, or
"jmed_sample". Published examinations cannot be named: what was a reward cannot be reported.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.core.atomic_write import atomic_path
from jmedlora.core.checksum import sha256
from jmedlora.core.display import counted
from jmedlora.core.errors import Fault, FileError, UserError
from jmedlora.core.jsonl import Record
from jmedlora.data.chat_template import (
    DATED,
    LEFT_OUT,
    PROBE_ANSWER,
    ChatFormat,
    ChatTemplateError,
    left_out_of_probe,
    probe_conversation,
    render,
    writes_date_of_the_day,
)
from jmedlora.exams.chat_messages import Messages, chat_messages
from jmedlora.exams.protocols import chat
from jmedlora.exams.question_identity import all_keys
from jmedlora.exams.registry import SAMPLE, load_exam
from jmedlora.exams.rewards import Reward, rewards_beside
from jmedlora.exams.schema import Question
from jmedlora.models.base_model import base_model_faults, load_tokenizer
from jmedlora.train.abort import print_once

SHIPPED = "jmed_sample"
AS_TRL_ASKS = ChatFormat(system="«s»")
"""With a system message, as the chat tasks ask. Axolotl 0.19.0 passes TRL neither a date nor other
arguments for the template."""


@dataclass(frozen=True, slots=True)
class RewardQuestions:
    """name: as the recipe gives it. path: the file. sha256: of the file. rows: one a question, as
    TRL and ``reward.marker_reward`` take them.
    """

    name: str
    path: Path
    sha256: str
    questions: tuple[Question, ...]
    rows: list[Record]

    @property
    def data(self) -> dict[str, Any]:
        """The run card's ``data``."""
        return {self.name: {"sha256": self.sha256, "records": len(self.questions)}}

    @property
    def prompt_hash(self) -> dict[str, str]:
        """What the prepared data depend on beside the file: the prompts that were made of it."""
        rows = json.dumps(self.rows, sort_keys=True).encode()
        return {"prompts": hashlib.sha256(rows).hexdigest()}

    @property
    def reward(self) -> Reward:
        """What the run card says of them."""
        return Reward(
            questions=self.name,
            sha256=self.sha256,
            count=len(self.questions),
            keys=all_keys(self.questions),
        )

    def hand_over(self, cfg: Any) -> None:
        """Has Axolotl read the prompts, from a file of its own among the prepared data."""
        import pyarrow
        from pyarrow import parquet

        path = Path(cfg["dataset_prepared_path"]) / "typed" / "reward.parquet"
        with atomic_path(path) as part:
            parquet.write_table(pyarrow.Table.from_pylist(self.rows), part)
        cfg["datasets"] = [{"path": str(path), "ds_type": "parquet", "split": "train"}]


def all_rewards(base: str, own: RewardQuestions | None) -> list[dict[str, Any]]:
    """The run card's ``rewards``: those that the model ``base`` was trained with, then one's own.

    Raises FileError for a base whose run card is damaged there.
    """
    earlier = rewards_beside(Path(base))
    return [each.model_dump() for each in (*earlier, *([own.reward] if own else []))]


def check_reward(cfg: Any) -> RewardQuestions:
    """The questions of the recipe ``cfg``, after base model, chat template and lengths were
    checked. Raises UserError.
    """
    name = cfg["reward_questions"]
    if not isinstance(name, str) or not name:
        raise UserError(f"reward_questions is {name!r}; name one .jsonl or .csv file, or {SHIPPED}")
    base = str(cfg["base_model"])
    if faults := base_model_faults(base):
        raise FileError(faults)
    path, questions = _read(name)
    tokenizer = load_tokenizer(cfg.get("tokenizer_config") or base)
    _check_template(tokenizer, base)
    docs = [chat.PROTOCOL.form(each) for each in questions]
    limit = int(cfg["trl"]["max_completion_length"])
    asked = _asked(chat_messages(docs), questions, tokenizer, path)
    rows = [
        {
            "prompt": messages,
            "asked": text,
            "document": json.dumps(doc, ensure_ascii=False),
            "limit": limit,
        }
        for doc, (messages, text) in zip(docs, asked, strict=True)
    ]
    _check_lengths(rows, questions, tokenizer, cfg, path)
    prompts = cfg["effective_batch"] // cfg["trl"]["num_generations"]
    if len(rows) < prompts:
        what = f"holds {counted(len(rows), 'question')}, fewer than the {prompts} of one step"
        remedy = f"add some, or give --effective_batch={len(rows) * cfg['trl']['num_generations']}"
        raise FileError([Fault(path, None, None, what, remedy)])
    _say(cfg, name, rows, prompts)
    return RewardQuestions(name, path, sha256(path), questions, rows)


def _read(name: str) -> tuple[Path, tuple[Question, ...]]:
    if name == SHIPPED:
        path, exam = SAMPLE / "exam.jsonl", load_exam(SHIPPED)
    else:
        path = Path(name).expanduser()
        exam = load_exam("jmed_own", file=name)
    if exam.unseen:
        print_once(f"{name}: left out: {counted(exam.unseen, 'question')} with an image")
    return path, exam.only(chat.PROTOCOL.takes).items


def _check_template(tokenizer: Any, base: str) -> None:
    """Raises UserError for a chat template that cannot be asked as TRL asks, or whose answers do
    not end with the tokenizer's end token.

    TRL stops at that token alone. With another one, each answer would run on to its limit.
    """
    if not isinstance(tokenizer.chat_template, str):
        has = "several chat templates" if tokenizer.chat_template else "no chat template"
        raise UserError(
            f"{base}: its tokenizer has {has}, so it cannot be asked as a chat; name an "
            "instruction model as base_model"
        )
    try:
        dated = writes_date_of_the_day(AS_TRL_ASKS, tokenizer)
        left_out = left_out_of_probe(AS_TRL_ASKS, tokenizer)
        text = render(probe_conversation(AS_TRL_ASKS), AS_TRL_ASKS, tokenizer)
    except ChatTemplateError as error:
        raise UserError(
            f"{base}: its chat template refuses the messages system, user, assistant ({error}); "
            "name another base_model"
        ) from error
    if dated:
        raise UserError(
            f"{base}: {DATED}, which TRL cannot be told to pin, so a run that goes on tomorrow "
            "would see other prompts; name another base_model, or write a date into the template"
        )
    if left_out:
        what = LEFT_OUT.format(left_out[0])
        raise UserError(f"{base}: {what}; name another base_model, or repair the template")
    behind = text.rpartition(PROBE_ANSWER)[2].strip()
    if not behind.startswith(tokenizer.eos_token):
        raise UserError(
            f"{base}: its chat template ends an answer with {behind[:40]!r}, but its end token is "
            f"{tokenizer.eos_token!r}: no answer would end; correct eos_token in its "
            "tokenizer_config.json"
        )


def _asked(
    conversations: Sequence[Messages], questions: Sequence[Question], tokenizer: Any, path: Path
) -> list[tuple[Messages, str]]:
    """Each question's messages, and the text that the template makes of them.

    Raises FileError with the questions that the template refuses.
    """
    found, faults = [], []
    for messages, question in zip(conversations, questions, strict=True):
        try:
            found.append((messages, render(messages, ChatFormat(None), tokenizer, ask=True)))
        except ChatTemplateError as error:
            what = f"the base model's chat template does not take it: {error}"
            remedy = "repair or delete the question, or repair the template"
            faults.append(Fault(path, None, question.problem_id, what, remedy))
    if faults:
        raise FileError(faults)
    return found


def _check_lengths(
    rows: Sequence[Record], questions: Sequence[Question], tokenizer: Any, cfg: Any, path: Path
) -> None:
    """Raises FileError for prompts that leave no room for an answer: TRL would not cut them."""
    room = int(cfg["sequence_len"]) - rows[0]["limit"]
    faults = [
        Fault(
            path,
            None,
            question.problem_id,
            f"its prompt has {length} tokens; sequence_len {cfg['sequence_len']} less "
            f"trl.max_completion_length {row['limit']} leaves {room}",
            "raise sequence_len, or shorten the question",
        )
        for row, question in zip(rows, questions, strict=True)
        if (length := len(tokenizer(row["asked"], add_special_tokens=False).input_ids)) > room
    ]
    if faults:
        raise FileError(faults)


def _say(cfg: Any, name: str, rows: Sequence[Record], prompts: int) -> None:
    epochs = cfg["max_steps"] * prompts / len(rows)
    print_once(f"{name}: {counted(len(rows), 'question')}, the reward")
    print_once(
        f"  {cfg['max_steps']} steps of {prompts} x {cfg['trl']['num_generations']} answers: "
        f"{epochs:.2f} epochs"
    )
    print_once("  no exam that holds one of them can be reported of this model")
