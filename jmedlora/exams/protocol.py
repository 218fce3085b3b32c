"""What a protocol is: one way of asking questions, reading the answers and scoring them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jmedlora.exams.decoding import Decoding
from jmedlora.exams.documents import Document, Form
from jmedlora.exams.schema import Question

CHANCE, EMPTY_ANSWER, ALL_CHOICES = "chance", "empty answer", "all choices"
"""The names of the floors, what knows no medicine: a guess of as many choices as are correct, an
empty answer, the list of all choices."""
Floors = dict[str, dict[str, float]]
"""By metric, then by the name of the floor: its mean score, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of a response, from 0 to 1.

    name: in results and samples. title, japanese: what people read. counts: of a rate, what it
    counts. graded: whether it may lie between 0 and 1, so that its mean is no proportion.
    """

    name: str
    title: str
    japanese: str
    counts: str = ""
    graded: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class OtherReadings:
    """Other readings of a protocol's scores, worked out from logged responses when asked for.

    metrics: one for each. score: a value for each of one response. floors: theirs over some
    documents. differ: whether a document is one on which the readings can differ. note: what
    is said of the questions that do, behind their number.
    """

    metrics: tuple[Metric, ...]
    score: Callable[[Document, str], Mapping[str, float]]
    floors: Callable[[Sequence[Document]], Floors]
    differ: Callable[[Document], bool]
    note: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Protocol:
    """One way of asking and scoring; a module of ``exams/protocols`` holds each.

    name: what the tasks record. position: where its exams stand in a table, the paper's first.
    templates: the released prompt fragments it is asked with (``lm_eval_tasks/_prompt_NAME.yaml``)
        and the first 12 hex digits of each one's hash. signature: how the signature names it.
    decoding: lm-eval's ``generation_kwargs``; None where nothing is generated.
    score_metrics: higher is better. rate_metrics: what qualifies them.
    right: the score that says whether an answer is right; "" where nothing is.
    takes: whether a question can be asked so. form: what lm-eval is given of a question.
    is_whole: whether a document read back from a run has all that the form gives it.
    score: lm-eval's ``process_results``: a value for every score and rate of one response.
    floors: the floors of the scores over some documents.
    splits_columns: whether another template, decoding or chat makes another column of a table.
    chosen: what a response to a document chooses, for people; None where nothing can be chosen.
    shots: the worked examples that it always shows; None where ``--num_fewshot`` decides.
    model_settings: whether the model's own generation settings are added to ``decoding``.
    readings: other readings of the scores; None where they can be read in one way only.
    least_answer: the fewest tokens that a prompt must leave for an answer, which is then shorter
        than ``decoding`` allows; None: all that ``decoding`` allows.
    """

    name: str
    position: int
    templates: Mapping[str, str]
    signature: str
    decoding: Decoding | None
    score_metrics: tuple[Metric, ...]
    rate_metrics: tuple[Metric, ...]
    right: str
    splits_columns: bool
    takes: Callable[[Question], bool]
    form: Form
    is_whole: Callable[[Document], bool]
    score: Callable[[Document, Sequence[Any]], Mapping[str, float]]
    floors: Callable[[Sequence[Document]], Floors]
    chosen: Callable[[Document, str], str | None]
    shots: int | None = None
    model_settings: bool = False
    readings: OtherReadings | None = None
    least_answer: int | None = None

    @property
    def scores(self) -> tuple[str, ...]:
        """The names of the scores."""
        return tuple(metric.name for metric in self.score_metrics)

    @property
    def rates(self) -> tuple[str, ...]:
        """The names of the rates."""
        return tuple(metric.name for metric in self.rate_metrics)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of scores and rates: what the results of a task hold."""
        return (*self.scores, *self.rates)

    @property
    def answer_length(self) -> int:
        """The most tokens that are generated; 0 where none are."""
        return int(self.decoding["max_gen_toks"]) if self.decoding else 0
