"""A look at a model folder before lm-eval loads it.

lm-eval takes a folder that is not there for a name on the Hub and fails with a traceback about a
network; a shard that was cut off while copying fails only after minutes of loading. This says what
is wrong in one line, without loading a weight or running any code of the folder.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jmed_data.faults import Fault

TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json", "spiece.model")
HEADER_SIZE = 8
"""A safetensors file opens with the length of its JSON header: 8 bytes, little-endian."""


def check_model(folder: Path) -> list[Fault]:
    """What would keep ``folder`` from being evaluated; empty if nothing is found.

    Looks at a full model (config, tokenizer, safetensors weights) or at a LoRA adapter.
    """
    if not folder.is_dir():
        what = "there is no such model folder"
        remedy = "check the path; a name on the Hub must be downloaded first"
        return [Fault(folder, None, None, what, remedy)]
    if (folder / "adapter_config.json").is_file():
        return list(_weights(folder, "adapter_model*.safetensors"))
    return [*_config(folder), *_tokenizer(folder), *_weights(folder, "*.safetensors")]


def is_adapter(folder: Path) -> bool:
    """Whether the folder holds a LoRA adapter, which goes into ``peft=`` beside its base."""
    return (folder / "adapter_config.json").is_file()


def _config(folder: Path) -> Iterator[Fault]:
    path = folder / "config.json"
    try:
        config: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        yield Fault(path, None, None, what, "copy the whole model folder")
    except ValueError as error:
        yield Fault(path, None, None, f"not complete JSON ({error})", "copy the file again")
    else:
        if isinstance(config, dict) and "auto_map" in config:
            what = "the model needs code of its own (auto_map)"
            remedy = "convert it to a model class of transformers: remote code is not run"
            yield Fault(path, None, None, what, remedy)


def _tokenizer(folder: Path) -> Iterator[Fault]:
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        remedy = "copy the tokenizer's files into it"
        yield Fault(folder, None, None, "holds no tokenizer", remedy)


def _weights(folder: Path, pattern: str) -> Iterator[Fault]:
    shards = sorted(folder.glob(pattern))
    if not shards:
        pickled = any(folder.glob("*.bin"))
        what = "holds pickled weights only (.bin)" if pickled else "holds no .safetensors weights"
        remedy = "convert them to safetensors" if pickled else "copy the whole model folder"
        yield Fault(folder, None, None, what, remedy)
    for shard in shards:
        if not _complete(shard):
            yield Fault(shard, None, None, "the file is cut off or damaged", "copy it again")
    yield from _missing_shards(folder)


def _missing_shards(folder: Path) -> Iterator[Fault]:
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return
    try:
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError, TypeError, AttributeError):
        yield Fault(index, None, None, "not a usable list of weight files", "copy it again")
        return
    for name in sorted(names):
        if not (folder / name).is_file():
            yield Fault(folder / name, None, None, "the file is missing", "copy it as well")


def _complete(shard: Path) -> bool:
    """Whether a safetensors file is as long as its header says."""
    size = shard.stat().st_size
    with shard.open("rb") as file:
        length = int.from_bytes(file.read(HEADER_SIZE), "little")
        if not 2 <= length <= size - HEADER_SIZE:
            return False
        try:
            header = json.loads(file.read(length))
            ends = [
                entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"
            ]
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            return False
    return size == HEADER_SIZE + length + max(ends, default=0)
