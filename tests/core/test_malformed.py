"""Malformed input of every kind to every reader: refused in lines that name the file, or read.

Each reader is asked through the command that a user would type, or through what lm-eval calls.
Everything that belongs to the file is valid; the file itself is damaged. Whatever comes of it, the
status is 0 or 1, nothing is raised, and a refusal is short, printable lines that name the file.
Where the file is known to be malformed (cut inside a record, of bytes that mean nothing, a required
field missing or of another type), it has to be refused. docs/reliability.md states the numbers.
"""

import copy
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.commands import ROOT
from tests.support.readers import READERS, Reader, Said

SCALE = int(os.environ.get("JMED_FUZZ_SCALE", "1"))
"""Times as many inputs, for a search that takes longer."""
DAMAGED, ODD, CUT, ARBITRARY = (SCALE * each for each in (24, 24, 12, 12))
"""Inputs to each reader: of the kinds of the four property tests below."""
LONGEST = 1000
"""Characters of a line that a person is to read."""


def inputs(count: int) -> settings:
    """The same ``count`` inputs in every run."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=SCALE == 1,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


EVERY = pytest.mark.parametrize("reader", READERS, ids=lambda each: each.name)
JSON = pytest.mark.parametrize(
    "reader", [each for each in READERS if each.is_json and each.tells_a_cut], ids=lambda r: r.name
)


@dataclass(frozen=True)
class Place:
    """A valid file, with what belongs to it, and its content."""

    reader: Reader
    path: Path
    valid: bytes

    def read(self, content: bytes) -> Said:
        """What the reader makes of ``content`` in place of the file's own."""
        self.path.write_bytes(content)
        said = self.reader.read(self.path)
        assert said.status in (0, 1), said
        if said.status == 1:
            self.refused(said)
        return said

    def refused(self, said: Said) -> None:
        assert (self.reader.named or self.path.name) in said.text, said
        for line in said.text.splitlines():
            assert line.isprintable(), said
            assert len(line) <= LONGEST, said
            assert "Traceback" not in line, said


@pytest.fixture
def place(reader: Reader, tmp_path: Path, monkeypatch) -> Place:
    monkeypatch.setenv("JMED_DATA", str(tmp_path))
    path = reader.prepare(tmp_path)
    found = Place(reader, path, path.read_bytes())
    assert found.read(found.valid).status == 0, reader.read(path)
    return found


ODD_BYTES = st.sampled_from([
    b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\n", b"\r\n", b"\r", b'"', b"'", b"\\", b"\\ud800",
    b"{", b"}", b"[", b"[" * 3000, b'{"a":' * 3000, b",", b":", b"- ", b"&a *a",
    b"!!python/name:os", b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"null", "あ".encode("cp932"),
    b"\xe2\x80\xa8", b"\x1b[2J", b"<script>", b"%PDF", b"\t",
])  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, valid: bytes) -> bytes:
    """``valid`` with up to four bits flipped, stretches cut out, doubled or put in."""
    raw = bytearray(valid)
    for _ in range(draw(st.integers(1, 4))):
        at, size = draw(st.integers(0, len(raw))), draw(st.integers(1, 40))
        match draw(st.sampled_from(["cut", "flip", "put in", "put in", "delete", "double"])):
            case "cut":
                del raw[at:]
            case "flip" if at < len(raw):
                raw[at] ^= 1 << draw(st.integers(0, 7))
            case "put in":
                raw[at:at] = draw(ODD_BYTES | st.binary(max_size=8))
            case "delete":
                del raw[at : at + size]
            case "double":
                raw[at:at] = raw[at : at + size]
    return bytes(raw)


@EVERY
@inputs(DAMAGED)
@given(data=st.data())
def test_damaged_bytes_are_refused_or_read(place, data):
    place.read(data.draw(damaged(place.valid)))


texts = st.text(st.characters(), max_size=8)  # with lone surrogates
ODD_VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | texts
    | st.sampled_from([10**400, -1, 2**63, "\x00", "\x1b[2J\n", "x" * 5000, [], {}, "nan"])
    | st.lists(texts | st.integers(), max_size=3) | st.dictionaries(texts, texts, max_size=2)
)  # fmt: skip


def records(raw: bytes, reader: Reader) -> list[Any]:
    text = raw.decode()
    return [json.loads(each) for each in (text.splitlines() if reader.is_lines else [text])]


def written(found: list[Any], reader: Reader) -> bytes:
    lines = [json.dumps(each) for each in found]
    return ("\n".join(lines) + ("\n" if reader.is_lines else "")).encode()


def parents(value: Any) -> Iterator[Any]:
    """Every list and object inside ``value`` that holds something."""
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from parents(inner)


