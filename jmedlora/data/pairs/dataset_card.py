"""What a run of ``jmed-data parse`` made, in numbers: for a terminal, and as ``card.md``."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jmedlora.core.display import markdown
from jmedlora.data.instruction_pair import RejectReason
from jmedlora.data.pairs.response_file import Response
from jmedlora.data.pairs.select_pairs import ParseSettings

MOST_SOURCES = 500
"""Sources listed; provenance.jsonl names that of every pair."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of a run.

    fewer, more: responses with fewer or more pairs than were asked for. repeated: lines with the
    key of an earlier line, which counts. unplanned: responses that are not in the latest plan and
    are left out. half_written: the line of responses.jsonl that was not written to its end, or
    None. rules, reasons: pairs in use by rule, texts not used by reason. strange: pairs in use with
    a number or a name that their source does not hold. unchecked: pairs in use whose source is not
    known, or in another script.
    """

    folder: Path
    responses: int
    fewer: int
    more: int
    repeated: int
    unplanned: int
    half_written: int | None
    rules: Counter[str]
    reasons: Counter[str]
    train: int
    evaluation: int
    strange: int
    unchecked: int
    files: tuple[str, ...]

    @property
    def pairs(self) -> int:
        """Pairs in use."""
        return self.train + self.evaluation

    @property
    def duplicates(self) -> int:
        return self.reasons[RejectReason.DUPLICATE] + self.reasons[RejectReason.NEAR_DUPLICATE]


def summary_lines(summary: Summary) -> Iterator[str]:
    """The numbers for a terminal."""
    asked = f"{summary.fewer} with fewer pairs than asked for, {summary.more} with more"
    yield f"{summary.folder}: {summary.responses} responses ({asked})"
    if summary.repeated:
        yield f"  {summary.repeated} lines repeat an earlier request; the first one counts"
    if summary.unplanned:
        yield f"  {summary.unplanned} more are of an earlier run, which asked otherwise: left out"
    yield f"  {summary.pairs} pairs, read by"
    yield from _count_lines(summary.rules)
    if summary.reasons:
        yield f"  {summary.reasons.total()} texts not used, {summary.duplicates} of them duplicates"
        yield from _count_lines(summary.reasons)
    yield f"  {summary.strange} pairs hold a number or a name that their source does not"
    if summary.unchecked:
        yield f"  {summary.unchecked} pairs are not compared with their source: it is not known"
    yield f"  {summary.train} pairs for training, {summary.evaluation} for evaluation"
    yield f"  written: {', '.join(summary.files)}"


def card_text(summary: Summary, responses: Sequence[Response], settings: ParseSettings) -> str:
    """The page, in Markdown; the same responses and settings give the same one."""
    return "\n".join(_card_lines(summary, responses, settings)) + "\n"


def _card_lines(
    summary: Summary, responses: Sequence[Response], settings: ParseSettings
) -> Iterator[str]:
    yield "# Instruction data written by a model\n"
    yield (
        "Questions and answers that a language model wrote about the documents below, read from "
        "its raw responses. **No physician has checked them**; they may be wrong, and must not "
        "guide treatment.\n"
    )
    yield "## Counts\n"
    yield from _table_lines(("", "count"), _count_rows(summary))
    yield "\n## Pairs by the rule that read them\n"
    yield from _table_lines(("rule", "pairs"), by_count(summary.rules))
    yield "\n## Texts not used, by reason (`rejected.jsonl`)\n"
    yield from _table_lines(("reason", "texts"), by_count(summary.reasons))
    yield "\n## Settings\n"
    yield from _table_lines(("setting", "value"), _setting_rows(settings))
    yield "\n## How they were asked for\n"
    yield from _table_lines(("", "value", "responses"), _request_rows(responses))
    yield "\n## Sources\n"
    yield from _table_lines(("document", "SHA-256", "responses"), _source_rows(responses))
    yield "\n## To repeat this\n"
    yield (
        "In this folder, without asking the model again:\n\n"
        f"    jmed-data parse . --language {settings.language} --near-duplicate "
        f"{settings.near_duplicate} --eval-share {settings.eval_share}\n\n"
        "`provenance.jsonl` names for every pair, in the order of the training files, its "
        "response, source, chunk, prompt, model and parameters; `responses.jsonl` holds the "
        "responses as they came."
    )


def _count_rows(summary: Summary) -> Iterator[tuple[str, int]]:
    yield "responses", summary.responses
    yield "responses with fewer pairs than asked for", summary.fewer
    yield "responses with more pairs than asked for", summary.more
    yield "pairs for training (train.jsonl)", summary.train
    yield "pairs for evaluation (eval.jsonl)", summary.evaluation
    yield "texts not used", summary.reasons.total()
    yield "of them duplicates", summary.duplicates
    yield "pairs with a number or a name that their source does not hold", summary.strange
    yield "pairs not compared with their source, which is not known", summary.unchecked


def _setting_rows(settings: ParseSettings) -> Iterator[tuple[str, str]]:
    yield "language", settings.language
    yield "near-duplicates from a similarity of", f"{settings.near_duplicate}"
    yield "share of the chunks kept for evaluation", f"{settings.eval_share}"


def _request_rows(responses: Sequence[Response]) -> Iterator[tuple[str, str, int]]:
    for name, values in (
        ("prompt (SHA-256)", (f"{each.prompt} ({each.prompt_sha256})" for each in responses)),
        ("model", (each.model for each in responses)),
        ("server", (each.host for each in responses)),
        ("parameters", (_json(each.parameters) for each in responses)),
        (
            "personal data in the document",
            (each.personal or "not looked for" for each in responses),
        ),
        ("pairs asked for", (str(each.pairs) for each in responses)),
        ("ended because", (each.finish_reason or "not said" for each in responses)),
    ):
        yield from ((name, value, count) for value, count in by_count(Counter(values)))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _source_rows(responses: Sequence[Response]) -> Iterator[tuple[str, str, int | str]]:
    counts = Counter((each.source, each.source_sha256) for each in responses)
    for (source, sha256), count in sorted(counts.items())[:MOST_SOURCES]:
        yield source, sha256, count
    if len(counts) > MOST_SOURCES:
        yield f"… and {len(counts) - MOST_SOURCES} more, named in provenance.jsonl", "", ""


def _table_lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(markdown(str(cell)) for cell in row)} |"


def by_count(counter: Counter[str]) -> list[tuple[str, int]]:
    """Names and counts, the largest first, alike ones by name."""
    return sorted(counter.items(), key=lambda each: (-each[1], each[0]))


def _count_lines(counter: Counter[str]) -> Iterator[str]:
    for name, count in by_count(counter):
        yield f"  {count:>7}  {name}"
