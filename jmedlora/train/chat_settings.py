"""Settings of Axolotl that would change silently what a recipe on a chat template trains."""

from typing import Any

from jmedlora.data.recipe import CHAT
from jmedlora.train.abort import abort_run

REFUSED_SETTINGS = (
    "chat_template", "chat_template_jinja", "default_system_message", "eot_tokens",
    "train_on_inputs", "roles_to_train", "train_on_eos", "train_on_eot", "special_tokens",
    "tokens", "added_tokens_overrides",
)  # fmt: skip
"""Settings of the recipe or of a dataset. The first four replace the base's own template or its end
tokens, the next four what of it is trained: without effect here, or with another one than it says.
The last three change the tokenizer that the base was trained with."""


def check_chat_settings(cfg: Any) -> None:
    """Stops a run on a chat template that has a setting of REFUSED_SETTINGS, or cuts answers."""
    datasets = [*(cfg.get("datasets") or []), *(cfg.get("test_datasets") or [])]
    if not any(dataset.get("type") == CHAT for dataset in datasets):
        return
    for place in (cfg, *datasets):
        for key in REFUSED_SETTINGS:
            if place.get(key) is not None:
                abort_run(
                    f"{key} is refused in a recipe on a chat template: the base's own template and "
                    "tokens are trained, of each conversation the last answer up to its end token; "
                    "say what else is wanted under chat (system, template_arguments, date)"
                )
    if (strategy := cfg.get("excess_length_strategy")) == "truncate":
        abort_run(
            f"excess_length_strategy {strategy} is refused in a recipe on a chat template: a cut "
            "answer has no end token, so the model would learn to go on; leave it out: a "
            "conversation longer than sequence_len is left out, and counted before the start"
        )
