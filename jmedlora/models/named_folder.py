"""The folder of a model that another file names by a path, as it was given to another program."""

from pathlib import Path

FILES = ("*config.json", "run_card.json", "trainer_state.json", "tokenizer.json", "checkpoint-*")
"""What tells a folder with a model, an adapter or a training from any other."""


def folder_named(path: str, named_in: Path) -> Path | None:
    """The model's folder ``path``, relative to where a program was started; None if not found.

    It is looked for from here, then from every folder above the file ``named_in``. lm-eval names
    its own output after the model, so a folder counts only if it holds what a model's does.
    """
    places = [place / path for place in (Path(), *named_in.parents) if path]
    return next((place for place in places if _is_model(place)), None)


def _is_model(folder: Path) -> bool:
    try:
        return folder.is_dir() and any(True for pattern in FILES for _ in folder.glob(pattern))
    except OSError:  # a name too long, or a folder that may not be entered
        return False
