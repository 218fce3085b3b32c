"""The labels file: what the columns of a table are called, where the runs do not say it well.

```yaml
outputs/opencalm7b-1000: {model: OpenCALM-7B, steps: 1000, hours: 4.6}
models/open-calm-7b: {model: OpenCALM-7B, steps: 0}
```

A key is the adapter's folder, the model's, or the results file, as lm-eval was given it. What a
base is called holds for its adapters, too, unless they are called otherwise. Models stand in the
table in the order in which the file first names them.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from jmedlora.core.yaml_text import NotYamlError, read_nodes, value_of
from jmedlora.models.run_card_file import MOST
from jmedlora.report.load.results_file import ResultsError

Name = Annotated[str, Field(strict=True, min_length=1)]


class Label(BaseModel):
    """What a labels file says of one column; None or "" where it says nothing.

    steps: a number, or a text to show as it is. Step 0 is the base that others are compared with.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Name = ""
    steps: Annotated[int, Field(strict=True, ge=0, le=MOST)] | Name | None = None
    hours: Annotated[float, Field(strict=True, ge=0, le=MOST)] | None = None

    @field_validator("steps")
    @classmethod
    def _number(cls, steps: int | str | None) -> int | str | None:
        """A number in quotes is meant as one."""
        is_number = isinstance(steps, str) and steps.isdecimal() and len(steps) <= len(str(MOST))
        return int(steps) if isinstance(steps, str) and is_number else steps


FIELDS = {"model": "text", "steps": "whole number from 0 or a text", "hours": "number from 0"}


def read_labels(path: Path) -> dict[str, Label]:
    """The labels by key. Raises ResultsError naming the file, the key and the value at fault."""
    try:
        root = read_nodes(path)
        _refuse_repeated_keys(root)
        found = value_of(root)
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except NotYamlError as error:
        raise ResultsError(
            f"{path}: cannot be used ({error}); write YAML in UTF-8, each key once"
        ) from error
    if not isinstance(found, Mapping) or not found:
        raise ResultsError(f"{path}: no labels; write lines such as 'outputs/x: {{model: X}}'")
    return {str(key).rstrip("/"): _label(path, key, value) for key, value in found.items()}


def _refuse_repeated_keys(root: yaml.Node | None) -> None:
    """Raises NotYamlError for a key that stands twice, as a column's name or in its label."""
    if not isinstance(root, yaml.MappingNode):
        return
    for each in (root, *(value for _, value in root.value)):
        pairs = each.value if isinstance(each, yaml.MappingNode) else []
        counts = Counter(str(key.value).rstrip("/") for key, _ in pairs)
        if twice := next((key for key, count in counts.items() if count > 1), None):
            raise NotYamlError(f"'{twice}' stands twice")


def _label(path: Path, key: Any, value: Any) -> Label:
    if not isinstance(value, Mapping) or not value:
        raise ResultsError(f"{path}: {key} is {value!r}; give it model, steps or hours")
    for name, entry in value.items():
        if name not in FIELDS:
            raise ResultsError(f"{path}: {key} has '{name}'; the fields are {', '.join(FIELDS)}")
        if entry is None:
            raise _unusable(path, key, name, entry)
    try:
        return Label.model_validate(dict(value))
    except ValidationError as error:
        name = str(error.errors(include_url=False)[0]["loc"][0])
        raise _unusable(path, key, name, value[name]) from error


def _unusable(path: Path, key: Any, name: str, entry: Any) -> ResultsError:
    return ResultsError(f"{path}: {key}: {name} is {entry!r}; give a {FIELDS[name]}")
