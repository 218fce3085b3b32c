"""What a recipe leaves to the machine: batch per process, folders, a CPU instead of a GPU.

Each function changes Axolotl's configuration before Axolotl validates it, or stops the run.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from jmedlora.core.number_checks import is_whole
from jmedlora.models.base_model import tokenizer_hashes
from jmedlora.train.abort import abort_run, print_once, world_size
from jmedlora.train.chat_settings import check_chat_settings
from jmedlora.train.lora_targets import check_lora_targets
from jmedlora.train.reward_settings import resolve_reward

KERNELS = ("lora_qkv_kernel", "lora_o_kernel", "lora_mlp_kernel", "lora_embedding_kernel")
LIGER = (
    "liger_rope",
    "liger_rms_norm",
    "liger_glu_activation",
    "liger_layer_norm",
    "liger_fused_linear_cross_entropy",
)
POINTS = 50
"""The loss is logged at least so often in a run, or at each of its steps."""
ON_A_CPU = dict.fromkeys(("bf16", "tf32", *KERNELS, *LIGER), False)
"""What needs a GPU, and what it becomes where there is none."""


def resolve_config(cfg: Any) -> None:
    """Everything below, in the order in which one depends on another."""
    use_train_file(cfg)
    resolve_output_dir(cfg)
    log_often_enough(cfg)
    resolve_accumulation_steps(cfg)
    resolve_reward(cfg)
    if world_size() == 1:
        disable_fsdp(cfg)
    check_settings(cfg)
    check_chat_settings(cfg)
    check_lora_targets(cfg)
    if not torch.cuda.is_available():
        adapt_to_cpu(cfg)


def check_settings(cfg: Any) -> None:
    """Stops a run whose result could not be trusted or that would run code from a model folder."""
    if cfg.get("trust_remote_code"):
        abort_run("trust_remote_code is refused: it would run code from the model's folder")
    if cfg.get("use_ray"):
        abort_run(
            "use_ray is refused: on Ray's workers the plugin would neither resume nor keep the "
            "batch; start the recipe with accelerate launch, on each machine"
        )
    if (kept := cfg.get("save_total_limit")) is not None and int(kept) < 2:
        abort_run(
            f"save_total_limit {kept} is refused: the old checkpoint is deleted before the new one "
            "is known to be complete; use 2 or more"
        )
    if cfg.get("bf16") and not cfg.get("adapter"):
        abort_run(
            "bf16 is refused where every weight is trained: Axolotl would keep weights and Adam in "
            "bf16, where small steps are rounded away; use bf16: false (tf32 stays on)"
        )
    if cfg.get("sample_packing") and not cfg.get("curriculum_sampling"):
        abort_run(
            "sample_packing is refused without curriculum_sampling: true: a stopped run would go "
            "on in another order, read some records of the epoch again and others not at all"
        )
    if _packs_evaluation(cfg):
        abort_run(
            "sample_packing is refused for evaluation: Axolotl would leave packed rows out where "
            "they cannot be shared among the processes, all of them if they are fewer; set "
            "eval_sample_packing: false"
        )
    sharded = cfg.get("fsdp_config") or {}
    kinds = (sharded.get("state_dict_type"), sharded.get("fsdp_state_dict_type"))
    if cfg.get("adapter") and "FULL_STATE_DICT" in kinds:
        abort_run(
            "fsdp_config.state_dict_type FULL_STATE_DICT is refused with an adapter: a resumed run "
            "would silently lose the adapter of every process but the first; use SHARDED_STATE_DICT"
        )


def use_train_file(cfg: Any) -> None:
    """Puts ``train_file`` in the place of the recipe's own training file."""
    if not (path := cfg.get("train_file")):
        return
    if len(datasets := cfg.get("datasets") or []) != 1:
        abort_run(f"train_file {path} replaces one file, and the recipe names {len(datasets)}")
    datasets[0]["path"] = str(path)


