"""What lm-eval calls: the exam as a dataset, its worked examples, and the scores of one response.

lm-eval 0.4.11 resolves ``!function`` only in a file beside the YAML, so this is that file. It loads
it once per ``!function``: nothing here may keep state. Bad input ends the run with one clear line
(SystemExit), because an exception would bury it under lm-eval's traceback.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import datasets
import yaml
from lm_eval.api.samplers import ContextSampler
from lm_eval.utils import apply_template

import jmed_metrics
from jmed_data.context import Context, read_context
from jmed_data.decoding import Decoding
from jmed_data.exams import Exam, load_exam
from jmed_data.faults import MissingDataError
from jmed_data.schema import Item, content_hash

HERE = Path(__file__).parent
DECODING = Decoding(yaml.safe_load((HERE / "_decoding.yaml").read_text(encoding="utf-8")))
logger = logging.getLogger(__name__)


def exam_dataset(
    *,
    exam: str,
    template: str,
    data: dict[str, Any],
    only_year: int | None = None,
    year: int | list[int] | None = None,
    file: str | None = None,
    examples: str | None = None,
    allow_truncation: bool = False,
    **model_args: Any,
) -> dict[str, datasets.Dataset]:
    """The splits "test" and "examples" of an exam.

    lm-eval calls this with the task's ``dataset_kwargs`` (exam, only_year) and its ``metadata``:
    the template's name, ``data`` (an empty dict of the task's own configuration, filled here, so
    that the results file records which data was asked), the model's arguments, and what the user
    gave in ``--metadata`` (year, file, examples, allow_truncation).
    """
    try:
        years = _years(year, only_year)
        loaded = load_exam(exam, years=years, file=file, examples=examples)
    except (MissingDataError, ValueError) as error:
        _stop(str(error))
    data.update(_provenance(loaded))
    context = None if allow_truncation else _context(model_args)
    pool = _pool(loaded, _prompt(template), context)
    return {
        "test": datasets.Dataset.from_list([item.as_record() for item in loaded.items]),
        "examples": datasets.Dataset.from_list(pool),
    }


class FirstExamples(ContextSampler):
    """Always the first n worked examples, in their published order, whatever the question."""

    def sample(self, n: int, *_: Any, **__: Any) -> Sequence[dict[str, Any]]:
        """The first ``n`` of the pool; ends the run if it cannot give them."""
        pool = [example for example in self.df if not example["missing"]]
        if n > len(pool):
            why = "".join(f"; {example['missing']}" for example in self.df if example["missing"])
            _stop(f"--num_fewshot {n}: the pool has {_count(len(pool), 'worked example')}{why}")
        if n and pool[n - 1]["overlong"]:
            _stop(pool[n - 1]["overlong"])
        return pool[:n]


def process_results(doc: dict[str, Any], results: Sequence[str]) -> dict[str, float]:
    """The paper's three scores of one response, and whether it was empty or its choice a tie."""
    score = jmed_metrics.score_response(results[0], doc["choices"], doc["answer"])
    return {
        "accuracy": score.accuracy,
        "exact_match": score.exact_match,
        "gestalt_score": score.gestalt_score,
        "empty": int(score.empty),
        "tied": int(score.tied),
    }


def _years(year: int | list[int] | None, only_year: int | None) -> list[int]:
    years = [year] if isinstance(year, int) else year or []
    if not all(isinstance(each, int) for each in years):
        raise ValueError(f"year={year}: give a year or a list of years, such as [2021, 2022]")
    if only_year and years and years != [only_year]:
        raise ValueError(f"year={year}: this task asks {only_year} alone; use the task igakuqa")
    return [only_year] if only_year else years


def _provenance(exam: Exam) -> dict[str, Any]:
    return {
        "exam": exam.name,
        "source": exam.source,
        "items": len(exam.items),
        "sha256": content_hash(exam.items),
        "examples": len(exam.examples),
        "examples_sha256": content_hash(exam.examples),
        "floors": asdict(jmed_metrics.floors((item.choices, item.answer) for item in exam.items)),
        "jmed": jmed_metrics.__version__,
    }


def _prompt(template: str) -> dict[str, Any]:
    text = (HERE / f"_prompt_{template}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def _context(model_args: dict[str, Any]) -> Context | None:
    """The context of a model that lm-eval runs itself; None where it is behind a server."""
    model = model_args.get("pretrained")
    if not isinstance(model, str):
        return None
    length = model_args.get("max_length") or model_args.get("max_model_len")
    try:
        return read_context(
            model,
            tokenizer=model_args.get("tokenizer"),
            revision=model_args.get("revision") or "main",
            length=length,
        )
    except (OSError, ValueError) as error:
        logger.warning("prompt lengths are not checked: %s", str(error).splitlines()[0])
        return None


def _pool(exam: Exam, prompt: dict[str, Any], context: Context | None) -> list[dict[str, Any]]:
    """The worked examples; each also says what goes wrong if the examples up to it are used."""
    _refuse(_overlong(exam, 0, prompt, context))
    pool = [
        {**item.as_record(), "overlong": _overlong(exam, shots, prompt, context), "missing": ""}
        for shots, item in enumerate(exam.examples, start=1)
    ]
    return pool or [{"overlong": "", "missing": exam.no_examples}]


def _overlong(exam: Exam, shots: int, prompt: dict[str, Any], context: Context | None) -> str:
    """The message that names the prompts too long for the model with ``shots`` examples, or ""."""
    if context is None:
        return ""
    answer = DECODING["max_gen_toks"]
    room = context.length - answer
    counts = context.count(list(_rendered(exam, shots, prompt)))
    found = [(item, n) for item, n in zip(exam.items, counts, strict=True) if n > room]
    if not found:
        return ""
    named = ", ".join(f"{item.problem_id} ({n} tokens)" for item, n in found[:5])
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    long = _count(len(found), "prompt")
    return (
        f"{exam.name} at {shots} shot: {long} longer than the {room} tokens that the model leaves "
        f"for one (context {context.length}, answer {answer}): "
        f"{named}{more}; use fewer shots or a model with a longer context, or accept that lm-eval "
        "cuts the instruction off: "
        "--metadata '{\"allow_truncation\": true}'"
    )


def _rendered(exam: Exam, shots: int, prompt: dict[str, Any]) -> Iterator[str]:
    """The prompts as lm-eval builds them (a test holds the two equal)."""
    head = prompt["description"] + "".join(
        _block(example, prompt)
        + apply_template(prompt["doc_to_target"], example.as_record())
        + prompt["fewshot_delimiter"]
        for example in exam.examples[:shots]
    )
    return (head + _block(item, prompt) for item in exam.items)


def _block(item: Item, prompt: dict[str, Any]) -> str:
    return apply_template(prompt["doc_to_text"], item.as_record())


def _refuse(message: str) -> None:
    if message:
        _stop(message)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _stop(message: str) -> NoReturn:
    raise SystemExit(f"jmed: {message}")
