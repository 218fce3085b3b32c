"""``jmed-data canaries``: the copy, the manifest, and what is refused."""

import hashlib
import json

import pytest

from jmedlora.core.errors import FileError
from jmedlora.data.canaries.draw import MARK, WORDS, draw_canaries
from jmedlora.data.canaries.manifest import read_manifest
from jmedlora.data.cli import main
from jmedlora.data.dataset import read_training_file
from tests.support.commands import write_jsonl

PAIRS = [{"instruction": f"問い{n}", "input": "", "output": f"答え{n}"} for n in range(5)]
TALK = {"messages": [{"role": "user", "content": "問"}, {"role": "assistant", "content": "答"}]}


@pytest.fixture
def train(tmp_path):
    return write_jsonl(tmp_path / "train.jsonl", *PAIRS)


def add(path, *more, out="copy.jsonl"):
    copy = path.with_name(out)
    status = main(["canaries", str(path), "--out", str(copy), *more])
    return status, copy


def manifest_of(copy):
    return read_manifest(copy.with_suffix(".canaries.json"))


def test_each_canary_stands_as_often_as_the_manifest_says(train, capsys):
    status, copy = add(train, "--add", "3", "--repeat", "1", "4", "--seed", "7")
    assert status == 0
    manifest = manifest_of(copy)
    assert [each.repetitions for each in manifest.canaries] == [1, 4, 1]
    assert len(manifest.references) == 255
    lines = copy.read_text(encoding="utf-8").splitlines()
    for each in manifest.canaries:
        places = [n for n, line in enumerate(lines, 1) if json.loads(line) == each.record]
        assert tuple(places) == each.lines
        assert each.record["instruction"].startswith(MARK)
    for each in manifest.references:
        assert each.secret not in copy.read_text(encoding="utf-8")
    everything = [*manifest.canaries, *manifest.references]
    assert len({each.record["instruction"] for each in everything}) == 258
    for path, noted in ((train, manifest.source), (copy, manifest.marked)):
        assert noted.name == path.name
        assert noted.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert noted.records == len(read_training_file(path, "train").records)
    assert "11 records, 6 of them canaries (55%)" in capsys.readouterr().out


def test_the_lines_of_the_file_stay_byte_for_byte(tmp_path):
    lines = [b'{"instruction": "\\u5fc3", "output" : "a"}\r', b'{"output":"b","instruction":"c"}']
    path = tmp_path / "train.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + lines[0] + b"\n\n" + lines[1])  # no line feed at the end
    _, copy = add(path, "--add", "4")
    found = copy.read_bytes().removesuffix(b"\n").split(b"\n")
    assert [line for line in found if MARK.encode() not in line] == lines
    assert len(found) == 2 + 44


@pytest.mark.parametrize(
    ("record", "options", "place"),
    [
        (PAIRS[0], (), ("output",)),
        (TALK, (), ("messages", 1, "content")),
        ({"text": "心不全の治療。"}, ("--for", "pretrain"), ("text",)),
    ],
    ids=["instruction", "messages", "text"],
)
def test_a_canary_has_the_form_of_the_records(tmp_path, record, options, place):
    path = write_jsonl(tmp_path / "train.jsonl", record)
    status, copy = add(path, "--add", "4", *options)
    assert status == 0
    assert main(["check", "--for", options[1] if options else "train", str(copy)]) == 0
    for each in manifest_of(copy).canaries:
        assert each.record.keys() == record.keys()
        value = each.record
        for key in place:
            value = value[key]
        assert each.secret in value


def test_a_seed_gives_the_same_copy_again_and_none_a_new_one(train):
    copies = [add(train, "--add", "4", *seed, out=f"{n}.jsonl")[1].read_bytes()
              for n, seed in enumerate([("--seed", "3"), ("--seed", "3"), (), ()])]  # fmt: skip
    assert copies[0] == copies[1]
    assert len(set(copies)) == 3


def test_every_number_and_word_is_as_likely():
    drawn = draw_canaries(3000, "instruction", 0)
    digits = "".join(each.secret.replace("-", "") for each in drawn)
    assert len(digits) == 36_000
    for digit in "0123456789":  # of 36,000, with a standard deviation of 57
        assert abs(digits.count(digit) - 3600) < 6 * 57
    assert len(WORDS) == len(set(WORDS)) == 56


def test_a_file_with_canaries_gets_no_more(train, capsys):
    _, copy = add(train, "--add", "4")
    status, _ = add(copy, "--add", "4", out="again.jsonl")
    assert status == 1
    assert "is a canary: the file holds some already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--add", "3"), "--add 3: 4 numbers of repetitions need at least as many canaries"),
        (("--add", "9000", "--references", "1001"), "give at most 10,000 together"),
    ],
)
def test_numbers_that_cannot_be(train, options, said, capsys):
    status, copy = add(train, *options)
    assert (status, copy.exists()) == (1, False)
    assert said in capsys.readouterr().err


def test_the_training_file_is_never_written_over(train, capsys):
    before = train.read_bytes()
    status, _ = add(train, "--add", "4", out="train.jsonl")
    assert (status, train.read_bytes()) == (1, before)
    assert "is the training file itself; give --out another name" in capsys.readouterr().err


@pytest.mark.parametrize("times", ["0", "101", "x", "1.5"])
def test_repetitions_from_1_to_100(train, times):
    with pytest.raises(SystemExit, match="2"):
        add(train, "--add", "4", "--repeat", times)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m.update(format=2), "is no manifest of canaries in form 1"),
        (lambda m: m.pop("seed"), "seed: Field required"),
        (lambda m: m.update(more=1), "more: Extra inputs are not permitted"),
        (lambda m: m["canaries"][0].update(secret="x"), "does not hold its secret"),
        (lambda m: m.update(canaries=[]), "canaries: "),
        (lambda m: m["canaries"][0].update(lines=["1"]), "canaries.0.lines.0: "),
    ],
)
def test_a_damaged_manifest(train, change, said):
    _, copy = add(train, "--add", "4", "--seed", "0")
    path = copy.with_suffix(".canaries.json")
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(FileError, match=said) as refused:
        read_manifest(path)
    assert str(path) in str(refused.value)
