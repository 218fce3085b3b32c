"""What a comparison can show, as a table in the terminal."""

from collections.abc import Sequence

from jmedlora.report.compare.power_plan import Power, Wanted
from jmedlora.report.render.console import consoles, plain_table
from jmedlora.report.render.number_format import fixed
from jmedlora.report.render.sheet import printable

WIDTH = 120
NONE = "none"
HOW = (
    "Smallest difference: of the two shares of right answers that McNemar's exact test shows with "
    "p < .05 in 80 % of exams of so many questions. Discordance: the share of questions that one "
    "of the two answers rightly and the other does not."
)
HOLM = (
    "{} tests: at p < .05 / {}, which Holm asks of the first of them. It asks less of the later "
    "ones."
)
REPEATS = (
    "Samples: the variance of one sample falls to {:.2f} of itself with {} samples a question, if "
    "{:.0%} of it is sampling; an approximation, because means of samples are not right or wrong."
)
UNKNOWN_SPLIT = (
    "More samples a question help as far as the variance is sampling. One sample a question does "
    "not tell how far: give it as --within (0 to 1), with --repeats."
)


def print_power(found: Sequence[Power], wanted: Wanted) -> None:
    """Prints a row for each pair, and below how to read it. Raises ResultsError without rich."""
    console, wide = consoles("power", WIDTH)
    table = plain_table(_headings(wanted))
    for each in found:
        table.add_row(*_row(each, wanted))
    wide.print(table)
    for line in _below(wanted):
        console.print(line, soft_wrap=True, markup=False)


def _headings(wanted: Wanted) -> list[str]:
    corrected = [f"of {wanted.tests} tests"] if wanted.tests > 1 else []
    headings = ["", "questions", "discordance", "smallest difference", *corrected]
    if wanted.difference is not None:
        headings += [f"questions for {fixed(wanted.difference)}", *corrected]
        headings += ["or samples"] if wanted.within is not None else []
    return headings


def _row(each: Power, wanted: Wanted) -> list[str]:
    cut = 2 if wanted.tests > 1 else 1
    differences = [NONE if d is None else fixed(d) for d in (each.alone, each.corrected)][:cut]
    pair = each.pair
    row = [printable(pair.name), f"{pair.questions:,}", fixed(pair.discordance), *differences]
    if wanted.difference is not None:
        row += [_count(n) for n in (each.needed_alone, each.needed_corrected)][:cut]
        row += [_count(each.samples)] if wanted.within is not None else []
    return row


def _count(number: int | None) -> str:
    return NONE if number is None else f"{number:,}"


def _below(wanted: Wanted) -> list[str]:
    lines = [HOW]
    if wanted.tests > 1:
        lines.append(HOLM.format(wanted.tests, wanted.tests))
    if wanted.within is None:
        lines.append(UNKNOWN_SPLIT)
    elif wanted.repeats > 1:
        factor = 1 - wanted.within + wanted.within / wanted.repeats
        lines.append(REPEATS.format(factor, wanted.repeats, wanted.within))
    return lines
