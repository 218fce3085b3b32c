"""Which model lm-eval asked, as its results file says it."""

from collections.abc import Mapping
from typing import Any


def model_args(run: Mapping[str, Any]) -> Mapping[str, Any]:
    """The model's arguments as lm-eval was given them; {} where the file has none."""
    config = run.get("config")
    args = config.get("model_args") if isinstance(config, dict) else None
    return args if isinstance(args, dict) else {}


def adapter_of(args: Mapping[str, Any]) -> Any:
    """The adapter's folder among a model's arguments: what hf and what vllm call it."""
    return args.get("peft") or args.get("lora_local_path")
