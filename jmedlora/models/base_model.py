"""The base model that a recipe names: whether it is on this machine, and its tokenizer.

A base is a folder, or a name on the Hub whose files were downloaded before. Nothing is fetched.
"""

import re
from pathlib import Path
from typing import Any

from jmedlora.core.checksum import sha256
from jmedlora.core.errors import Fault, FileError
from jmedlora.core.json_file import read_json
from jmedlora.models.end_token import end_token_ids, unstopped
from jmedlora.models.model_folder import (
    TOKENIZER_FILES,
    check_model,
    is_adapter,
    tokenizer_faults,
)

SETTINGS = ("tokenizer_config.json", "chat_template.jinja", "generation_config.json")
"""What decides, beside the tokenizer itself, what a conversation becomes."""


def base_model_faults(name: str) -> list[Fault]:
    """What would keep ``name`` from being trained on; empty if nothing is found."""
    folder = folder_of(name)
    if folder is None:
        return [_missing(name)]
    if is_adapter(folder):
        what = "is a LoRA adapter, not a model"
        remedy = "merge it into its base first (recipes/README.md, After training)"
        return [Fault(folder, None, None, what, remedy)]
    return check_model(folder)


def load_tokenizer(name: str) -> Any:
    """The tokenizer of the base ``name``.

    Raises FileError if it is missing or has no end token, or one at which the base does not stop.
    """
    from transformers import AutoTokenizer

    folder = folder_of(name)
    faults = [_missing(name)] if folder is None else list(tokenizer_faults(folder))
    if folder is None or faults:
        raise FileError(faults)
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            name, trust_remote_code=False, local_files_only=True
        )
    except Exception as error:  # the tokenizers library raises no narrower one
        what = f"the tokenizer cannot be loaded ({(str(error) or repr(error)).splitlines()[0]})"
        remedy = "copy the tokenizer's files again"
        raise FileError([Fault(folder, None, None, what, remedy)]) from error
    if tokenizer.eos_token_id is None:
        what = "the tokenizer has no end token (eos_token), so the model would not learn to stop"
        remedy = "name one in its tokenizer_config.json"
        raise FileError([Fault(folder, None, None, what, remedy)])
    if faults := list(unstopped(folder, tokenizer.eos_token, tokenizer.eos_token_id)):
        raise FileError(faults)
    return tokenizer


def stop_tokens(tokenizer: Any) -> frozenset[int]:
    """Ids of the tokens at which the base of ``tokenizer`` stops when it generates.

    By its generation_config.json, else its config.json, else the tokenizer's end token.
    """
    folder = folder_of(tokenizer.name_or_path)
    stated = end_token_ids(folder) if folder else frozenset()
    return stated or frozenset({tokenizer.eos_token_id})


def tokenizer_hashes(name: str) -> dict[str, str]:
    """SHA-256 (64 hex digits) of the files that make the tokens of the base ``name``, by name."""
    folder = folder_of(name)
    files = [folder / each for each in (*TOKENIZER_FILES, *SETTINGS)] if folder else []
    return {path.name: sha256(path) for path in files if path.is_file()}


def is_mxfp4(name: str) -> bool:
    """Whether config.json says that the base ``name`` holds its experts in MXFP4, as gpt-oss."""
    folder = folder_of(name)
    config = read_json(folder / "config.json") if folder else {}
    stored = config.get("quantization_config") or {}
    return stored.get("quant_method") == "mxfp4"


def folder_of(name: str) -> Path | None:
    """Where the files of ``name`` are: a folder, the Hub's cache, or None."""
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        config = try_to_load_from_cache(name, "config.json")
    except HFValidationError:  # a path, which no name on the Hub can be
        return None
    return Path(config).parent if isinstance(config, str) else None


def _missing(name: str) -> Fault:
    what = "is neither a folder nor a model that was downloaded to this machine"
    remedy = (
        f"name a folder, or fetch it once where there is a network: hf download {name}"
        if re.fullmatch(r"[\w-][\w.-]*(/[\w.-]+)?", name)
        else "check the path"
    )
    return Fault(Path(name), None, None, what, remedy)
