"""The made-up exams that the tests of the tasks ask, and what makes asking fast."""

from collections.abc import Iterator
from functools import cache

import pytest

from tests.support.published import publish, publish_notes


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Made-up exams, with the notes that the whole examination needs and one numeric question."""
    monkeypatch.setenv("JMED_DATA", str(publish_notes(publish(tmp_path / "data", questions=2))))


@pytest.fixture(scope="module", autouse=True)
def compiled_once() -> Iterator[None]:
    """lm-eval compiles a prompt's template anew for every question: half a minute, in all."""
    from lm_eval.utils import env

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(env, "from_string", cache(env.from_string))
        yield
