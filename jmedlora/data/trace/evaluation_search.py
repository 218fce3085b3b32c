"""Results of lm-eval that were got with a model that saw a document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from jmedlora.core.json_file import NotJsonError, read_json
from jmedlora.exams.evaluated_model import adapter_of, model_args
from jmedlora.models.named_folder import folder_named


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A results file. model: the folder that it names, which saw a document. certain: False where
    the folder of that name was not found from here, and its path is all that fits.
    """

    path: Path
    model: str
    certain: bool


@dataclass(slots=True)
class EvaluationSearch:
    """evaluations: of models that saw a document. notes: files of which that is not known."""

    evaluations: list[Evaluation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def search_evaluations(files: Sequence[Path], seen: Mapping[Path, Any]) -> EvaluationSearch:
    """The ``files`` that name a model of ``seen``, real paths of folders."""
    found = EvaluationSearch()
    for path in files:
        try:
            run = read_json(path)
        except (OSError, NotJsonError) as error:
            found.notes.append(f"{path}: is no results file that can be read ({error})")
            continue
        if isinstance(run, dict):
            _add(path, run, seen, found)
    return found


def _add(
    path: Path, run: dict[str, Any], seen: Mapping[Path, Any], found: EvaluationSearch
) -> None:
    names = list(_names(run))
    for name in names:
        folder = folder_named(name, path)
        if folder and folder.resolve() in seen:
            found.evaluations.append(Evaluation(path, name, certain=True))
            return
        if folder is None and any(_ends_with(each, name) for each in seen):
            found.evaluations.append(Evaluation(path, name, certain=False))
            return
    if seen and not any(folder_named(name, path) for name in names):
        said = f"asked {names[0]}" if names else "does not say which model it asked"
        found.notes.append(f"{path}: {said}; no folder of that name is there")


def _names(run: dict[str, Any]) -> Iterator[str]:
    """The folders that a results file names: the adapter first, then the model."""
    args = model_args(run)
    for value in (adapter_of(args), args.get("pretrained"), args.get("model")):
        if isinstance(value, str) and value:
            yield value.removeprefix("./").rstrip("/")


def _ends_with(folder: Path, name: str) -> bool:
    parts = PurePath(name).parts
    return len(parts) > 1 and folder.parts[-len(parts) :] == parts
