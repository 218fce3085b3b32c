"""How much arithmetic a training step needs, and how much a card can do.

Floating-point operations a token, a multiplication and an addition counted as two:

    forward                     2 x W                  W: weights of the linear layers and the head
    backward, activations       2 x W
    backward, weights           2 x W                  full fine-tuning only
    adapter                     6 x A                  A: its parameters; forward and backward
    attention                   3 x 2 x layers x hidden x length

Attention is causal, so each token meets half of the row on average: 2 x length x hidden for
scores and sum together, twice that again in the backward pass. What gradient checkpointing
computes a second time is not counted (Chowdhery et al., PaLM, appendix B: model FLOPs), nor are
embeddings, norms and the optimizer.
"""

from transformers import PretrainedConfig

TERA = 1e12
PEAKS = {
    "H200": (989.4, 494.7),
    "H100 PCIe": (756.0, 378.0),
    "H100 NVL": (835.0, 417.5),
    "H100": (989.4, 494.7),
    "A100": (312.0, 156.0),
    "L40S": (362.1, 183.2),
}
"""TFLOP/s of bf16 and TF32 without sparsity, from NVIDIA's data sheets, by a part of the name."""


def per_token(config: PretrainedConfig, linear: int, *, adapter: int, length: int) -> float:
    """Operations that training needs for one token of rows of ``length`` tokens.

    linear: weights of the linear layers. adapter: its parameters, 0 where all weights are trained.
    """
    weights = 4 * linear + 6 * adapter if adapter else 6 * linear
    return weights + 6.0 * config.num_hidden_layers * config.hidden_size * length


def peak(card: str, *, bf16: bool) -> float | None:
    """Operations a second of the card called ``card``, or None if it is not in the table."""
    found = next((peaks for part, peaks in PEAKS.items() if part in card), None)
    return found[0 if bf16 else 1] * TERA if found else None
