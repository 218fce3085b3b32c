"""The program ``jmed-train``: what is done with a model around its training.

The training itself is started by Axolotl, which loads ``jmedlora.train.plugin``.
"""

import sys
from collections.abc import Sequence

from jmedlora.core.cli.command import Program, run_program
from jmedlora.train.commands.merge import MERGE
from jmedlora.train.commands.quantize import QUANTIZE
from jmedlora.train.model_making import ENVIRONMENT

PROGRAM = Program(
    name="jmed-train",
    text="Make models to evaluate: merge a trained adapter into its base, or quantize the base of "
    "a QLoRA adapter. The training itself is started by accelerate, as a recipe's first lines say.",
    commands=(MERGE, QUANTIZE),
    example="jmed-train merge outputs/opencalm7b-1000 models/merged",
    sections={"environment": ENVIRONMENT},
    see="jmed-train COMMAND --help; recipes/README.md, After training",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command that ``argv``, or else the command line, names."""
    return run_program(PROGRAM, sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
