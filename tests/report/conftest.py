"""The runs that several reports are made of."""

from pathlib import Path

import pytest

from tests.support.compared import ask


@pytest.fixture
def trained(tmp_path) -> Path:
    """A base, and adapters after 900 and 3,000 steps, at 0 and 1 shot."""
    for shots, right in ((0, (5, 12, 9)), (1, (6, 6, 14))):
        ask(tmp_path, right[0], shots=shots, stamp=f"2026-01-0{shots + 1}T00-00-00.0")
        for step, number in ((900, right[1]), (3000, range(20 - right[2], 20))):
            ask(tmp_path, number, adapter=f"out/x-{step}", step=step, hours=step / 250,
                shots=shots, stamp=f"2026-01-0{shots + 1}T00-00-00.0")  # fmt: skip
    return tmp_path
