"""``jmed-train merge`` and ``quantize`` before a model is loaded."""

from pathlib import Path

import pytest

from jmedlora.core.errors import UserError
from jmedlora.train.cli import main
from jmedlora.train.model_making import making_model

REFUSED = "telemetry or the Hub would be used; run: export HF_HUB_OFFLINE=1"


@pytest.mark.parametrize("words", [["merge", "outputs/run"], ["quantize", "models/base"]])
def test_nothing_is_done_without_the_exports(monkeypatch, capsys, tmp_path, words):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    assert main([*words, str(tmp_path / "new")]) == 1
    assert capsys.readouterr() == ("", f"jmed-train: {REFUSED}\n")
    assert not (tmp_path / "new").exists()


class OutOfMemoryError(RuntimeError):
    """torch's bears this name."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OSError(28, "No space left on device"),
            "no space left on the disk; free some space, or name another folder",
        ),
        (OutOfMemoryError(), "not enough memory for the model; use a machine with more"),
    ],
)
def test_what_the_machine_lacks_is_said_in_a_line(error, said, private):
    with pytest.raises(UserError) as caught, making_model(Path("new")):
        raise error
    assert str(caught.value) == f"new: {said}"


def test_a_bug_while_a_model_is_made_stays_one(private):
    with pytest.raises(ZeroDivisionError), making_model(Path("new")):
        raise ZeroDivisionError


@pytest.fixture
def private(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("DO_NOT_TRACK", "1")


def last_line(capsys):
    """The last line of standard error: torch and bitsandbytes may have warned there before."""
    return capsys.readouterr().err.splitlines()[-1]


def test_what_is_no_run_of_a_recipe_is_not_merged(private, capsys, tmp_path):
    assert main(["merge", str(tmp_path), str(tmp_path / "new")]) == 1
    assert last_line(capsys) == (
        f"jmed-train: {tmp_path}: is not a run of a recipe with an adapter (adapter_config.json, "
        "run_card.json); name an output folder or a checkpoint"
    )


def test_a_folder_that_holds_something_is_not_written_to(private, capsys, tmp_path, tiny_model):
    (tmp_path / "kept").touch()
    assert main(["quantize", str(tiny_model), str(tmp_path)]) == 1
    assert last_line(capsys) == f"jmed-train: {tmp_path}: is not empty; name a new folder"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_4_bit_copy_needs_bitsandbytes(private, capsys, tmp_path, tiny_model, monkeypatch):
    monkeypatch.setattr("jmedlora.train.quantize.find_spec", lambda name: None)
    assert main(["quantize", str(tiny_model), str(tmp_path / "new")]) == 1
    assert last_line(capsys) == (
        "jmed-train: 4-bit models need bitsandbytes; run: pip install 'jmedlora[train]'"
    )
