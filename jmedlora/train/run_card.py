"""The run card: what was run, on what, and how far it came.

``run_card.json`` lies beside every adapter or model, in each checkpoint and in the output folder.
Fields:

- status: "running" or "complete".
- recipe: file, sha256 and git (commit of the recipe's repository, with "+changes" if the file
  differs from it; None outside one).
- overrides: what the command line or the machine changed, {key: [recipe's value, value used]}.
- config: every setting that a resumed run must share.
- base_model; adapter: "lora", "qlora" or None.
- rewards: only where answers were rewarded, in this run or in those that made its base, one entry
  {questions, sha256, count, keys} for each (``jmedlora.exams.rewards``).
- data: {file: {sha256, records}}. packages: versions.
- batch: rows a step (effective) and how they were divided.
- step, max_steps. starts: how often the run was started.
- wall_hours: training time of all starts that led here, without loading.
- peak_memory_gib: of the first process in its last start, on its GPU (None without one) and
  resident.
- final_loss: the last that was logged, nats a token, mean over logging_steps; None before it.
- final_reward: likewise, where answers were rewarded; -1 to 1.
- sha256: {file: SHA-256 (64 hex digits)} of the safetensors beside the card, once they are written.
- files: only in a checkpoint, {file: bytes}.
"""

import hashlib
import importlib.metadata
import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

PACKAGES = (
    "axolotl", "torch", "transformers", "peft", "bitsandbytes", "accelerate", "datasets",
    "jmedlora",
)  # fmt: skip
CHANGEABLE = (
    "output_dir", "axolotl_config_path", "dataset_prepared_path", "dataset_num_proc", "plugins",
    "logging_steps", "save_steps", "save_total_limit", "use_tensorboard",
    "auto_resume_from_checkpoints", "resume_from_checkpoint",
)  # fmt: skip
"""Settings that may change between two starts of one run: they change no weight."""


def run_identity(cfg: dict[str, Any], data: dict[str, Any], processes: int) -> dict[str, Any]:
    """Every setting, the data and the number of processes: what makes the weights what they are."""
    config = {k: _as_number(v) for k, v in cfg.items() if k not in CHANGEABLE and v is not None}
    hashes = {name: entry["sha256"] for name, entry in data.items()}
    return json.loads(json.dumps({**config, "data": hashes, "processes": processes}, default=str))


def describe_recipe(path: Path) -> dict[str, Any]:
    """The recipe file by name, content and, in a git repository, commit."""
    content = path.read_bytes()
    return {
        "file": str(path),
        "sha256": hashlib.sha256(content).hexdigest(),
        "git": _git_revision(path),
    }


def recipe_overrides(path: Path, cfg: dict[str, Any]) -> dict[str, list[Any]]:
    """Where ``cfg``, after the command line, differs from the file: {key: [file's, cfg's]}."""
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    keys = sorted({*written, *cfg} - {"axolotl_config_path"})
    pairs = {key: [_as_number(written.get(key)), _as_number(cfg.get(key))] for key in keys}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def _as_number(value: Any) -> Any:
    """YAML reads 5e-5 as text, the command line as a number: one value, one form."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def package_versions() -> dict[str, str | None]:
    """The versions of what decides the weights."""
    found: dict[str, str | None] = {}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found


def _git_revision(path: Path) -> str | None:
    path = path.resolve()

    def git(*words: str) -> str | None:
        command = ["git", "-C", str(path.parent), *words]
        try:
            ended = subprocess.run(  # noqa: S603
                command, capture_output=True, text=True, check=False, timeout=10
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return ended.stdout.strip() if ended.returncode == 0 else None

    head = git("rev-parse", "HEAD")
    if not head or not git("ls-files", "--", path.name):
        return None
    changed = git("status", "--porcelain", "--", path.name)
    return f"{head}{'+changes' if changed else ''}"
