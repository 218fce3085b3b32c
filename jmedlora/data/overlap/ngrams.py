"""Character 3-grams as numbers."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

GRAM = 3
BITS = 21
"""A code point has at most 21 bits, so three of them fit into 64."""
BETWEEN = "\n"
"""Stands between two texts; normal text never holds it, so no gram reaches across."""

Keys = npt.NDArray[np.uint64]


def keys(text: str) -> Keys:
    """The 3-grams of ``text`` in order, one number each; empty if it is shorter than 3."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    points = points.astype(np.uint64)
    if len(points) < GRAM:
        return np.empty(0, dtype=np.uint64)
    shift = np.uint64(BITS)
    return (((points[:-2] << shift) | points[1:-1]) << shift) | points[2:]


def starts(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Where each of ``texts`` begins in BETWEEN.join(texts), and where a next one would."""
    lengths = np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts))
    return np.concatenate([[0], np.cumsum(lengths)])
