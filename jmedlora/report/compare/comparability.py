"""Whether runs may stand in one table: what is refused, and what only has to be said."""

from collections.abc import Callable, Sequence

from jmedlora.core.display import counted
from jmedlora.report.compare.columns import Column, Subject
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.signature import Signature

Asked = tuple[Column, Measured]
WARNED = {
    "template": "template",
    "shots": "worked examples",
    "decode": "decoding",
    "chat": "chat template",
    "system": "system instruction",
    "truncated": "cut prompts",
    "lm_eval": "lm-eval version",
    "jmed": "metric version",
    "version": "task version",
}
"""Fields of a signature, and what they are called, that two columns of a row may differ in."""


def refuse_incomparable(columns: Sequence[Column]) -> None:
    """Raises ResultsError, naming runs and fields, if a subject was not asked alike of all.

    A table of different questions compares nothing: not with ``--limit``, other data (sha256), or
    other documents (doc_hash).
    """
    _refuse_limits([each for column in columns for each in column.measured.values()])
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
    found: dict[str, list[str]] = {}
    for (subject, shots), asked in _by_row(columns).items():
        signed = [(column, each.signature) for column, each in asked]
        for field, name in WARNED.items():
            values: dict[str, list[str]] = {}
            for column, signature in signed:
                value = _shown_field(signature, field)
                values.setdefault(value, []).append(column.title)
            if len(values) > 1:
                text = f"{name} differs: " + "; ".join(
                    f"{value or 'none'} ({' · '.join(titles)})" for value, titles in values.items()
                )
                found.setdefault(text, []).append(f"{subject} {shots}s")
    differing = [f"{', '.join(rows)}: {text}" for text, rows in found.items()]
    return [*differing, *_shared_caches(columns)]


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


def _refuse_limits(measured: Sequence[Measured]) -> None:
    found = [each for each in measured if _is_part(each)]
    if found:
        first, *others = dict.fromkeys(
            f"{each.run.path} ({each.task}, {len(each.keys)} questions)" for each in found
        )
        more = f", and so were {', '.join(others)}" if others else ""
        raise ResultsError(
            f"{first} was not asked all questions (--limit or --samples){more}: they cannot be "
            "compared; leave these runs out, or evaluate again without"
        )


def _is_part(each: Measured) -> bool:
    config = each.run.content.get("config")
    limit = config.get("limit") if isinstance(config, dict) else None
    return limit is not None or bool(each.ours and each.ours.scored != each.ours.data.items)


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
    if not each.ours or not each.ours.left_out:
        return what
    return f"{what} ({counted(each.ours.left_out, 'question')} left out by an exclude list)"


def _shown_field(signature: Signature, field: str) -> str:
    value = getattr(signature, field)
    return "yes" if value is True else value or ""
