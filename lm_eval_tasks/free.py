"""What is noted of a response to a free question: whether there is one.

The questions are those of the package's ``treatment.jsonl``. Its first is the question of the
paper's appendix B, which the paper prints in English only ("Please provide detailed instructions
for the treatment to be administered to patients with the following diseases." with the input "deep
vein thrombosis"): the Japanese wording is this project's. The other diseases are its own choice.
"""

from collections.abc import Sequence
from typing import Any


def process_results(_: dict[str, Any], results: Sequence[str]) -> dict[str, int]:
    """empty: 1 if the response has no character but white space."""
    return {"empty": int(not results[0].strip())}
