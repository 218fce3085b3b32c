"""The made-up exams that the tests of the tasks ask."""

import pytest

from tests.support.published import publish, publish_notes


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Made-up exams, with the notes that the whole examination needs and one numeric question."""
    monkeypatch.setenv("JMED_DATA", str(publish_notes(publish(tmp_path / "data", questions=2))))
