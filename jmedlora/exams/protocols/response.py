"""The paper's protocol: a free response, compared with the choices' texts (section 3.2)."""

from collections.abc import Sequence
from dataclasses import asdict
from statistics import fmean

import jmed_metrics
from jmed_metrics.score import SEPARATOR
from jmedlora.exams.decoding import Decoding
from jmedlora.exams.document_check import is_choices_document
from jmedlora.exams.documents import Document, choices_document
from jmedlora.exams.protocol import (
    ALL_CHOICES,
    CHANCE,
    EMPTY_ANSWER,
    Floors,
    Metric,
    OtherReadings,
    Protocol,
)
from jmedlora.exams.schema import LETTERS, Question
from jmedlora.exams.shuffle import original

READINGS = (
    Metric(
        "accuracy_any",
        "Accuracy, nearest among the answers",
        "正答率（最も近い 1 つが正解のどれか）",
    ),
    Metric("exact_match_any", "Exact match, any answer", "完全一致率（正解のどれか）"),
    Metric("exact_match_joined", "Exact match, answers joined", "完全一致率（正解を連結）"),
)
"""Where several choices are correct: see jmed_metrics.readings."""
EMPTY = Metric("empty", "Empty", "無回答率", "empty responses")


def score(doc: Document, results: Sequence[str]) -> dict[str, float]:
    """The paper's three scores of one response, and whether it was empty or its choice a tie.

    Shuffled choices are put back first, so that a tie goes to the same choice as without.
    """
    found = jmed_metrics.score_response(results[0], *original(doc))
    return {
        "accuracy": found.accuracy,
        "exact_match": found.exact_match,
        "gestalt_score": found.gestalt_score,
        "empty": int(found.empty),
        "tied": int(found.tied),
    }


def floors(docs: Sequence[Document]) -> Floors:
    """An empty answer scores 0 by all three."""
    found = jmed_metrics.floors((doc["choices"], doc["answer"]) for doc in docs)
    echoes = {
        "accuracy": found.echo_accuracy,
        "exact_match": found.echo_exact_match,
        "gestalt_score": found.echo_gestalt_score,
    }
    floors = {name: {EMPTY_ANSWER: 0.0, ALL_CHOICES: echo} for name, echo in echoes.items()}
    floors["accuracy"][CHANCE] = found.chance_accuracy
    return floors


def other_readings(doc: Document, response: str) -> dict[str, float]:
    """The other readings of the scores of one response to a question with several answers."""
    return asdict(jmed_metrics.other_readings(response, *original(doc)))


def reading_floors(docs: Sequence[Document]) -> Floors:
    """What the other readings give a guess of one choice, no answer, and all choices."""
    lists = [other_readings(doc, SEPARATOR.join(original(doc)[0])) for doc in docs]
    floors = {
        metric.name: {EMPTY_ANSWER: 0.0, ALL_CHOICES: fmean(each[metric.name] for each in lists)}
        for metric in READINGS
    }
    chance = jmed_metrics.chance_accuracy_any((doc["choices"], doc["answer"]) for doc in docs)
    floors[READINGS[0].name][CHANCE] = chance
    return floors


def _takes(question: Question) -> bool:
    """The paper's metrics know one set of correct choices; its models see no image."""
    return question.text_only and bool(question.choices) and len(question.answers) == 1


def _chosen(doc: Document, response: str) -> str:
    """The labels of the choices that the response is nearest to, as published."""
    chosen = jmed_metrics.score_response(response, *original(doc)).chosen
    return ", ".join(LETTERS[index] for index in chosen)


PROTOCOL = Protocol(
    name="response",
    position=1,
    templates={"ja": "cc0ee8fe78cf", "alpaca": "6799ba0884c0"},
    signature="sim:gestalt",
    # The paper's decoding (appendix D). No stop string: the model's own end token ends an answer.
    decoding=Decoding(
        until=[],
        do_sample=True,
        temperature=0.1,
        top_p=0.9,
        repetition_penalty=1.05,
        max_gen_toks=256,
    ),
    score_metrics=(
        Metric("accuracy", "Accuracy", "正答率"),
        Metric("exact_match", "Exact match", "完全一致率"),
        Metric("gestalt_score", "Gestalt score", "ゲシュタルトスコア", graded=True),
    ),
    rate_metrics=(EMPTY, Metric("tied", "Tied", "同点率", "choices decided by label order alone")),
    right="accuracy",
    splits_columns=True,
    takes=_takes,
    form=choices_document,
    is_whole=is_choices_document,
    score=score,
    floors=floors,
    chosen=_chosen,
    readings=OtherReadings(
        metrics=READINGS,
        score=other_readings,
        floors=reading_floors,
        differ=lambda doc: len(doc["answer"]) > 1,
        note="have several correct choices, for which the paper gives no rule. Taken: the k "
        "nearest choices are exactly the k correct ones, and the text of each occurs.",
    ),
)
