"""What a training recipe says about its data: the keys that the checks need, read from the YAML."""

import datetime
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jmedlora.core.errors import Fault, FileError, UserError
from jmedlora.core.yaml_text import NotYamlError, read_yaml
from jmedlora.data.chat_template import CALL_ARGUMENTS, ChatFormat
from jmedlora.data.dataset import Kind
from jmedlora.data.tokenize import PromptTemplate, TokenLimits

COMPLETION = "completion"
"""Axolotl's dataset type of plain text, which is cut into rows of ``sequence_len`` tokens."""
PROMPT = "jmedlora.train.prompt_strategy"
"""The dataset type of records in the recipe's own ``prompt``."""
CHAT = "jmedlora.train.chat_strategy"
"""The dataset type of conversations, which the base's own chat template makes into tokens."""


@dataclass(frozen=True, slots=True)
class DataPlan:
    """How a recipe reads its data.

    training_files: those to train on; evaluation_files: those that only a loss is measured on.
    template, limits: of a recipe with its own prompt, else None. chat: of one that trains on the
    base's chat template, else None. sequence_len: tokens a row at most.
    sample_packing: whether a row holds several records. effective_batch: rows a step, over all
    processes.
    """

    kind: Kind
    training_files: tuple[Path, ...]
    evaluation_files: tuple[Path, ...]
    template: PromptTemplate | None
    limits: TokenLimits | None
    chat: ChatFormat | None
    sequence_len: int
    sample_packing: bool
    effective_batch: int
    max_steps: int
    base_model: str


class SettingError(UserError):
    """A setting of a recipe that is missing or cannot be; the text names it."""


def read_recipe(path: Path) -> DataPlan:
    """The plan of the recipe at ``path``. Raises FileError where it cannot be used."""
    try:
        content = read_yaml(path)
    except OSError as error:
        what, remedy = f"cannot be read ({error.strerror})", "check the path"
    except NotYamlError as error:
        what, remedy = f"not YAML ({error})", "repair the file"
    else:
        if isinstance(content, dict):
            return data_plan(content, path)
        what, remedy = "holds no settings", "name one of recipes/*.yml"
    raise FileError([Fault(path, None, None, what, remedy)])


def data_plan(settings: Mapping[str, Any], path: Path) -> DataPlan:
    """The plan in ``settings``, which came from ``path``. Raises FileError naming a bad key."""
    if settings.get("reward_questions"):
        what, remedy = "trains on questions, not on records", "check them as an exam: no --recipe"
        raise FileError([Fault(path, None, None, what, remedy)])
    try:
        return _data_plan({key: value for key, value in settings.items() if value is not None})
    except SettingError as error:
        remedy = "compare it with recipes/*.yml of this project"
        raise FileError([Fault(path, None, None, str(error), remedy)]) from error


def read_chat(chat: Any) -> ChatFormat:
    """What a recipe's ``chat`` says. Raises SettingError naming what it cannot be."""
    if not isinstance(chat, Mapping):
        raise SettingError(f"chat is {chat!r}, not system, template_arguments and date")
    if unknown := sorted(map(str, chat.keys() - {"system", "template_arguments", "date"})):
        raise SettingError(f"chat has {unknown[0]!r}, not system, template_arguments or date")
    system, arguments = chat.get("system"), chat.get("template_arguments") or {}
    if not isinstance(system, str | None):
        raise SettingError(f"chat.system is {system!r}, not text")
    if not isinstance(arguments, Mapping):
        raise SettingError(f"chat.template_arguments is {arguments!r}, not names with values")
    if odd := [name for name in arguments if not isinstance(name, str) or name in CALL_ARGUMENTS]:
        raise SettingError(f"chat.template_arguments has {odd[0]!r}, which is no template's")
    return ChatFormat(system, dict(arguments), _date(chat.get("date")))


def _data_plan(settings: Mapping[str, Any]) -> DataPlan:
    training = _files(_required(settings, "datasets"), "datasets")
    evaluation = _files(settings.get("test_datasets", []), "test_datasets")
    if not training:
        raise SettingError("datasets is empty")
    types = {kind for _, kind in [*training, *evaluation]}
    if len(types) > 1:
        raise SettingError(f"datasets are of several types: {', '.join(sorted(types))}")
    if unknown := sorted(types - {PROMPT, CHAT, COMPLETION}):
        raise SettingError(
            f"datasets has type {unknown[0]!r}, not {PROMPT}, {CHAT} or {COMPLETION}"
        )
    is_chat, is_prompt = types == {CHAT}, types == {PROMPT}
    return DataPlan(
        kind="pretrain" if types == {COMPLETION} else "train",
        training_files=tuple(path for path, _ in training),
        evaluation_files=tuple(path for path, _ in evaluation),
        template=_template(_required(settings, "prompt")) if is_prompt else None,
        limits=_limits(settings) if is_prompt else None,
        chat=read_chat(settings.get("chat", {})) if is_chat else None,
        sequence_len=_positive(settings, "sequence_len"),
        sample_packing=bool(settings.get("sample_packing")),
        effective_batch=_positive(settings, "effective_batch"),
        max_steps=_positive(settings, "max_steps"),
        base_model=str(_required(settings, "base_model")),
    )


def _required(settings: Mapping[str, Any], key: str) -> Any:
    if key not in settings:
        raise SettingError(f"has no '{key}'")
    return settings[key]


def _files(datasets: Any, key: str) -> list[tuple[Path, str]]:
    """Path and type of each of ``datasets``, the list under ``key``."""
    if not isinstance(datasets, list) or not all(isinstance(each, Mapping) for each in datasets):
        raise SettingError(f"{key} is {datasets!r}, not a list of settings")
    for each in datasets:
        for name in ("path", "type"):
            if not isinstance(each.get(name), str):
                raise SettingError(f"{key} has {name} {each.get(name)!r}, not text")
    return [(Path(each["path"]), each["type"]) for each in datasets]


def _limits(settings: Mapping[str, Any]) -> TokenLimits:
    return TokenLimits(_positive(settings, "source_len"), _positive(settings, "target_len"))


def _positive(settings: Mapping[str, Any], key: str) -> int:
    value = _required(settings, key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise SettingError(f"{key} is {value!r}, not a whole number above 0")
    return value


def _template(prompt: Any) -> PromptTemplate:
    if not isinstance(prompt, Mapping):
        raise SettingError(f"prompt is {prompt!r}, not format and no_input_format")
    with_input, without = (str(_required(prompt, key)) for key in ("format", "no_input_format"))
    _check_fields(with_input, "format", {"instruction", "input"})
    _check_fields(without, "no_input_format", {"instruction"})
    return PromptTemplate(with_input, without)


def _check_fields(text: str, key: str, fields: set[str]) -> None:
    """Raises SettingError unless ``text`` takes exactly ``fields``, each as it is."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise SettingError(f"prompt.{key} cannot be filled in ({error})") from error
    found = {field for _, field, _, _ in parts if field is not None}
    if found != fields or any(width or conversion for _, _, width, conversion in parts):
        wanted = " and ".join(f"{{{field}}}" for field in sorted(fields, reverse=True))
        raise SettingError(f"prompt.{key} must take {wanted}, and nothing else in braces")


def _date(value: Any) -> datetime.date | None:
    """Raises SettingError for a date without quotes, too: Axolotl's configuration takes texts."""
    if isinstance(value, datetime.date):
        raise SettingError(f'chat.date is {value} without quotes; write "{value}"')
    try:
        return None if value is None else datetime.date.fromisoformat(str(value))
    except ValueError as error:
        raise SettingError(f"chat.date is {value!r}, not a date such as 2026-04-01") from error
