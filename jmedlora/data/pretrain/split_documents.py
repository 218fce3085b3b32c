"""Which texts a loss is measured on: those of whole documents, drawn by chance."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from jmedlora.core.display import counted
from jmedlora.core.errors import UserError
from jmedlora.data.documents.find_documents import Document
from jmedlora.data.pretrain.cut_texts import PretrainText


@dataclass(frozen=True, slots=True)
class Split:
    """Both in the order of the documents. divided: the document with texts in both, or None."""

    train: list[PretrainText]
    evaluation: list[PretrainText]
    divided: Document | None


def split_by_document(texts: Sequence[PretrainText], wanted: int, seed: int) -> Split:
    """``wanted`` texts for evaluation or, where documents do not add up to that, somewhat fewer.

    Documents are gone through in an order drawn with ``seed``, and taken if all their texts are
    still wanted. Where that gives less than half of ``wanted``, because documents are few and long,
    the last texts of one more document make up the number. Raises UserError if no text would be
    left to train on.
    """
    if len(texts) <= wanted:
        fewer = f", such as --eval {len(texts) // 5}" if len(texts) >= 5 else ""
        raise UserError(
            f"the documents give {counted(len(texts), 'text')}: --eval {wanted} would leave none "
            f"to train on; add documents, or lower --eval{fewer}"
        )
    by_document: dict[str, list[PretrainText]] = {}
    for text in texts:
        by_document.setdefault(text.document.name, []).append(text)
    drawn = random.Random(seed).sample(list(by_document.values()), len(by_document))  # noqa: S311
    evaluation: list[PretrainText] = []
    kept: list[list[PretrainText]] = []
    for each in drawn:
        if len(evaluation) + len(each) <= wanted:
            evaluation += each
        else:
            kept.append(each)
    divided = None
    if 2 * len(evaluation) < wanted:
        divided = kept[0][0].document
        evaluation += kept[0][len(evaluation) - wanted :]
    places = {(text.document.name, text.start) for text in evaluation}
    parts: tuple[list[PretrainText], list[PretrainText]] = ([], [])
    for text in texts:
        parts[(text.document.name, text.start) in places].append(text)
    return Split(*parts, divided)
