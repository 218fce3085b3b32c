"""Whether runs may stand in one table: what is refused, and what only has to be said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from jmedlora.core.display import counted
from jmedlora.report.compare.columns import Column, Subject
from jmedlora.report.compare.trial import trial
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.run_conditions import RunConditions
from jmedlora.report.load.signature import UNKNOWN, Signature

Asked = tuple[Column, Measured]
WARNED = {
    "template": "template",
    "shots": "worked examples",
    "decode": "decoding",
    "chat": "chat template",
    "system": "system instruction",
    "truncated": "cut prompts",
    "scorer": "scorer or filters",
    "code": "scoring code",
    "lm_eval": "lm-eval version",
    "jmed": "metric version",
    "version": "task version",
}
"""Fields of a signature, and what they are called, that two columns of a row may differ in."""
EXPLAIN_PROMPTS = ("template", "shots", "chat", "system", "truncated", "version")
"""Fields that, where they differ, say why the prompts do."""
RUN_WARNED = {
    "backend": "model class of lm-eval",
    "seed": "seed",
    "batch": "batch size",
    "dtype": "number format",
    "arguments": "model arguments",
    "transformers": "transformers version",
    "torch": "PyTorch version",
    "vllm": "vLLM version",
}
"""The same of the conditions of a run."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a run tells of how a score was measured. title: what the score stands under."""

    title: str
    signature: Signature
    conditions: RunConditions


def refuse_incomparable(columns: Sequence[Column]) -> None:
    """Raises ResultsError, naming runs and fields, if a subject was not asked alike of all.

    A table of different questions compares nothing: not with other data (sha256), or with other
    documents (doc_hash), such as those of another ``--limit``.
    """
    by_subject: dict[str, list[Asked]] = {}
    for (subject, _), asked in _by_row(columns).items():
        by_subject.setdefault(subject, []).extend(asked)
    for subject, asked in by_subject.items():
        _refuse_different(subject, "data hash", asked, _data_hash)
        _refuse_different(subject, "document set", asked, lambda each: frozenset(each.keys))


def warnings(columns: Sequence[Column]) -> list[str]:
    """One line for each way in which the columns of some rows were not asked or scored alike.

    And for each cache by which one model may have been given the answers of another.
    """
    rows = {
        f"{subject} {shots}s": [
            Told(column.title, each.signature, each.conditions) for column, each in asked
        ]
        for (subject, shots), asked in _by_row(columns).items()
    }
    return [*not_alike(rows), *_revisions(columns), *_shared_caches(columns)]


def not_alike(rows: Mapping[str, Sequence[Told]]) -> list[str]:
    """One line for each way in which what is compared in some of ``rows`` was not measured alike.

    It begins with the names of those rows.
    """
    found: dict[str, list[str]] = {}
    for row, told in rows.items():
        signed = [(each.title, each.signature) for each in told]
        texts = [_differing(name, signed, field) for field, name in WARNED.items()]
        if not any(_differing("", signed, field) for field in EXPLAIN_PROMPTS):
            texts.append(_differing("prompts as sent", signed, "prompts"))
        ran = [(each.title, _conditions(each)) for each in told]
        texts += [_differing(name, ran, field) for field, name in RUN_WARNED.items()]
        texts.append(_unknown(signed))
        for text in filter(None, texts):
            found.setdefault(text, []).append(row)
    return [f"{', '.join(names)}: {text}" for text, names in found.items()]


def _conditions(each: Told) -> RunConditions:
    """The conditions of a run; without its seed where nothing is drawn by it."""
    found = each.conditions
    return found if each.signature.is_sampled else replace(found, seed="")


def _differing(name: str, told: Sequence[tuple[str, Signature | RunConditions]], field: str) -> str:
    """What those of the titles have in a field, if they do not have the same; else ""."""
    values: dict[str, list[str]] = {}
    for title, each in told:
        values.setdefault(_shown_field(each, field), []).append(title)
    if len(values) < 2:
        return ""
    shown = (f"{value or 'none'} ({' · '.join(titles)})" for value, titles in values.items())
    return f"{name} differs: {'; '.join(shown)}"


def _unknown(signed: Sequence[tuple[str, Signature]]) -> str:
    """Which parts of a signature the results files of some do not say, if there are any."""
    if len(signed) < 2:
        return ""
    fields = {"prompts": "prompts as sent", "scorer": WARNED["scorer"], "code": WARNED["code"]}
    missing = [
        (name, title)
        for field, name in fields.items()
        for title, each in signed
        if getattr(each, field) == UNKNOWN
    ]
    if not missing:
        return ""
    names, titles = (" · ".join(dict.fromkeys(each)) for each in zip(*missing, strict=True))
    return f"not known whether they are alike: {names} of {titles}; evaluate again to be sure"


def _revisions(columns: Sequence[Column]) -> list[str]:
    """A line for each model of which runs asked different revisions under one name."""
    found: dict[str, dict[str, str]] = {}
    for column in columns:
        for each in column.measured.values():
            found.setdefault(column.name, {})[each.conditions.revision] = column.title
    return [
        f"{name}: revision differs: "
        + "; ".join(f"{revision or 'none'} ({title})" for revision, title in revisions.items())
        for name, revisions in found.items()
        if len(revisions) > 1
    ]


def _shared_caches(columns: Sequence[Column]) -> list[str]:
    """A line for each cache of lm-eval that several models were evaluated with.

    It keeps answers by prompt and decoding alone (CachingLM, seen with 0.4.11 and 0.4.13): a second
    model would be given those of the first, without being asked.
    """
    found: dict[str, dict[str, str]] = {}
    for column in columns:
        for each in column.measured.values():
            config = each.run.content.get("config")
            cache = config.get("use_cache") if isinstance(config, dict) else None
            if isinstance(cache, str):
                found.setdefault(cache, {})[column.name] = column.title
    return [
        f"{' · '.join(models.values())}: evaluated with one --use_cache {cache}, which does not "
        "tell models apart: all but the first may repeat its answers; evaluate again, each with "
        "its own"
        for cache, models in found.items()
        if len(models) > 1
    ]


def _by_row(columns: Sequence[Column]) -> dict[Subject, list[Asked]]:
    """The cells of each subject at some number of shots."""
    found: dict[Subject, list[Asked]] = {}
    for column in columns:
        for row, each in column.measured.items():
            found.setdefault(row, []).append((column, each))
    return dict(sorted(found.items()))


def _refuse_different(
    subject: str, field: str, asked: Sequence[Asked], value_of: Callable[[Measured], object]
) -> None:
    first_column, first = asked[0]
    for column, each in asked[1:]:
        if value_of(each) != value_of(first):
            raise ResultsError(
                f"{subject}: {field} differs: {_shown(first, field)} in {first.run.path} "
                f"({first_column.title}) and {_shown(each, field)} in {each.run.path} "
                f"({column.title}); compare runs that were asked the same questions"
            )


def _data_hash(each: Measured) -> str:
    return each.ours.data.sha256 if each.ours else ""


def _shown(each: Measured, field: str) -> str:
    what = _data_hash(each)[:12] if field == "data hash" else f"{len(each.keys)} documents"
    if part := trial(each):
        what = f"{what} ({part})"
    if not each.ours or not each.ours.left_out:
        return what
    return f"{what} ({counted(each.ours.left_out, 'question')} left out by an exclude list)"


def _shown_field(told: Signature | RunConditions, field: str) -> str:
    value = getattr(told, field)
    return "yes" if value is True else value or ""
