"""From responses to the pairs that are used and the texts that are not, as the user chose it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from jmedlora.data.instruction_pair import Pair, Reading, Reject, RejectReason
from jmedlora.data.pairs.language_check import (
    Language,
    has_japanese,
    is_in_language,
    language_of_prompt,
)
from jmedlora.data.pairs.near_duplicates import comparable_text, duplicate_reasons
from jmedlora.data.pairs.response_file import Response
from jmedlora.data.pairs.schema_answer import read_schema_answer
from jmedlora.data.pairs.support import LEAST_SUPPORT, find_support
from jmedlora.data.pairs.unusable_phrases import is_placeholder, is_refusal, refers_to_document
from jmedlora.data.parse.read_response import read_response

LANGUAGES = ("prompt", "ja", "en", "any")
DEFAULT_SIMILARITY = 0.8
DEFAULT_EVAL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class ParseSettings:
    """How pairs are chosen.

    language: that of the pairs to keep, "prompt" for what the prompt asks for. near_duplicate: the
    similarity (above 0, to 1) from which on a later pair is dropped; 1 drops exact ones only.
    eval_share: the share of the chunks (0 to below 1) whose pairs are kept for evaluation.
    """

    language: Literal["prompt", "ja", "en", "any"] = "prompt"
    near_duplicate: float = DEFAULT_SIMILARITY
    eval_share: float = DEFAULT_EVAL_SHARE

    def language_for(self, prompt: str) -> Language:
        """The language that pairs asked for with ``prompt`` must be in."""
        return language_of_prompt(prompt) if self.language == "prompt" else self.language


@dataclass(slots=True)
class Selection:
    """What the responses hold, in their order.

    kept: the pairs to use. rejected: everything else. pair_counts: how many pairs were read of each
    response, used or not.
    """

    kept: list[tuple[Response, Pair]] = field(default_factory=list)
    rejected: list[tuple[Response, Reject]] = field(default_factory=list)
    pair_counts: list[tuple[Response, int]] = field(default_factory=list)

    @property
    def rules(self) -> Counter[str]:
        """How many pairs in use each rule read."""
        return Counter(pair.rule for _, pair in self.kept)

    @property
    def reasons(self) -> Counter[str]:
        """How many texts were not used for each reason, duplicates included."""
        return Counter(reject.reason for _, reject in self.rejected)


def select_pairs(responses: Sequence[Response], settings: ParseSettings) -> Selection:
    """The pairs of ``responses`` and what is not used. Raises UserError without datasketch."""
    selection = Selection()
    for response in responses:
        _add_response(response, settings, selection)
    _drop_duplicates(selection, settings.near_duplicate)
    return selection


def reject_reason(pair: Pair, language: Language, *, by_schema: bool = False) -> str:
    """The first reason not to use ``pair``, or "". ``language`` is what it should be in.

    by_schema: that it was asked for so. Then a refusal has a field of its own, and an answer that
    begins with regret is an answer.
    """
    reasons = _reasons(pair, language, by_schema=by_schema)
    return next((reason for is_so, reason in reasons if is_so), "")


def _reasons(pair: Pair, language: Language, *, by_schema: bool) -> Iterator[tuple[bool, str]]:
    both = (pair.instruction, pair.output)
    yield not all(text.strip() for text in both), RejectReason.EMPTY
    yield any(map(is_placeholder, both)), RejectReason.PLACEHOLDER
    yield not by_schema and is_refusal(pair.output), RejectReason.REFUSAL
    yield any(map(refers_to_document, both)), RejectReason.REFERS
    yield not all(is_in_language(text, language) for text in both), RejectReason.LANGUAGE
    yield language == "ja" and not has_japanese(pair.instruction), RejectReason.LANGUAGE
    yield comparable_text(pair.instruction) == comparable_text(pair.output), RejectReason.SAME


def _add_response(response: Response, settings: ParseSettings, selection: Selection) -> None:
    reading = _read(response)
    language = settings.language_for(response.prompt)
    rejects = list(reading.rejects)
    if not reading.pairs and (refusal := _refusal_of(response)):
        rejects = [Reject(1, refusal, RejectReason.REFUSAL)]
    for pair in reading.pairs:
        reason = reject_reason(pair, language, by_schema=response.is_by_schema)
        if reason := reason or _unsupported(pair, response):
            rejects.append(Reject(pair.line, pair.text, reason))
        else:
            selection.kept.append((response, pair))
    rejects.sort(key=lambda reject: reject.line)
    selection.rejected += [(response, reject) for reject in rejects]
    selection.pair_counts.append((response, len(reading.pairs)))


def _read(response: Response) -> Reading:
    content, finish = response.content, response.finish_reason
    found = read_schema_answer(content, finish) if response.is_by_schema else None
    return found or read_response(content, finish)


def _refusal_of(response: Response) -> str:
    """What the model said instead of pairs: the server's field, or such a text alone; or ""."""
    is_said = not response.is_by_schema and is_refusal(response.content.strip())
    return response.refusal or (response.content if is_said else "")


def _unsupported(pair: Pair, response: Response) -> str:
    score = find_support(pair.instruction, pair.output, response.text).score
    return RejectReason.NO_SUPPORT if score is not None and score < LEAST_SUPPORT else ""


def _drop_duplicates(selection: Selection, threshold: float) -> None:
    found = duplicate_reasons([pair for _, pair in selection.kept], threshold)
    pairs = list(zip(selection.kept, found, strict=True))
    selection.kept = [each for each, reason in pairs if not reason]
    selection.rejected += [
        (response, Reject(pair.line, pair.text, reason))
        for (response, pair), reason in pairs
        if reason
    ]
    selection.rejected.sort(key=lambda each: (each[0].place, each[1].line))
