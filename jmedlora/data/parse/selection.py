"""From responses to the pairs that are used and the texts that are not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from jmedlora.data.parse.near_duplicates import reasons
from jmedlora.data.parse.read_response import read_response
from jmedlora.data.parse.reject_reasons import reason_against
from jmedlora.data.parse.response_file import Response
from jmedlora.data.parse.settings import ParseSettings
from jmedlora.data.parse.types import DUPLICATE, NEAR_DUPLICATE, Pair, Reject


@dataclass(slots=True)
class Selection:
    """What the responses hold, in their order.

    kept: the pairs to use. rejected: everything else. read: how many pairs were read of each
    response, used or not.
    """

    kept: list[tuple[Response, Pair]] = field(default_factory=list)
    rejected: list[tuple[Response, Reject]] = field(default_factory=list)
    read: list[tuple[Response, int]] = field(default_factory=list)

    @property
    def rules(self) -> Counter[str]:
        """How many pairs in use each rule read."""
        return Counter(pair.rule for _, pair in self.kept)

    @property
    def reasons(self) -> Counter[str]:
        """How many texts were not used for each reason, duplicates included."""
        return Counter(reject.reason for _, reject in self.rejected)

    @property
    def duplicates(self) -> int:
        return self.reasons[DUPLICATE] + self.reasons[NEAR_DUPLICATE]


def select(responses: Sequence[Response], settings: ParseSettings) -> Selection:
    """The pairs of ``responses`` and what is not used. Raises UserError without datasketch."""
    selection = Selection()
    for response in responses:
        _read(response, settings, selection)
    _drop_repeated(selection, settings.near_duplicate)
    return selection


def _read(response: Response, settings: ParseSettings, selection: Selection) -> None:
    reading = read_response(response.content, response.finish_reason)
    language = settings.language_for(response.prompt)
    rejects = list(reading.rejects)
    for pair in reading.pairs:
        if reason := reason_against(pair, language):
            rejects.append(Reject(pair.line, pair.text, reason))
        else:
            selection.kept.append((response, pair))
    rejects.sort(key=lambda reject: reject.line)
    selection.rejected += [(response, reject) for reject in rejects]
    selection.read.append((response, len(reading.pairs)))


def _drop_repeated(selection: Selection, threshold: float) -> None:
    found = reasons([pair for _, pair in selection.kept], threshold)
    repeated = [
        (response, Reject(pair.line, pair.text, reason))
        for (response, pair), reason in zip(selection.kept, found, strict=True)
        if reason
    ]
    kept = zip(selection.kept, found, strict=True)
    selection.kept = [each for each, reason in kept if not reason]
    selection.rejected += repeated
    selection.rejected.sort(key=lambda each: (each[0].place, each[1].line))
