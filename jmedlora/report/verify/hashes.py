"""Whether the questions and prompts in the samples are those that lm-eval hashed.

lm-eval writes a hash of every question, prompt and target into the samples, and one hash over all
of them (``task_hashes``) into the results. The task notes a hash of its whole exam.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jmedlora.core.jsonl import Record
from jmedlora.exams.documents import RARE, Document, content_hash
from jmedlora.exams.shuffle import original
from jmedlora.report.load.results import TaskResult
from jmedlora.report.verify.answers import prompt_of
from jmedlora.report.verify.difference import Difference, sha256_hex, shown_hash

PARTS = ("doc_hash", "prompt_hash", "target_hash")
NO_PROMPTS = "prompts: the samples do not hold them with their hashes"
NO_HASH = "the order and number of the samples: the results hold no hash over them"
OF_PART = "the exam's hash: only a part of its questions was asked"
NOT_RESTORED = (
    "the exam's hash: the samples do not say which of these questions have several answers; "
    "development versions did not log it"
)


def question_differences(task: str, records: Sequence[Record]) -> list[Difference]:
    """Questions, prompts and targets of single samples that do not fit their hashes."""
    return [each for record in records for each in _of_sample(task, record)]


def _of_sample(task: str, record: Record) -> Iterator[Difference]:
    for name, text in _hashed(record).items():
        stored, found = record.get(name), sha256_hex(text)
        if stored != found and (stored is not None or name == "doc_hash"):
            yield Difference(task, name_of(record), name, shown_hash(stored), shown_hash(found))


def name_of(record: Record) -> str:
    """The id of a question, or of a training record."""
    doc = record["doc"]
    return str(doc.get("problem_id", doc.get("id")))


def _hashed(record: Record) -> dict[str, str]:
    """The texts that lm-eval hashes, by the name of the hash."""
    texts = {"doc_hash": json.dumps(record["doc"], indent=2, ensure_ascii=False)}
    if (prompt := prompt_of(record)) is not None:
        texts["prompt_hash"] = prompt
    if "target" in record:
        texts["target_hash"] = str(record["target"])
    return texts


def task_differences(
    task: str, run: Mapping[str, Any], records: Sequence[Record]
) -> tuple[list[Difference], list[str]]:
    """What differs between the samples, in the order of their file, and the hash over them all.

    Behind it, what could not be checked.
    """
    hashes = run.get("task_hashes")
    stored = hashes.get(task) if isinstance(hashes, dict) else None
    if not isinstance(stored, str):
        return [], [NO_HASH]
    parts = [record.get(name) for record in records for name in PARTS]
    if not all(isinstance(each, str) for each in parts):
        return [], [NO_PROMPTS]
    found = sha256_hex("".join(map(str, parts)))
    if found == stored:
        return [], []
    return [Difference(task, "", "task_hash", shown_hash(stored), shown_hash(found))], []


def exam_differences(
    result: TaskResult, records: Sequence[Record]
) -> tuple[list[Difference], list[str]]:
    """What differs between the exam's hash and the questions in the samples.

    Behind it, what could not be checked. Only the questions of a whole exam have the hash that the
    task noted.
    """
    if len(records) != result.data.items:
        return [], [OF_PART]
    ordered = sorted(records, key=_place)
    found = content_hash(_published(record["doc"]) for record in ordered)
    if found == result.data.sha256:
        return [], []
    first = ordered[0]["doc"]  # where one question has a rare field, all have it, None or not
    if "forbidden" in first and not any(field in first for field in RARE):
        return [], [NOT_RESTORED]
    hashes = (shown_hash(result.data.sha256), shown_hash(found))
    return [Difference(result.task, "", "exam_hash", *hashes)], []


def _place(record: Record) -> int:
    place = record.get("doc_id")
    return place if isinstance(place, int) else 0


def _published(doc: Document) -> dict[str, Any]:
    """A question as its exam has it: unshuffled, with points as they were written."""
    found = dict(doc)
    if "permutation" in found:
        found["choices"], found["answer"] = original(doc)
        del found["permutation"]
    if "forbidden" not in found:
        return found
    points = found.get("points")
    if isinstance(points, float) and points.is_integer():
        found["points"] = int(points)
    return _with_rare_in_place(found)


def _with_rare_in_place(doc: Document) -> dict[str, Any]:
    """``doc`` as ``letters_document`` orders it: the rare fields that it has behind "forbidden"."""
    rare = {field: doc[field] for field in RARE if doc.get(field) is not None}
    found: dict[str, Any] = {}
    for field, value in doc.items():
        if field not in RARE:
            found[field] = value
        if field == "forbidden":
            found |= rare
    return found
