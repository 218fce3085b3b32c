"""What lm-eval calls: the exam as a dataset, its worked examples, and the scores of one response.

lm-eval 0.4.11 resolves ``!function`` only in a file beside the YAML, so this is that file. The
protocols themselves stand in ``jmedlora.exams.protocols``: ``!function adapter.score_NAME`` and
``adapter.decoding_NAME`` are those of the protocol NAME. lm-eval loads this file once per
``!function``: nothing here may keep state. Bad input ends the run with one clear line (SystemExit),
because an exception would bury it under lm-eval's traceback.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import datasets
import yaml
from lm_eval.api.samplers import ContextSampler
from lm_eval.utils import apply_template

from jmedlora.core.display import counted
from jmedlora.core.errors import UserError
from jmedlora.core.jsonl import Record
from jmedlora.exams.answer_warnings import warn_of_lost_answers, warn_of_unread_letters
from jmedlora.exams.asked_exam import AskedExam, ask_exam
from jmedlora.exams.chat_answers import generation, read_repeated
from jmedlora.exams.context_fit import Fit, fit_context, model_context
from jmedlora.exams.decoding import Decoding, leave_temperature_to_server
from jmedlora.exams.documents import Document, with_same_fields
from jmedlora.exams.images import shown_images
from jmedlora.exams.lm_eval_run import (
    asked_model,
    check_messages,
    chosen_documents,
    run_option,
    running_task,
)
from jmedlora.exams.model_settings import model_settings
from jmedlora.exams.prompt_length import Prompt
from jmedlora.exams.protocol import Protocol
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.exams.provenance import Provenance
from jmedlora.exams.scoring_code import filter_hash, scoring_code_hash
from jmedlora.exams.server_answers import watch_answers
from jmedlora.exams.task_metadata import TaskMetadata, read_metadata
from jmedlora.exams.vision_model import cut_at, show_images
from jmedlora.exams.whole_responses import put_back, watch_responses
from jmedlora.models.context_length import Context

HERE = Path(__file__).parent
logger = logging.getLogger(__name__)


def __getattr__(name: str) -> Any:
    """``score_NAME`` and ``decoding_NAME`` of the protocol NAME, for the YAML."""
    part, _, protocol = name.partition("_")
    if protocol in PROTOCOLS and part == "score":
        return _process_results(PROTOCOLS[protocol])
    if protocol in PROTOCOLS and part == "decoding":
        return Decoding(PROTOCOLS[protocol].decoding or {})
    raise AttributeError(name)


def _process_results(protocol: Protocol) -> Callable[[Document, Sequence[Any]], dict[str, float]]:
    """lm-eval's ``process_results``; the results file shows the source of the protocol's own."""

    @wraps(protocol.score)
    def process_results(doc: Document, results: Sequence[Any]) -> dict[str, float]:
        try:
            return dict(protocol.score(doc, results))
        except UserError as error:
            _stop(str(error))

    return process_results


def exam_dataset(
    *,
    exam: str,
    template: str,
    data: dict[str, Any],
    protocol: str = "response",
    shuffled: bool = False,
    only_year: int | None = None,
    images: bool = False,
    with_case: bool = False,
    **metadata: Any,
) -> dict[str, datasets.Dataset]:
    """The splits "test" and "examples" of an exam.

    lm-eval calls this with the task's ``dataset_kwargs`` (exam, protocol, shuffled, only_year,
    images, with_case) and its ``metadata``: the template's name, ``data`` (an empty dict of the
    task's own configuration, filled here, so that the results file records which data was asked),
    the model's arguments, and what the user gave in ``--metadata``
    (``jmedlora.exams.task_metadata``).

    protocol: how it is answered and scored: "response", "letters", "likelihood" (which leaves out
    the questions with several answers) or "free". shuffled: whether the choices are permuted.
    images: whether the model is shown the questions' images. with_case: whether the case of a
    series stands in front of its follow-ups also where the exam is published without it.
    """
    try:
        given = read_metadata(metadata, shuffled=shuffled, only_year=only_year)
        asked = ask_exam(exam, PROTOCOLS[protocol], given, images=images, with_case=with_case)
        model = asked_model()
        check_messages(model)
        if images and model:
            show_images(model, asked.docs, asked.name)
    except UserError as error:
        _stop(str(error))
    task = running_task()
    if asked.protocol.shots is not None and task:
        _hold_shots(task, asked)
        warn_of_unread_letters(task)
    watch_responses(model)
    watch_answers(model, _stop)
    if asked.protocol.model_settings and task:
        task.config.generation_kwargs.update(model_settings(given.model_args))
        if leave_temperature_to_server(model):
            data["servers_settings"] = True
    context = model_context(given.model_args, cut_at(model))
    fit = _fit(asked, context, template, task, given) if context else Fit()
    data.update(_noted(asked.provenance(fit.lengths), task, model))
    pool = _pool(asked, fit.overlong)
    splits = {"test": asked.docs, "examples": pool}
    tables = {name: with_same_fields(rows) for name, rows in splits.items()}
    return {name: datasets.Dataset.from_list(rows) for name, rows in tables.items()}


def _fit(asked: AskedExam, context: Context, template: str, task: Any, given: TaskMetadata) -> Fit:
    """How the prompts fit ``context``; ends the run where there is no room for one."""
    prompt, is_allowed = _prompt(template), given.allow_truncation
    try:
        return fit_context(asked, context, prompt, task, allow_truncation=is_allowed)
    except UserError as error:
        _stop(str(error))


def _noted(provenance: Provenance, task: Any, model: Any) -> dict[str, Any]:
    """The provenance, with what only the run itself knows."""
    is_vllm = type(model).__module__.startswith("lm_eval.models.vllm")
    more = {
        "chosen": chosen_documents(task),
        "code": scoring_code_hash(),
        "filters": filter_hash(task) if task else None,
        "vllm": version("vllm") if is_vllm else None,
    }
    return provenance.model_copy(update=more).as_record()


def answers_behind_thinking(
    _: Sequence[Sequence[str | None]], docs: Sequence[Document]
) -> list[str | list[str]]:
    """A filter of lm-eval: of each response the answer alone, "" where it was cut off before it.

    The samples keep the whole response in ``resps``, also what lm-eval took away of it, and the
    answer in ``filtered_resps``; with ``repeats`` the list of all answers.
    """
    task, model = running_task(), asked_model()
    requests = task.instances
    all_whole, cut = put_back(model, requests)
    how = generation(model, requests[0].args[1], all_whole=all_whole, cut=cut)
    prompts = [str(request.args[0]) for request in requests]
    answers = read_repeated([each.resps for each in requests], docs, prompts, how)
    templated = bool(run_option("apply_chat_template"))
    warn_of_lost_answers(task.config.task, answers, docs, how, templated=templated)
    return [each[0] if len(each) == 1 else each for each in answers]


def doc_to_image(doc: Document) -> list[Any]:
    """The images of a question, in the order in which its prompt has a place for them."""
    try:
        return shown_images(doc)
    except UserError as error:
        _stop(str(error))


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


def _hold_shots(task: Any, asked: AskedExam) -> None:
    """Has ``task`` show its protocol's own worked examples whatever ``--num_fewshot`` says.

    A user's own exam shows as many as its pool has, if they are fewer.
    """
    shots = asked.protocol.shots or 0
    if asked.source == "file" and asked.examples:
        shots = min(shots, len(asked.examples))
    set_config = task.set_config
    task.config.num_fewshot = shots

    def hold(key: str, value: Any, update: bool = False) -> None:  # noqa: FBT001, FBT002 (lm-eval's)
        if key != "num_fewshot":
            set_config(key, value, update)
        elif value != shots:
            message = "%s: --num_fewshot %s is not for this task, which shows its own %s"
            logger.warning(message, task.config.task, value, counted(shots, "worked example"))

    task.set_config = hold


def _prompt(template: str) -> Prompt:
    text = (HERE / f"_prompt_{template}.yaml").read_text(encoding="utf-8")
    names = {field.name for field in fields(Prompt)}
    given = {key: value for key, value in yaml.safe_load(text).items() if key in names}
    return Prompt(**given, render=apply_template)


def _pool(asked: AskedExam, overlong: Sequence[str]) -> list[Record]:
    """The worked examples; each also says what goes wrong if the examples up to it are used.

    An empty pool is one row that says why it is empty. Prompts too long without any example end
    the run at once.
    """
    messages = overlong or ("",) * (len(asked.examples) + 1)
    if messages[0]:
        _stop(messages[0])
    rows = zip(asked.examples, messages[1:], strict=True)
    pool = [{**record, "overlong": message, "missing": ""} for record, message in rows]
    return pool or [{"overlong": "", "missing": asked.no_examples or "its file holds none"}]


def _stop(message: str) -> NoReturn:
    raise SystemExit(f"jmed: {message}")
