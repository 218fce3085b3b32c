"""An exam as one task asks it: its documents, its worked examples, and where they came from."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import jmed_metrics
from jmedlora.core.display import counted
from jmedlora.core.errors import UserError
from jmedlora.core.jsonl import Record
from jmedlora.exams.documents import Document, Form, case_in_front, content_hash, has_case
from jmedlora.exams.exclude import without
from jmedlora.exams.images import with_images
from jmedlora.exams.protocol import Protocol
from jmedlora.exams.provenance import (
    FORMAT,
    Excluded,
    FollowUps,
    PromptLengths,
    Provenance,
    Rewarded,
)
from jmedlora.exams.registry import ONE_YEAR, Exam, load_exam
from jmedlora.exams.rewards import rewarded
from jmedlora.exams.shuffle import permuted
from jmedlora.exams.task_metadata import TaskMetadata

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AskedExam:
    """The documents that a task gives to lm-eval.

    published: the questions before any shuffling. docs: as they are asked. examples: the pool, the
    first one first. no_examples: why the pool is empty, with the remedy. left_out: how many
    questions of a whole examination or of a user's own exam the task cannot ask. follow_ups: None
    where there are none. rewarded: None where no question was a reward of the model.
    """

    name: str
    source: str
    protocol: Protocol
    published: list[Record]
    docs: list[Record]
    examples: list[Record]
    no_examples: str
    excluded: Excluded | None
    shuffle_seed: int | None
    left_out: int = 0
    follow_ups: FollowUps | None = None
    rewarded: Rewarded | None = None

    def provenance(self, lengths: PromptLengths | None) -> Provenance:
        """What the results file records of the exam; ``lengths`` are those of its prompts."""
        shots = range(1, len(self.examples) + 1)
        return Provenance(
            format=FORMAT,
            jmed=jmed_metrics.__version__,
            exam=self.name,
            protocol=self.protocol.name,
            source=self.source,
            items=len(self.published),
            whole=len(self.published) + self.left_out if self.left_out else None,
            sha256=content_hash(self.published),
            examples=tuple(content_hash(self.examples[:number]) for number in shots),
            floors=self.protocol.floors(self.published),
            excluded=self.excluded,
            shuffle_seed=self.shuffle_seed,
            context=lengths,
            follow_ups=self.follow_ups,
            rewarded=self.rewarded,
        )


def ask_exam(
    exam: str,
    protocol: Protocol,
    metadata: TaskMetadata,
    *,
    images: bool = False,
    with_case: bool = False,
) -> AskedExam:
    """The exam called ``exam``, as far as ``protocol`` can ask it.

    images: with its images. with_case: with the case in front of each follow-up, also where the
    exam is published without it. Raises UserError.
    """
    whole = load_exam(
        exam,
        years=metadata.years,
        file=metadata.file,
        examples=metadata.examples,
        with_images=images,
    )
    loaded = whole.only(protocol.takes)
    if not loaded.items:
        what = f"none of its {counted(len(whole.items), 'question')} can be asked by this task"
        raise UserError(
            f"{whole.name}: {what} (protocol {protocol.name}); use another one, see docs/tasks.md"
        )
    is_counted = whole.source == "file" or whole.name in ONE_YEAR
    left_out = _left_out(whole, protocol) if is_counted else 0
    loaded, excluded = without(loaded, metadata.exclude, exam=exam, file=metadata.file)
    form = _form_with_images(protocol, loaded) if images else protocol.form
    items = [case_in_front(each) for each in loaded.items] if with_case else loaded.items
    published = [form(question) for question in items]
    seed = metadata.shuffle_seed
    return AskedExam(
        name=loaded.name,
        source=loaded.source,
        protocol=protocol,
        published=published,
        docs=published if seed is None else [permuted(doc, seed) for doc in published],
        examples=[] if images else [protocol.form(question) for question in loaded.examples],
        no_examples="with images there are none" if images else loaded.no_examples,
        excluded=excluded,
        shuffle_seed=seed,
        left_out=left_out,
        follow_ups=_follow_ups(loaded, published),
        rewarded=rewarded(loaded.items, metadata.model_args),
    )


def _follow_ups(exam: Exam, published: Sequence[Document]) -> FollowUps | None:
    """The follow-ups of ``exam``, which is asked by the documents ``published``."""
    pairs = zip(exam.items, published, strict=True)
    found = {each.problem_id: has_case(doc, each) for each, doc in pairs if each.follow_up}
    return FollowUps(ids=tuple(found), with_case=all(found.values())) if found else None


def _left_out(whole: Exam, protocol: Protocol) -> int:
    """How many questions of an exam are not asked by ``protocol``; a warning says why."""
    refused = [each for each in whole.items if not protocol.takes(each)]
    images = sum(not each.text_only for each in refused)
    reasons = (
        (whole.damaged, "are damaged where published"),
        (whole.unseen + images, "need an image, which this task does not show"),
        (len(refused) - images, "ask for a number, have no choices or have several answers"),
    )
    count = sum(number for number, _ in reasons)
    if count:
        every = whole.unseen + whole.damaged + len(whole.items)
        why = "; ".join(f"{number} {reason}" for number, reason in reasons if number)
        logger.warning("%s: %d of %d questions are left out: %s", whole.name, count, every, why)
    return count


def _form_with_images(protocol: Protocol, exam: Exam) -> Form:
    if not exam.images:
        raise UserError(f"{exam.name}: it has no images; use its task without _vision")
    return with_images(protocol.form, exam.items, exam.images)
