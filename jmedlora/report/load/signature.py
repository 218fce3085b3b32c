"""One line that pins how a score was computed, as sacrebleu has it.

``igakuqa|template:ja|shots:1|n:1455|data:d7a64c0aadc8|sim:gestalt|decode:t0.1-p0.9-r1.05-256|``
``prompts:5c1e3a90b7d2|scorer:0f4be2c18a63|code:9d20c7715e4f|lm_eval:0.4.11|jmed:0.2.0``

Two scores may be compared only where their signatures agree. ``prompts`` is a hash over every
question, its prompt as it was sent (behind the chat template) and its answer, which lm-eval
computes where it logs the samples, and over the arguments of the model that change the tokens of a
prompt. ``scorer``: over the task's scoring function, its filters and its metrics. ``code``: over
the source of the package's own scoring. "?" stands where the results file does not say. Fields
behind ``jmed`` appear only where a run departs from the default: ``shuffled`` (the seed that
permuted the choices), ``excluded`` (how many questions an exclude list left out, and a hash of
their ids), ``chat`` and ``system`` (hashes of the chat template and the system instruction),
``truncated`` (lm-eval cut a prompt). Tasks that are not scored by the similarity of a response have
``score:letters``, ``score:likelihood`` or ``score:free`` in place of ``sim:gestalt``.
``shots:1-<hash>`` stands for worked examples other than the published ones. The model, the seeds,
the batch size and the number format, on which sampling depends, are the second part
(``run_conditions``).
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jmedlora.exams.evaluated_model import model_args
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.exams.provenance import Excluded
from jmedlora.report.load.results import PROMPT_FIELDS, Configuration, TaskResult

SHOWN = 12
"""Hex digits of a hash in a signature: 48 bits."""
TEMPLATES = {digest: name for each in PROTOCOLS.values() for name, digest in each.templates.items()}
"""The released templates by digest (a test holds them to ``lm_eval_tasks/_prompt_*.yaml``)."""
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
UNKNOWN = "?"
TOKEN_ARGUMENTS = (
    "add_bos_token",
    "prefix_token_id",
    "custom_prefix_token_id",
    "max_length",
    "max_model_len",
    "truncation",
    "truncate",
    "truncation_side",
    "enable_thinking",
    "chat_template_args",
    "tokenizer_backend",
    "tokenizer_mode",
    "use_fast_tokenizer",
    "image_width",
    "image_height",
    "image_max_side",
    "max_pixels",
    "min_pixels",
)
"""Arguments of lm-eval's models by which one prompt becomes other tokens."""
SCORER = ("output_type", "process_results", "metric_list", "filter_list")
"""The fields of a task's configuration that say how a response becomes a score."""
ADDRESS = re.compile(" at 0x[0-9a-f]+")
DECODING_MARKS = {"temperature": "t", "top_p": "p", "top_k": "k", "repetition_penalty": "r"}


@dataclass(frozen=True, slots=True)
class Signature:
    """How a score was computed: the fields of its line, each "" where the line has none.

    subject: the exam, or the task of another harness. score: "sim:gestalt", "score:letters" and so
    on, name and value. version: of a task of another harness. truncated: whether a prompt was cut.
    """

    subject: str
    shots: str
    n: str
    lm_eval: str
    template: str = ""
    version: str = ""
    data: str = ""
    score: str = ""
    decode: str = ""
    prompts: str = ""
    scorer: str = ""
    code: str = ""
    jmed: str = ""
    shuffled: str = ""
    excluded: str = ""
    chat: str = ""
    system: str = ""
    truncated: bool = False

    def __str__(self) -> str:
        """The line."""
        return "|".join(self._parts())

    def _parts(self) -> Iterator[str]:
        yield self.subject.replace("|", "/")
        for name in ("template", "version", "shots", "n", "data"):
            yield from self._field(name)
        if self.score:
            yield self.score
        for name in (
            "decode",
            "prompts",
            "scorer",
            "code",
            "lm_eval",
            "jmed",
            "shuffled",
            "excluded",
            "chat",
            "system",
        ):
            yield from self._field(name)
        if self.truncated:
            yield "truncated"

    def _field(self, name: str) -> Iterator[str]:
        if value := getattr(self, name):
            yield f"{name}:{value}"

    @property
    def is_sampled(self) -> bool:
        """Whether the answers were drawn at random."""
        return bool(self.decode) and not self.decode.startswith("greedy")

    @property
    def way(self) -> tuple[str, ...]:
        """How a model was asked: template, decoding and, where used, chat and system."""
        parts = (self.template, self.decode, *self._field("chat"), *self._field("system"))
        return tuple(part for part in parts if part)


def signature(result: TaskResult) -> Signature:
    """The signature of a task's scores, from its results file alone."""
    seed = result.data.shuffle_seed
    return Signature(
        subject=result.data.exam,
        template=template(result.config),
        shots=_shots(result),
        n=_number_of_items(result),
        data=result.data.sha256[:SHOWN],
        score=result.protocol.signature,
        decode=decoding(result.config.generation_kwargs, servers=bool(result.data.servers_settings))
        if result.protocol.decoding
        else "",
        lm_eval=str(result.run["lm_eval_version"]),
        prompts=_prompts(result.run, [result.task]),
        scorer=_scorer([result.config.model_dump()], result.data.filters),
        code=(result.data.code or UNKNOWN)[:SHOWN],
        jmed=result.data.jmed,
        shuffled="" if seed is None else str(seed),
        excluded=_excluded(result.data.excluded),
        chat=_chat(result.run),
        system=_system(result.run),
        truncated=_is_truncated(result),
    )


