"""What the words of a table mean, for readers who do not know them."""

from collections.abc import Iterable, Iterator

from jmedlora.report.compare.sections import NAMES
from jmedlora.report.compare.table import Table
from jmedlora.report.compare.truncation import AT_LIMIT

SCORES = {
    "correct": "the letters that the answer names are exactly the right ones.",
    "accuracy": "the choices whose text is most similar to the answer are exactly the right ones.",
    "exact_match": "the answer contains the text of every right choice.",
    "gestalt_score": "how similar the answer is to the text of the right choices.",
    "acc": "the right choice has the most probable text of all choices.",
    "acc_norm": "the same, where the length of a choice does not count.",
    "empty": "the share of answers without any text.",
    "tied": "the share of questions where two choices were equally similar to the answer.",
    "unparsed": "the share of answers in which no choice could be read.",
    "forbidden": "the share of questions where a forbidden choice (禁忌肢) was taken: one that "
    "would harm a patient.",
    "cut": "the share of answers that ended before they named a choice.",
    AT_LIMIT: "the share of answers that are as long as the limit allows, so that they may be cut.",
}
"""By metric: one thought, behind its name."""
ALWAYS = (
    "0s, 1s, …: how many solved examples the prompt held before the question (shots).",
    "95 % interval: of 100 such intervals, about 95 hold the score that the model would have on "
    "very many questions of this kind. Many questions make it narrow.",
    "Difference and p: both models answered the same questions. A small p says that chance alone "
    "would hardly give such a difference. It is corrected for the number of comparisons (Holm).",
)
FLOORS = (
    "guess, no answer, all choices: the scores of one who guesses, says nothing, or lists every "
    "choice. One that is 0 is not shown. A score that is not above them shows no knowledge."
)


def words(table: Table) -> list[str]:
    """A sentence for each score of ``table``, and for what stands beside every score."""
    rows = [row for section in table.sections for row in section.rows]
    floors = [FLOORS] if any(row.floors for row in rows) else []
    return [*_scores(row.metric for row in rows), *floors, *ALWAYS]


def _scores(metrics: Iterable[str]) -> Iterator[str]:
    for metric in dict.fromkeys(metrics):
        if metric in SCORES:
            yield f"{NAMES[metric]}: {SCORES[metric]}"
