"""``card.md``: what the training files are, where they come from and how they were made."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from jmedlora.core.display import markdown
from jmedlora.data.parse.response_file import Response
from jmedlora.data.parse.settings import ParseSettings
from jmedlora.data.parse.summary import Summary, by_count

MOST_SOURCES = 500
"""Sources listed; provenance.jsonl names that of every pair."""


def card(summary: Summary, responses: Sequence[Response], settings: ParseSettings) -> str:
    """The page, in Markdown; the same responses and settings give the same one."""
    return "\n".join(_lines(summary, responses, settings)) + "\n"


def _lines(
    summary: Summary, responses: Sequence[Response], settings: ParseSettings
) -> Iterator[str]:
    yield "# Instruction data written by a model\n"
    yield (
        "Questions and answers that a language model wrote about the documents below, read from "
        "its raw responses. **No physician has checked them**; they may be wrong, and must not "
        "guide treatment.\n"
    )
    yield "## Counts\n"
    yield from _table(("", "count"), _counts(summary))
    yield "\n## Pairs by the rule that read them\n"
    yield from _table(("rule", "pairs"), by_count(summary.rules))
    yield "\n## Texts not used, by reason (`rejected.jsonl`)\n"
    yield from _table(("reason", "texts"), by_count(summary.reasons))
    yield "\n## Settings\n"
    yield from _table(("setting", "value"), _settings(settings))
    yield "\n## How they were asked for\n"
    yield from _table(("", "value", "responses"), _asked(responses))
    yield "\n## Sources\n"
    yield from _table(("document", "SHA-256", "responses"), _sources(responses))
    yield "\n## To repeat this\n"
    yield (
        "In this folder, without asking the model again:\n\n"
        f"    jmed-data parse . --language {settings.language} --near-duplicate "
        f"{settings.near_duplicate} --eval-share {settings.eval_share}\n\n"
        "`provenance.jsonl` names for every pair, in the order of the training files, its "
        "response, source, chunk, prompt, model and parameters; `responses.jsonl` holds the "
        "responses as they came."
    )


def _counts(summary: Summary) -> Iterator[tuple[str, int]]:
    yield "responses", summary.responses
    yield "responses with fewer pairs than asked for", summary.fewer
    yield "responses with more pairs than asked for", summary.more
    yield "pairs for training (train.jsonl)", summary.train
    yield "pairs for evaluation (eval.jsonl)", summary.evaluation
    yield "texts not used", summary.reasons.total()
    yield "of them duplicates", summary.duplicates


def _settings(settings: ParseSettings) -> Iterator[tuple[str, str]]:
    yield "language", settings.language
    yield "near-duplicates from a similarity of", f"{settings.near_duplicate}"
    yield "share of the chunks kept for evaluation", f"{settings.eval_share}"


def _asked(responses: Sequence[Response]) -> Iterator[tuple[str, str, int]]:
    for name, values in (
        ("prompt (SHA-256)", (f"{each.prompt} ({each.prompt_sha256})" for each in responses)),
        ("model", (each.model for each in responses)),
        ("server", (each.host for each in responses)),
        ("parameters", (_json(each.parameters) for each in responses)),
        ("pairs asked for", (str(each.pairs) for each in responses)),
        ("ended because", (each.finish_reason or "not said" for each in responses)),
    ):
        yield from ((name, value, count) for value, count in by_count(Counter(values)))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _sources(responses: Sequence[Response]) -> Iterator[tuple[str, str, int | str]]:
    counts = Counter((each.source, each.source_sha256) for each in responses)
    for (source, sha256), count in sorted(counts.items())[:MOST_SOURCES]:
        yield source, sha256, count
    if len(counts) > MOST_SOURCES:
        yield f"… and {len(counts) - MOST_SOURCES} more, named in provenance.jsonl", "", ""


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(markdown(str(cell)) for cell in row)} |"
