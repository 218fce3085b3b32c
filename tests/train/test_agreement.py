"""What one process of a training finds otherwise than the others ends all of them."""

import platform
import sys

import pytest

from jmedlora.models.run_card_file import write_card
from jmedlora.train import agreement
from tests.support.connected import run_connected
from tests.support.plugin import stopped

HERE = platform.node()
CARD = {
    "config": {"learning_rate": 2e-4, "data": {"data/train.jsonl": "ab12"}},
    "packages": {"torch": "2.13.0"},
    "step": 4,
    "starts": 2,
}


def require(folder, card, said):
    """What a process does; it hands over what it says."""
    sys.stderr = said.open("w", encoding="utf-8")
    agreement.PATIENCE = 0.2
    agreement.require_agreement(folder, card)


def ended(tmp_path, folders, *cards):
    """(status, what was said) of both processes; the first has written its card beforehand."""
    said = [tmp_path / f"said-{rank}" for rank in (0, 1)]
    write_card(folders[0], cards[0])
    statuses = run_connected(require, *zip(folders, cards, said, strict=True))
    return [(status, path.read_text()) for status, path in zip(statuses, said, strict=True)]


def test_processes_that_agree_go_on(tmp_path):
    folder = tmp_path / "output"
    assert ended(tmp_path, [folder, folder], CARD, CARD) == [(0, ""), (0, "")]


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (
            {"step": 2},
            "step (4, there 2)",
        ),
        (
            {"config": {"learning_rate": 2e-4, "data": {"data/train.jsonl": "cd34"}}},
            'config.data.data/train.jsonl ("ab12", there "cd34")',
        ),
        (
            {"packages": {"torch": "2.12.0"}},
            'packages.torch ("2.13.0", there "2.12.0")',
        ),
    ],
)
def test_what_a_process_finds_otherwise_is_said_on_each_machine(tmp_path, other, difference):
    folder = tmp_path / "output"
    line = (
        f"jmed-train: process 1 on machine {HERE} would train something else than process 0 on "
        f"{HERE}: {difference}. All machines need the same recipe, data and packages, and must "
        "see the same checkpoints\n"
    )
    assert ended(tmp_path, [folder, folder], CARD, CARD | other) == [(1, line)] * 2


@pytest.mark.parametrize("before", [None, {**CARD, "starts": 1}])
def test_an_output_folder_that_is_not_shared_is_refused(tmp_path, before):
    """The other machine has a folder of that name, or even an old card in it."""
    own, other = tmp_path / "own", tmp_path / "other"
    if before:
        write_card(other, before)
    line = (
        "jmed-train: {}: process 1 on machine {} does not see what process 0 on {} wrote there. "
        "The output folder must be one that all machines share\n"
    )
    assert ended(tmp_path, [own, other], CARD, CARD) == [
        (1, line.format(folder, HERE, HERE)) for folder in (own, other)
    ]


def test_a_process_started_alone_although_others_were_asked_for(monkeypatch, capsys):
    """accelerate launch --num_machines 2 without --multi_gpu, on a machine with one GPU."""
    for name in ("WORLD_SIZE", "RANK", "LOCAL_RANK", "MASTER_ADDR"):
        monkeypatch.delenv(name, raising=False)
    agreement.require_company()  # one process that nobody else was asked for
    monkeypatch.setenv("MASTER_ADDR", "10.0.0.1")
    (line,) = stopped(capsys, agreement.require_company)
    assert line == (
        "jmed-train: this process would train alone, although MASTER_ADDR is set. accelerate "
        "launch --num_machines N and --num_processes N need --multi_gpu beside them; for one "
        "process, unset MASTER_ADDR"
    )
    monkeypatch.setenv("WORLD_SIZE", "2")
    agreement.require_company()
