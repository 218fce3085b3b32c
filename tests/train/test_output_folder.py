"""The output folder before a run: a new one, one to go on in, or one of another run."""

import pytest

from jmedlora.models.run_card_file import write_card
from jmedlora.train.output_folder import complete_card, file_sizes, find_resume_checkpoint
from tests.support.plugin import on, stopped

pytestmark = pytest.mark.usefixtures("alone")
CONFIG = {
    "learning_rate": 5e-5,
    "max_steps": 8,
    "data": {"data/train.jsonl": "a" * 64},
    "prompt": {"format": "~" * 80 + "a", "no_input_format": "~"},
    "targets": ["query_key_value"] * 8,
}


def checkpoint(folder, step, *, card=None):
    """A complete checkpoint, or with ``card`` one that has another run card."""
    path = folder / f"checkpoint-{step}"
    (path / "shards").mkdir(parents=True)
    (path / "adapter_model.safetensors").write_bytes(b"w" * 100)
    (path / "shards" / "0.distcp").write_bytes(b"s" * 10)
    write_card(path, {"step": step, "files": file_sizes(path)} if card is None else card)
    return path


def run_folder(folder, *steps, status="running"):
    write_card(folder, {"config": CONFIG, "status": status, "step": max(steps, default=0)})
    for step in steps:
        checkpoint(folder, step)
    return folder


def test_a_new_folder_is_a_new_run(tmp_path, capsys):
    assert find_resume_checkpoint(tmp_path / "new", CONFIG) is None
    (tmp_path / "notes.txt").write_text("mine")
    assert find_resume_checkpoint(tmp_path, CONFIG) is None
    assert capsys.readouterr().err == ""


def test_a_run_without_a_checkpoint_starts_again(tmp_path):
    assert find_resume_checkpoint(run_folder(tmp_path), CONFIG) is None


@pytest.mark.parametrize(
    "name", ["checkpoint-8", "adapter_model.safetensors", "model-00001-of-2.safetensors", "a.bin"]
)
@pytest.mark.parametrize("card", [None, "", "{", "[]", "[" * 100_000, "\udcff"])
def test_a_folder_that_no_card_explains_is_left_alone(tmp_path, capsys, name, card):
    (tmp_path / name).mkdir()
    if card is not None:
        (tmp_path / "run_card.json").write_bytes(card.encode(errors="surrogateescape"))
    assert stopped(capsys, find_resume_checkpoint, tmp_path, CONFIG) == [
        f"jmed-train: {tmp_path} holds {name} but no readable run_card.json, so it is not known"
        " what made it; choose another --output_dir or move the folder away"
    ]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({**CONFIG, "learning_rate": 1e-4}, "learning_rate (5e-05, now 0.0001)"),
        ({**CONFIG, "adapter": "lora"}, 'adapter (null, now "lora")'),
        (
            {key: CONFIG[key] for key in ("data", "prompt", "targets")},
            "learning_rate (5e-05, now null); max_steps (8, now null)",
        ),
        (
            {**CONFIG, "data": {"data/train.jsonl": "b" * 64}},
            f'data.data/train.jsonl ("{"a" * 59}…, now "{"b" * 59}…)',
        ),
        (
            {**CONFIG, "prompt": {"format": "~" * 80 + "b", "no_input_format": "~"}},
            f'prompt.format (…{"~" * 10}a", now …{"~" * 10}b")',
        ),
        (
            {**CONFIG, "targets": ["query_key_value"] * 8 + ["dense"]},
            'targets (…key_value"], now …key_value", "dense"])',
        ),
        (
            {**CONFIG, "a": 1, "b": "甲", "c": [1], "d": True, "e": 5, "f": 6},
            'a (null, now 1); b (null, now "甲"); c (null, now [1]); d (null, now true) and 2 more',
        ),
    ],
)
@pytest.mark.parametrize("status", ["running", "complete"])
def test_a_folder_of_a_run_with_other_settings_is_left_alone(tmp_path, capsys, now, said, status):
    run_folder(tmp_path, 2, status=status)
    assert stopped(capsys, find_resume_checkpoint, tmp_path, now) == [
        f"jmed-train: {tmp_path} holds a run with other settings: {said}."
        " Start it as before, or choose another --output_dir"
    ]


