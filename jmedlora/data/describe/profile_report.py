"""A profile as lines for people, and as plain JSON types for programs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from jmedlora.core.display import counted
from jmedlora.data.describe.histogram import draw_bars, make_bins
from jmedlora.data.describe.profile import (
    FieldProfile,
    LengthStatistics,
    Profile,
    length_statistics,
)
from jmedlora.data.describe.token_profile import TokenPart, TokenProfile

STATISTICS = ("min", "median", "mean", "p95", "max")
COUNTS = ("text", "missing", "empty", "not text", "repeated", "alike", "not Japanese")
ALIKE = "alike: differs from an earlier one in width, case or white space at most"
KINDS = {"train": "instruction records", "pretrain": "texts for pretraining"}
LONGER = {
    "train": "longer prompts and answers are cut to their first tokens",
    "pretrain": "longer texts go on in further rows",
}
SHOWN = 5
"""How many of the other fields are named."""


def profile_lines(
    profile: Profile, tokens: TokenProfile | None, counted_by: str, *, encoding: str
) -> Iterator[str]:
    """All that is shown of a file. counted_by: whose tokens they are."""
    yield f"{profile.path}: {counted(profile.records, 'record')} ({KINDS[profile.kind]})"
    yield ""
    yield from _table_lines("", COUNTS, _count_rows(profile))
    yield ALIKE
    yield from _remark_lines(profile, tokens)
    yield ""
    rows = [_statistics_row(field.name, field.characters) for field in _filled_fields(profile)]
    yield from _table_lines("characters", STATISTICS, rows)
    if tokens is None:
        for field in _filled_fields(profile):
            title = f"characters of {field.name}"
            yield from _histogram_lines(title, field.characters, None, encoding)
        return
    yield ""
    usable = counted(len(profile.usable), "record")
    yield f"tokens by {counted_by}, of the {usable} that can be trained on"
    headings = (*STATISTICS, "limit", "longer")
    yield from _table_lines("tokens", headings, map(_token_part_row, tokens.parts))
    yield LONGER[profile.kind]
    for part in tokens.parts:
        if part.limit:
            title = f"tokens of {part.name}"
            yield from _histogram_lines(title, part.lengths, part.limit, encoding)


def profile_record(profile: Profile, tokens: TokenProfile | None) -> dict[str, Any]:
    """The same as plain JSON types; "tokens" is null without a tokenizer."""
    return {
        "file": str(profile.path),
        "kind": profile.kind,
        "records": profile.records,
        "usable": len(profile.usable),
        "repeated": profile.repeated,
        "alike": profile.alike,
        "other_answers": profile.other_answers,
        "echoes": profile.echoes,
        "other_fields": profile.others,
        "fields": {field.name: _field_record(field) for field in profile.fields},
        "tokens": None if tokens is None else _tokens_record(tokens),
    }


def _field_record(field: FieldProfile) -> dict[str, Any]:
    counts = {key: value for key, value in asdict(field).items() if key != "name"}
    return {**counts, "characters": _lengths_record(field.characters, None)}


def _tokens_record(tokens: TokenProfile) -> dict[str, Any]:
    parts = {
        part.name: {
            **_lengths_record(part.lengths, part.limit),
            **({"limit": part.limit, "longer": part.over} if part.limit else {}),
        }
        for part in tokens.parts
    }
    return {**parts, "records_with_special_tokens": tokens.special}


def _lengths_record(lengths: Sequence[int], limit: int | None) -> dict[str, Any]:
    """The statistics, null without lengths, and the histogram."""
    found = length_statistics(lengths)
    summary = asdict(found) if found else dict.fromkeys(STATISTICS)
    return {**summary, "histogram": [asdict(each) for each in make_bins(lengths, limit)]}


def _filled_fields(profile: Profile) -> list[FieldProfile]:
    """The fields in which there is any text."""
    return [field for field in profile.fields if field.text]


def _count_rows(profile: Profile) -> Iterator[tuple[str, ...]]:
    for field in profile.fields:
        yield (
            field.name,
            *map(str, (field.text, field.missing, field.empty, field.not_text, field.repeated)),
            *map(str, (field.alike, field.not_japanese)),
        )
    if len(profile.fields) > 1:
        yield ("whole record", "", "", "", "", str(profile.repeated), str(profile.alike), "")


def _remark_lines(profile: Profile, tokens: TokenProfile | None) -> Iterator[str]:
    """What should be looked at, each on a line; only what is there."""
    refused = profile.records - len(profile.usable)
    found = {
        "that training refuses (jmed-data check names them)": refused,
        "with an output that is its instruction or input": profile.echoes,
        "with an instruction and input seen before, another output": profile.other_answers,
        "with a special token written out, which training refuses": tokens.special if tokens else 0,
    }
    yield from (f"{counted(number, 'record')} {what}" for what, number in found.items() if number)
    if profile.others:
        named = [f"{name} ({n})" for name, n in profile.others.items()]
        more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
        yield f"other fields, not trained on: {', '.join(named[:SHOWN])}{more}"


def _token_part_row(part: TokenPart) -> tuple[str, ...]:
    limits = (str(part.limit), str(part.over)) if part.limit else ("", "")
    return (*_statistics_row(part.name, part.lengths), *limits)


def _statistics_row(name: str, lengths: Sequence[int]) -> tuple[str, ...]:
    found = length_statistics(lengths)
    return (name, *(_statistics_cells(found) if found else ("",) * len(STATISTICS)))


def _statistics_cells(found: LengthStatistics) -> tuple[str, ...]:
    middle = f"{found.median:.1f}".removesuffix(".0")
    return (str(found.min), middle, f"{found.mean:.1f}", str(found.p95), str(found.max))


def _table_lines(
    corner: str, headings: Sequence[str], rows: Iterable[tuple[str, ...]]
) -> Iterator[str]:
    """The first column left, the others right."""
    cells = [(corner, *headings), *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for first, *others in cells:
        right = "".join(f"  {text:>{n}}" for text, n in zip(others, widths[1:], strict=True))
        yield f"{first:<{widths[0]}}{right}".rstrip()


def _histogram_lines(
    title: str, lengths: Sequence[int], limit: int | None, encoding: str
) -> Iterator[str]:
    if not lengths:
        return
    yield ""
    yield title
    yield from draw_bars(make_bins(lengths, limit), encoding=encoding)
