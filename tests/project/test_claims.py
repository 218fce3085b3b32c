"""The documents that promise something name the test of it, and the test is there."""

import ast
import re
from functools import cache

import pytest

from tests.support.commands import ROOT

DOCUMENTS = (
    "SECURITY.md",
    "SECURITY.ja.md",
    "docs/reliability.md",
    "docs/reliability.ja.md",
)
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


@cache
def functions_of(file):
    """The names of the test functions in ``file``."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {each.name for each in functions if each.name.startswith("test_")}


def named(document):
    return NAMED.findall((ROOT / document).read_text(encoding="utf-8"))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_a_document_names_exists(document):
    found = named(document)
    assert len(found) > 10
    for file, name in found:
        assert (ROOT / file).is_file(), file
        assert not name or name in functions_of(file), f"{file}::{name}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_test_is_named_in_another_way(document):
    """Else it would be named and not looked for."""
    text = (ROOT / document).read_text(encoding="utf-8")
    assert len(re.findall(r"tests/(\w+/)?test_|::test_", NAMED.sub("", text))) == 0


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if ".ja." not in name])
def test_both_languages_name_the_same_tests(document):
    assert named(document.replace(".md", ".ja.md")) == named(document)
