"""What lm-eval calls: the exam as a dataset, its worked examples, and the scores of one response.

lm-eval 0.4.11 resolves ``!function`` only in a file beside the YAML, so this is that file. It loads
it once per ``!function``: nothing here may keep state. Bad input ends the run with one clear line
(SystemExit), because an exception would bury it under lm-eval's traceback.
"""

import difflib
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
    given = {"year": year, "file": file, "examples": examples, "allow_truncation": allow_truncation}
    try:
        _check_options(given, model_args)
        years = _years(year, only_year)
        loaded = load_exam(exam, years=years, file=file, examples=examples)
    except (MissingDataError, ValueError) as error:
        _stop(str(error))
    data.update(_provenance(loaded))
    overlong: list[str] = []
    if context := _context(model_args):
        counts = _counts(loaded, template, context)
        data["context"] = {"length": context.length, "longest": [max(each) for each in counts]}
        overlong = [_overlong(loaded, shots, each, context) for shots, each in enumerate(counts)]
    return {
        "test": datasets.Dataset.from_list([item.as_record() for item in loaded.items]),
        "examples": datasets.Dataset.from_list(_pool(loaded, [] if allow_truncation else overlong)),
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


def _check_options(given: dict[str, Any], model_args: dict[str, Any]) -> None:
    """Refuses options of the wrong type, and a model argument that is a slip for one of them."""
    for name in ("file", "examples"):
        if given[name] is not None and not isinstance(given[name], str):
            raise ValueError(f"{name}={given[name]}: give the path of one file")
    if not isinstance(given["allow_truncation"], bool):
        raise ValueError(f"allow_truncation={given['allow_truncation']}: give true or false")
    for name in model_args:
        if close := difflib.get_close_matches(name.lower(), given, n=1, cutoff=0.75):
            raise ValueError(f"--metadata has '{name}': did you mean '{close[0]}'?")


def _years(year: Any, only_year: int | None) -> list[int]:
    years = [] if year is None else year if isinstance(year, list) else [year]
    whole = all(isinstance(each, int) and not isinstance(each, bool) for each in years)
    if not whole or (year is not None and not years):
        raise ValueError(f"year={year}: give a year or a list of years, such as [2021, 2022]")
    if only_year and years and years != [only_year]:
        raise ValueError(f"year={year}: this task asks {only_year} alone; use the task igakuqa")
    return [only_year] if only_year else list(dict.fromkeys(years))


def _provenance(exam: Exam) -> dict[str, Any]:
    """What the results file records of the exam; examples: hashes of the first 1, 2 … of them."""
    pool = exam.examples
    return {
        "exam": exam.name,
        "source": exam.source,
        "items": len(exam.items),
        "sha256": content_hash(exam.items),
        "examples": [content_hash(pool[:shots]) for shots in range(1, len(pool) + 1)],
        "floors": asdict(jmed_metrics.floors((item.choices, item.answer) for item in exam.items)),
        "jmed": jmed_metrics.__version__,
    }


def _prompt(template: str) -> dict[str, Any]:
    return yaml.safe_load((HERE / f"_prompt_{template}.yaml").read_text(encoding="utf-8"))


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
        logger.warning("prompt lengths are not checked: %s", str(error).partition("\n")[0])
        return None


def _counts(exam: Exam, template: str, context: Context) -> list[list[int]]:
    """The tokens of every prompt: a list for 0 examples, one for 1 example, and so on.

    The prompts are put together as lm-eval does it (a test holds the two equal).
    """
    prompt = _prompt(template)
    blocks = [_block(item, prompt) for item in exam.items]
    return [context.count([head + block for block in blocks]) for head in _heads(exam, prompt)]


def _heads(exam: Exam, prompt: dict[str, Any]) -> Iterator[str]:
    """What stands before the question: the preamble, then that and 1, 2 … worked examples."""
    head = prompt["description"]
    yield head
    for example in exam.examples:
        target = apply_template(prompt["doc_to_target"], example.as_record())
        head += _block(example, prompt) + target + prompt["fewshot_delimiter"]
        yield head


def _overlong(exam: Exam, shots: int, counts: list[int], context: Context) -> str:
    """The message that names the prompts too long for the model with ``shots`` examples, or ""."""
    answer = DECODING["max_gen_toks"]
    room = context.length - answer
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
        "cuts the instruction off: --metadata '{\"allow_truncation\": true}'"
    )


def _pool(exam: Exam, overlong: list[str]) -> list[dict[str, Any]]:
    """The worked examples; each also says what goes wrong if the examples up to it are used.

    An empty pool is one row that says why it is empty. Prompts too long without any example end
    the run at once.
    """
    messages = overlong or [""] * (len(exam.examples) + 1)
    if messages[0]:
        _stop(messages[0])
    rows = zip(exam.examples, messages[1:], strict=True)
    pool = [{**item.as_record(), "overlong": message, "missing": ""} for item, message in rows]
    return pool or [{"overlong": "", "missing": exam.no_examples or "its file holds none"}]


def _block(item: Item, prompt: dict[str, Any]) -> str:
    return apply_template(prompt["doc_to_text"], item.as_record())


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _stop(message: str) -> NoReturn:
    raise SystemExit(f"jmed: {message}")