def log_often_enough(cfg: Any) -> None:
    """Lowers ``logging_steps`` where a short run would have a curve of a few points."""
    logged, steps = cfg.get("logging_steps"), cfg["max_steps"]
    if not (is_whole(logged) and is_whole(steps)):
        return
    if logged > (often := max(1, steps // POINTS)):
        cfg["logging_steps"] = often
        print_once(f"logging_steps={often}, so that a run of {steps} steps has a curve")


def _packs_evaluation(cfg: Any) -> bool:
    """Axolotl packs it too, unless the recipe says no."""
    evaluates = bool(cfg.get("test_datasets") or cfg.get("val_set_size"))
    packs = bool(cfg.get("sample_packing")) and cfg.get("eval_sample_packing") is not False
    return evaluates and packs


def resolve_output_dir(cfg: Any) -> None:
    """Fills ``{max_steps}`` in ``output_dir``: runs of other lengths get folders of their own."""
    for key in ("output_dir", "max_steps"):
        if not cfg.get(key):
            abort_run(f"the recipe names no {key}")
    cfg["output_dir"] = str(cfg["output_dir"]).replace("{max_steps}", str(cfg["max_steps"]))


def resolve_accumulation_steps(cfg: Any) -> None:
    """Sets gradient_accumulation_steps so that a step sees ``effective_batch`` rows in all."""
    batch, micro = cfg.get("effective_batch"), cfg.get("micro_batch_size")
    if not batch or not micro:
        abort_run("the recipe must name micro_batch_size and effective_batch (rows a step in all)")
    for key, value in (("effective_batch", batch), ("micro_batch_size", micro)):
        if not is_whole(value) or value < 1:
            abort_run(f"{key} is {value!r}, not a whole number above 0")
    at_once = micro * world_size()
    if steps := cfg.get("gradient_accumulation_steps"):
        if steps * at_once != batch:
            abort_run(
                f"gradient_accumulation_steps {steps} x micro_batch_size {micro} x "
                f"{_process_count()} make {steps * at_once}, not effective_batch {batch}; leave "
                "gradient_accumulation_steps out, or set effective_batch as well"
            )
    elif batch % at_once:
        abort_run(_indivisible_batch(batch, micro))
    cfg["gradient_accumulation_steps"] = batch // at_once


def _indivisible_batch(batch: int, micro: int) -> str:
    fitting = [str(n) for n in range(1, batch + 1) if batch % (micro * n) == 0]
    other = [str(n) for n in range(1, batch + 1) if batch % n == 0 and str(n) not in fitting]
    line = (
        f"effective_batch {batch} cannot be made by {_process_count()} of micro_batch_size "
        f"{micro}; processes that can: "
    )
    if fitting:
        line += _alternatives(fitting)
    if other:
        line += f"{', or ' if fitting else ''}{_alternatives(other)} with another micro_batch_size"
    return line


def _process_count() -> str:
    return "1 process" if world_size() == 1 else f"{world_size()} processes"


def _alternatives(values: list[str]) -> str:
    return " or ".join([", ".join(values[:-1]), values[-1]] if values[1:] else values)


def disable_fsdp(cfg: Any) -> None:
    """One process has nobody to share a model with."""
    if cfg.get("fsdp_config"):
        cfg["fsdp_config"] = None
        cfg["fsdp_version"] = None
        print_once("one process: the model is not sharded (fsdp_config is left out)")


def adapt_to_cpu(cfg: Any) -> None:
    """Takes out what needs a GPU, and says what."""
    changed: dict[str, Any] = {k: value for k, value in ON_A_CPU.items() if cfg.get(k)}
    if str(cfg.get("optimizer")).startswith("paged_adamw"):
        changed["optimizer"] = "adamw_torch"
    cfg.update(changed)
    # Axolotl turns the kernels on by itself where they are not set.
    cfg.update(dict.fromkeys(KERNELS, False))
    if changed:
        shown = ", ".join(f"{key}={json.dumps(value)}" for key, value in changed.items())
        print_once(f"no GPU here, so for trying out only: {shown}")


def separate_prepared_data(cfg: Any, hashes: Mapping[str, str]) -> None:
    """Gives this data a folder of its own among the prepared ones.

    Axolotl's own name for it leaves out the data's content and order, the prompt, the lengths and
    what the tokenizer's files hold: after a change it would silently train on the old tokens.
    """
    keys = (
        "prompt", "chat", "source_len", "target_len", "sequence_len", "base_model",
        "tokenizer_config", "curriculum_sampling", "seed",
    )  # fmt: skip
    tokens = tokenizer_hashes(cfg.get("tokenizer_config") or cfg["base_model"])
    seen = [sorted(hashes.items()), sorted(tokens.items()), [str(cfg.get(key)) for key in keys]]
    name = hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]
    cfg["dataset_prepared_path"] = str(Path(cfg["dataset_prepared_path"]) / name)
