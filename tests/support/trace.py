"""``jmed-data trace``, and what its tests look at and lay out."""

import hashlib
import json
from pathlib import Path

from jmedlora.data.cli import main
from jmedlora.models.run_card_file import write_card


def trace(capsys, *args, status=0) -> tuple[dict, str]:
    """What the command writes as JSON, and what it prints."""
    capsys.readouterr()
    assert main(["trace", *map(str, args), "--json", "trace.json"]) == status
    found = json.loads(Path("trace.json").read_text(encoding="utf-8"))
    Path("trace.json").unlink()
    return found, capsys.readouterr().out


def of(found: dict, name: str) -> dict:
    """The training file called ``name``."""
    (each,) = [each for each in found["training_files"] if Path(each["file"]).name == name]
    return each


def in_lines(each: dict) -> list[int]:
    return [line for first, last in each["lines"] for line in range(first, last + 1)]


def card_of(folder: Path, file: Path, *, base: str = "models/base", **fields) -> Path:
    """An adapter's folder as a training leaves it, with the fields that a run card has."""
    (folder / "adapter_config.json").parent.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base}))
    data = {str(file): {"sha256": hashlib.sha256(file.read_bytes()).hexdigest(), "records": 1}}
    write_card(folder, {"status": "complete", "step": 8, "base_model": base, "data": data} | fields)
    return folder


def models_of(found: dict) -> dict[str, str]:
    return {each["folder"]: each["why"] for each in found["models"]}
