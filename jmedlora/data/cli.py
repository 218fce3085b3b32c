"""The program ``jmed-data``."""

import sys
from collections.abc import Sequence

from jmedlora.core.cli.command import Program, run_program
from jmedlora.core.cli.manual_page import FAULTS
from jmedlora.data.commands.canaries import CANARIES
from jmedlora.data.commands.check import CHECK, CHECK_MODEL
from jmedlora.data.commands.describe import DESCRIBE
from jmedlora.data.commands.fetch import FETCH, WHERE
from jmedlora.data.commands.generate import GENERATE
from jmedlora.data.commands.overlap import OVERLAP
from jmedlora.data.commands.parse import PARSE
from jmedlora.data.commands.personal import PERSONAL
from jmedlora.data.commands.pretrain import PRETRAIN
from jmedlora.data.commands.sample_pairs import SAMPLE_PAIRS
from jmedlora.data.commands.trace import TRACE
from jmedlora.exams.cache import ENVIRONMENT

PROGRAM = Program(
    name="jmed-data",
    text="Prepare the data: fetch and check what an evaluation or a training needs, find personal "
    "data, make training data from documents, and find exam questions in it. Only fetch uses the "
    "internet; generate calls a model's server, on this machine unless told otherwise.",
    commands=(
        FETCH,
        WHERE,
        CHECK,
        CHECK_MODEL,
        PERSONAL,
        GENERATE,
        PARSE,
        SAMPLE_PAIRS,
        PRETRAIN,
        DESCRIBE,
        OVERLAP,
        TRACE,
        CANARIES,
    ),
    example="jmed-data fetch igakuqa jjsimqa",
    sections={"environment": ENVIRONMENT},
    status=FAULTS,
    see="jmed-data COMMAND --help; docs/prepare.md, docs/tasks.md (the exams)",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command that ``argv``, or else the command line, names."""
    return run_program(PROGRAM, sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
