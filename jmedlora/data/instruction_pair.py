"""What is found in a response: pairs, and what was not taken, with the reason."""

from dataclasses import dataclass, field
from enum import StrEnum


class RejectReason(StrEnum):
    """Why a text or a pair is not used. The values are printed and stand in rejected.jsonl."""

    REMARK = "remark"
    OUTSIDE = "outside a pair"
    REASONING = "reasoning"
    NO_OUTPUT = "no output"
    NO_INSTRUCTION = "no instruction"
    ANSWER_FIRST = "answer first"
    ORDER = "order unclear"
    NUMBERS = "numbers differ"
    CUT = "cut by other text"
    FURTHER = "further field"
    TEMPLATE = "chat template"
    OTHER_TURN = "turn of another role"
    EMPTY_RESPONSE = "empty response"
    EMPTY = "empty"
    NOT_TEXT = "not text"
    TRUNCATED = "truncated"
    QUOTES = "quotes unclear"
    CHOICES = "choices, no answer"
    REFUSAL = "refusal"
    PLACEHOLDER = "placeholder"
    REFERS = "refers to the text"
    LANGUAGE = "wrong language"
    SAME = "output is the instruction"
    NO_SUPPORT = "no support in the source"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near-duplicate"


@dataclass(frozen=True, slots=True)
class Pair:
    """An instruction and its output.

    rule: how they were read. line: the 1-based line of the response where the pair begins. text:
    the part of the response that they were read from, kept for a pair that is rejected later.
    """

    instruction: str
    output: str
    rule: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Reject:
    """A part of a response that is not used: its 1-based line, the text as it is, the reason."""

    line: int
    text: str
    reason: str


@dataclass(slots=True)
class Reading:
    """What one response holds. All of its text is in one of the two, except mere punctuation."""

    pairs: list[Pair] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def add(self, more: "Reading") -> None:
        """Adds what another part of the response holds."""
        self.pairs += more.pairs
        self.rejects += more.rejects
