"""The choices of a question in another order: the same order for ever for the same seed.

A model that knows the answer chooses the same text wherever it stands; one that guesses by position
does not. Nothing here uses Python's random numbers, whose sequence is not promised for ever.
"""

from collections.abc import Sequence
from hashlib import sha256

from jmedlora.core.jsonl import Record
from jmedlora.exams.documents import Document


def permutation(problem_id: str, count: int, seed: int) -> tuple[int, ...]:
    """For each of ``count`` shown positions, the original 0-based index of the choice there.

    The indices in the order of the SHA-256 of ``seed:problem_id:index``, so that every order is as
    likely as any other and a question keeps its order whatever else is asked.
    """

    def key(index: int) -> bytes:
        return sha256(f"{seed}:{problem_id}:{index}".encode()).digest()

    return tuple(sorted(range(count), key=key))


def permuted(record: Record, seed: int) -> Record:
    """``record`` with its choices permuted, its answer moved with them, and the permutation."""
    order = permutation(record["problem_id"], len(record["choices"]), seed)
    return {
        **record,
        "choices": [record["choices"][index] for index in order],
        "answer": sorted(order.index(index) for index in record["answer"]),
        "permutation": list(order),
    }


def original(doc: Document) -> tuple[list[str], list[int]]:
    """The choices and the answer of ``doc`` as published, whether it was shuffled or not."""
    order = order_of(doc)
    choices = [doc["choices"][position] for position in inverse(order)]
    return choices, sorted(order[position] for position in doc["answer"])


def order_of(doc: Document) -> list[int]:
    """The permutation of ``doc``; the identity where it was not shuffled."""
    return list(doc.get("permutation") or range(len(doc["choices"])))


def inverse(order: Sequence[int]) -> list[int]:
    """For each original index, the position at which it was shown."""
    return sorted(range(len(order)), key=order.__getitem__)
