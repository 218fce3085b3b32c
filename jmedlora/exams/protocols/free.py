"""Free questions, whose responses people read. Nothing is scored.

The questions are those of ``exams/sample/treatment.jsonl``. Its first is the question of the
paper's appendix B, which the paper prints in English only ("Please provide detailed instructions
for the treatment to be administered to patients with the following diseases." with the input "deep
vein thrombosis"): the Japanese wording is this project's. The other diseases are its own choice.
"""

from collections.abc import Sequence

from jmedlora.exams.document_check import has_texts
from jmedlora.exams.documents import Document, free_document
from jmedlora.exams.protocol import Floors, Protocol
from jmedlora.exams.protocols import response


def score(_: Document, results: Sequence[str]) -> dict[str, float]:
    """empty: 1 if the response has no character but white space."""
    return {"empty": int(not results[0].strip())}


def _floors(_: Sequence[Document]) -> Floors:
    return {}


def _is_whole(doc: Document) -> bool:
    return has_texts(doc) and isinstance(doc.get("answer"), list)


PROTOCOL = Protocol(
    name="free",
    position=4,
    templates=response.PROTOCOL.templates,
    signature="score:free",
    decoding=response.PROTOCOL.decoding,
    score_metrics=(),
    rate_metrics=(response.EMPTY,),
    right="",
    splits_columns=False,
    takes=lambda question: not question.answers,
    form=free_document,
    is_whole=_is_whole,
    score=score,
    floors=_floors,
    chosen=lambda _doc, _response: None,
)
