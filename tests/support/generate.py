"""Documents, and ``jmed-data generate`` on them."""

import json
from pathlib import Path

from jmedlora.data.cli import main

SENTENCE = "文書{}の第{}文であり、内容は互いに異なる。"


def write_documents(folder: Path) -> Path:
    """Three documents of two chunks each at ``--max-chars 50``."""
    folder.mkdir()
    for name in "abc":
        text = "".join(SENTENCE.format(name, number) for number in range(1, 5))
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def generate(docs, server, *options: str, out=None) -> int:
    """Nothing is searched for personal data, unless ``options`` say so."""
    return main(
        ["generate", str(docs), "--out", str(out or docs.parent / "out"), "--model", "tiny",
         "--base-url", getattr(server, "url", server), "--max-chars", "50", "--yes",
         "--personal", "allow", *options]
    )  # fmt: skip


def lines(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
