"""The --help of every command reads like a manual page, and its example can be given as it is."""

import re
import shlex

import pytest

from jmedlora.core.cli.manual_page import ManualPage, manual
from jmedlora.data import cli as data_cli
from jmedlora.report import cli as report_cli
from jmedlora.train import merge, quantize
from tests.conftest import ROOT
from tests.support.manual import sections, subparsers

TOP = {
    parser.prog: parser
    for parser in (data_cli._parser(), report_cli._parser(), merge._parser(), quantize._parser())
}
PAGES = TOP | {
    f"{prog} {name}": each
    for prog, parser in TOP.items()
    for name, each in subparsers(parser).items()
}
"""Every command with its parser, as it is given in a shell."""


def test_these_are_the_commands():
    assert len(PAGES) == 2 + 8 + 7 + 2


@pytest.mark.parametrize("command", PAGES)
def test_a_manual_page(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    page = PAGES[command].format_help()
    found = sections(page)
    assert {"exit status", "example", "see also"} <= found.keys()
    statuses = re.findall(r"^  (\d+): \S", "\n".join(found["exit status"]), re.MULTILINE)
    assert statuses == ["0", "1", "2", "130"]
    assert "reads" in found or "writes" in found or command in ("jmed-data", "jmed-report")
    told = [line for line in page.splitlines() if not line.startswith("    ")]
    assert max(map(len, told)) <= 80


@pytest.mark.parametrize("command", PAGES)
def test_the_example_is_one_line_that_parses(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")  # it is not wrapped, however narrow the terminal
    (line,) = sections(PAGES[command].format_help())["example"]
    assert line.strip().startswith(f"{command} ")
    (prog,) = (each for each in TOP if line.strip().startswith(f"{each} "))
    TOP[prog].parse_args(shlex.split(line.strip().removeprefix(prog)))


@pytest.mark.parametrize("command", PAGES)
def test_what_it_points_to_exists(command):
    see = " ".join(sections(PAGES[command].format_help())["see also"])
    for word in see.replace(",", " ").replace(";", " ").replace(":", " ").split():
        assert "/" not in word or (ROOT / word).exists(), word
    named = [each for each in PAGES if each in see]
    assert named or "/" in see


def test_prose_is_wrapped_at_its_indent_and_an_example_is_not():
    text = manual(
        example="a " * 30 + "b", sections={"reads": "one two three four five six"}, see="x"
    )
    lines = ManualPage("prog", width=24)._fill_text(text, 24, "").splitlines()
    assert lines[:3] == ["reads:", "  one two three four", "    five six"]
    assert f"    {'a ' * 30}b" in lines
