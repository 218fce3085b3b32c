"""What Sudachi's dictionary knows of a word, whichever of its meanings a sentence took."""

from functools import lru_cache

import sudachipy

REMEMBERED = 65_536


class NameDictionary:
    """Which words are surnames or given names. It reads the dictionary that is installed."""

    def __init__(self) -> None:
        self._dictionary = sudachipy.Dictionary()
        self.tags = lru_cache(REMEMBERED)(self._tags)

    def is_surname(self, word: str) -> bool:
        """Whether ``word`` can be a surname, among other things."""
        return "姓" in self.tags(word)

    def is_given(self, word: str) -> bool:
        """Whether ``word`` can be a given name, among other things."""
        return "名" in self.tags(word)

    def _tags(self, word: str) -> frozenset[str]:
        found = (each.part_of_speech() for each in self._dictionary.lookup(word))
        return frozenset(tag[3] for tag in found if tag[2] == "人名")
