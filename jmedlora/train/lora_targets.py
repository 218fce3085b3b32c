"""Which layers of a base an adapter is put on: what Axolotl would leave out, or fail at late."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from jmedlora.core.json_file import NotJsonError, read_json
from jmedlora.core.number_checks import is_whole
from jmedlora.models.base_model import base_model_faults, folder_of
from jmedlora.train.abort import abort_run

EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts")
"""Under these names a mixture of experts says in its config.json how many it has."""


def check_lora_targets(cfg: Any) -> None:
    """Stops a run whose adapter would miss what the recipe means.

    That is: experts, which lora_target_linear leaves out, though they are most of a model's
    weights; and layers or parameters that are named but which the base does not have.
    """
    folder = folder_of(cfg["base_model"]) if cfg.get("adapter") else None
    if folder is None:  # what is wrong with the base is said by its own checks
        return
    _check_experts(cfg, folder)
    _check_names(cfg)


def _check_experts(cfg: Any, folder: Path) -> None:
    chosen = cfg.get("lora_target_parameters") or cfg.get("lora_target_modules")
    if not cfg.get("lora_target_linear") or chosen:
        return
    if count := max(_expert_counts(folder), default=0):
        abort_run(
            f"lora_target_linear is refused alone with {cfg['base_model']}, a mixture of {count} "
            "experts: their weights are no linear layers and would be left out; add "
            "lora_target_parameters (as recipes/gptoss20b.yml) or name lora_target_modules"
        )


def _check_names(cfg: Any) -> None:
    """Stops a run that names a layer or a parameter which the base does not have.

    PEFT (0.20) only warns of a wrong name in lora_target_parameters, and not even that where
    another of the names exists.
    """
    modules, parameters = (
        names if isinstance(names := cfg.get(key) or [], list) else []  # a pattern is PEFT's matter
        for key in ("lora_target_modules", "lora_target_parameters")
    )
    if not (modules or parameters) or base_model_faults(cfg["base_model"]):
        return  # the base's own checks say what is wrong with it
    model = _without_weights(cfg["base_model"])
    layers, tensors = dict(model.named_modules()), dict(model.named_parameters())
    if missing := [name for name in modules if not _is_there(name, layers)]:
        abort_run(
            f"lora_target_modules {', '.join(map(str, missing))}: {cfg['base_model']} has no such "
            "layer; for all its linear layers give --lora_target_modules=None "
            "--lora_target_linear=true"
        )
    if missing := [name for name in parameters if not _is_there(name, tensors)]:
        stacked = (name for name, tensor in tensors.items() if tensor.ndim > 2)
        experts = {re.sub(r".*\.\d+\.", "", name) for name in stacked}
        abort_run(
            f"lora_target_parameters {', '.join(map(str, missing))}: {cfg['base_model']} has no "
            f"such parameter; those of its experts: {', '.join(sorted(experts)) or 'none'}"
        )


def _without_weights(base: str) -> torch.nn.Module:
    """The model ``base`` as transformers names its parts, which a file may name otherwise."""
    config = AutoConfig.from_pretrained(base, trust_remote_code=False, local_files_only=True)
    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(config, trust_remote_code=False)


def _is_there(name: object, names: Iterable[str]) -> bool:
    """Whether PEFT would find ``name``: a whole name, or the end of one behind a dot."""
    return any(each == name or each.endswith(f".{name}") for each in names)


def _expert_counts(folder: Path) -> Iterator[int]:
    """How many experts the config.json in ``folder`` states, if it states them.

    A model that also sees states them one level down, of its text model.
    """
    try:
        config = read_json(folder / "config.json")
    except (OSError, NotJsonError):  # the checks of the base model say what is wrong
        return
    text = config.get("text_config") if isinstance(config, dict) else None
    for part in (config, text):
        if isinstance(part, dict):
            yield from (part[key] for key in EXPERTS if is_whole(part.get(key)))
