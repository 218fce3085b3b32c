"""The generation settings that a model's folder recommends, as lm-eval's models take them."""

from collections.abc import Mapping
from typing import Any

from transformers import GenerationConfig

SAMPLING = ("temperature", "top_p", "top_k", "min_p")
ALWAYS = ("repetition_penalty",)


def model_settings(model_args: Mapping[str, Any]) -> dict[str, Any]:
    """What ``generation_config.json`` of the model says, without what changes nothing.

    ``{}`` for a model without that file, and for one behind a server, whose settings nobody sees.
    """
    model = model_args.get("pretrained")
    if not isinstance(model, str):
        return {}
    try:
        config = GenerationConfig.from_pretrained(
            model, revision=model_args.get("revision") or "main"
        )
    except OSError:  # it has no such file, or the Hub is not asked
        return {}
    samples = bool(config.do_sample)
    names = (*SAMPLING, *ALWAYS) if samples else ALWAYS
    found = {name: value for name in names if (value := getattr(config, name, None)) is not None}
    if samples:
        return {"do_sample": True, "temperature": 1.0, **found}
    return found
