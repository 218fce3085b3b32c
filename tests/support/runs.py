"""Runs of lm-eval written without a model: results and samples in its layout, from given responses.

``write_run`` computes what lm-eval would have: metrics, means, standard errors and hashes. A test
chooses the questions, the responses and what is told of the model.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import yaml

import jmed_metrics
from jmedlora.exams.documents import choices_document, content_hash
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.exams.provenance import FORMAT, Provenance
from jmedlora.exams.schema import LETTERS, Question
from jmedlora.exams.shuffle import original
from jmedlora.report.load.signature import EXAMPLES
from tests.support.commands import TASKS, write_jsonl

Doc = dict[str, Any]
CHOICES = ("壱の選択肢", "弐番目", "三つめの文", "四角い箱", "五重塔")
STAMP = "2026-01-01T00-00-00.000000"


@dataclass(frozen=True)
class Asked:
    """One task of a run.

    responses: a text a question; for "likelihood" a list of log-likelihoods, one a choice.
    scores: the metrics of each question, where they are not to be computed: needed for "letters",
        and for a task that is not of this project (protocol ""). data: more of what the adapter
        notes. config: other fields of the task's configuration.
    """

    docs: Sequence[Doc]
    responses: Sequence[Any]
    task: str = "igakuqa"
    protocol: str = "response"
    template: str = "ja"
    scores: Sequence[Mapping[str, float]] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)


def write_run(
    folder: Path,
    *,
    model: str = "models/base",
    adapter: str | None = None,
    step: int | None = None,
    hours: float | None = None,
    kind: str = "lora",
    base_model: str | None = None,
    shots: int = 0,
    stamp: str = STAMP,
    more: Sequence[Asked] = (),
    run: Mapping[str, Any] | None = None,
    **asked: Any,
) -> Path:
    """A run started in ``folder``; its results file, below ``folder``/results.

    model, adapter: as lm-eval was given them, relative to ``folder``. With ``step`` a run card is
    left beside the adapter (or the model), with ``hours``, ``kind`` ("lora", "qlora"; None for a
    full training) and base_model, by default ``model``.
    asked: the fields of the first task, see Asked. more: further tasks. run: other fields of the
    results file.
    """
    tasks = [*([Asked(**asked)] if asked else []), *more]
    if step is not None:
        write_card(
            folder / (adapter or model),
            step=step,
            wall_hours=hours,
            adapter=kind if adapter else None,
            base_model=base_model or model,
        )
    target = folder / "results" / re.sub(r"[\"<>:/|\\?*\[\]]+", "__", adapter or model)
    target.mkdir(parents=True, exist_ok=True)
    for each in tasks:
        write_jsonl(target / f"samples_{each.task}_{stamp}.jsonl", *samples_of(each))
    content = {**_content(model, adapter, shots, tasks), **(run or {})}
    path = target / f"results_{stamp}.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def write_card(folder: Path, **fields: Any) -> Path:
    """The run card of a finished training."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "run_card.json"
    path.write_text(json.dumps({"status": "complete", **fields}), encoding="utf-8")
    return path


def question(
    problem_id: str,
    *,
    answer: Sequence[int] = (0,),
    choices: Sequence[str] = CHOICES,
    text: str = "",
    **fields: Any,
) -> Doc:
    """A made-up question as the tasks hand it to lm-eval."""
    stem = text or f"{problem_id}で正しいのはどれか。"
    right = tuple(LETTERS[index] for index in answer)
    return choices_document(
        Question(problem_id, stem, tuple(choices), (right,), "igakuqa", **fields)
    )


def questions(count: int, **fields: Any) -> list[Doc]:
    """``count`` of them, Q1, Q2 …; the first choice is correct."""
    return [question(f"Q{number + 1}", **fields) for number in range(count)]


def answers(docs: Sequence[Doc], right: int | Sequence[int]) -> list[str]:
    """The correct choices' texts for the first ``right`` questions (or those), else a wrong one."""
    chosen = range(right) if isinstance(right, int) else right
    return [_right(doc) if place in chosen else _wrong(doc) for place, doc in enumerate(docs)]


def prompt(name: str) -> dict[str, Any]:
    """The prompt's part of a task's configuration."""
    return yaml.safe_load((TASKS / f"_prompt_{name}.yaml").read_text(encoding="utf-8"))


def doc_hash(doc: Doc) -> str:
    """As lm-eval hashes a document."""
    return hashlib.sha256(json.dumps(doc, indent=2, ensure_ascii=False).encode()).hexdigest()


