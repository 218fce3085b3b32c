"""The README as steps: each of its sections with something to run, in their order."""

import re
from dataclasses import dataclass

from tests.support.commands import ROOT

LEFT_OUT = "make demo"
"""What begins the block that a first hour does not run."""


@dataclass(frozen=True, slots=True)
class Step:
    """A section. blocks: shell scripts."""

    title: str
    blocks: tuple[str, ...]


def steps() -> list[Step]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = []
    for section in re.split(r"^## ", text, flags=re.MULTILINE):
        title, _, rest = section.partition("\n")
        code = re.findall(r"^```(sh|python)\n(.*?)^```$", rest, flags=re.MULTILINE | re.DOTALL)
        scripts = [_script(language, block) for language, block in code]
        blocks = tuple(each for each in scripts if not each.startswith(LEFT_OUT))
        if blocks:
            found.append(Step(title, blocks))
    return found


def _script(language: str, block: str) -> str:
    return block if language == "sh" else f"python - <<'END'\n{block}END\n"
