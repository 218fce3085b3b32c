"""A real Chromium, for the pages that have a script of ours."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import pytest

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Any]:
    """Playwright's browser; without it a test is skipped, or fails with JMED_REQUIRE_DATA."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not (found and find_spec("playwright")):
        reason = "needs the Python package playwright, and Chromium: apt-get install chromium"
        if os.environ.get("JMED_REQUIRE_DATA"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()
