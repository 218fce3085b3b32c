"""Check digits: of a My Number, and of an insurer."""

import re

PREFECTURES = range(1, 48)
"""The numbers of the prefectures, which the third and fourth digit of an insurer's number are."""
SCHEMES = frozenset(
    (
        *(1, 2, 3, 4, 6, 7, *range(10, 26), *range(28, 35), 38, 39),
        *(*range(51, 55), 62, 63, 66, 67, *range(72, 76), *range(79, 91)),
    )
)
"""法別番号, the first two digits: of the scheme of insurance or of public expense."""
_DIGIT = re.compile(r"\d")


def has_check_digit(number: str) -> bool:
    """Whether the last of the twelve digits of ``number`` is the check digit of a My Number.

    It is 11 less the remainder, divided by 11, of the sum of the others from the right times
    2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6; and 0 where that remainder is 0 or 1. Source: order 85 of 2014
    of the Ministry of Internal Affairs and Communications, article 5.
    """
    digits = [int(each) for each in _DIGIT.findall(number)]
    weights = (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)
    remainder = sum(map(int.__mul__, reversed(digits[:-1]), weights)) % 11
    return len(digits) == 12 and digits[-1] == (0 if remainder <= 1 else 11 - remainder)


def is_insurer(number: str) -> bool:
    """Whether ``number``, eight digits, can be of an insurer or a bearer of public expense.

    Its digits are two of the scheme, two of the prefecture, three of the insurer and a check digit:
    10 less the last digit of the sum of the digits of the others times 2, 1, 2, 1 … from the right;
    0 where that is 10. One in 35 random numbers of eight digits is one. Source: 保険者番号等
    の設定について (保発第45号, 1976), 別添 1.
    """
    if not re.fullmatch(r"\d{8}", number, re.ASCII):
        return False
    doubled = (int(each) * (2 - place % 2) for place, each in enumerate(reversed(number[:-1])))
    total = sum(sum(divmod(each, 10)) for each in doubled)
    here = int(number[:2]) in SCHEMES and int(number[2:4]) in PREFECTURES
    return here and int(number[-1]) == -total % 10
