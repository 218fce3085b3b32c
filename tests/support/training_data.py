"""Training records, recipes with a short prompt, and ``jmed-data check`` on them.

In the tiny tokenizer "~" is one token wherever it stands, so lengths can be read off the texts.
"""

import yaml

from jmedlora.data.cli import main
from tests.support.commands import ROOT

RECIPES = ROOT / "recipes"
GOOD = {"instruction": "~~", "input": "~~~", "output": "~~~~"}
"""13 tokens with PROMPT: 3 + 2 + 3 of the prompt, 4 and the end token of the answer."""
PROMPT = {"format": "~{instruction}~{input}~", "no_input_format": "~{instruction}~"}


def check(capsys, *args):
    """Exit status, standard output and standard error of ``jmed-data check``."""
    status = main(["check", *map(str, args)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def recipe(folder, name="opencalm7b", **changes):
    """A copy of a shipped recipe, with the short PROMPT."""
    content = yaml.safe_load((RECIPES / f"{name}.yml").read_text(encoding="utf-8"))
    path = folder / "recipe.yml"
    text = yaml.safe_dump({**content, "prompt": PROMPT, **changes}, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    return path


def with_recipe(tiny_model, path, kind="train"):
    return ["--for", kind, "--recipe", path, "--tokenizer", tiny_model]
