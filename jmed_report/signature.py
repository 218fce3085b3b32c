"""One line that pins how a score was computed, as sacrebleu has it.

``igakuqa|template:ja|shots:1|n:1455|data:2568da71bdb1|sim:gestalt|decode:t0.1-p0.9-r1.05-256|``
``lm_eval:0.4.11|jmed:0.1.0``

Two scores may be compared only where their signatures agree. Fields behind ``jmed`` appear only
where a run departs from the default: ``chat`` and ``system`` (hashes of the chat template and the
system instruction), ``truncated`` (lm-eval was allowed to cut prompts). What a signature does not
hold: the model, the seeds and the batch size, on which sampling depends; they are in the results
file.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from jmed_report.results import PROMPT_FIELDS, TaskResult

SHOWN = 12
"""Hex digits of a hash in a signature: 48 bits."""
TEMPLATES = {
    "ja": "cc0ee8fe78cf",
    "alpaca": "6799ba0884c0",
}
"""Digest of each released template (a test holds them to ``lm_eval_tasks/_prompt_*.yaml``)."""
DECODING_MARKS = {"temperature": "t", "top_p": "p", "top_k": "k", "repetition_penalty": "r"}


def signature(result: TaskResult) -> str:
    """The signature of a task's scores, from its results file alone."""
    fields = [
        result.data["exam"],
        f"template:{template(result.config)}",
        f"shots:{result.shots}",
        f"n:{_number_of_items(result)}",
        f"data:{result.data['sha256'][:SHOWN]}",
        "sim:gestalt",
        f"decode:{decoding(result.config['generation_kwargs'])}",
        f"lm_eval:{result.run['lm_eval_version']}",
        f"jmed:{result.data['jmed']}",
        *_departures(result),
    ]
    return "|".join(fields)


def template(config: Mapping[str, Any]) -> str:
    """The name of the released template that a task used, or "custom-" and its digest."""
    digest = template_digest(config)
    names = {known: name for name, known in TEMPLATES.items()}
    return names.get(digest, f"custom-{digest}")


def template_digest(config: Mapping[str, Any]) -> str:
    """The first hex digits of the SHA-256 over the texts that make up a task's prompt."""
    texts = "\0".join(config[field] for field in PROMPT_FIELDS)
    return hashlib.sha256(texts.encode()).hexdigest()[:SHOWN]


def decoding(settings: Mapping[str, Any]) -> str:
    """Generation settings in short: "t0.1-p0.9-r1.05-256", or "greedy-…" without sampling.

    The last number is the limit in tokens. A setting without a mark of its own is written out.
    """
    shown = {key: value for key, value in settings.items() if value != []}
    limit = shown.pop("max_gen_toks", "?")
    parts = []
    if not shown.pop("do_sample", False):
        parts.append("greedy")
        for key in ("temperature", "top_p", "top_k"):  # without effect
            shown.pop(key, None)
    marked = [f"{mark}{shown.pop(key)}" for key, mark in DECODING_MARKS.items() if key in shown]
    written_out = [f"{key}={shown[key]}" for key in sorted(shown)]
    return "-".join([*parts, *marked, *written_out, str(limit)])


def _number_of_items(result: TaskResult) -> str:
    items = result.data["items"]
    return str(items) if result.scored == items else f"{result.scored}/{items}"


def _departures(result: TaskResult) -> list[str]:
    found = []
    if result.run.get("chat_template") is not None:  # "" where the server applies its own
        turns = "" if result.run.get("fewshot_as_multiturn") else "-oneturn"
        found.append(f"chat:{str(result.run.get('chat_template_sha') or 'server')[:SHOWN]}{turns}")
    if result.run.get("system_instruction_sha"):
        found.append(f"system:{str(result.run['system_instruction_sha'])[:SHOWN]}")
    if result.config["metadata"].get("allow_truncation"):
        found.append("truncated")
    return found
