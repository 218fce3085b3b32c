"""What happens after the last step: the run card is closed and the learning curve drawn.

And the model card loses what a reader's machine would load from a network.
"""

import json
from pathlib import Path
from typing import Any, NoReturn

from jmedlora.models.model_folder import weight_hashes
from jmedlora.models.run_card_file import write_card
from jmedlora.train.abort import print_once, rank
from jmedlora.train.learning_curve import curve_title, draw_curve
from jmedlora.train.model_card import strip_remote_pictures
from jmedlora.train.output_folder import Checkpoint, copy_final_weights

CURVE = "training.png"


def complete_run(folder: Path, card: dict[str, Any], history: list[dict[str, float]]) -> None:
    """Draws the curve of ``history``, the trainer's log, and states in ``card`` what was made."""
    strip_remote_pictures(folder)
    draw_curve(history, folder / CURVE, curve_title(card))
    write_card(folder, {**card, "status": "complete", "sha256": weight_hashes(folder)})
    name = "reward" if "final_reward" in card else "loss"
    reached = f"{card['step']} steps in {card['wall_hours']:.2f} h, {name} {card[f'final_{name}']}"
    print_once(f"{folder}: complete, {reached}")


def complete_killed_run(folder: Path, checkpoint: Checkpoint, card: dict[str, Any]) -> NoReturn:
    """Ends a run that was killed after its last step, without loading the model."""
    if rank() == 0:
        copy_final_weights(folder, checkpoint)
        state = json.loads((checkpoint.path / "trainer_state.json").read_text(encoding="utf-8"))
        known = ("final_loss", "final_reward", "peak_memory_gib")
        reached = {key: checkpoint.card[key] for key in known if key in checkpoint.card}
        complete_run(folder, {**card, **reached}, state["log_history"])
    raise SystemExit(0)
