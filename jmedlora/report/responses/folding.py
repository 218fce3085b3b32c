"""What of a response is seen at once on a page, and what is folded away: one thinking fills it."""

from dataclasses import dataclass

from jmed_metrics.thinking import split_thinking

LONGEST = 800
"""Characters of an answer that are shown whole."""
SHOWN = 300
"""Characters of a longer one that are shown, of its beginning and of its end."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A response for a page, without blanks around its parts.

    shown: what is seen at once; "" for an empty response, and where the thinking has no end.
    thinking: what stands before the answer; "" if there is none. whole: the answer where ``shown``
    leaves out its middle, else "".
    """

    shown: str
    thinking: str
    whole: str


def folded(response: str) -> Folded:
    """``response`` with its thinking apart, and its answer in short if it is long."""
    thought = split_thinking(response)
    answer = thought.answer.strip()
    if len(answer) <= LONGEST:
        return Folded(answer, thought.thinking.strip(), "")
    shown = f"{answer[:SHOWN].rstrip()}\n[…]\n{answer[-SHOWN:].lstrip()}"
    return Folded(shown, thought.thinking.strip(), answer)
