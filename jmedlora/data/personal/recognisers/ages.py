"""Ages from 90."""

from jmedlora.data.personal.finding import Kind
from jmedlora.data.personal.recognisers.written import WrittenRecogniser, written

_FROM_90 = r"(?:9\d|1[0-2]\d|九十[一二三四五六七八九]?|九[〇一二三四五六七八九]|百[一二三四五六七八九十]{0,2})"
_UNIT = r"(?:歳|才|[^\S\n]?y[./]?o\.?(?![a-z])|[^\S\n]?years?[^\S\n]old)"
AGES = (
    written(
        rf"(?<![\d.一二三四五六七八九十百])(?P<value>(?:満|数え)?[^\S\n]?{_FROM_90}[^\S\n]?(?:歳代|代(?=[男女前後半の])|{_UNIT}))",
        0.95,
    ),
    written(rf"(?:年齢|享年|年令|Age)[:\s(]{{0,5}}(?P<value>{_FROM_90})(?![\d.%])", 0.9),
)


def age_recognisers() -> list[WrittenRecogniser]:
    """The recognisers of this module."""
    return [WrittenRecogniser(Kind.AGE, AGES)]
