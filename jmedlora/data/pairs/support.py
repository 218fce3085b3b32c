"""How far the source of a pair holds its answer, and what the answer holds that it does not.

Characters are compared, no meanings: an answer in other words has little support, and one that
denies what the source says has much.
"""

import re
from dataclasses import dataclass

from jmedlora.core.comparable_text import folded
from jmedlora.data.pairs.language_check import has_japanese
from jmedlora.data.pairs.strange import find_strange

NGRAM_LENGTH = 2
MOST_SENTENCES = 3
LEAST_SUPPORT = 0.3
"""88 % of the 80 pairs of the sample have it in the paragraph that they share most with; .6 % of
the comparisons with the other 43 paragraphs reach it (docs/prepare.md)."""
SHORT = 6
"""Letters; of a shorter answer (はい, 5 mg) too little can be compared: its question counts too."""
SENTENCE = re.compile(r"[^。．！？!?\n]+[。．！？!?]*|[。．！？!?]+")


@dataclass(frozen=True, slots=True)
class Support:
    """What the source says to a pair.

    score: the share (0 to 1) of the answer's character 2-grams that stand in its best sentences;
    None where the source is not known or in another script. sentences: those, at most three, in
    their order. strange: numbers with units and names of the answer that the source does not hold.
    """

    score: float | None
    sentences: tuple[str, ...]
    strange: tuple[str, ...]


def find_support(instruction: str, output: str, source: str | None) -> Support:
    """What ``source``, a chunk of a document, says to a pair; nothing where it is None.

    The sentences are chosen one by one, each that which adds most 2-grams. All texts are compared
    in NFKC, in small letters, and without what is neither letter nor digit.
    """
    if source is None or has_japanese(source) != has_japanese(output + instruction):
        return Support(None, (), ())
    answer = output if len(_letters(output)) >= SHORT else f"{instruction}\n{output}"
    wanted = _grams(answer)
    sentences = [found[0] for found in SENTENCE.finditer(source)]
    grams = [_grams(each) & wanted for each in sentences]
    chosen: list[int] = []
    held: set[str] = set()
    while grams and len(chosen) < MOST_SENTENCES:
        best = max(range(len(grams)), key=lambda i: len(grams[i] - held))
        if not grams[best] - held:
            break
        held |= grams[best]
        chosen.append(best)
    score = len(held) / len(wanted) if wanted else 0.0
    best_sentences = tuple(sentences[i].strip() for i in sorted(chosen))
    return Support(score, best_sentences, tuple(find_strange(output, source)))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, folded(text)))


def _grams(text: str) -> set[str]:
    letters = _letters(text)
    return {letters[i : i + NGRAM_LENGTH] for i in range(len(letters) - NGRAM_LENGTH + 1)}
