"""The --help of every command reads like a manual page, and its example can be given as it is."""

import re
import shlex

import pytest

from jmedlora.core.cli.command import build_parser
from jmedlora.core.cli.manual_page import filled, manual
from tests.support.commands import ROOT
from tests.support.manual import page, sections
from tests.support.programs import PROGRAMS

TOP = {program.name: program for program in PROGRAMS}
PAGES = {name: (program,) for name, program in TOP.items()} | {
    f"{name} {command.name}": (program, command.name)
    for name, program in TOP.items()
    for command in program.commands
}
"""Every command as it is given in a shell, and what names its page."""


def test_these_are_the_commands():
    assert len(PAGES) == 3 + 13 + 13 + 2


@pytest.mark.parametrize("command", PAGES)
def test_a_manual_page(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    shown = page(*PAGES[command])
    found = sections(shown)
    assert {"exit status", "example", "see also"} <= found.keys()
    statuses = re.findall(r"^  (\d+): \S", "\n".join(found["exit status"]), re.MULTILINE)
    assert statuses == ["0", "1", "2", "70", "130"]
    assert "reads" in found or "writes" in found or command in TOP
    told = [line for line in shown.splitlines() if not line.startswith("    ")]
    assert max(map(len, told)) <= 80


@pytest.mark.parametrize("command", PAGES)
def test_the_example_is_one_line_that_parses(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")  # it is not wrapped, however narrow the terminal
    (line,) = sections(page(*PAGES[command]))["example"]
    assert line.strip().startswith(f"{command} ")
    (name,) = (each for each in TOP if line.strip().startswith(f"{each} "))
    argv = shlex.split(line.strip().removeprefix(name))
    build_parser(TOP[name], argv).parse_args(argv)


@pytest.mark.parametrize("command", PAGES)
def test_what_it_points_to_exists(command):
    see = " ".join(sections(page(*PAGES[command]))["see also"])
    for word in see.replace(",", " ").replace(";", " ").replace(":", " ").split():
        assert "/" not in word or (ROOT / word).exists(), word
    named = [each for each in PAGES if each in see]
    assert named or "/" in see


def test_prose_is_wrapped_at_its_indent_and_an_example_is_not():
    text = manual(
        example="a " * 30 + "b",
        sections={"reads": "one two three four five six"},
        status={},
        see="x",
    )
    lines = filled(text, 24).splitlines()
    assert lines[:3] == ["reads:", "  one two three four", "    five six"]
    assert f"    {'a ' * 30}b" in lines
