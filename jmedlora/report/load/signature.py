"""One line that pins how a score was computed, as sacrebleu has it.

``igakuqa|template:ja|shots:1|n:1455|data:d7a64c0aadc8|sim:gestalt|decode:t0.1-p0.9-r1.05-256|``
``lm_eval:0.4.11|jmed:0.1.0``

Two scores may be compared only where their signatures agree. Fields behind ``jmed`` appear only
where a run departs from the default: ``shuffled`` (the seed that permuted the choices),
``excluded`` (how many questions an exclude list left out, and a hash of their ids), ``chat``
and ``system`` (hashes of the chat template and the system instruction), ``truncated`` (lm-eval cut
a prompt). Tasks that are not scored by the similarity of a response have ``score:letters``,
``score:likelihood`` or ``score:free`` in place of ``sim:gestalt``. ``shots:1-<hash>`` stands for
worked examples other than the published ones. What a signature does not hold: the model, the seeds
and the batch size, on which sampling depends; they are in the results file.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from jmedlora.report.load.results import PROMPT_FIELDS, TaskResult

SHOWN = 12
"""Hex digits of a hash in a signature: 48 bits."""
TEMPLATES = {
    "ja": "cc0ee8fe78cf",
    "alpaca": "6799ba0884c0",
    "letters": "c142374f08ec",
}
"""Digest of each released template (a test holds them to ``lm_eval_tasks/_prompt_*.yaml``)."""
EXAMPLES = {
    "463d7bc7d5ad",  # igakuqa, 1
    "39e88f925a11",  # igakuqa, 2
    "bd0217ba2cee",  # igakuqa, 3
    "b3cd2c9152a0",  # igakuqa_en, 1
    "5676b3c52126",  # igakuqa_en, 2
    "e51584b91f9f",  # igakuqa_en, 3
    "74ebe7cdf644",  # jmed_sample, 1
    "9dbb1c733fa4",  # igakuqa_exam, 1
    "9d97dd1a8d23",  # igakuqa_exam, 2
    "5e262489d68c",  # igakuqa_exam, 3
    "b5d3ec0702e2",  # igakuqa_mc and jjsimqa_mc, 2: those with one answer
}
"""Hashes of the first one, two … worked examples of the published pools (a test holds them)."""
DECODING_MARKS = {"temperature": "t", "top_p": "p", "top_k": "k", "repetition_penalty": "r"}


def signature(result: TaskResult) -> str:
    """The signature of a task's scores, from its results file alone."""
    fields = [
        result.data["exam"].replace("|", "/"),
        f"template:{template(result.config)}",
        f"shots:{_shots(result)}",
        f"n:{_number_of_items(result)}",
        f"data:{result.data['sha256'][:SHOWN]}",
        *_scoring(result),
        f"lm_eval:{result.run['lm_eval_version']}",
        f"jmed:{result.data['jmed']}",
        *_departures(result),
    ]
    return "|".join(fields)


def variant(result: TaskResult) -> str:
    """How a model was asked: template, decoding and, where used, chat and system."""
    return "|".join(
        [
            template(result.config),
            decoding(result.config["generation_kwargs"]),
            *(part for part in _departures(result) if part.startswith(("chat:", "system:"))),
        ]
    )


def _scoring(result: TaskResult) -> list[str]:
    """How the answers were obtained and what became of them."""
    if result.protocol == "likelihood":
        return ["score:likelihood"]
    score = "sim:gestalt" if result.protocol == "response" else f"score:{result.protocol}"
    return [score, f"decode:{decoding(result.config['generation_kwargs'])}"]


def template(config: Mapping[str, Any]) -> str:
    """The name of the released template that a task used, or "custom-" and its digest."""
    digest = template_digest(config)
    names = {known: name for name, known in TEMPLATES.items()}
    return names.get(digest, f"custom-{digest}")


def template_digest(config: Mapping[str, Any]) -> str:
    """The first hex digits of the SHA-256 over the texts that make up a task's prompt."""
    texts = "\0".join(config[field] for field in PROMPT_FIELDS)
    return hashlib.sha256(texts.encode(errors="surrogatepass")).hexdigest()[:SHOWN]


def decoding(settings: Mapping[str, Any]) -> str:
    """Generation settings in short: "t0.1-p0.9-r1.05-256", or "greedy-…" without sampling.

    The last number is the limit in tokens. A setting without a mark of its own is written out.
    """
    shown = {key: value for key, value in settings.items() if value != []}
    limit = shown.pop("max_gen_toks", "?")
    parts = []
    temperature = shown.get("temperature")
    samples = shown.pop("do_sample", None)
    if samples is None:  # lm-eval's rule
        samples = isinstance(temperature, int | float) and temperature > 0
    if not samples:
        parts.append("greedy")
        for key in ("temperature", "top_p", "top_k"):  # without effect
            shown.pop(key, None)
    marked = [f"{mark}{shown.pop(key)}" for key, mark in DECODING_MARKS.items() if key in shown]
    written_out = [f"{key}={shown[key]}" for key in sorted(shown)]
    return "-".join([*parts, *marked, *written_out, str(limit)])


def _shots(result: TaskResult) -> str:
    """The number of worked examples; with a hash where they are not the released ones."""
    if result.shots == 0:
        return "0"
    hashes = result.data["examples"]
    used = str(hashes[result.shots - 1])[:SHOWN] if result.shots <= len(hashes) else "unknown"
    return str(result.shots) if used in EXAMPLES else f"{result.shots}-{used}"


def _number_of_items(result: TaskResult) -> str:
    items = result.data["items"]
    return str(items) if result.scored == items else f"{result.scored}/{items}"


def _departures(result: TaskResult) -> list[str]:
    found = []
    if "shuffle_seed" in result.data:
        found.append(f"shuffled:{result.data['shuffle_seed']}")
    if result.left_out:
        found.append(f"excluded:{result.left_out}-{result.data['excluded']['sha256'][:SHOWN]}")
    if result.run.get("chat_template") is not None:  # "" where the server applies its own
        turns = "" if result.run.get("fewshot_as_multiturn") else "-oneturn"
        found.append(f"chat:{str(result.run.get('chat_template_sha') or 'server')[:SHOWN]}{turns}")
    if result.run.get("system_instruction_sha"):
        found.append(f"system:{str(result.run['system_instruction_sha'])[:SHOWN]}")
    if _truncated(result):
        found.append("truncated")
    return found


def _truncated(result: TaskResult) -> bool:
    """Whether lm-eval cut a prompt: the longest and the answer together exceed the context."""
    context = result.data.get("context")
    if not isinstance(context, dict):  # a model behind a server
        return False
    longest, length = context.get("longest"), context.get("length")
    if not isinstance(longest, list) or result.shots >= len(longest):
        return False
    answer = result.config.get("generation_kwargs", {}).get("max_gen_toks", 0)
    numbers = (longest[result.shots], answer, length)
    return all(isinstance(each, int) for each in numbers) and numbers[0] + numbers[1] > numbers[2]
