"""The run card as a file."""

import pytest

from jmedlora.models.run_card_file import read_card, write_card


def test_a_card_is_replaced_in_one_step(tmp_path, monkeypatch):
    folder = tmp_path / "deep" / "folder"
    write_card(folder, {"step": 1, "text": "甲"})
    assert read_card(folder) == {"step": 1, "text": "甲"}
    assert [path.name for path in folder.iterdir()] == ["run_card.json"]
    with pytest.raises(TypeError):
        write_card(folder, {"step": 2, "text": object()})  # ended in the middle
    assert read_card(folder) == {"step": 1, "text": "甲"}
