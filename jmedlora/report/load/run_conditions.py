"""What sampling depends on, beside how a score was computed: the second part of a signature.

``run:hf|seed:0,1234|batch:8|dtype:bfloat16|transformers:5.16.1|torch:2.13.0``

With the same signature, another seed, batch size or number format gives other answers: batch and
format even where decoding is greedy, because sums are rounded in another order.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jmedlora.core.display import visible
from jmedlora.exams.evaluated_model import adapter_of, model_args
from jmedlora.report.load.results import TaskResult

SEEDS = ("random_seed", "numpy_seed", "torch_seed", "fewshot_seed")
"""Where lm-eval keeps what ``--seed`` gave. Our worked examples are drawn by no seed."""
NAMED = ("pretrained", "model", "peft", "lora_local_path", "dtype", "batch_size", "seed", "device")
"""Arguments of a model that have a place of their own, or (the device) are told by the file."""
UNTOLD = re.compile(
    r"key|auth|secret|passw|header|credential|(?:^|hf_)token$|url|concurren|timeout|retr|certificate"
    r"|cache|gpu_memory_utilization|device_map|parallelize|max_images",
    re.IGNORECASE,
)
"""Arguments that no page may show, as they may hold a key, and those that change no answer."""
TORCH = re.compile(r"PyTorch version: (\S{1,40})")


@dataclass(frozen=True, slots=True)
class RunConditions:
    """How a run was carried out, each field "" where the results file does not say.

    backend: lm-eval's name of the model class. model: with its revision. seed: the model's own
    (vllm and servers), or lm-eval's, one number where its four are one. arguments: all others that
    the model was given.
    """

    backend: str = ""
    model: str = ""
    adapter: str = ""
    revision: str = ""
    seed: str = ""
    batch: str = ""
    dtype: str = ""
    arguments: str = ""
    transformers: str = ""
    torch: str = ""
    vllm: str = ""

    def __str__(self) -> str:
        """The line."""
        return "|".join(self._parts())

    def _parts(self) -> Iterator[str]:
        yield f"run:{self.backend or '?'}"
        for name in self.__slots__:
            if name != "backend" and (value := getattr(self, name)):
                yield f"{name}:{' '.join(visible(value).replace('|', '/').split())}"


def conditions_of(result: TaskResult) -> RunConditions:
    """The conditions under which a task was asked."""
    return run_conditions(result.run, result.data.vllm)


def run_conditions(run: Mapping[str, Any], vllm: str | None = None) -> RunConditions:
    """The conditions of ``run``, the content of a results file. vllm: its version, if known."""
    config = run.get("config")
    config = config if isinstance(config, dict) else {}
    args = model_args(run)
    torch = TORCH.search(str(run.get("pretty_env_info"))[:10_000])
    revision = str(config.get("model_sha") or config.get("model_revision") or "")
    return RunConditions(
        backend=str(config.get("model") or ""),
        model=str(args.get("pretrained") or args.get("model") or run.get("model_name") or ""),
        adapter=str(adapter_of(args) or ""),
        revision="" if revision == "main" else revision,
        seed=_seed(config, args),
        batch=_batch(config),
        dtype=str(config.get("model_dtype") or args.get("dtype") or "").removeprefix("torch."),
        arguments=_others(args),
        transformers=str(run.get("transformers_version") or ""),
        torch=torch[1] if torch else "",
        vllm=vllm or "",
    )


def _seed(config: Mapping[str, Any], args: Mapping[str, Any]) -> str:
    given = [args.get("seed")] if "seed" in args else [config.get(name) for name in SEEDS]
    return ",".join(dict.fromkeys(str(each) for each in given if each is not None))


def _batch(config: Mapping[str, Any]) -> str:
    """The batch size; where lm-eval looked for one, what it found."""
    found = config.get("batch_sizes")
    given = str(config.get("batch_size") or "")
    if isinstance(found, list) and found:
        return f"{given}-{'-'.join(map(str, found[:8]))}"
    return given


def _others(args: Mapping[str, Any]) -> str:
    """The other arguments that may change an answer, in short: keys ascending, values as JSON."""
    kept = sorted(
        (key, value) for key, value in args.items() if key not in NAMED and not UNTOLD.search(key)
    )
    return ",".join(
        f"{key}={json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)}"
        for key, value in kept
    )