def samples_of(asked: Asked) -> list[dict[str, Any]]:
    """The records that ``--log_samples`` writes, in the order asked."""
    rows = zip(asked.docs, asked.responses, _scores(asked), strict=True)
    return [
        {
            "doc_id": place,
            "doc": doc,
            "resps": [[each] for each in _filtered(response)],
            "filtered_resps": _filtered(response),
            "filter": "none",
            "metrics": list(scores),
            "doc_hash": doc_hash(doc),
            **scores,
        }
        for place, (doc, response, scores) in enumerate(rows)
    ]


def _filtered(response: Any) -> list[Any]:
    return [response] if isinstance(response, str) else [[str(each), "False"] for each in response]


def _scores(asked: Asked) -> list[Mapping[str, float]]:
    if asked.scores is not None:
        return list(asked.scores)
    protocol = PROTOCOLS[asked.protocol]
    pairs = zip(asked.docs, asked.responses, strict=True)
    return [dict(protocol.score(doc, _results(response))) for doc, response in pairs]


def _results(response: Any) -> list[Any]:
    """As lm-eval hands them to ``process_results``."""
    return [response] if isinstance(response, str) else [(value, False) for value in response]


def _content(model: str, adapter: str | None, shots: int, tasks: Sequence[Asked]) -> dict[str, Any]:
    given = {"pretrained": model, **({"peft": adapter} if adapter else {})}
    return {
        "results": {each.task: _row(each) for each in tasks},
        "group_subtasks": {each.task: [] for each in tasks},
        "configs": {each.task: _config(each) for each in tasks},
        "versions": {each.task: 1.0 for each in tasks},
        "n-shot": {each.task: shots for each in tasks},
        "n-samples": {
            each.task: {"original": len(each.docs), "effective": len(each.docs)} for each in tasks
        },
        "config": {"model": "hf", "model_args": given, "limit": None},
        "task_hashes": {each.task: _prompts_hash(each) for each in tasks},
        "lm_eval_version": "0.4.11",
        "model_source": "hf",
        "model_name": adapter or model,
        "system_instruction_sha": None,
        "fewshot_as_multiturn": None,
        "chat_template": None,
        "chat_template_sha": None,
    }


def _prompts_hash(asked: Asked) -> str:
    """The same for the same questions by the same template."""
    told = [asked.template, *map(doc_hash, asked.docs)]
    return hashlib.sha256("".join(told).encode()).hexdigest()


def _row(asked: Asked) -> dict[str, Any]:
    """Means and standard errors, as lm-eval names them."""
    row: dict[str, Any] = {"alias": asked.task}
    scores = _scores(asked)
    for metric in scores[0]:
        values = [each[metric] for each in scores]
        row[f"{metric},none"] = fmean(values)
        error = stdev(values) / sqrt(len(values)) if len(values) > 1 else "N/A"
        row[f"{metric}_stderr,none"] = error
    return row


def _config(asked: Asked) -> dict[str, Any]:
    if not asked.protocol:
        return {"task": asked.task, "metadata": {"version": 1.0}, **asked.config}
    config = {"task": asked.task, **prompt(asked.template)}
    if decoding := PROTOCOLS[asked.protocol].decoding:
        config["generation_kwargs"] = dict(decoding)
    metadata = {"version": 1.0, "template": asked.template, "data": _data(asked)}
    scorer = {"process_results": f"def score_{asked.protocol}"}
    return {**config, **scorer, "metadata": metadata, **asked.config}


def _data(asked: Asked) -> dict[str, Any]:
    noted = Provenance(
        format=FORMAT,
        jmed=jmed_metrics.__version__,
        exam=asked.task,
        protocol=asked.protocol,
        source="JMED_DATA",
        items=len(asked.docs),
        sha256=content_hash(map(_published, asked.docs)),
        examples=3 * (min(EXAMPLES) + 52 * "0",),
        floors=PROTOCOLS[asked.protocol].floors(asked.docs),
        code=64 * "0",
    )
    return {**noted.as_record(), **asked.data}


def _published(doc: Doc) -> Doc:
    """The question as it was before any shuffling."""
    if "permutation" not in doc:
        return doc
    choices, answer = original(doc)
    kept = {key: value for key, value in doc.items() if key != "permutation"}
    return {**kept, "choices": choices, "answer": answer}


def _right(doc: Doc) -> str:
    return ",".join(doc["choices"][index] for index in doc["answer"])


def _wrong(doc: Doc) -> str:
    others = [text for place, text in enumerate(doc["choices"]) if place not in doc["answer"]]
    return ",".join(others[: len(doc["answer"])])
