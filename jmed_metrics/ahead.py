"""What stands ahead of a place in a text, known for all places after one pass over the text.

A look-ahead such as ``(?![^。]*ない)`` reads the rest of the sentence at each place where it is
tried, which for a line that repeats itself takes a time that grows with the square of its length.
"""

import re
from bisect import bisect_left


def ahead(sought: str, stop: str) -> re.Pattern[str]:
    """The pattern that ``Ahead`` needs to look for ``sought``, but not beyond a ``stop``.

    Both are regular expressions, in which "$" is the end of a line; none may begin as the other
    does.
    """
    return re.compile(rf"(?P<stop>{stop})|(?={sought})", re.MULTILINE)


class Ahead:
    """Where in ``text`` the pattern of ``ahead`` finds what is sought ahead."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        found = [(each.start(), each["stop"] is None) for each in pattern.finditer(text)]
        self._places = [place for place, _ in found]
        self._is_sought = [is_sought for _, is_sought in found]

    def holds(self, place: int) -> bool:
        """Whether what is sought begins at ``place`` or behind it, before the next stop."""
        following = bisect_left(self._places, place)
        return following < len(self._places) and self._is_sought[following]
