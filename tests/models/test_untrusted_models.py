"""What of a stranger's model or adapter can act, loaded as lm-eval does for ``--model hf``."""

import json
import pickle
import shutil
from pathlib import Path

import pytest
import torch
from lm_eval.models.huggingface import HFLM


class Act:
    """Pickled, it is a call: whoever unpickles it makes the file."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


@pytest.fixture
def model(tiny_model, tmp_path):
    return shutil.copytree(tiny_model, tmp_path / "model")


def pickle_weights(folder, name, mark):
    torch.save({"weight": Act(mark)}, folder / name)


def add_code(path, kind, mark):
    """Names a class in a Python file of the folder, as models with code of their own do."""
    code = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n"
    (path.parent / "own.py").write_text(code, encoding="utf-8")
    settings = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**settings, **kind}), encoding="utf-8")


def test_a_pickle_that_is_loaded_acts(tmp_path, mark):
    """Why the others matter: without torch's restriction to tensors the file would be made."""
    pickle_weights(tmp_path, "weights.bin", mark)
    torch.load(tmp_path / "weights.bin", weights_only=False)
    assert mark.exists()


def test_pickled_weights_of_a_model_are_not_run(model, mark):
    (model / "model.safetensors").unlink()
    pickle_weights(model, "pytorch_model.bin", mark)
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        HFLM(pretrained=str(model), device="cpu")
    assert not mark.exists()


def test_pickled_weights_of_an_adapter_are_not_run(model, mark, tmp_path):
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    config = {"peft_type": "LORA", "target_modules": ["query_key_value"], "task_type": "CAUSAL_LM"}
    (adapter / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    pickle_weights(adapter, "adapter_model.bin", mark)
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        HFLM(pretrained=str(model), peft=str(adapter), device="cpu")
    assert not mark.exists()


@pytest.mark.parametrize(
    ("file", "kind", "loads"),
    [
        ("config.json", {"auto_map": {"AutoConfig": "own.Own"}, "model_type": "own"}, False),
        ("config.json", {"auto_map": {"AutoModelForCausalLM": "own.Own"}}, True),
        (
            "tokenizer_config.json",
            {"auto_map": {"AutoTokenizer": ["own.Own", None]}, "tokenizer_class": "Own"},
            True,
        ),
    ],
)
def test_code_in_a_models_folder_is_not_run(model, mark, monkeypatch, tmp_path, file, kind, loads):
    """Where transformers has a class for it the model loads with that one, else it is refused."""
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "own"))
    add_code(model / file, kind, mark)
    if loads:
        HFLM(pretrained=str(model), device="cpu")
    else:
        with pytest.raises(ValueError, match="trust_remote_code=True"):
            HFLM(pretrained=str(model), device="cpu")
    assert not mark.exists()
    with pytest.raises(AttributeError, match="Own"):  # the file makes the mark, and has no class
        HFLM(pretrained=str(model), device="cpu", trust_remote_code=True)
    assert mark.exists()
