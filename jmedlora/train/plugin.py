"""The Axolotl plugin that every recipe names: what happens before, during and after training.

Before: settings that depend on the machine are settled, model and data are checked, the output
folder is claimed, and the checkpoint to go on from is chosen. During: every checkpoint gets a run
card. After: the card is closed and the learning curve drawn.
"""

import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import yaml
from axolotl.integrations.base import BasePlugin
from transformers import TrainerCallback, set_seed

from jmedlora.core.atomic_write import atomic_write
from jmedlora.core.errors import FileError, user_message
from jmedlora.data.dataset import TrainingFile, read_training_file, write_parquet
from jmedlora.data.recipe import DataPlan, data_plan
from jmedlora.data.token_lengths import check_lengths, length_lines
from jmedlora.models.base_model import base_model_faults, load_tokenizer
from jmedlora.models.model_folder import weight_hashes
from jmedlora.models.run_card_file import write_card
from jmedlora.train import disk_full
from jmedlora.train.abort import processes, rank, say, stop
from jmedlora.train.callback import Watch
from jmedlora.train.learning_curve import draw_curve
from jmedlora.train.output_folder import Checkpoint, claim, finish, hold
from jmedlora.train.resolve_config import keep_prepared_apart, settle
from jmedlora.train.run_card import describe_recipe, identity, overrides, versions
from jmedlora.train.start_guard import refusal

RECIPE = "recipe.yml"
CURVE = "training.png"


class RecipePlugin(BasePlugin):
    """Registered by Axolotl from ``plugins:``, with the recipe and the command line as one."""

    watch: Watch | None = None
    held: ExitStack | None = None
    """The output folder, until this process ends."""

    def register(self, cfg: Any) -> None:
        if line := refusal(
            os.environ
        ):  # where torch was kept from calling jmedlora.train.start_guard
            line = f"Axolotl may already have sent its first telemetry event; from now on {line}"
            print(f"jmed-train: {line}", file=sys.stderr, flush=True)
            os._exit(1)  # an ordinary exit would send the rest of what is queued
        settle(cfg)
        if is_training():
            disk_full.report_in_one_line(Path(cfg["output_dir"]))
            try:
                self._begin(cfg)
            except Exception as error:
                if (message := user_message(error)) is None:
                    raise  # a bug keeps its traceback
                stop(message)

    def _begin(self, cfg: Any) -> None:
        recipe, folder = Path(cfg["axolotl_config_path"]), Path(cfg["output_dir"])
        plan = data_plan(cfg, recipe)
        files = _check_inputs(cfg, plan)
        data: dict[str, Any] = {
            str(file.path): {"sha256": file.sha256, "records": len(file.records)} for file in files
        }
        keep_prepared_apart(cfg, {str(file.path): file.sha256 for file in files})
        config = identity(cfg.to_dict(), data, processes())
        if folder.exists() and not folder.is_dir():
            stop(f"{folder} is a file; choose another --output_dir")
        self.held = hold(folder)
        checkpoint = claim(folder, config)
        card = _card(cfg, recipe, data, config, checkpoint)
        if rank() == 0:
            write_card(folder, card)
            _write_recipe(cfg, folder / RECIPE)
        cfg["axolotl_config_path"] = str(folder / RECIPE)  # what Axolotl shows in the model card
        if checkpoint and checkpoint.step >= cfg["max_steps"]:
            _finish(folder, checkpoint, card)
        _read_typed(cfg, files)
        if checkpoint:
            _resume(cfg, checkpoint)
        sharded = bool(cfg.get("fsdp_config")) and bool(cfg.get("adapter"))
        self.watch = Watch(card, sharded_adapter=sharded)

    def get_input_args(self) -> str:
        return "jmedlora.train.plugin_args.RecipeSettings"

    def pre_lora_load(self, cfg: Any, model: Any) -> None:  # noqa: ARG002
        # Axolotl seeds after it has drawn the adapter's first weights: two runs would differ.
        set_seed(cfg.seed)

    def add_callbacks_pre_trainer(self, cfg: Any, model: Any) -> list[TrainerCallback]:  # noqa: ARG002
        return [self.watch] if self.watch else []

    def post_train_unload(self, cfg: Any) -> None:
        if self.watch is None or rank() != 0:
            return
        _close(Path(cfg.output_dir), self.watch.card, self.watch.history)


