"""What happens after the last step: the run card is closed and the learning curve drawn."""

import json
from pathlib import Path
from typing import Any, NoReturn

from jmedlora.models.model_folder import weight_hashes
from jmedlora.models.run_card_file import write_card
from jmedlora.train.abort import print_once, rank
from jmedlora.train.learning_curve import draw_curve
from jmedlora.train.output_folder import Checkpoint, copy_final_weights

CURVE = "training.png"


def complete_run(folder: Path, card: dict[str, Any], history: list[dict[str, float]]) -> None:
    """Draws the curve of ``history``, the trainer's log, and states in ``card`` what was made."""
    draw_curve(history, folder / CURVE, card["recipe"]["file"])
    write_card(folder, {**card, "status": "complete", "sha256": weight_hashes(folder)})
    hours, loss = card["wall_hours"], card["final_loss"]
    print_once(f"{folder}: complete, {card['step']} steps in {hours:.2f} h, loss {loss}")


def complete_killed_run(folder: Path, checkpoint: Checkpoint, card: dict[str, Any]) -> NoReturn:
    """Ends a run that was killed after its last step, without loading the model."""
    if rank() == 0:
        copy_final_weights(folder, checkpoint)
        state = json.loads((checkpoint.path / "trainer_state.json").read_text(encoding="utf-8"))
        reached = {key: checkpoint.card[key] for key in ("final_loss", "peak_memory_gib")}
        complete_run(folder, {**card, **reached}, state["log_history"])
    raise SystemExit(0)
