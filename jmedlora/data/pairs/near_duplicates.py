"""Dropping pairs that say the same as an earlier one, word for word or nearly."""

import unicodedata
import zlib
from collections.abc import Sequence
from typing import Any

from jmedlora.core.comparable_text import stream_safe
from jmedlora.core.errors import UserError
from jmedlora.data.instruction_pair import Pair, RejectReason

NGRAM_LENGTH = 5  # characters of a gram: Japanese has no spaces to find words by
PERMUTATIONS = 64  # twice as many would find 2 % more at the threshold itself, in twice the memory
SLACK = 0.1
"""How far below the threshold MinHash looks for candidates, as it only estimates; the exact
similarity of the candidates decides."""


def comparable_text(text: str) -> str:
    """``text`` in NFKC without white space."""
    return "".join(unicodedata.normalize("NFKC", stream_safe(text)).split())


def ngram_similarity(first: str, second: str) -> float:
    """Jaccard similarity of two texts by their sets of 5-grams, 0 to 1; 1 for alike texts."""
    one, other = _ngrams(first), _ngrams(second)
    return len(one & other) / len(one | other)


def duplicate_reasons(pairs: Sequence[Pair], threshold: float) -> list[str]:
    """For each pair "duplicate", "near-duplicate" or "", the first of several being kept.

    threshold: the similarity from which on two pairs are near-duplicates, above 0, to 1; 1 drops
    exact ones only. Raises UserError, with the command to run, if datasketch is needed and
    missing.
    """
    seen: set[tuple[str, str]] = set()
    near = _NearDuplicateIndex(threshold) if threshold < 1 and len(pairs) > 1 else None
    found: list[str] = []
    for pair in pairs:
        key = comparable_text(pair.instruction), comparable_text(pair.output)
        if key in seen:
            found.append(RejectReason.DUPLICATE)
            continue
        seen.add(key)
        found.append(
            RejectReason.NEAR_DUPLICATE if near and near.find_or_add(key[0] + key[1]) else ""
        )
    return found


class _NearDuplicateIndex:
    """The texts kept so far, found again by MinHash."""

    def __init__(self, threshold: float) -> None:
        lsh, minhash = _import_datasketch()
        self.threshold, self.texts = threshold, list[str]()
        # Rather candidates too many than a near-duplicate missed.
        self.index = lsh(
            threshold=max(0.05, threshold - SLACK), num_perm=PERMUTATIONS, weights=(0.2, 0.8)
        )
        self.empty = minhash(num_perm=PERMUTATIONS, hashfunc=zlib.crc32)

    def find_or_add(self, text: str) -> bool:
        """Whether a text like ``text`` came before; if not, it is one from now on."""
        sketch = self.empty.copy()
        sketch.update_batch([gram.encode() for gram in sorted(_ngrams(text))])
        candidates = self.index.query(sketch)
        if any(ngram_similarity(text, self.texts[each]) >= self.threshold for each in candidates):
            return True
        self.index.insert(len(self.texts), sketch)
        self.texts.append(text)
        return False


def _ngrams(text: str) -> set[str]:
    return {text[i : i + NGRAM_LENGTH] for i in range(max(1, len(text) - NGRAM_LENGTH + 1))}


def _import_datasketch() -> tuple[Any, Any]:
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError as error:
        raise UserError(
            "finding near-duplicates needs datasketch; run: pip install 'jmedlora[generate]' "
            "(or --near-duplicate 1 for exact ones only)"
        ) from error
    return MinHashLSH, MinHash