def is_training() -> bool:
    """Whether this process was started to train, not to merge, preprocess or chat."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    by_command = Path(sys.argv[0]).name == "axolotl" and sys.argv[1:2] == ["train"]
    return by_command or getattr(spec, "name", None) == "axolotl.cli.train"


def _check_inputs(cfg: Any, plan: DataPlan) -> list[TrainingFile]:
    """The recipe's files, trained ones first, after base model and data were found faultless."""
    if faults := base_model_faults(plan.base_model):
        raise FileError(faults)
    paths = (*plan.training_files, *plan.evaluation_files)
    files = [read_training_file(path, plan.kind) for path in paths]
    tokenizer = load_tokenizer(cfg.get("tokenizer_config") or plan.base_model)
    if rank() == 0:
        for file in files:
            _say_lengths(file, plan, tokenizer)
    return files


def _read_typed(cfg: Any, files: list[TrainingFile]) -> None:
    """Has Axolotl read a typed copy of the checked data.

    From JSON Lines the datasets library guesses the fields' types: it turns texts that look like
    dates into dates, and fails where a field is first seen late in a large file.
    """
    folder = Path(cfg["dataset_prepared_path"]) / "typed"
    every = [*cfg["datasets"], *(cfg.get("test_datasets") or [])]
    for number, (dataset, file) in enumerate(zip(every, files, strict=True)):
        copy = folder / f"{number}-{file.path.stem}.parquet"  # names may repeat
        write_parquet(file, copy)
        dataset["path"], dataset["ds_type"] = str(copy), "parquet"


def _say_lengths(file: TrainingFile, plan: DataPlan, tokenizer: Any) -> None:
    say(f"{file.path}: {len(file.records)} records")
    for line in length_lines(file, check_lengths(file, plan, tokenizer), plan):
        say(f"  {line}")


def _card(
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
        "overrides": overrides(recipe, cfg.to_dict()),
        "base_model": cfg["base_model"],
        "adapter": cfg.get("adapter"),
        "data": data,
        "batch": {
            "effective": cfg["effective_batch"],
            "micro": cfg["micro_batch_size"],
            "accumulation": cfg["gradient_accumulation_steps"],
            "processes": processes(),
        },
        "step": before["step"],
        "max_steps": cfg["max_steps"],
        "wall_hours": before["wall_hours"],
        "starts": before["starts"] + 1,
        "peak_memory_gib": None,
        "final_loss": None,
        "packages": versions(),
        "config": config,
    }


class _Readable(yaml.SafeDumper):
    """Writes texts of several lines as blocks, as the recipes do."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        style = "|" if "\n" in data else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Readable.add_representer(str, _Readable.represent_str)


def _write_recipe(cfg: Any, path: Path) -> None:
    """The recipe as it was run, command line included: it can be given to Axolotl again."""
    settings = {k: v for k, v in cfg.to_dict().items() if k != "axolotl_config_path"}
    text = yaml.dump(settings, Dumper=_Readable, allow_unicode=True, sort_keys=False, width=1000)
    with atomic_write(path) as file:
        file.write(f"# As run, with the command line's overrides.\n{text}".encode())


def _close(folder: Path, card: dict[str, Any], history: list[dict[str, float]]) -> None:
    draw_curve(history, folder / CURVE, card["recipe"]["file"])
    write_card(folder, {**card, "status": "complete", "sha256": weight_hashes(folder)})
    hours, loss = card["wall_hours"], card["final_loss"]
    say(f"{folder}: complete, {card['step']} steps in {hours:.2f} h, loss {loss}")


def _finish(folder: Path, checkpoint: Checkpoint, card: dict[str, Any]) -> NoReturn:
    """Ends a run that was killed after its last step, without loading the model."""
    if rank() == 0:
        finish(folder, checkpoint)
        state = json.loads((checkpoint.path / "trainer_state.json").read_text(encoding="utf-8"))
        reached = {key: checkpoint.card[key] for key in ("final_loss", "peak_memory_gib")}
        _close(folder, {**card, **reached}, state["log_history"])
    raise SystemExit(0)


def _resume(cfg: Any, checkpoint: Checkpoint) -> None:
    cfg["resume_from_checkpoint"] = str(checkpoint.path)
    if not cfg.get("adapter") and not cfg.get("fsdp_config"):
        # The trainer loads a full model's weights by the names in the file, which for GPT-NeoX are
        # not those of the model in memory: its output head would silently stay untrained. Loaded
        # as the base, the checkpoint goes through transformers' renaming.
        cfg["tokenizer_config"] = cfg.get("tokenizer_config") or cfg["base_model"]
        cfg["base_model"] = str(checkpoint.path)
