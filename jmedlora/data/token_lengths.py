"""How much of a training file a recipe would cut, counted before anything is trained."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Numbered
from jmedlora.data.chat_template import (
    ChatTemplateError,
    chat_template_faults,
    has_thinking,
    tokenize_answer,
    writes_thinking,
)
from jmedlora.data.dataset import TrainingFile
from jmedlora.data.recipe import DataPlan
from jmedlora.data.recipe_rows import row_texts
from jmedlora.data.tokenize import tokenize_record, tokenize_text
from jmedlora.models.base_model import stop_tokens

ROWS_A_TEXT = 64
"""Axolotl's ``completion`` reads this many rows of a text and drops what is behind them."""


@dataclass(frozen=True, slots=True)
class TokenLengths:
    """What a recipe makes of a file.

    records: in the file; of a chat recipe, answers. rows: the model is trained on. lengths: tokens
    of each record, before anything is cut. sources_cut, targets_cut: prompts and answers that lose
    their end. left_out: answers whose conversation is longer than a row. sources, targets: tokens
    of each prompt and answer; [] of texts, which have none.
    """

    records: int
    rows: int
    lengths: list[int]
    sources_cut: int = 0
    targets_cut: int = 0
    left_out: int = 0
    sources: list[int] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)


def check_lengths(file: TrainingFile, plan: DataPlan, tokenizer: Any) -> TokenLengths:
    """Tokenizes every row of ``file`` (recipe_rows) as training will.

    Raises FileError for what must not be trained: a chat template that would silently train
    something else or that refuses a record, a special token written out in a text (it would become
    the token), a text of which Axolotl would drop the end, a file of which every prompt or every
    answer would be cut or left out, and one that does not fill a step.
    """
    if faults := [
        *_template_faults(plan, tokenizer),
        *_special_token_faults(file, plan, tokenizer),
    ]:
        raise FileError(faults)
    counted = measure_lengths(file, plan, tokenizer)
    if faults := [
        *_all_cut_faults(file, plan, counted),
        *_dropped_text_faults(file, plan, counted),
        *_too_few_rows_faults(file, plan, counted),
    ]:
        raise FileError(faults)
    return counted


def measure_lengths(file: TrainingFile, plan: DataPlan, tokenizer: Any) -> TokenLengths:
    """Tokenizes every row of ``file`` (recipe_rows) as training will.

    Raises FileError with the records that a chat template refuses; nothing else is refused.
    """
    if plan.chat:
        return _measure_answers(file, plan, tokenizer)
    measure = _measure_instructions if plan.template else _measure_texts
    return measure(file.records, plan, tokenizer)


def thinking_lines(file: TrainingFile, plan: DataPlan, tokenizer: Any) -> list[str]:
    """What a model that thinks before its answer will unlearn from rows without thinking."""
    if plan.chat is None or not writes_thinking(plan.chat, tokenizer):
        return []
    thought = sum(has_thinking(record["messages"][-1]) for _, record in file.records)
    if thought == len(file.records):
        return []
    return [
        f"{len(file.records) - thought} of {len(file.records)} answers hold no thinking: the model "
        "unlearns to think before it answers; compare it with its base, thinking and not"
    ]


def special_tokens(tokenizer: Any) -> list[str]:
    """The tokens that a text must not write out, because it would become them."""
    added = (token.content for token in tokenizer.added_tokens_decoder.values() if token.special)
    return sorted({*tokenizer.all_special_tokens, *added} - {""})


def special_token_faults(
    text: str, tokens: Sequence[str], path: Path, line: int | None, holds: str
) -> Iterator[Fault]:
    """The special ``tokens`` that ``text`` writes out. holds: the words in front of each."""
    for token in tokens:
        if token in text:
            what = f"{holds} the special token '{token}' as text"
            yield Fault(path, line, None, what, "remove it: training would obey it")


def length_lines(file: TrainingFile, counted: TokenLengths, plan: DataPlan) -> list[str]:
    """Lines for people: lengths, what is cut, and how often ``max_steps`` sees each row."""
    lines = [
        f"tokens a record: median {median(counted.lengths):.0f}, longest {max(counted.lengths)}"
    ]
    if plan.limits:
        lines.append(
            f"cut to their first tokens: {counted.sources_cut} prompts longer than "
            f"{plan.limits.source}, {counted.targets_cut} answers longer than {plan.limits.target}"
        )
    elif plan.chat:
        lines.append(
            f"left out: {counted.left_out} answers whose conversation is longer than "
            f"{plan.sequence_len} tokens"
        )
    elif max(counted.lengths) > plan.sequence_len:
        alone = _lone_end_tokens(counted.lengths, plan)
        dropped = f"{alone} end tokens, each alone in a row, are" if alone else "nothing is"
        longer = f"texts longer than {plan.sequence_len} go on in further rows"
        lines.append(f"{longer}; {dropped} dropped")
    if not _is_evaluated(file, plan):
        lines.append(
            f"{plan.max_steps} steps of {plan.effective_batch} rows: "
            f"{plan.max_steps * plan.effective_batch / counted.rows:.2f} epochs of "
            f"{'about ' if plan.sample_packing else ''}{counted.rows} rows"
        )
    return lines


