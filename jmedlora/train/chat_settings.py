"""Settings of Axolotl that would change silently what a recipe on a chat template trains."""

from collections.abc import Iterator
from typing import Any

from jmedlora.core.json_file import NotJsonError, read_json
from jmedlora.data.recipe import CHAT
from jmedlora.models.base_model import folder_of
from jmedlora.train.abort import abort_run

REPLACED = (
    "chat_template", "chat_template_jinja", "default_system_message", "eot_tokens",
    "train_on_inputs", "roles_to_train", "train_on_eos", "train_on_eot", "special_tokens",
    "tokens", "added_tokens_overrides",
)  # fmt: skip
"""Of the recipe or of a dataset. The first four replace the base's own template or its end tokens,
the next four what of it is trained: without effect here, or with another one than it says. The
last three change the tokenizer that the base was trained with."""
EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts")
"""Under these names a mixture of experts says in its config.json how many it has."""


def check_chat_settings(cfg: Any) -> None:
    """Stops a run on a chat template that has a setting of REPLACED."""
    datasets = [*(cfg.get("datasets") or []), *(cfg.get("test_datasets") or [])]
    if not any(dataset.get("type") == CHAT for dataset in datasets):
        return
    for place in (cfg, *datasets):
        for key in REPLACED:
            if place.get(key) is not None:
                abort_run(
                    f"{key} is refused in a recipe on a chat template: the base's own template and "
                    "tokens are trained, of each conversation the last answer up to its end token; "
                    "say what else is wanted under chat (system, template_arguments, date)"
                )


def check_experts(cfg: Any) -> None:
    """Stops a run whose adapter would silently leave out the experts, most of a model's weights."""
    chosen = cfg.get("lora_target_parameters") or cfg.get("lora_target_modules")
    if not cfg.get("lora_target_linear") or chosen:
        return
    if count := max(_expert_counts(cfg["base_model"]), default=0):
        abort_run(
            f"lora_target_linear is refused alone with {cfg['base_model']}, a mixture of {count} "
            "experts: their weights are no linear layers and would be left out; add "
            "lora_target_parameters (as recipes/gptoss20b.yml) or name lora_target_modules"
        )


def _expert_counts(base_model: str) -> Iterator[int]:
    """How many experts the config.json of ``base_model`` states, if it states them."""
    folder = folder_of(base_model)
    try:
        config = read_json(folder / "config.json") if folder else None
    except (OSError, NotJsonError):  # the checks of the base model say what is wrong
        return
    if isinstance(config, dict):
        yield from (config[key] for key in EXPERTS if isinstance(config.get(key), int))
