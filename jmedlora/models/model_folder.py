"""A look at a model folder before lm-eval loads it.

lm-eval takes a folder that is not there for a name on the Hub and fails with a traceback about a
network; a shard that was cut off while copying fails only after minutes of loading. This says what
is wrong in one line, without loading a weight or running any code of the folder.

A byte that changed inside the weights shows in no length: only where a run card lies beside them,
which states their SHA-256, is it seen.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jmedlora.core.checksum import sha256
from jmedlora.core.errors import Fault, FileError
from jmedlora.core.json_file import NotJsonError, parse_json, read_json
from jmedlora.core.number_checks import is_whole
from jmedlora.core.regular_file import open_regular
from jmedlora.models.end_token import end_token_faults
from jmedlora.models.run_card_file import RUN_CARD, read_card

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
    if is_adapter(folder):
        faults = _object(folder / "adapter_config.json", "base_model_name_or_path", str)[1]
        return [*faults, *_weights(folder, "adapter_model*.safetensors")]
    return [
        *_config(folder),
        *tokenizer_faults(folder),
        *end_token_faults(folder),
        *_code_faults(folder),
        *_weights(folder, "*.safetensors"),
    ]


def is_adapter(folder: Path) -> bool:
    """Whether the folder holds a LoRA adapter, which goes into ``peft=`` beside its base."""
    return (folder / "adapter_config.json").is_file()


def require_new(folder: Path) -> None:
    """Raises FileError if ``folder``, into which a model is to be written, already holds files."""
    if folder.exists() and any(folder.iterdir()):
        raise FileError([Fault(folder, None, None, "is not empty", "name a new folder")])


def weight_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 (64 hex digits) of every safetensors file in ``folder``, by name.

    Reads them whole. Raises OSError.
    """
    return {path.name: sha256(path) for path in sorted(folder.glob("*.safetensors"))}


def _object(path: Path, field: str, kind: type = dict) -> tuple[dict[str, Any], list[Fault]]:
    """The JSON object in ``path``, and what is wrong: it must have ``field``, a ``kind``."""
    try:
        found = read_json(path)
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        return {}, [Fault(path, None, None, what, "copy the whole model folder")]
    except NotJsonError as error:
        return {}, [Fault(path, None, None, f"not complete JSON ({error})", "copy the file again")]
    if not (isinstance(found, dict) and isinstance(found.get(field), kind) and found[field]):
        return {}, [Fault(path, None, None, f"has no {field}", "copy the file again")]
    return found, []


def _config(folder: Path) -> Iterator[Fault]:
    path = folder / "config.json"
    config, faults = _object(path, "model_type", str)
    yield from faults
    if "auto_map" in config:
        what = "the model needs code of its own (auto_map)"
        remedy = "convert it to a model class of transformers: remote code is not run"
        yield Fault(path, None, None, what, remedy)


def tokenizer_faults(folder: Path) -> Iterator[Fault]:
    """What keeps the tokenizer in ``folder`` from being read."""
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        yield Fault(folder, None, None, "holds no tokenizer", "copy the tokenizer's files into it")
    if (folder / "tokenizer.json").is_file():
        yield from _object(folder / "tokenizer.json", "model")[1]


def _code_faults(folder: Path) -> Iterator[Fault]:
    if _tokenizer_setting(folder, "auto_map"):
        what = "the tokenizer needs code of its own (auto_map)"
        remedy = "convert it to a class of transformers: remote code is not run"
        yield Fault(folder / "tokenizer_config.json", None, None, what, remedy)
    for path in sorted(folder.glob("*.py")):
        yield Fault(path, None, None, "is code, which is never run", "delete it from the folder")


def _tokenizer_setting(folder: Path, key: str) -> Any:
    """What tokenizer_config.json says under ``key``; None where it cannot be read or says none."""
    try:
        found = read_json(folder / "tokenizer_config.json")
    except (OSError, NotJsonError):  # a tokenizer may do without it
        return None
    return found.get(key) if isinstance(found, dict) else None


def _weights(folder: Path, pattern: str) -> Iterator[Fault]:
    shards = sorted(folder.glob(pattern))
    if not shards:
        pickled = any(folder.glob("*.bin"))
        what = "holds pickled weights only (.bin)" if pickled else "holds no .safetensors weights"
        remedy = "convert them to safetensors" if pickled else "copy the whole model folder"
        yield Fault(folder, None, None, what, remedy)
    for shard in shards:
        if what := _damage(shard) or _change(shard):
            yield Fault(shard, None, None, what, "copy it again")
    yield from _missing_shards(folder)


def _missing_shards(folder: Path) -> Iterator[Fault]:
    path = folder / "model.safetensors.index.json"
    if not path.exists():
        return
    index, faults = _object(path, "weight_map")
    yield from faults
    names = index.get("weight_map", {})
    for name in sorted(set(map(str, names.values()))) if isinstance(names, dict) else ():
        if not (folder / name).is_file():
            yield Fault(folder / name, None, None, "the file is missing", "copy it as well")


def _damage(shard: Path) -> str:
    """What is wrong with a safetensors file whose length is not what its header says, or ""."""
    try:
        size = shard.stat().st_size
        length, header = _read_header(shard)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    end = _end(header)
    if end is None:
        return "the file is damaged"
    return "" if size == HEADER_SIZE + length + end else "the file is cut off"


def _read_header(shard: Path) -> tuple[int, bytes]:
    """How many bytes of header a safetensors file states, and those that it has. Raises OSError."""
    with open_regular(shard) as file:
        length = int.from_bytes(file.read(HEADER_SIZE), "little")
        return length, file.read(min(length, shard.stat().st_size))


def _change(shard: Path) -> str:
    """How a safetensors file differs from what the run card beside it states, or ""."""
    stated = (read_card(shard.parent) or {}).get("sha256")
    if not isinstance(stated, dict) or shard.name not in stated:
        return ""  # of another training program, or of an older version of this one
    try:
        same = sha256(shard) == stated[shard.name]
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return "" if same else f"is not the file whose SHA-256 {RUN_CARD} states"


def _end(header: bytes) -> int | None:
    """Where the last tensor ends, in bytes behind the header; None for what is no header."""
    try:
        entries = parse_json(header)
    except NotJsonError:
        return None
    if not isinstance(entries, dict):
        return None
    ends = [_tensor_end(entry) for name, entry in entries.items() if name != "__metadata__"]
    known = [end for end in ends if end is not None]
    return max(known, default=0) if len(known) == len(ends) else None


def _tensor_end(entry: Any) -> int | None:
    """Where one tensor ends by its entry in the header, ``{"data_offsets": [begin, end], …}``."""
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if isinstance(offsets, list) and len(offsets) == 2 and is_whole(offsets[1]):
        return offsets[1]
    return None
