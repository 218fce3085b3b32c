"""The recipe as it was run, command line included, beside what it trained."""

from pathlib import Path
from typing import Any

import yaml

from jmedlora.core.atomic_write import atomic_write

RECIPE = "recipe.yml"


class _BlockDumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, as the recipes do."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        style = "|" if "\n" in data else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_BlockDumper.add_representer(str, _BlockDumper.represent_str)


def write_recipe(cfg: Any, path: Path) -> None:
    """Writes the settings of ``cfg`` to ``path``: they can be given to Axolotl again."""
    settings = {k: v for k, v in cfg.to_dict().items() if k != "axolotl_config_path"}
    text = yaml.dump(settings, Dumper=_BlockDumper, allow_unicode=True, sort_keys=False, width=1000)
    with atomic_write(path) as file:
        file.write(f"# As run, with the command line's overrides.\n{text}".encode())
