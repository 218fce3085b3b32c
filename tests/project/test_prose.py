"""What is written in English begins with its subject: pages, docstrings, help and printed text."""

import re
from pathlib import Path

import pytest

from tests.support.commands import ROOT

SUFFIXES = {".md", ".py", ".js", ".jinja", ".json", ".yml", ".yaml"}
FOLDERS = ("benchmarks", "docs", "jmed_metrics", "jmedlora", "lm_eval_tasks", "recipes", "scripts",
           "tests")  # fmt: skip
OTHERS = ("vendor", "axe", "__pycache__")
"""Folders with the programs of others, and none of ours."""
INVERSIONS = (
    r"\b(?:Of|Nor|Neither) [^\n]{0,40}",
    r"\b(?:Below|Behind|Beside|In brackets)\b[^.:;|]{0,40} (?:stands?|lies?|follows?)\b",
    r"\b(?:Asked|Bold|Counted|Found|Given|Kept|Named|Optional|Shown|Watched) (?:is|are|was|were)\b",
    r"\bThen follows? (?:the|an?)\b",
    r"\bhelp=f?[\"'](?:of|that)\b",
)
TEN = (
    "Of three models, one, without rates and floors",
    "the worked example of 1 shot is what the model never saw",
    "Killed at any moment, the same command goes on",
    "all edited in 10 %, but 28 % in 25 %",
    "but for width",
    "No hit is no proof",
    "Those of ``",
    "of any but k",
    "since it is not ours",
    "begins anew",
)
"""The sentences with which the issue of the prose began, each by words that no other has."""
FOUND = re.compile("|".join((*INVERSIONS, *map(re.escape, TEN))))


def files() -> list[Path]:
    """Every file with text of ours in English."""
    found = [path for name in FOLDERS for path in (ROOT / name).rglob("*")]
    return [
        path
        for path in (*ROOT.glob("*.md"), *found)
        if path.suffix in SUFFIXES
        and not path.name.endswith(".ja.md")
        and not {*OTHERS} & {*path.parts}
        and path != Path(__file__)
    ]


def as_read(text: str) -> str:
    """``text`` with its lines joined as a reader joins them, within a comment or a string too."""
    return re.sub(r" ?[\"']?\n[ \t]*(?:#+ )?(?:[rf]*[\"'](?!\"\"))?", " ", text)


def telegrams(text: str) -> list[str]:
    return [match.group() for match in FOUND.finditer(as_read(text))]


def test_sentences_begin_with_their_subject():
    looked_at = files()
    assert len(looked_at) > 500
    found = [
        f"{path.relative_to(ROOT)}: {each}"
        for path in looked_at
        for each in telegrams(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "In brackets stand 95 % intervals.",
        "- Nor does the model card load anything.",
        '"""Of a single character only a mark."""',
        "Behind a score\n  stands its difference",
        "Asked were the first 20 characters",
        '"alike: repeated but for "\n        "width, case and white space"',
        "# Below an exam\n# stand two accuracies",
        "Those of ``ids`` that no question has",
        'help="of the draw (default: 0)"',
    ],
)
def test_a_sentence_that_does_not_is_found(text):
    assert len(telegrams(f"Scores are from 0 to 1.\n{text}\n")) == 1


@pytest.mark.parametrize(
    "text", ["None of these", "Also of interest", "What stands below it", "Often"]
)
def test_others_are_not(text):
    assert telegrams(text) == []


JAPANESE = {
    "解答": "回答 (a model's) or 正解 (the right one)",
    "計算機": "マシン",
    "コンピューター": "マシン",
}
"""Words that the pages said beside the one that they say everywhere."""


def test_a_thing_has_one_name_in_japanese():
    pages = [*ROOT.glob("*.ja.md"), *(ROOT / "docs").glob("*.ja.md"),
             *(ROOT / "scripts").rglob("*.ja.md")]  # fmt: skip
    assert len(pages) > 15
    found = [
        f"{page.relative_to(ROOT)}: {word}; write {instead}"
        for page in pages
        for word, instead in JAPANESE.items()
        if word in page.read_text(encoding="utf-8")
    ]
    assert found == []
