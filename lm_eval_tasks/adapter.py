"""What lm-eval calls: the exam as a dataset, its worked examples, and the scores of one response.

lm-eval 0.4.11 resolves ``!function`` only in a file beside the YAML, so this is that file (and
letters.py, likelihood.py and free.py, for the tasks that are scored otherwise). It loads each once
per ``!function``: nothing here may keep state. Bad input ends the run with one clear line
(SystemExit), because an exception would bury it under lm-eval's traceback.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from statistics import fmean
from typing import Any, NoReturn

import datasets
import yaml
from lm_eval.api.samplers import ContextSampler
from lm_eval.utils import apply_template

import jmed_metrics
from jmed_metrics.examination import chance_correct
from jmedlora.core.errors import MissingDataError
from jmedlora.core.jsonl import Record
from jmedlora.exams.decoding import Decoding
from jmedlora.exams.exclude import without
from jmedlora.exams.prompt_length import Prompt, Room, counted
from jmedlora.exams.registry import Exam, load_exam
from jmedlora.exams.schema import content_hash
from jmedlora.exams.shuffle import original, permuted
from jmedlora.exams.task_metadata import check_options, checked_seed, checked_years
from jmedlora.models.context_length import Context, read_context

HERE = Path(__file__).parent
logger = logging.getLogger(__name__)


def _decoding(name: str) -> Decoding:
    return Decoding(yaml.safe_load((HERE / name).read_text(encoding="utf-8")))


DECODING = _decoding("_decoding.yaml")
LETTERS_DECODING = _decoding("_decoding_letters.yaml")
DECODINGS = {
    "response": DECODING,
    "letters": LETTERS_DECODING,
    "likelihood": Decoding(max_gen_toks=0),
    "free": DECODING,
}
"""By protocol; a likelihood needs nothing generated."""


def exam_dataset(
    *,
    exam: str,
    template: str,
    data: dict[str, Any],
    protocol: str = "response",
    shuffled: bool = False,
    only_year: int | None = None,
    year: int | list[int] | None = None,
    file: str | None = None,
    examples: str | None = None,
    exclude: str | None = None,
    shuffle_seed: int | None = None,
    allow_truncation: bool = False,
    **model_args: Any,
) -> dict[str, datasets.Dataset]:
    """The splits "test" and "examples" of an exam.

    lm-eval calls this with the task's ``dataset_kwargs`` (exam, protocol, shuffled, only_year) and
    its ``metadata``: the template's name, ``data`` (an empty dict of the task's own configuration,
    filled here, so that the results file records which data was asked), the model's arguments, and
    what the user gave in ``--metadata`` (year, file, examples, exclude, shuffle_seed,
    allow_truncation).

    protocol: how it is answered and scored: "response", "letters", "likelihood" (which leaves out
    the questions with several answers) or "free". shuffled: whether the choices are permuted.
    """
    given = {
        "year": year,
        "file": file,
        "examples": examples,
        "exclude": exclude,
        "shuffle_seed": shuffle_seed,
        "allow_truncation": allow_truncation,
    }
    try:
        check_options(given, model_args)
        seed = checked_seed(shuffle_seed, shuffled=shuffled)
        years = checked_years(year, only_year)
        loaded = load_exam(exam, years=years, file=file, examples=examples)
        if protocol == "likelihood":
            loaded = loaded.single_answer()
        loaded, excluded = without(loaded, exclude, exam=exam, file=file)
    except (MissingDataError, ValueError) as error:
        _stop(str(error))
    docs = _records(loaded.items)
    data.update(_provenance(loaded, docs, protocol) | excluded)
    if seed is not None:
        data["shuffle_seed"] = seed
        docs = [permuted(doc, seed) for doc in docs]
    overlong: list[str] = []
    if context := _context(model_args):
        room = Room(context, DECODINGS[protocol]["max_gen_toks"])
        counts = room.counts(docs, _records(loaded.examples), _prompt(template))
        data["context"] = {"length": context.length, "longest": [max(each) for each in counts]}
        if not allow_truncation:
            overlong = [room.overlong(loaded.name, n, docs, each) for n, each in enumerate(counts)]
    pool = _pool(loaded, overlong)
    return {"test": datasets.Dataset.from_list(docs), "examples": datasets.Dataset.from_list(pool)}


class FirstExamples(ContextSampler):
    """Always the first n worked examples, in their published order, whatever the question."""

    def sample(self, n: int, *_: Any, **__: Any) -> Sequence[dict[str, Any]]:
        """The first ``n`` of the pool; ends the run if it cannot give them."""
        pool = [example for example in self.df if not example["missing"]]
        if n > len(pool):
            why = "".join(f"; {example['missing']}" for example in self.df if example["missing"])
            _stop(f"--num_fewshot {n}: the pool has {counted(len(pool), 'worked example')}{why}")
        if n and pool[n - 1]["overlong"]:
            _stop(pool[n - 1]["overlong"])
        return pool[:n]


def process_results(doc: dict[str, Any], results: Sequence[str]) -> dict[str, float]:
    """The paper's three scores of one response, and whether it was empty or its choice a tie.

    Shuffled choices are put back first, so that a tie goes to the same choice as without.
    """
    score = jmed_metrics.score_response(results[0], *original(doc))
    return {
        "accuracy": score.accuracy,
        "exact_match": score.exact_match,
        "gestalt_score": score.gestalt_score,
        "empty": int(score.empty),
        "tied": int(score.tied),
    }


def _provenance(exam: Exam, docs: Sequence[Record], protocol: str) -> dict[str, Any]:
    """What the results file records of the exam; examples: hashes of the first 1, 2 … of them."""
    pool = exam.examples
    return {
        "exam": exam.name,
        "protocol": protocol,
        "source": exam.source,
        "items": len(exam.items),
        "sha256": content_hash(exam.items),
        "examples": [content_hash(pool[:shots]) for shots in range(1, len(pool) + 1)],
        "floors": _floors(docs, protocol),
        "jmed": jmed_metrics.__version__,
    }


def _floors(docs: Sequence[Record], protocol: str) -> dict[str, float]:
    """What responses without knowledge would score."""
    match protocol:
        case "response":
            return asdict(jmed_metrics.floors((doc["choices"], doc["answer"]) for doc in docs))
        case "likelihood":
            return {"chance_acc": fmean(1 / len(doc["choices"]) for doc in docs)}
        case "letters":
            return {"chance_correct": chance_correct(docs)}
    return {}


def _prompt(template: str) -> Prompt:
    text = (HERE / f"_prompt_{template}.yaml").read_text(encoding="utf-8")
    names = {field.name for field in fields(Prompt)}
    given = {key: value for key, value in yaml.safe_load(text).items() if key in names}
    return Prompt(**given, render=apply_template)


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


def _pool(exam: Exam, overlong: list[str]) -> list[dict[str, Any]]:
    """The worked examples; each also says what goes wrong if the examples up to it are used.

    An empty pool is one row that says why it is empty. Prompts too long without any example end
    the run at once.
    """
    messages = overlong or [""] * (len(exam.examples) + 1)
    if messages[0]:
        _stop(messages[0])
    rows = zip(_records(exam.examples), messages[1:], strict=True)
    pool = [{**record, "overlong": message, "missing": ""} for record, message in rows]
    return pool or [{"overlong": "", "missing": exam.no_examples or "its file holds none"}]


def _records(questions: Sequence[Any]) -> list[Record]:
    return [question.as_record() for question in questions]


def _stop(message: str) -> NoReturn:
    raise SystemExit(f"jmed: {message}")