@pytest.mark.parametrize("reader", [r for r in READERS if r.is_json], ids=lambda r: r.name)
@inputs(ODD)
@given(data=st.data())
def test_odd_values_anywhere_are_refused_or_read(place, data):
    found = records(place.valid, place.reader)
    for _ in range(data.draw(st.integers(1, 3))):
        inside = [each for record in found for each in parents(record)]
        target = data.draw(st.sampled_from(inside))
        keys = list(target) if isinstance(target, dict) else list(range(len(target)))
        key = data.draw(st.sampled_from(keys))
        if data.draw(st.booleans()):
            target[key] = data.draw(ODD_VALUES)
        elif len(target) > 1:
            del target[key]
    place.read(written(found, place.reader))


@JSON
@inputs(CUT)
@given(data=st.data())
def test_a_file_that_was_cut_off_is_never_taken_for_a_whole_one(place, data):
    """Cut inside its last record. A half-written answer of a server is left out, and said."""
    body = place.valid.rstrip(b"\n")
    start = body.rfind(b"\n") + 1 if place.reader.is_lines else 0
    said = place.read(body[: data.draw(st.integers(start + 1, len(body) - 1))])
    assert said.status == 1 or re.search(r"responses\.jsonl:\d+: half-written, not read", said.text)


@EVERY
@inputs(ARBITRARY)
@given(content=st.binary(max_size=200) | texts.map(lambda each: each.encode(errors="replace")))
def test_bytes_that_mean_nothing_are_refused_or_read(place, content):
    said = place.read(content)
    if place.reader.required and content.strip(b" \t\r\n"):
        assert said.status == 1


def changed(record: Any, field: str, change: Callable[[dict[str, Any], str], None]) -> Any:
    """A copy of ``record`` in which ``field``, which may lie inside others, is changed."""
    copied = copy.deepcopy(record)
    *outer, last = field.split(".")
    target = copied
    for key in outer:
        target = target[key]
    change(target, last)
    return copied


def wrong_types(value: Any) -> list[Any]:
    """Values of every JSON type but that of ``value``.

    The texts are blank or half a character, because letters may stand for a list of answers, and
    the numbers beyond all bounds, because a digit may be written as a number.
    """
    kinds: dict[type, list[Any]] = {
        str: ["", "\ud800"], int: [10**400, -(10**400)], list: [[[]], [None], [{}]], dict: [{}],
        bool: [True], type(None): [None],
    }  # fmt: skip
    of = int if isinstance(value, float) else type(value)
    return [each for kind, values in kinds.items() if kind is not of for each in values]


def without_a_field(reader: Reader, valid: bytes) -> Iterator[tuple[str, bytes]]:
    """``valid`` with one required field of its last record missing, or of another type."""
    *others, last = records(valid, reader)
    for field in reader.required:
        value = last
        for key in field.split("."):
            value = value[key]
        yield field, written([*others, changed(last, field, lambda t, key: t.pop(key))], reader)
        for wrong in wrong_types(value):
            record = changed(last, field, lambda t, key, wrong=wrong: t.update({key: wrong}))
            yield field, written([*others, record], reader)


@pytest.mark.parametrize("reader", [r for r in READERS if r.required], ids=lambda r: r.name)
def test_a_required_field_that_is_missing_or_of_another_type_is_refused(place):
    for field, content in without_a_field(place.reader, place.valid):
        assert place.read(content).status == 1, (field, content)


@pytest.mark.skipif(SCALE != 1, reason="the numbers are those of an ordinary run")
@pytest.mark.parametrize("name", ["reliability.md", "reliability.ja.md"])
def test_the_document_states_these_numbers(name, tmp_path):
    cut = [each for each in READERS if each.is_json and each.tells_a_cut]
    counts = [
        len(READERS) * DAMAGED,
        sum(each.is_json for each in READERS) * ODD,
        len(cut) * CUT,
        len(READERS) * ARBITRARY,
        sum(1 for each in READERS if each.required for _ in fields_of(each, tmp_path)),
    ]
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    rows = [
        line.split(" | ")[-2] for line in text.splitlines() if re.search(r"\| [0-9,]+ \|", line)
    ]
    assert [int(cell.replace(",", "")) for cell in rows[-5:]] == counts
    assert f" {sum(counts):,} " in text
    assert f"{len(READERS)} " in text


def fields_of(reader: Reader, folder: Path) -> Iterator[tuple[str, bytes]]:
    place = folder / re.sub(r"\W", "_", reader.name)
    place.mkdir()
    yield from without_a_field(reader, reader.prepare(place).read_bytes())
