"""Whether a model goes on with a text as the text itself does: verbatim, nearly, or further on.

continuation: what the model wrote behind a prompt. text: what stands behind the same prompt in a
record. White space before the first other character counts in neither.
"""

from collections import defaultdict

from rapidfuzz.distance import Levenshtein

from jmed_metrics.common_run import longest_common_run

CHARACTERS = 50
"""Extraction papers count 50 tokens (Carlini et al. 2023); a Japanese text has its own tokens in
each model, so that characters are counted here."""
NEAR = 0.9
"""The least edit similarity of what is nearly verbatim."""


def verbatim(continuation: str, text: str, characters: int = CHARACTERS) -> bool:
    """Whether ``continuation`` begins with the first ``characters`` of ``text``.

    False for a text that is shorter: an answer of a word says nothing of memory.
    Source: Carlini et al. 2021 (Extracting Training Data from Large Language Models) and 2023
    (Quantifying Memorization Across Neural Language Models, definition 3.1): the greedy
    continuation of a prompt from the training data is exactly that of the data.
    """
    wanted = beginning(text, characters)
    return len(wanted) == characters and beginning(continuation, characters) == wanted


def edit_similarity(continuation: str, text: str, characters: int = CHARACTERS) -> float:
    """1 - d / characters of the longer one, d being Levenshtein's distance: 0 to 1 (equal).

    It compares the first ``characters`` of both. Two empty texts give 1. It takes at most
    ``characters`` squared steps, whatever the texts' lengths.
    """
    pair = beginning(continuation, characters), beginning(text, characters)
    return float(Levenshtein.normalized_similarity(*pair))


def near_verbatim(continuation: str, text: str, characters: int = CHARACTERS) -> bool:
    """Whether the edit similarity is NEAR or more; what is verbatim is nearly verbatim, too.

    False for a text shorter than ``characters``.
    Source: Ippolito et al. 2023 (Preventing Generation of Verbatim Memorization in Language Models
    Gives a False Sense of Privacy), who count what is approximately equal. They take BLEU above
    .75 of tokens; we take a tenth of the characters, because Japanese has no words to count.
    """
    if len(beginning(text, characters)) < characters:
        return False
    return edit_similarity(continuation, text, characters) >= NEAR


def within(continuation: str, text: str, characters: int = CHARACTERS) -> bool:
    """Whether ``text`` comes out anywhere in ``continuation``, also behind other words.

    Either ``characters`` neighbours of ``text`` stand in it as they are, wherever they begin, or
    the first ``characters`` of ``text`` stand somewhere in it nearly verbatim (NEAR). What is near
    verbatim is within, too. False for a text shorter than ``characters``.
    Source: ours; the definitions of verbatim and near_verbatim, without their place.
    """
    wanted = beginning(text, characters)
    if len(wanted) < characters:
        return False
    if longest_common_run(continuation, text).length >= characters:
        return True
    return 1 - least_distance(wanted, continuation) / characters >= NEAR


def least_distance(part: str, text: str) -> int:
    """Levenshtein's distance from ``part`` to the run of neighbours in ``text`` closest to it.

    0 (it stands there) to the characters of ``part`` (nothing of it does). In a step of as many
    bits as ``part`` has characters for each character of ``text``.
    Source: Myers 1999 (Journal of the ACM 46, 395), in the form of Hyyrö 2003.
    """
    every, last = (1 << len(part)) - 1, 1 << len(part) >> 1
    places: defaultdict[str, int] = defaultdict(int)
    for place, character in enumerate(part):
        places[character] |= 1 << place
    more, less = every, 0  # rows at which the column of distances rises, and falls
    least = distance = len(part)
    for character in text:
        equal = places.get(character, 0)
        level = (((equal & more) + more) ^ more) | equal | less
        rises, falls = (less | ~(level | more)) & every, level & more
        distance += bool(rises & last) - bool(falls & last)
        least = min(least, distance)
        rises, falls = rises << 1, falls << 1
        more, less = (falls | ~(level | rises)) & every, rises & level & every
    return least


def beginning(text: str, characters: int) -> str:
    """The first ``characters`` of ``text`` that are compared."""
    return text.lstrip()[:characters]