def _measure_instructions(
    records: Sequence[Numbered], plan: DataPlan, tokenizer: Any
) -> TokenLengths:
    assert plan.template is not None and plan.limits is not None  # noqa: S101
    sources, targets, kept = [], [], 0
    for _, record in records:
        tokens = tokenize_record(record, plan.template, plan.limits, tokenizer)
        kept += len(tokens.source) + len(tokens.target)
        sources.append(tokens.source_length)
        targets.append(tokens.target_length)
    return TokenLengths(
        records=len(sources),
        rows=ceil(kept / plan.sequence_len) if plan.sample_packing else len(sources),
        lengths=[sum(pair) for pair in zip(sources, targets, strict=True)],
        sources_cut=sum(length > plan.limits.source for length in sources),
        targets_cut=sum(length > plan.limits.target for length in targets),
        sources=sources,
        targets=targets,
    )


def _measure_answers(file: TrainingFile, plan: DataPlan, tokenizer: Any) -> TokenLengths:
    assert plan.chat is not None  # noqa: S101
    stops, found, faults = stop_tokens(tokenizer), [], []
    for line, record in file.records:
        try:
            found.append(tokenize_answer(record["messages"], plan.chat, tokenizer, stops))
        except ChatTemplateError as error:
            what = f"the base model's chat template does not take it: {error}"
            remedy = "repair or delete the line, or repair the template"
            faults.append(Fault(file.path, line, None, what, remedy))
    if faults:
        raise FileError(faults)
    lengths = [each.source_length + each.target_length for each in found]
    kept = [length for length in lengths if length <= plan.sequence_len]
    return TokenLengths(
        records=len(found),
        rows=ceil(sum(kept) / plan.sequence_len) if plan.sample_packing else len(kept),
        lengths=lengths,
        left_out=len(found) - len(kept),
        sources=[each.source_length for each in found],
        targets=[each.target_length for each in found],
    )


def _template_faults(plan: DataPlan, tokenizer: Any) -> Iterator[Fault]:
    if plan.chat:
        place = Path(tokenizer.name_or_path)
        for what, remedy in chat_template_faults(plan.chat, tokenizer, stop_tokens(tokenizer)):
            yield Fault(place, None, None, what, remedy)


def _measure_texts(records: Sequence[Numbered], plan: DataPlan, tokenizer: Any) -> TokenLengths:
    lengths = [len(tokenize_text(record["text"], tokenizer)) for _, record in records]
    rows = sum(rows_of_text(length, plan) for length in lengths)
    if plan.sample_packing:
        kept = sum(lengths) - _lone_end_tokens(lengths, plan)
        rows = ceil(kept / plan.sequence_len)
    return TokenLengths(len(lengths), rows, lengths)


def rows_of_text(length: int, plan: DataPlan) -> int:
    """The rows of a text of ``length`` tokens that is not packed.

    Axolotl drops a row of one token: of a text that fills its rows, the end token.
    """
    return ceil((length - 1) / plan.sequence_len)


def _lone_end_tokens(lengths: Sequence[int], plan: DataPlan) -> int:
    return sum(length > 1 and length % plan.sequence_len == 1 for length in lengths)


def _special_token_faults(file: TrainingFile, plan: DataPlan, tokenizer: Any) -> Iterator[Fault]:
    tokens = special_tokens(tokenizer)
    for line, record in file.records:
        for name, text in row_texts(record, plan):
            yield from special_token_faults(text, tokens, file.path, line, f"{name} holds")


def _all_cut_faults(file: TrainingFile, plan: DataPlan, counted: TokenLengths) -> Iterator[Fault]:
    if counted.left_out == counted.records:
        what = f"every conversation is longer than {plan.sequence_len} tokens and would be left out"
        yield Fault(file.path, None, None, what, "shorten them, or raise sequence_len")
    if plan.limits is None:
        return
    for part, cut, limit, key in (
        ("prompt", counted.sources_cut, plan.limits.source, "source_len"),
        ("answer", counted.targets_cut, plan.limits.target, "target_len"),
    ):
        if cut == counted.records:
            what = f"every {part} is longer than {limit} tokens and would be cut"
            yield Fault(file.path, None, None, what, f"shorten them, or raise {key}")


def _too_few_rows_faults(
    file: TrainingFile, plan: DataPlan, counted: TokenLengths
) -> Iterator[Fault]:
    """A step never goes beyond an epoch: with fewer rows, each would silently be smaller."""
    is_all = len(plan.training_files) == 1 and not _is_evaluated(file, plan)
    if is_all and counted.left_out < counted.records and counted.rows < plan.effective_batch:
        rows = "1 row" if counted.rows == 1 else f"{counted.rows} rows"
        what = f"makes {rows}, fewer than the {plan.effective_batch} of one step"
        few = 2 ** (max(counted.rows, 1).bit_length() - 1)  # on 1, 2 or 4 GPUs alike
        remedy = f"add records, or train with --effective_batch={few} --micro_batch_size=1"
        yield Fault(file.path, None, None, what, remedy)


def _is_evaluated(file: TrainingFile, plan: DataPlan) -> bool:
    return file.path.resolve() in {path.resolve() for path in plan.evaluation_files}


def _dropped_text_faults(
    file: TrainingFile, plan: DataPlan, counted: TokenLengths
) -> Iterator[Fault]:
    most = ROWS_A_TEXT * plan.sequence_len
    if plan.kind == "pretrain":
        for (line, _), length in zip(file.records, counted.lengths, strict=True):
            if length > most:
                what = f"'text' has {length} tokens, of which {most} would be read"
                yield Fault(file.path, line, None, what, "split it into several records")
