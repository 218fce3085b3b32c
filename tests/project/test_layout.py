"""How the tests hang together."""

import ast
import re

from tests.support.commands import ROOT


def imported_by(path):
    """The modules that a Python file imports, at its top or below."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{each.name}" for each in node.names)


def test_no_test_module_is_imported():
    """What several of them need is in tests/support or, a fixture, in a conftest.py."""
    for path in (ROOT / "tests").rglob("*.py"):
        found = [name for name in imported_by(path) if re.search(r"(^|\.)test_", name)]
        assert found == [], path
