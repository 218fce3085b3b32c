"""Which layers of a base an adapter is put on: what Axolotl would leave out, or fail at late."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jmedlora.core.json_file import NotJsonError, read_json
from jmedlora.models.base_model import folder_of
from jmedlora.models.model_folder import weight_names
from jmedlora.train.abort import abort_run

EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts")
"""Under these names a mixture of experts says in its config.json how many it has."""


def check_lora_targets(cfg: Any) -> None:
    """Stops a run whose adapter would miss what the recipe means.

    That is: experts, which lora_target_linear leaves out, though they are most of a model's
    weights; and lora_target_modules of which the base has none.
    """
    folder = folder_of(cfg["base_model"]) if cfg.get("adapter") else None
    if folder is None:  # what is wrong with the base is said by its own checks
        return
    _check_experts(cfg, folder)
    _check_modules(cfg, folder)


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


def _check_modules(cfg: Any, folder: Path) -> None:
    named = cfg.get("lora_target_modules") or []
    layers = {part for name in weight_names(folder) for part in name.split(".")}
    if isinstance(named, list) and named and layers and not layers & set(named):
        abort_run(
            f"lora_target_modules {', '.join(map(str, named))}: {cfg['base_model']} has no such "
            "layer; for all its linear layers give --lora_target_modules=None "
            "--lora_target_linear=true"
        )


def _expert_counts(folder: Path) -> Iterator[int]:
    """How many experts the config.json in ``folder`` states, if it states them."""
    try:
        config = read_json(folder / "config.json")
    except (OSError, NotJsonError):  # the checks of the base model say what is wrong
        return
    if isinstance(config, dict):
        yield from (config[key] for key in EXPERTS if isinstance(config.get(key), int))
