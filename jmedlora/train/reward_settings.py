"""The settings of a recipe that rewards answers: what cannot be is said at once."""

from collections.abc import Mapping
from importlib.util import find_spec
from math import lcm
from typing import Any

from jmedlora.core.number_checks import is_whole
from jmedlora.train.abort import abort_run, world_size

WHOLE_NUMBERS = ("num_generations", "max_completion_length", "generation_batch_size")
NEEDED = ("reward_funcs", "num_generations", "max_completion_length")


def resolve_reward(cfg: Any) -> None:
    """Checks ``rl``, ``reward_questions`` and ``trl``, and states how many answers a step has.

    Left to itself, Axolotl 0.19.0 counts the answers of one process alone and refuses some numbers
    of processes that TRL can train with.
    """
    if not cfg.get("rl") and not cfg.get("reward_questions"):
        return
    if cfg.get("rl") != "grpo" or not cfg.get("reward_questions"):
        abort_run(
            f"rl {cfg.get('rl')} with reward_questions {cfg.get('reward_questions')}: a recipe of "
            "this plugin has rl: grpo and reward_questions, or neither"
        )
    # Axolotl's other commands, such as merge-lora and vllm-serve, want to see a data set named.
    cfg["datasets"] = [{"path": str(cfg["reward_questions"]), "ds_type": "json"}]
    trl = cfg.get("trl")
    if not isinstance(trl, Mapping) or not all(trl.get(key) for key in NEEDED):
        abort_run(f"the recipe must name {', '.join(f'trl.{key}' for key in NEEDED)}")
    for key in WHOLE_NUMBERS:
        if (value := trl.get(key)) is not None and not (is_whole(value) and value > 0):
            abort_run(f"trl.{key} is {value!r}, not a whole number above 0")
    batch, group = cfg["effective_batch"], trl["num_generations"]
    if group < 2 or batch % group:
        fitting = ", ".join(str(n) for n in range(2, batch + 1) if batch % n == 0)
        abort_run(
            f"trl.num_generations {group} does not divide effective_batch {batch} into groups of "
            f"two answers or more; those that do: {fitting or 'none'}"
        )
    at_once = trl.get("generation_batch_size") or batch
    step = lcm(group, int(cfg["micro_batch_size"]) * world_size())
    if batch % at_once or at_once % step:
        fitting = ", ".join(str(n) for n in range(step, batch + 1, step) if batch % n == 0)
        abort_run(
            f"trl.generation_batch_size {at_once} (answers written at once) must divide "
            f"effective_batch {batch} and be a multiple of {step}; those that do: "
            f"{fitting or 'none'}"
        )
    cfg["trl"]["generation_batch_size"] = at_once
    if trl.get("use_vllm") and find_spec("vllm") is None:
        abort_run("trl.use_vllm needs vLLM, which is not installed; leave it out, or install it")
