"""The Axolotl plugin that every recipe names: what happens before, during and after training.

Before: settings that depend on the machine are resolved, model and data are checked, the output
folder is locked, and the checkpoint to go on from is chosen. During: every checkpoint gets a run
card. After: the card is closed and the learning curve drawn.
"""

import os
import sys
from pathlib import Path
from typing import Any

from axolotl.integrations.base import BasePlugin
from transformers import TrainerCallback, set_seed

from jmedlora.core.errors import user_message
from jmedlora.train import final_line
from jmedlora.train.abort import abort_run, rank
from jmedlora.train.agreement import require_agreement, require_company
from jmedlora.train.callback import RunCardCallback
from jmedlora.train.complete_run import complete_run
from jmedlora.train.prepare_run import PreparedRun, prepare_run
from jmedlora.train.resolve_config import resolve_config
from jmedlora.train.start_guard import missing_exports_line


class RecipePlugin(BasePlugin):
    """Registered by Axolotl from ``plugins:``, with the recipe and the command line as one."""

    prepared: PreparedRun | None = None
    """It keeps the output folder until this process ends."""
    callback: RunCardCallback | None = None

    def register(self, cfg: Any) -> None:
        _require_private_start()
        resolve_config(cfg)
        if not is_training():
            return
        require_company()
        final_line.install_final_line(Path(cfg["output_dir"]))
        try:
            self.prepared = prepare_run(cfg)
        except Exception as error:
            if (message := user_message(error)) is None:
                raise  # a bug keeps its traceback
            abort_run(message)
        sharded = bool(cfg.get("fsdp_config")) and bool(cfg.get("adapter"))
        self.callback = RunCardCallback(self.prepared.card, sharded_adapter=sharded)

    def get_input_args(self) -> str:
        return "jmedlora.train.plugin_args.RecipeSettings"

    def load_datasets(self, cfg: Any, preprocess: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        # Nothing is loaded here: the processes can reach each other now, and no data is prepared.
        if self.prepared:
            require_agreement(Path(cfg.output_dir), self.prepared.card)

    def pre_lora_load(self, cfg: Any, model: Any) -> None:  # noqa: ARG002
        # Axolotl seeds after it has drawn the adapter's first weights: two runs would differ.
        set_seed(cfg.seed)

    def add_callbacks_pre_trainer(self, cfg: Any, model: Any) -> list[TrainerCallback]:  # noqa: ARG002
        order = [_question_order()] if cfg.get("reward_questions") else []
        return [self.callback, *order] if self.callback else []

    def post_train(self, cfg: Any, model: Any) -> None:  # noqa: ARG002
        # Axolotl saves from the first process of each machine: into one folder, over each other.
        cfg.local_rank = rank()

    def post_train_unload(self, cfg: Any) -> None:
        if self.callback is None or rank() != 0:
            return
        complete_run(Path(cfg.output_dir), self.callback.card, self.callback.history)


def _question_order() -> TrainerCallback:
    from jmedlora.train.question_order import QuestionOrderCallback  # imports TRL, which is slow

    return QuestionOrderCallback()


def _require_private_start() -> None:
    """Ends the process without the two exports, where torch could not call the start guard."""
    if line := missing_exports_line(os.environ):
        line = f"Axolotl may already have sent its first telemetry event; from now on {line}"
        print(f"jmed-train: {line}", file=sys.stderr, flush=True)
        os._exit(1)  # an ordinary exit would send the rest of what is queued


def is_training() -> bool:
    """Whether this process was started to train, not to merge, preprocess or chat."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    by_command = Path(sys.argv[0]).name == "axolotl" and sys.argv[1:2] == ["train"]
    return by_command or getattr(spec, "name", None) == "axolotl.cli.train"
