"""A tokenizer that ends texts with another token than the model stops at, wherever that stands."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jmedlora.core.errors import FileError
from jmedlora.data.cli import main
from jmedlora.models.base_model import load_tokenizer

END = "<|endoftext|>"


@pytest.fixture
def model(tiny_model, tmp_path):
    """Its tokenizer ends a text with END, token 0; the model stops at 7."""
    folder = shutil.copytree(tiny_model, tmp_path / "model")
    (folder / "generation_config.json").write_text('{"eos_token_id": 7}')
    return folder


def change(path: Path, change: Callable[[dict], object]) -> None:
    """Puts the JSON object that ``change`` alters in place of that of ``path``."""
    record = json.loads(path.read_text(encoding="utf-8"))
    change(record)
    path.write_text(json.dumps(record), encoding="utf-8")


def drop(*names: str) -> Callable[[dict], object]:
    return lambda record: [record.pop(name, None) for name in names]


def in_the_vocabulary_alone(folder):
    change(folder / "tokenizer.json", drop("added_tokens"))
    change(folder / "tokenizer.json", lambda each: each["model"].update(vocab={END: 0, "a": 1}))
    change(folder / "tokenizer_config.json", drop("added_tokens_decoder"))


def in_a_vocabulary_of_pieces(folder):
    in_the_vocabulary_alone(folder)
    pieces = [[END, 0.0], ["a", -1.0]]
    change(folder / "tokenizer.json", lambda each: each["model"].update(vocab=pieces))


def in_the_map_of_special_tokens(folder):
    change(folder / "tokenizer_config.json", drop("eos_token"))
    (folder / "special_tokens_map.json").write_text(json.dumps({"eos_token": {"content": END}}))


def in_the_decoder(folder, value=None):
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.model").write_bytes(b"pieces")
    decoder = {"0": value or {"content": END}}
    change(folder / "tokenizer_config.json", lambda each: each.update(added_tokens_decoder=decoder))


def in_the_decoder_as_text(folder):
    in_the_decoder(folder, END)


def in_added_tokens(folder):
    in_the_decoder(folder, {"content": "x"})
    (folder / "added_tokens.json").write_text(json.dumps({END: 0}))


def in_vocab_json(folder):
    in_the_decoder(folder, {"content": "x"})
    (folder / "vocab.json").write_text(json.dumps({END: 0}))


PLACES = (
    in_the_vocabulary_alone,
    in_a_vocabulary_of_pieces,
    in_the_map_of_special_tokens,
    in_the_decoder,
    in_the_decoder_as_text,
    in_added_tokens,
    in_vocab_json,
)
SAID = f"the tokenizer ends a text with '{END}' (0), the model stops at 7; set eos_token_id in "


@pytest.mark.parametrize("place", PLACES)
def test_an_end_token_at_which_the_model_does_not_stop(model, capsys, place):
    place(model)
    assert main(["check-model", str(model)]) == 1
    assert f"{model}/tokenizer_config.json: {SAID}" in capsys.readouterr().err


@pytest.mark.parametrize("place", PLACES)
def test_an_end_token_at_which_it_stops(model, capsys, place):
    place(model)
    (model / "generation_config.json").write_text('{"eos_token_id": [7, 0]}')
    assert main(["check-model", str(model)]) == 0


def test_the_loaded_tokenizer_is_compared_too(model):
    """It knows more than the files: here the default of its class."""
    change(model / "tokenizer_config.json", drop("eos_token"))
    change(
        model / "tokenizer_config.json", lambda each: each.update(tokenizer_class="GPT2Tokenizer")
    )
    with pytest.raises(FileError, match=r"the tokenizer ends a text with .* the model stops at 7"):
        load_tokenizer(str(model))
    (model / "generation_config.json").write_text('{"eos_token_id": 0}')
    assert load_tokenizer(str(model)).eos_token_id == 0


@pytest.mark.parametrize(
    "content", ["[", "[]", '{"eos_token": 3}', '{"added_tokens_decoder": [1], "eos_token": "none"}']
)
def test_files_of_other_forms_are_no_traceback(model, capsys, content):
    for name in ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"):
        (model / name).write_text(content)
    assert main(["check-model", str(model)]) == 0
