"""The clock as an Axolotl plugin: apart from it, so that the plain loop never imports Axolotl."""

# ruff: noqa: ARG002 (the signature is Axolotl's)

from pathlib import Path
from typing import Any

from axolotl.integrations.base import BasePlugin
from transformers import TrainerCallback

from benchmarks.clock import Clock


class ClockPlugin(BasePlugin):
    """For ``plugins:`` of a recipe, after the recipe's own."""

    def add_callbacks_pre_trainer(self, cfg: Any, model: Any) -> list[TrainerCallback]:
        return [Clock(Path(cfg.output_dir))]
