"""The setting in which the plugin is asked."""

import pytest

from tests.support.plugin import on


@pytest.fixture
def alone(monkeypatch):
    """One process, unless a test says otherwise."""
    on(monkeypatch, 1)
