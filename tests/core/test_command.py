"""Programs and their commands: what a command line runs, and what it does not even import."""

import subprocess
import sys

import pytest

from jmedlora.core.cli.arguments import bounded_number, positive, whole
from jmedlora.core.cli.command import Command, Program, build_parser, run_program
from tests.support.programs import PROGRAMS


def command(name, done, text="Do it. At once."):
    return Command(
        name=name,
        text=text,
        options=lambda parser: parser.add_argument("--times", type=positive, default=1),
        run=lambda args: done.append((name, args.times)) or args.times,
        example=f"prog {name}",
        see="nothing",
    )


def program(*commands):
    return Program(name="prog", text="Do.", commands=commands, example="prog a", see="nothing")


def test_the_named_command_runs_with_its_options():
    done = []
    both = program(command("a", done), command("b", done))
    assert run_program(both, ["b", "--times", "3"]) == 3
    assert done == [("b", 3)]


@pytest.mark.parametrize("words", [[], ["c"], ["a", "--times", "0"], ["a", "--no-such"]])
def test_wrong_usage_is_status_2(words, capsys):
    done = []
    with pytest.raises(SystemExit) as ended:
        run_program(program(command("a", done)), words)
    assert (ended.value.code, done) == (2, [])
    assert capsys.readouterr().err.startswith("usage: prog")


def test_the_first_sentence_of_a_command_stands_on_the_page_of_the_program(capsys):
    with pytest.raises(SystemExit) as ended:
        run_program(program(command("a", [])), ["--help"])
    assert ended.value.code == 0
    assert "    a         Do it\n" in capsys.readouterr().out


def test_a_command_that_is_not_named_gets_no_options():
    def refuse(parser):
        raise AssertionError

    other = Command(name="b", text="B.", options=refuse, run=lambda _: 0, example="b", see="b")
    build_parser(program(command("a", []), other), ["a"]).parse_args(["a"])


SLOW = ("numpy", "scipy", "torch", "transformers", "peft", "lm_eval", "datasets", "rapidfuzz")
"""Packages that take long to import."""


@pytest.mark.parametrize("each", PROGRAMS, ids=[each.name for each in PROGRAMS])
def test_the_page_of_a_program_imports_nothing_slow(each):
    room = each.name.removeprefix("jmed-")
    code = (
        f"import sys; from jmedlora.{room}.cli import main\n"
        "try: main(['--help'])\n"
        f"except SystemExit: sys.exit(' '.join({set(SLOW)!r} & sys.modules.keys()))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (1, "\n")  # exit("") is status 1


@pytest.mark.parametrize("name", ["merge", "quantize"])
def test_the_page_of_a_command_of_jmed_train_imports_nothing_slow(name):
    code = (
        "import sys; from jmedlora.train.cli import main\n"
        f"try: main(['{name}', '--help'])\n"
        f"except SystemExit: sys.exit(' '.join({set(SLOW)!r} & sys.modules.keys()))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (1, "\n")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (whole, "0", 0),
        (positive, "1", 1),
        (positive, "999999999", 999_999_999),
        (bounded_number(lambda x: x > 0, "more"), "1e-3", 0.001),
    ],
)
def test_numbers(kind, text, value):
    assert kind(text) == value


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        (whole, "-1", "give a whole number from 0"),
        (positive, "0", "give a whole number from 1"),
        (positive, "1.0", "give a whole number from 1"),
        (whole, "\uff11", "give a whole number from 0"),  # a full-width 1
        (whole, "1234567890", "give a whole number from 0"),
        (bounded_number(lambda x: 0 < x <= 1, "a share"), "0", "give a share"),
        (bounded_number(lambda x: 0 < x <= 1, "a share"), "nan", "give a share"),
        (bounded_number(lambda x: 0 < x <= 1, "a share"), "half", "give a share"),
    ],
)
def test_what_is_no_such_number(kind, text, wanted):
    with pytest.raises(Exception, match=wanted) as caught:
        kind(text)
    assert type(caught.value).__name__ == "ArgumentTypeError"
    assert str(caught.value).startswith(f"'{text}': ")
