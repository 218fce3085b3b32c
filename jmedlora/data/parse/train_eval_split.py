"""Which pairs are kept for evaluation: whole chunks, chosen by hash."""

import hashlib
from collections.abc import Iterable
from pathlib import PurePath

Chunk = tuple[str, int]
"""A document's source and the character where the chunk begins."""


def chunks_for_eval(chunks: Iterable[Chunk], share: float) -> set[Chunk]:
    """About ``share`` (0 to below 1) of ``chunks``; the others are for training.

    Each is chosen by its own hash, so that it stays on its side when documents are added. Of two
    chunks or more at least one is on either side, but with a share of 0 none is for evaluation.
    """
    ranked = sorted(set(chunks), key=_rank)
    if len(ranked) < 2 or not share:
        return set()
    count = sum(_rank(chunk) < share for chunk in ranked)
    return set(ranked[: min(max(count, 1), len(ranked) - 1)])


def _rank(chunk: Chunk) -> float:
    """A number from 0 to 1, the same for the same chunk from wherever its folder is named."""
    source, start = chunk
    digest = hashlib.sha256(f"{start} {PurePath(source).name}".encode(errors="replace")).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
