"""An import that a library makes only where it can is kept from happening."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(name: str) -> Iterator[None]:
    """In the block, ``import name`` fails as if the package were not installed.

    A module of that name that was imported before is there again afterwards.
    """
    before = sys.modules.get(name)
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
        if before is not None:
            sys.modules[name] = before
