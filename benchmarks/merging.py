"""What merging changes: merged models against the adapter kept apart on its 4-bit base.

``python -m benchmarks.merging RUN COPY TEXT MERGED...``: RUN is a QLoRA run of a recipe, COPY the
4-bit copy of its base (``jmed-train quantize``), TEXT a file whose lines are prompts, MERGED what
``jmed-train merge`` wrote. The merged models are computed as they are stored. The adapter kept
apart is computed in bfloat16, as on a GPU, and in float32, which shows what bfloat16 does alone.
"""

import argparse
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchmarks.report import show

TOKENS, WINDOW = 512, 128
ANSWERS, LENGTH = 10, 24
"""Prompts that are answered greedily, and tokens of an answer."""

Answered = tuple[torch.Tensor, list[str]]
"""Logits (TOKENS, vocabulary), and the answers."""


def main() -> None:
    args = _arguments()
    tokenizer = AutoTokenizer.from_pretrained(args.copy, padding_side="left")
    prompts = args.text.read_text(encoding="utf-8").splitlines()
    first = ask(_apart(args.run, args.copy, torch.bfloat16), tokenizer, prompts)
    exact = ask(_apart(args.run, args.copy, torch.float32), tokenizer, prompts)
    rows = [compare("not merged, float32", exact, first)]
    for folder in args.merged:
        model = AutoModelForCausalLM.from_pretrained(folder, dtype="auto")
        rows.append(compare(f"{folder}, {model.dtype}", ask(model, tokenizer, prompts), first))
    deviation = f"{first[0].std():.2f}"
    header = ("model", "mean", "largest", "same token", "KL, nats", "same answers")
    show(f"Against not merged, bfloat16; logits' standard deviation {deviation}", header, rows)


def _apart(run: Path, copy: Path, dtype: torch.dtype) -> Any:
    """A 4-bit layer multiplies with dequantized weights, so they are dequantized once, before."""
    base = AutoModelForCausalLM.from_pretrained(copy, dtype=torch.bfloat16).dequantize()
    return PeftModel.from_pretrained(base.to(dtype), run)


def ask(model: Any, tokenizer: Any, prompts: list[str]) -> Answered:
    ids = tokenizer("\n".join(prompts), return_tensors="pt").input_ids[0, :TOKENS]
    if len(ids) < TOKENS:
        raise SystemExit(f"the text has {len(ids)} tokens, not {TOKENS}")
    asked = tokenizer(prompts[:ANSWERS], return_tensors="pt", padding=True)
    with torch.inference_mode():
        logits = model.eval()(ids.view(-1, WINDOW)).logits.float().flatten(0, 1)
        written = model.generate(**asked, do_sample=False, max_new_tokens=LENGTH)
    return logits, tokenizer.batch_decode(written[:, asked.input_ids.shape[1] :])


def compare(name: str, found: Answered, first: Answered) -> tuple[str, ...]:
    """A row of the table; KL is that of ``found`` from ``first``, the mean over tokens."""
    apart = (found[0] - first[0]).abs()
    known, other = first[0].log_softmax(-1), found[0].log_softmax(-1)
    divergence = (known.exp() * (known - other)).sum(-1).mean()
    token = (found[0].argmax(-1) == first[0].argmax(-1)).float().mean()
    answers = sum(one == two for one, two in zip(found[1], first[1], strict=True))
    return (
        name, f"{apart.mean():.4f}", f"{apart.max():.2f}", f"{token:.1%}", f"{divergence:.1e}",
        f"{answers} of {len(found[1])}",
    )  # fmt: skip


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare merged models with the adapter apart.")
    for name in ("run", "copy", "text"):
        parser.add_argument(name, type=Path)
    parser.add_argument("merged", type=Path, nargs="+")
    return parser.parse_args()


if __name__ == "__main__":
    main()
