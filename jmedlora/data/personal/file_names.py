"""Personal data in the names of files and folders: 山田太郎_12345678/紹介状.txt."""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path, PurePath

from jmedlora.data.documents.find_documents import shown_name
from jmedlora.data.personal.finding import Finding
from jmedlora.data.personal.search import Finder, NamePart, find_personal
from jmedlora.data.personal.searched_files import SearchedFile


class NameSearch:
    """Searches names, each once: thousands of files lie in one folder."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._known: dict[str, tuple[Finding, ...]] = {}

    def parts(self, path: PurePath) -> tuple[NamePart, ...]:
        """The parts of ``path`` with what stands in them; the ending of the last one is none."""
        *folders, last = path.parts
        stems = [*folders, last.removesuffix(path.suffix)]
        named = zip(path.parts, stems, strict=True)
        return tuple(NamePart(part, self._find(stem)) for part, stem in named)

    def masked(self, path: Path) -> str:
        """``path`` as text, with what was found in it masked."""
        shown = PurePath(shown_name(path))
        return str(PurePath(*(part.masked for part in self.parts(shown)))) if shown.parts else "."

    def _find(self, part: str) -> tuple[Finding, ...]:
        if part not in self._known:
            # "_" stands in names for a space; the places stay the same.
            self._known[part] = tuple(find_personal(self._finder, part.replace("_", " ")))
        return self._known[part]


def neutral_paths(
    files: Sequence[SearchedFile], names: Sequence[Sequence[NamePart]]
) -> Iterator[Path]:
    """The path of each file below the folder that it was found in, fit for a copy.

    names: the parts of each path with what was found. A part that holds personal data becomes a
    number of four digits, the same one for the same folder: 0001/0002.txt.
    """
    taken = {PurePath(part.text).stem for parts in names for part in parts}
    free = (name for number in count(1) if (name := f"{number:04}") not in taken)
    known: dict[tuple[Path, ...], str] = {}
    for file, parts in zip(files, names, strict=True):
        below = file.below.parts
        made = list(below)
        for place, part in enumerate(parts[-len(below) :]):
            if part.found:
                key = (file.given, *map(Path, below[: place + 1]))
                if key not in known:
                    known[key] = next(free)
                ending = file.path.suffix if place == len(below) - 1 else ""
                made[place] = known[key] + ending
        yield Path(*made)