def other_signature(
    run: Mapping[str, Any], name: str, tasks: Sequence[str], *, shots: int, n: int
) -> Signature:
    """The signature of another harness task, or of a group of ``tasks``, from what lm-eval says."""
    versions, configs = run.get("versions"), run.get("configs") or {}
    found = [configs[task] for task in tasks if isinstance(configs.get(task), dict)]
    settings = [each.get("generation_kwargs") for each in found]
    decodings = dict.fromkeys(decoding(each) for each in settings if isinstance(each, dict))
    return Signature(
        subject=name,
        version=str(versions.get(name, UNKNOWN) if isinstance(versions, dict) else UNKNOWN),
        shots=str(shots),
        n=str(n),
        decode=" ".join(decodings),
        prompts=_prompts(run, tasks) if found else "",
        scorer=_scorer(found) if found else "",
        lm_eval=str(run.get("lm_eval_version", UNKNOWN)),
        chat=_chat(run),
        system=_system(run),
    )


def _chat(run: Mapping[str, Any]) -> str:
    """A hash of the chat template, and whether all examples are in one turn; "" without one."""
    if run.get("chat_template") is None:  # "" where the server applies its own
        return ""
    turns = "" if run.get("fewshot_as_multiturn") else "-oneturn"
    return f"{str(run.get('chat_template_sha') or 'server')[:SHOWN]}{turns}"


def _system(run: Mapping[str, Any]) -> str:
    return str(run.get("system_instruction_sha") or "")[:SHOWN]


def _prompts(run: Mapping[str, Any], tasks: Sequence[str]) -> str:
    """A hash over all that was sent; UNKNOWN where lm-eval logged no samples."""
    hashes = run.get("task_hashes")
    found = [hashes.get(task) for task in tasks] if isinstance(hashes, dict) else [None]
    texts = [each for each in found if isinstance(each, str)]
    if len(texts) < len(found):
        return UNKNOWN
    sent = texts[0] if len(texts) == 1 else texts
    args = model_args(run)
    changed = {name: args[name] for name in TOKEN_ARGUMENTS if args.get(name) is not None}
    if changed or isinstance(sent, list):
        return _hash([sent, changed])
    return sent[:SHOWN]


def _scorer(configs: Sequence[Mapping[str, Any]], filters: str | None = None) -> str:
    """A hash over the scoring functions, filters and metrics of tasks; UNKNOWN without any."""
    parts = [config.get(field) for config in configs for field in SCORER]
    return _hash([*parts, filters]) if any(parts) else UNKNOWN


def _hash(value: Any) -> str:
    """The first hex digits of a SHA-256; a function's address in memory is no part of it."""
    text = ADDRESS.sub("", json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:SHOWN]


def _excluded(noted: Excluded | None) -> str:
    """How many questions a list left out, and a hash of their ids; "" where it left out none."""
    if noted is None or not noted.questions:
        return ""
    return f"{noted.questions}-{noted.sha256[:SHOWN]}"


def template(config: Configuration) -> str:
    """The name of the released template that a task used, or "custom-" and its digest."""
    digest = template_digest(config)
    return TEMPLATES.get(digest, f"custom-{digest}")


def template_digest(config: Configuration) -> str:
    """The first hex digits of the SHA-256 over the texts that make up a task's prompt."""
    texts = "\0".join(getattr(config, field) for field in PROMPT_FIELDS)
    return hashlib.sha256(texts.encode(errors="surrogatepass")).hexdigest()[:SHOWN]


def decoding(settings: Mapping[str, Any] | None, *, servers: bool = False) -> str:
    """Generation settings in short: "t0.1-p0.9-r1.05-256", or "greedy-…" without sampling.

    The last number is the limit in tokens. A setting without a mark of its own is written out.
    servers: whether a server was left to choose the temperature where none is given: "server-…".
    """
    shown = {key: value for key, value in (settings or {}).items() if value != []}
    limit = shown.pop("max_gen_toks", "?")
    parts = []
    temperature = shown.get("temperature")
    samples = shown.pop("do_sample", None)
    if samples is None:  # lm-eval's rule
        samples = isinstance(temperature, int | float) and temperature > 0
    if servers and temperature is None:
        parts.append("server")
    elif not samples:
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
    used = example_hash(result)[:SHOWN]
    return str(result.shots) if used in EXAMPLES else f"{result.shots}-{used}"


def example_hash(result: TaskResult) -> str:
    """The hash of the worked examples that were shown; "none", or "unknown" where not noted."""
    if result.shots == 0:
        return "none"
    hashes = result.data.examples
    return hashes[result.shots - 1] if result.shots <= len(hashes) else "unknown"


def _number_of_items(result: TaskResult) -> str:
    items = result.data.whole or result.data.items
    return str(items) if result.scored == items else f"{result.scored}/{items}"


def _is_truncated(result: TaskResult) -> bool:
    """Whether lm-eval cut the longest prompt; unknown, so False, for a model behind a server."""
    context = result.data.context
    if context is None or result.shots >= len(context.longest):
        return False
    answer = (result.config.generation_kwargs or {}).get("max_gen_toks", 0)
    return isinstance(answer, int) and context.longest[result.shots] + answer > context.length
