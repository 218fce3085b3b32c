"""The national examination's protocol: letters or a number, read from the response and marked."""

from collections.abc import Sequence
from statistics import fmean

from jmed_metrics.examination import chance_correct, mark_record
from jmedlora.exams.decoding import Decoding
from jmedlora.exams.document_check import are_texts, has_texts
from jmedlora.exams.documents import Document, letters_document
from jmedlora.exams.protocol import ALL_CHOICES, CHANCE, EMPTY_ANSWER, Floors, Metric, Protocol
from jmedlora.exams.schema import LETTERS, Question

UNPARSED = Metric("unparsed", "Unparsed", "判読不能率", "answers that could not be read")
FORBIDDEN = Metric("forbidden", "Forbidden choice", "禁忌肢選択率", "forbidden choices taken")


def score(doc: Document, results: Sequence[str]) -> dict[str, float]:
    """1 or 0 each: right; not to be read as an answer; took a forbidden choice (禁忌肢)."""
    mark = mark_record(doc, results[0])
    return {
        "correct": int(mark.correct),
        "unparsed": int(not mark.chosen),
        "forbidden": int(bool(mark.forbidden)),
    }


def floors(docs: Sequence[Document]) -> Floors:
    """Marked as answers are: a question that was struck out is right whatever is answered."""
    echoes = [(doc, ",".join(LETTERS[: len(doc["choices"])])) for doc in docs]
    found = {
        CHANCE: chance_correct(docs),
        EMPTY_ANSWER: fmean(mark_record(doc, "").correct for doc in docs),
        ALL_CHOICES: fmean(mark_record(doc, echo).correct for doc, echo in echoes),
    }
    return {"correct": found}


def _takes(question: Question) -> bool:
    return bool(question.answers)


def _is_whole(doc: Document) -> bool:
    lists = (doc.get("answer"), doc.get("forbidden"), *(doc.get("accepted") or ()))
    return has_texts(doc) and all(map(are_texts, lists))


def _chosen(doc: Document, response: str) -> str:
    return ", ".join(mark_record(doc, response).chosen)


PROTOCOL = Protocol(
    name="letters",
    position=2,
    templates={"letters": "c142374f08ec"},
    signature="score:letters",
    # Greedy, and no further than the answer: a model that goes on would write the next question.
    decoding=Decoding(until=["\n問題:"], do_sample=False, temperature=0.0, max_gen_toks=256),
    score_metrics=(Metric("correct", "Correct", "正答した問題の割合"),),
    rate_metrics=(UNPARSED, FORBIDDEN),
    right="correct",
    splits_columns=False,
    takes=_takes,
    form=letters_document,
    is_whole=_is_whole,
    score=score,
    floors=floors,
    chosen=_chosen,
    shots=3,
)