def test_a_complete_run_is_not_repeated(tmp_path, capsys):
    run_folder(tmp_path, 2, 8, status="complete")
    assert stopped(capsys, find_resume_checkpoint, tmp_path, CONFIG, status=0) == [
        f"jmed-train: {tmp_path} is complete (8 steps); nothing to do. For another run choose"
        " another --output_dir"
    ]


def test_the_newest_checkpoint_is_that_of_the_most_steps(tmp_path, capsys):
    run_folder(tmp_path, 2, 10, 9)
    (tmp_path / "checkpoint-best").mkdir()
    found = find_resume_checkpoint(tmp_path, CONFIG)
    assert (found.path, found.step, found.card["step"]) == (tmp_path / "checkpoint-10", 10, 10)
    assert capsys.readouterr().err == f"jmed-train: going on from {tmp_path}/checkpoint-10\n"


def cut(path):
    (path / "adapter_model.safetensors").write_bytes(b"w" * 99)


def lose(path):
    (path / "shards" / "0.distcp").unlink()


def leave_half(path):
    (path / "optimizer.pt").write_bytes(b"")


def without_card(path):
    (path / "run_card.json").unlink()


def half_card(path):
    card = path / "run_card.json"
    card.write_bytes(card.read_bytes()[:-9])


def no_files(path):
    write_card(path, {"step": 4, "files": {}})


def files_are_a_list(path):
    write_card(path, {"step": 4, "files": ["adapter_model.safetensors"]})


@pytest.mark.parametrize(
    "damage", [cut, lose, leave_half, without_card, half_card, no_files, files_are_a_list]
)
def test_a_half_written_checkpoint_is_set_aside_and_the_one_before_used(tmp_path, capsys, damage):
    run_folder(tmp_path, 2, 4)
    damage(tmp_path / "checkpoint-4")
    assert complete_card(tmp_path / "checkpoint-4") is None
    assert find_resume_checkpoint(tmp_path, CONFIG).path == tmp_path / "checkpoint-2"
    assert capsys.readouterr().err.splitlines() == [
        f"jmed-train: {tmp_path}/checkpoint-4 was not written to its end and is not used;"
        " it is now broken-checkpoint-4, to be deleted",
        f"jmed-train: going on from {tmp_path}/checkpoint-2",
    ]
    left = sorted(path.name for path in tmp_path.iterdir() if path.is_dir())
    assert left == ["broken-checkpoint-4", "checkpoint-2"]


def test_a_second_broken_checkpoint_of_a_step_gets_a_name_of_its_own(tmp_path, capsys):
    run_folder(tmp_path, 4)
    for number in ("", "-2"):
        (tmp_path / f"broken-checkpoint-4{number}").mkdir()
    cut(tmp_path / "checkpoint-4")
    assert find_resume_checkpoint(tmp_path, CONFIG) is None  # none is left: from the start
    assert (tmp_path / "broken-checkpoint-4-3").is_dir()
    assert "it is now broken-checkpoint-4-3, to be deleted" in capsys.readouterr().err


def test_other_processes_use_the_same_checkpoint_and_move_nothing(tmp_path, monkeypatch, capsys):
    run_folder(tmp_path, 2, 4)
    cut(tmp_path / "checkpoint-4")
    on(monkeypatch, 2, rank=1)
    assert find_resume_checkpoint(tmp_path, CONFIG).path == tmp_path / "checkpoint-2"
    assert (tmp_path / "checkpoint-4").is_dir()
    assert capsys.readouterr().err == ""


def test_a_card_whose_config_is_no_object_is_of_another_run(tmp_path, capsys):
    run_folder(tmp_path, 2)
    write_card(tmp_path, {"config": [1], "status": "running"})
    (line,) = stopped(capsys, find_resume_checkpoint, tmp_path, {"max_steps": 8})
    assert "holds a run with other settings: max_steps (null, now 8). Start it" in line


def test_a_run_that_saved_nothing_binds_no_settings(tmp_path, capsys):
    """The corrected command after a start that failed needs no new folder."""
    run_folder(tmp_path)
    assert find_resume_checkpoint(tmp_path, {**CONFIG, "learning_rate": 1e-4}) is None
    assert capsys.readouterr().err == ""
    write_card(tmp_path, {"config": CONFIG, "status": "complete"})
    (line,) = stopped(capsys, find_resume_checkpoint, tmp_path, {**CONFIG, "max_steps": 9})
    assert "holds a run with other settings: max_steps (8, now 9)" in line
