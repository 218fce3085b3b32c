"""YAML of a user: plain values, in bounded time."""

import pytest

from jmedlora.core.yaml_text import LARGEST, MOST_VALUES, NotYamlError, read_yaml

MERGED = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n"
                                      for n in range(1, 26))  # fmt: skip
"""25 merge keys that name what is before them twice: 2**25 pairs, which take PyYAML 33 s."""


def read(tmp_path, text: str):
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    return read_yaml(path)


def test_aliases_and_merge_keys_are_read(tmp_path):
    found = read(tmp_path, "a: &a {model: 名, steps: 1}\nb: {<<: *a, steps: 2}\nc: [*a, *a]\n")
    label = {"model": "名", "steps": 1}
    assert found == {"a": label, "b": {"model": "名", "steps": 2}, "c": [label, label]}
    assert read(tmp_path, "") is None
    assert read(tmp_path, "1: x\n'1': y\n") == {1: "x", "1": "y"}


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        (MERGED, f"with its aliases written out it has over {MOST_VALUES:,} values", None),
        ("a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 10}]\n" for n in range(1, 8)),
         "with its aliases written out", None),
        ("a: 1\nb: &x [*x]\n", "an alias stands inside of what it names", 2),
        ("a: b: c\n", "mapping values are not allowed here", 1),
        ("a: " + "1:" * 300 + "1.5\n", "int too large to convert to float", None),
        ("a: !!int ''\n", "string index out of range", None),
        ("a: !!bool x\n", "'x'", None),
        ("a: !!timestamp x\n", "'NoneType' object has no attribute", None),
        ("a: 2026-99-99\n", "month must be in 1..12", None),
        ("a: !!python/name:os.system\n", "could not determine a constructor", 1),
        ("#" * (LARGEST + 1), "it is longer than 256 KiB", None),
        ("a: 1\nb: 2\na: 3\n", "'a' stands twice", 3),
        ("x:\n- {b: 1, 'b': 2}\n", "'b' stands twice", 2),
    ],
    ids=["merged", "aliases", "circle", "cut", "float", "int", "bool", "time", "date", "tag",
         "long", "repeated", "repeated inside"],
)  # fmt: skip
def test_what_cannot_be_read_is_said(tmp_path, text, why, line):
    with pytest.raises(NotYamlError) as caught:
        read(tmp_path, text)
    assert why in str(caught.value)
    assert caught.value.line == line
