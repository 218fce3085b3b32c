"""The program ``jmed-report``."""

import sys
from collections.abc import Sequence

from jmedlora.core.cli.command import Program, run_program
from jmedlora.exams.cache import ENVIRONMENT
from jmedlora.report.commands.audit import AUDIT
from jmedlora.report.commands.consistency import CONSISTENCY
from jmedlora.report.commands.exam import EXAM
from jmedlora.report.commands.plot import PLOT
from jmedlora.report.commands.power import POWER
from jmedlora.report.commands.recite import RECITE
from jmedlora.report.commands.responses import RESPONSES
from jmedlora.report.commands.reused import REUSED
from jmedlora.report.commands.scores import SCORES, SIGNATURE
from jmedlora.report.commands.site import SITE
from jmedlora.report.commands.table import TABLE
from jmedlora.report.commands.verify import VERIFY

PROGRAM = Program(
    name="jmed-report",
    text="Read the result files that lm-eval writes: scores, tables, curves, pages and verdicts. "
    "Loads no model and needs no network.",
    commands=(
        SIGNATURE,
        SCORES,
        VERIFY,
        TABLE,
        POWER,
        PLOT,
        RESPONSES,
        EXAM,
        REUSED,
        CONSISTENCY,
        AUDIT,
        RECITE,
        SITE,
    ),
    example="jmed-report table results --out report",
    sections={"environment": ENVIRONMENT},
    see="jmed-report COMMAND --help; docs/report.md, docs/metrics.md",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command that ``argv``, or else the command line, names."""
    return run_program(PROGRAM, sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
