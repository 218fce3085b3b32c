"""What happens before the first step: checks, the output folder, and where the run goes on."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.data.recipe import data_plan
from jmedlora.models.run_card_file import write_card
from jmedlora.train.abort import abort_run, rank, world_size
from jmedlora.train.check_inputs import check_inputs, use_typed_copies
from jmedlora.train.complete_run import complete_killed_run
from jmedlora.train.output_folder import Checkpoint, find_resume_checkpoint, lock_output_folder
from jmedlora.train.recipe_as_run import RECIPE, write_recipe
from jmedlora.train.resolve_config import separate_prepared_data
from jmedlora.train.reward_questions import all_rewards, check_reward
from jmedlora.train.run_card import (
    describe_recipe,
    package_versions,
    recipe_overrides,
    run_identity,
)


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A run that can start. card: its run card so far. lock: keeps the output folder for it."""

    card: dict[str, Any]
    lock: ExitStack


def prepare_run(cfg: Any) -> PreparedRun:
    """Makes ``cfg``, Axolotl's configuration, that of a run that is checked and can be resumed.

    Ends the process if the run is complete or cannot be made. Raises UserError for what is wrong
    with base model or data.
    """
    recipe, folder = Path(cfg["axolotl_config_path"]), Path(cfg["output_dir"])
    reward = check_reward(cfg) if cfg.get("reward_questions") else None
    plan = None if reward else data_plan(cfg, recipe)
    files = check_inputs(cfg, plan) if plan else []
    data: dict[str, Any] = {
        str(file.path): {"sha256": file.sha256, "records": len(file.records)} for file in files
    }
    data |= reward.data if reward else {}
    hashes = {name: entry["sha256"] for name, entry in data.items()}
    separate_prepared_data(cfg, hashes | (reward.prompt_hash if reward else {}))
    config = run_identity(cfg.to_dict(), data, world_size())
    if folder.exists() and not folder.is_dir():
        abort_run(f"{folder} is a file; choose another --output_dir")
    lock = lock_output_folder(folder)
    checkpoint = find_resume_checkpoint(folder, config)
    card = _new_card(cfg, recipe, data, config, checkpoint)
    if rewards := all_rewards(cfg["base_model"], reward):
        card["rewards"] = rewards
    if rank() == 0:
        write_card(folder, card)
        write_recipe(cfg, folder / RECIPE)
    cfg["axolotl_config_path"] = str(folder / RECIPE)  # what Axolotl shows in the model card
    if checkpoint and checkpoint.step >= cfg["max_steps"]:
        complete_killed_run(folder, checkpoint, card)
    if reward:
        reward.hand_over(cfg)
    if plan:
        use_typed_copies(cfg, files, plan)
    if checkpoint:
        _resume_from(cfg, checkpoint)
    return PreparedRun(card, lock)


def _new_card(
    cfg: Any,
    recipe: Path,
    data: dict[str, Any],
    config: dict[str, Any],
    checkpoint: Checkpoint | None,
) -> dict[str, Any]:
    before = checkpoint.card if checkpoint else {"wall_hours": 0.0, "starts": 0, "step": 0}
    return {
        "status": "running",
        "recipe": describe_recipe(recipe),
        "overrides": recipe_overrides(recipe, cfg.to_dict()),
        "base_model": cfg["base_model"],
        "adapter": cfg.get("adapter"),
        "data": data,
        "batch": {
            "effective": cfg["effective_batch"],
            "micro": cfg["micro_batch_size"],
            "accumulation": cfg["gradient_accumulation_steps"],
            "processes": world_size(),
        },
        "step": before["step"],
        "max_steps": cfg["max_steps"],
        "wall_hours": before["wall_hours"],
        "starts": before["starts"] + 1,
        "peak_memory_gib": None,
        "final_loss": None,
        "packages": package_versions(),
        "config": config,
    }


def _resume_from(cfg: Any, checkpoint: Checkpoint) -> None:
    cfg["resume_from_checkpoint"] = str(checkpoint.path)
    if not cfg.get("adapter") and not cfg.get("fsdp_config"):
        # The trainer loads a full model's weights by the names in the file, which for GPT-NeoX are
        # not those of the model in memory: its output head would silently stay untrained. Loaded
        # as the base, the checkpoint goes through transformers' renaming.
        cfg["tokenizer_config"] = cfg.get("tokenizer_config") or cfg["base_model"]
        cfg["base_model"] = str(checkpoint.path)
