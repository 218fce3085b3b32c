"""An error and those that it came from."""

from collections.abc import Iterator


def error_causes(error: BaseException | None) -> Iterator[BaseException]:
    """``error``, then the one that it was raised from or that was handled then, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
