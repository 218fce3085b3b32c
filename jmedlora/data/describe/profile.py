"""What a training file holds, counted without refusing anything: texts, gaps, repetitions."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import fmean, median

from jmedlora.core.comparable_text import comparable
from jmedlora.core.display import language, visible
from jmedlora.core.errors import Fault, FileError
from jmedlora.core.jsonl import Numbered, Record, read_jsonl
from jmedlora.data.conversation import as_instruction, text_fault
from jmedlora.data.dataset import FIELD_ORDER, OPTIONAL, REQUIRED, Kind, record_faults


@dataclass(frozen=True, slots=True)
class LengthStatistics:
    """Lengths in short. p95: 95 % are at most so long (nearest rank, so one of the lengths)."""

    min: int
    median: float
    mean: float
    p95: int
    max: int


@dataclass(frozen=True, slots=True)
class FieldProfile:
    """One field over all records of a file.

    text: records that have a text there, the only ones counted in what follows; missing: none or
    null; empty: white space alone; not_text: another type, or half of a surrogate pair. repeated:
    texts that stood earlier in the file; alike: texts that differ from an earlier one in width,
    case or white space at most, so at least as many. not_japanese: texts without kana and kanji.
    characters: of each text, outer white space included.
    """

    name: str
    text: int
    missing: int
    empty: int
    not_text: int
    repeated: int
    alike: int
    not_japanese: int
    characters: list[int]


@dataclass(frozen=True, slots=True)
class Profile:
    """A training file.

    usable: records that can be trained on, in file order, with their 1-based lines. repeated,
    alike: whole records, as in Field; of a conversation the last answer is the output, and all
    before it the instruction. other_answers: usable records whose instruction and input
    stood earlier with another output. echoes: records whose output is their instruction or input.
    others: the fields that are not trained on, with the number of records that have them.
    """

    path: Path
    kind: Kind
    records: int
    usable: list[Numbered]
    fields: list[FieldProfile]
    repeated: int
    alike: int
    other_answers: int
    echoes: int
    others: dict[str, int]


def read_profile(path: Path, kind: Kind | None) -> Profile:
    """The profile of ``path``; without ``kind`` a file whose records have ``text`` is pretraining.

    Raises FileError with every line that is no JSON object, and for a file without a record.
    """
    numbered, faults = read_jsonl(path)
    if not numbered and not faults:
        fields = " and ".join(REQUIRED[kind or "train"])
        faults = [Fault(path, None, None, "holds no record", f"write one per line, with {fields}")]
    if faults:
        raise FileError(faults)
    return _profile(path, numbered, kind or _guess_kind(numbered))


def length_statistics(lengths: Sequence[int]) -> LengthStatistics | None:
    """The spread of ``lengths``; None if there are none."""
    if not lengths:
        return None
    ranked = sorted(lengths)
    p95 = ranked[ceil(0.95 * len(ranked)) - 1]
    return LengthStatistics(ranked[0], median(ranked), fmean(ranked), p95, ranked[-1])


def _guess_kind(numbered: Sequence[Numbered]) -> Kind:
    texts = sum("text" in record and "output" not in record for _, record in numbered)
    return "pretrain" if 2 * texts > len(numbered) else "train"


def _profile(path: Path, numbered: list[Numbered], kind: Kind) -> Profile:
    usable = [each for each in numbered if not list(record_faults(each[1], path, each[0], kind))]
    lines = {line for line, _ in usable}
    records = [as_instruction(each) if line in lines else each for line, each in numbered]
    names = FIELD_ORDER[kind]
    read = {*names, *OPTIONAL[kind], "messages"}
    others = Counter(visible(name) for _, record in numbered for name in record if name not in read)
    return Profile(
        path=path,
        kind=kind,
        records=len(records),
        usable=usable,
        fields=[_field_profile(name, records) for name in names],
        repeated=_count_repeated(_record_key(record, names, str) for record in records),
        alike=_count_repeated(_record_key(record, names, comparable) for record in records),
        other_answers=_count_other_answers(usable) if kind == "train" else 0,
        echoes=sum(map(_is_echo, records)) if kind == "train" else 0,
        others=dict(others.most_common()),
    )


def _field_profile(name: str, records: Sequence[Record]) -> FieldProfile:
    values = [record.get(name) for record in records]
    texts = [value for value in values if value is not None and not text_fault(value)]
    missing = sum(value is None for value in values)
    empty = sum(isinstance(value, str) and not value.strip() for value in values)
    return FieldProfile(
        name=name,
        text=len(texts),
        missing=missing,
        empty=empty,
        not_text=len(values) - len(texts) - missing - empty,
        repeated=_count_repeated(texts),
        alike=_count_repeated(map(comparable, texts)),
        not_japanese=sum(language(text) != "ja" for text in texts),
        characters=[len(text) for text in texts],
    )


def _count_repeated(values: Iterable[object]) -> int:
    """How many of ``values`` stood earlier among them."""
    return sum(count - 1 for count in Counter(values).values())


def _record_key(
    record: Record, names: Sequence[str], form: Callable[[str], str]
) -> tuple[str, ...]:
    """A record's trained fields, to be compared; no input is the same as an empty one."""
    return tuple(_comparable_value(record.get(name), form) for name in names)


def _comparable_value(value: object, form: Callable[[str], str]) -> str:
    if isinstance(value, str):
        return form(value)
    return "" if value is None else f"\0{json.dumps(value, sort_keys=True)}"


def _count_other_answers(usable: Sequence[Numbered]) -> int:
    """How many whole records are new, but under a prompt that is not."""
    prompts = {
        _record_key(as_instruction(record), FIELD_ORDER["train"], str) for _, record in usable
    }
    return _count_repeated(prompt[:-1] for prompt in prompts)


def _is_echo(record: Record) -> bool:
    output = record.get("output")
    if not isinstance(output, str) or not output.strip():
        return False
    given = [record.get(name) for name in (REQUIRED["train"][0], *OPTIONAL["train"])]
    return output.strip() in {value.strip() for value in given if isinstance(value, str)}
