"""Training data of which every row is exactly as long as the recipe allows.

So no row is padded, packing has nothing to pack, a step costs the most that it can cost, and what
it takes does not depend on which rows it has. Steps of real records, which are shorter, are faster.
"""

import json
import string
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from jmedlora.data.chat_template import tokenize_answer
from jmedlora.data.conversation import as_messages
from jmedlora.data.recipe import DataPlan
from jmedlora.models.base_model import stop_tokens

SEED = 0


def write_rows(folder: Path, plan: DataPlan, tokenizer: Any, steps: int) -> int:
    """Writes the recipe's files below ``folder``: rows for ``steps`` steps. Returns how many."""
    letters, random = _single(tokenizer), Random(SEED)

    def text(tokens: int) -> str:
        return "".join(random.choices(letters, k=tokens))

    count = plan.effective_batch * steps
    for path in plan.training_files:
        _write(folder / path, [_record(plan, tokenizer, text) for _ in range(count)])
    for path in plan.evaluation_files:
        _write(folder / path, [_record(plan, tokenizer, text)])
    return count


def _record(plan: DataPlan, tokenizer: Any, text: Callable[[int], str]) -> dict[str, str]:
    """One record; the end token takes one place of the answer, or of a pretraining text."""
    if plan.chat:
        around = _chat_tokens(plan, tokenizer, text(1), text(1)) - 2
        asked = (plan.sequence_len - around) // 2
        return {"instruction": text(asked), "output": text(plan.sequence_len - around - asked)}
    if plan.template is None or plan.limits is None:
        return {"text": text(plan.sequence_len - 1)}
    around = len(tokenizer(plan.template.fill({"instruction": text(1)})).input_ids) - 1
    instruction = text(plan.limits.source - around)
    return {"instruction": instruction, "output": text(plan.limits.target - 1)}


def _chat_tokens(plan: DataPlan, tokenizer: Any, asked: str, answer: str) -> int:
    """Tokens of the row that a chat recipe makes of a question and an answer."""
    assert plan.chat is not None
    messages = as_messages({"instruction": asked, "output": answer}, plan.chat.system)
    row = tokenize_answer(messages, plan.chat, tokenizer, stop_tokens(tokenizer))
    return len(row.source) + len(row.target)


def _single(tokenizer: Any) -> list[str]:
    """Letters that never become one token with a neighbour: n of them are n tokens."""
    merges = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
    merged = {letter for pair in merges for part in pair for letter in part}
    return sorted(set(string.ascii_letters) - merged)


def _write(path: Path, records: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    path.write_text("".join(lines), encoding="utf-8")
