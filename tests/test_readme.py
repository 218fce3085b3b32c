"""Both READMEs show the same commands, and what they name exists."""

import re

import pytest

from jmed_data.cli import main as jmed_data
from jmed_report.cli import main as jmed_report
from tests.conftest import ROOT, TASKS

READMES = ("README.md", "README.ja.md")


def blocks(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r"^```.*?^```", text, flags=re.MULTILINE | re.DOTALL)


def test_both_languages_show_the_same_blocks():
    english, japanese = map(blocks, READMES)
    assert len(english) > 5
    assert english == japanese


@pytest.mark.parametrize("name", READMES)
def test_every_task_is_named_and_every_name_is_a_task(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    leaves = {path.stem for path in TASKS.glob("*.yaml") if not path.name.startswith("_")}
    years = {f"igakuqa_{year}" for year in range(2019, 2022)}  # shown as a range
    assert {leaf for leaf in leaves - years if f"`{leaf}`" not in text} == set()
    asked = re.findall(r"--tasks ([a-z0-9_,]+)", text)
    assert asked
    assert {task for tasks in asked for task in tasks.split(",")} <= leaves


@pytest.mark.parametrize("name", READMES)
def test_the_first_forty_lines_hold_a_command_and_its_output(name):
    head = "\n".join((ROOT / name).read_text(encoding="utf-8").splitlines()[:40])
    assert "make demo" in head
    assert "igakuqa|template:ja|shots:1|n:1455|" in head


@pytest.mark.parametrize(
    ("command", "subcommands"),
    [
        (
            jmed_data,
            (
                *("fetch", "where", "check", "check-model"),
                *("generate", "parse", "describe", "overlap"),
            ),
        ),
        (
            jmed_report,
            ("signature", "scores", "table", "plot", "responses", "exam", "consistency"),
        ),
    ],
)
def test_help_ends_with_an_example(command, subcommands, capsys):
    for subcommand in subcommands:
        with pytest.raises(SystemExit, match="0"):
            command([subcommand, "--help"])
        assert f"example: jmed-{'data' if command is jmed_data else 'report'} {subcommand} " in (
            capsys.readouterr().out
        )


@pytest.mark.parametrize("name", READMES)
def test_nothing_is_left_to_be_filled_in(name):
    assert not re.search(r"@@|TODO|FIXME|XXX", (ROOT / name).read_text(encoding="utf-8"))
