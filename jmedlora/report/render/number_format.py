"""How a table writes its numbers: as the paper prints them, three digits and no leading zero."""

import re
from math import isfinite

from jmedlora.report.compare.differences import Difference
from jmedlora.report.compare.table import DIGITS, Cell
from jmedlora.report.compare.too_few import ALPHA

MISSING = "-"
MARK = "*"
"""Behind a corrected p-value below ALPHA."""


def fixed(value: float) -> str:
    """0.2184 as ".218", 1 as "1.000", -0.01 as "-.010"; what is no number as "n/a"."""
    if not isfinite(value):
        return "n/a"
    text = f"{round(value, DIGITS) + 0.0:.{DIGITS}f}"  # + 0.0: no "-.000"
    return re.sub(r"^(-?)0\.", r"\1.", text)


def percent(value: float) -> str:
    """0.0842 as "8.4%"; what is no number as "n/a"."""
    return f"{value:.1%}" if isfinite(value) else "n/a"


def interval(found: Cell | Difference | None, *, is_rate: bool = False) -> str:
    """Such as "[.218, .262]", of a rate in percent "[7.1, 9.9]"; "" if there is none."""
    if found is None or found.low is None or found.high is None:
        return ""
    show = percent if is_rate else fixed
    return f"[{show(found.low)}, {show(found.high)}]".replace("%", "")


def difference(found: Difference | None) -> str:
    """Such as "+.017 p=.31", the p-value corrected; "" if there is none."""
    if found is None:
        return ""
    sign = "+" if round(found.value, DIGITS) > 0 else ""
    return f"{sign}{fixed(found.value)} {p_value(found.p_holm)}"


def p_value(p: float) -> str:
    """Such as "p<.001*", "p=.012*", "p=.31", "p=1.00": more digits where they matter."""
    if p < 0.001:
        return f"p<.001{MARK}"
    mark = MARK if p < ALPHA else ""
    digits = 3 if p < 0.1 else 2
    return f"p={f'{p:.{digits}f}'.removeprefix('0')}{mark}"


def hours(value: float | None) -> str:
    """4.61 as "4.6"; None as MISSING."""
    if value is None:
        return MISSING
    return "<0.1" if 0 < value < 0.05 else f"{value:.1f}"
