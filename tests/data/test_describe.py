"""``jmed-data describe``: counts by hand, the histogram, and the same tokens as ``check``.

In the tiny tokenizer "~" is one token wherever it stands, so lengths can be read off the texts.
"""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jmedlora.core.errors import FileError
from jmedlora.data.cli import main
from jmedlora.data.describe.histogram import Bin, draw_bars, make_bins
from jmedlora.data.describe.profile import length_statistics, read_profile
from tests.support.tiny_model import END
from tests.support.training_data import RECIPES, recipe

RECORDS = [
    {"instruction": "頭痛とは。", "input": "", "output": "頭の痛み"},
    {"instruction": "頭痛とは。", "output": "頭の痛み", "id": 1},  # the same without an input
    {"instruction": " 頭痛とは。", "input": None, "output": "頭の 痛み"},  # but for white space
    {"instruction": "頭痛とは。", "output": "Headache"},  # another answer; not Japanese
    {"instruction": "要約せよ。", "input": "発熱が続く。", "output": "発熱が続く。"},  # an echo
    {"instruction": ["x"], "output": " "},
    {"output": "\ud83d", "note": "half of a surrogate pair"},
]
GOLDEN = """\
{path}: 7 records (instruction records)

              text  missing  empty  not text  repeated  alike  not Japanese
instruction      5        1      0         1         2      3             0
input            1        5      1         0         0      0             0
output           5        0      1         1         1      2             1
whole record                                         1      2
alike: differs from an earlier one in width, case or white space at most
2 records that training refuses (jmed-data check names them)
1 record with an output that is its instruction or input
1 record with an instruction and input seen before, another output
other fields, not trained on: id (1), note (1)

characters   min  median  mean  p95  max
instruction    5       5   5.2    6    6
input          6       6   6.0    6    6
output         4       5   5.4    8    8

characters of instruction
  1 to 1  0
  2 to 2  0
  3 to 3  0
  4 to 4  0
  5 to 5 █████████████████████████████████████████████████████████████████████ 4
  6 to 6 █████████████████▎ 1

characters of input
  1 to 1  0
  2 to 2  0
  3 to 3  0
  4 to 4  0
  5 to 5  0
  6 to 6 █████████████████████████████████████████████████████████████████████ 1

characters of output
  1 to 1  0
  2 to 2  0
  3 to 3  0
  4 to 4 █████████████████████████████████████████████████████████████████████ 2
  5 to 5 ██████████████████████████████████▌ 1
  6 to 6 ██████████████████████████████████▌ 1
  7 to 7  0
  8 to 8 ██████████████████████████████████▌ 1

"""


def describe(capsys, *args):
    """Exit status, standard output and standard error."""
    status = main(["describe", *map(str, args)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def described(capsys, *args):
    """The objects of ``--format json``."""
    status, out, err = describe(capsys, *args, "--format", "json")
    assert (status, err) == (0, "")
    return json.loads(out)


def written(folder: Path, *records: object) -> Path:
    path = folder / "data.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in records), encoding="utf-8")
    return path


def test_an_imperfect_file_is_counted_and_drawn(tmp_path, capsys):
    path = written(tmp_path, *RECORDS)
    assert describe(capsys, path) == (0, GOLDEN.format(path=path), "")


def test_a_piped_line_is_80_columns_at_most_and_plain(tmp_path, capsys):
    path = written(tmp_path, *[{"instruction": "熱" * n, "output": "薬"} for n in range(1, 2000)])
    _, out, _ = describe(capsys, path)
    assert max(map(len, out.splitlines()[1:])) == 80
    assert "\x1b" not in out


def test_the_same_as_json(tmp_path, capsys):
    (found,) = described(capsys, written(tmp_path, *RECORDS))
    assert {key: value for key, value in found.items() if key not in ("file", "fields")} == {
        "kind": "train",
        "records": 7,
        "usable": 5,
        "repeated": 1,
        "alike": 2,
        "other_answers": 1,
        "echoes": 1,
        "other_fields": {"id": 1, "note": 1},
        "tokens": None,
    }
    assert found["fields"]["input"] == {
        "text": 1,
        "missing": 5,
        "empty": 1,
        "not_text": 0,
        "repeated": 0,
        "alike": 0,
        "not_japanese": 0,
        "characters": {
            "min": 6, "median": 6, "mean": 6.0, "p95": 6, "max": 6,
            "histogram": [{"low": n, "high": n, "count": int(n == 6)} for n in range(1, 7)],
        },
    }  # fmt: skip


def test_pretraining_texts_are_known_by_their_field(tmp_path, capsys):
    path = written(tmp_path, {"text": "一二"}, {"text": "一二"}, {"text": ""}, {"body": "x"})
    (found,) = described(capsys, path)
    assert (found["kind"], found["records"], found["usable"]) == ("pretrain", 4, 2)
    text = found["fields"]["text"]
    assert (text["text"], text["missing"], text["empty"], text["repeated"]) == (2, 1, 1, 1)
    (found,) = described(capsys, path, "--for", "train")
    assert found["fields"]["output"]["missing"] == 4
    assert found["other_fields"] == {"text": 3, "body": 1}


def test_several_files_one_of_them_faulty(tmp_path, capsys):
    good = written(tmp_path, *RECORDS)
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"instruction": "a", "output": "b"}\n[1]\n{"a"\n', encoding="utf-8")
    status, out, err = describe(capsys, bad, good)
    assert status == 1
    assert out == GOLDEN.format(path=good)
    assert err == (
        f"{bad}:2: a JSON object is needed, this is list; repair or delete the line\n"
        f"{bad}:3: not a complete JSON object (Expecting ':' delimiter at column 5); "
        "repair or delete the line\n"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": holds no record; write one per line, with instruction and output"),
        ("頭痛".encode("cp932"), ":1: byte 0x93 is not UTF-8 (it decodes as Shift_JIS); save the "),
        (b'{"text": "a", "text": "b"}', ":1: not usable JSON (the field 'text' stands twice); rep"),
        (None, ": cannot be read (No such file or directory); check the path and its permissions"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, capsys, content, message):
    path = tmp_path / "data.jsonl"
    if content is not None:
        path.write_bytes(content)
    status, out, err = describe(capsys, path)
    assert (status, out) == (1, "")
    assert err.startswith(f"{path}{message}")


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([4], (4, 4, 4.0, 4, 4)),
        ([1, 2, 3, 10], (1, 2.5, 4.0, 10, 10)),
        (range(100, 0, -1), (1, 50.5, 50.5, 95, 100)),  # 95 of 100 are 95 at most
    ],
)
def test_spread(lengths, expected):
    found = length_statistics(lengths)
    assert (found.min, found.median, found.mean, found.p95, found.max) == expected
    assert length_statistics([]) is None


@pytest.mark.parametrize(
    ("lengths", "limit", "expected"),
    [
        ([], None, []),
        ([1, 3], None, [(1, 1, 1), (2, 2, 0), (3, 3, 1)]),
        ([5, 40], None, [(1, 5, 1), *[(n, n + 4, 0) for n in range(6, 36, 5)], (36, 40, 1)]),
        # 1 % of 100 is longer than the rest
        ([2] * 99 + [900], None, [(1, 1, 0), (2, 2, 99), (3, None, 1)]),
        # longer than the limit: eighths of it
        ([64, 65, 512, 513], 512, [(1, 64, 1), (65, 128, 1), *[(n, n + 63, 0) for n in
         range(129, 449, 64)], (449, 512, 1), (513, None, 1)]),
        ([3, 10, 11], 10, [(1, 2, 0), (3, 4, 1), (5, 6, 0), (7, 8, 0), (9, 10, 1), (11, None, 1)]),
        ([1, 9, 10], 9, [(1, 2, 1), (3, 4, 0), (5, 6, 0), (7, 8, 0), (9, 9, 1), (10, None, 1)]),
        ([510], 512, [*[(n, n + 99, 0) for n in range(1, 500, 100)], (501, 512, 1)]),
        # none is: no more than there is
        ([2, 3], 512, [(1, 1, 0), (2, 2, 1), (3, 3, 1)]),
    ],
)  # fmt: skip
def test_bins(lengths, limit, expected):
    assert make_bins(lengths, limit) == [Bin(*each) for each in expected]


@given(
    lengths=st.lists(st.integers(1, 5000), max_size=200),
    limit=st.none() | st.integers(1, 1000),
    width=st.integers(40, 120),
)
@settings(deadline=None)
def test_every_length_is_in_one_bin_and_every_line_fits(lengths, limit, width):
    found = make_bins(lengths, limit)
    assert sum(each.count for each in found) == len(lengths)
    for low, high in pairwise(found):
        assert high.low == low.high + 1
    for each in found:
        last = each.high or max(lengths)
        assert each.count == sum(each.low <= length <= last for length in lengths)
        if limit:  # none is on both sides of it
            assert each.low > limit or last <= limit
    assert len(found) <= 11
    drawn = draw_bars(found, width=width)
    assert all(len(line) <= width for line in drawn)
    assert all(re.search(r"[█-▏]", line) for line, b in zip(drawn, found, strict=True) if b.count)


@pytest.mark.parametrize(
    ("encoding", "bars"),
    [
        ("utf-8", ["████████████", "█▌", "▏"]),  # 12, 1.5, less than an eighth
        ("ascii", ["############", "##", "#"]),
        ("cp932", ["############", "##", "#"]),  # it lacks some of the eighths
        ("unheard-of", ["############", "##", "#"]),
    ],
)
def test_bars(encoding, bars):
    found = [Bin(1, 5, 1600), Bin(6, 10, 200), Bin(11, None, 1)]
    counts = [1600, 200, 1]
    labels = [" 1 to  5  ", " 6 to 10  ", "11 or more"]
    expected = [f"  {a} {b} {c}" for a, b, c in zip(labels, bars, counts, strict=True)]
    assert draw_bars(found, encoding=encoding, width=30) == expected


def tokens_of(capsys, path, *args):
    (found,) = described(capsys, path, *args)
    return {
        name: tuple(part[key] for key in ("min", "median", "max", "limit", "longer") if key in part)
        for name, part in found["tokens"].items()
        if isinstance(part, dict)
    }


LONG = [  # by the short PROMPT of training_data.py: 3 tokens and those of the fields
    {"instruction": "~" * 506, "input": "~~~", "output": "~" * 511},  # 512 and 512
    {"instruction": "~" * 507, "input": "~~~", "output": "~" * 511},  # 513: cut
    {"instruction": "~" * 508, "input": "~~~", "output": "~" * 512},  # 514, 513: both are cut
    {"instruction": "~~", "output": "~"},  # without input: 4 and 2
]


def test_tokens_of_a_recipe(tiny_model, tmp_path, capsys):
    path = written(tmp_path, *LONG, {"instruction": "no output"})
    assert tokens_of(capsys, path, "--recipe", recipe(tmp_path), "--tokenizer", tiny_model) == {
        "prompt": (4, 512.5, 514, 512, 2),
        "answer": (2, 512, 513, 512, 1),
        "record": (6, 1024.5, 1027),
    }


def test_tokens_of_the_bare_fields(tiny_model, tmp_path, capsys):
    """Without a recipe: instruction and input, a line feed between them; the end token counts."""
    path = written(tmp_path, *LONG)
    bare = {"prompt": (2, 510.5, 512, 512, 0), "answer": (2, 512, 513, 512, 1)}
    found = tokens_of(capsys, path, "--tokenizer", tiny_model)
    assert found == {**bare, "record": (4, 1022.5, 1025)}
    found = tokens_of(capsys, path, "--tokenizer", tiny_model, "--limit", "510")
    assert (found["prompt"][3:], found["answer"][3:]) == ((510, 2), (510, 3))


def test_tokens_of_texts(tiny_model, tmp_path, capsys):
    path = written(tmp_path, {"text": "~" * 767}, {"text": "~" * 768})  # and the end token
    assert tokens_of(capsys, path, "--tokenizer", tiny_model) == {"text": (768, 768.5, 769, 512, 2)}
    with_recipe = ["--recipe", recipe(tmp_path, "medcalm7b_pretrain"), "--tokenizer", tiny_model]
    assert tokens_of(capsys, path, *with_recipe) == {"text": (768, 768.5, 769, 768, 1)}


@pytest.mark.parametrize(
    ("name", "limit", "cut"),
    [
        ("opencalm7b", 512, 16),
        ("llama70b", 512, 16),
        ("swallow8b", 1024, 0),  # packed
    ],
)
def test_what_is_cut_is_what_check_says(name, limit, cut, tiny_model, tmp_path, capsys):
    path = written(tmp_path, *LONG * 16)
    options = ["--recipe", RECIPES / f"{name}.yml", "--tokenizer", tiny_model]
    found = tokens_of(capsys, path, *options)
    assert main(["check", str(path), *map(str, options)]) == 0
    checked = capsys.readouterr().out
    median, longest = found["record"][1:]
    assert f"tokens a record: median {median:.0f}, longest {longest}\n" in checked
    assert (
        f"cut to their first tokens: {found['prompt'][4]} prompts longer than {limit}, "
        f"{found['answer'][4]} answers longer than {limit}\n"
    ) in checked
    assert found["answer"][3:] == (limit, cut)


def test_the_text_with_tokens(tiny_model, tmp_path, capsys):
    path = written(tmp_path, *LONG, {**LONG[3], "output": f"~{END}"})
    recipe_ = recipe(tmp_path)
    status, out, _ = describe(capsys, path, "--recipe", recipe_, "--tokenizer", tiny_model)
    lines = out.splitlines()
    assert status == 0
    assert "1 record with a special token written out, which training refuses" in lines
    assert f"tokens by {recipe_} and {tiny_model}, of the 5 records that can be trained on" in lines
    assert "tokens  min  median   mean   p95   max  limit  longer" in lines
    assert "longer prompts and answers are cut to their first tokens" in lines
    assert "characters of output" not in lines  # tokens tell more
    place = lines.index("tokens of prompt")
    assert [line.split()[-1] for line in lines[place + 1 : place + 10]] == list("200000012")
    assert lines[place + 9].startswith("  513 or more ███")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--limit", "9"], "--limit 9 counts tokens; add --tokenizer DIR"),
        (["--limit", "0", "--tokenizer", "x"], "--limit 0: give a number of tokens above 0"),
        (["--tokenizer", "no/such"], "no/such: is neither a folder nor a model that was download"),
        (["--recipe", "{recipe}", "--limit", "9"], "--limit 9: {recipe} has limits of its own; le"),
        (
            ["--recipe", "{recipe}", "--for", "pretrain"],
            "{recipe} trains on --for train, not on --for pretrain",
        ),
        (["--recipe", "no.yml"], "no.yml: cannot be read (No such file or directory); check the "),
    ],
)
def test_options_that_do_not_fit(tmp_path, capsys, options, message):
    place = recipe(tmp_path)
    path = written(tmp_path, *RECORDS)
    options = [each.format(recipe=place) for each in options]
    status, out, err = describe(capsys, path, *options)
    assert (status, out) == (1, "")
    assert err.startswith(f"jmed-data: {message.format(recipe=place)}")
    assert err.count("\n") == 1


def test_no_usable_record_has_no_tokens(tiny_model, tmp_path, capsys):
    path = written(tmp_path, {"instruction": "a"}, {"output": 1})
    assert describe(capsys, path, "--tokenizer", tiny_model)[0] == 0
    (found,) = described(capsys, path, "--tokenizer", tiny_model)
    assert found["tokens"]["prompt"] == {
        "min": None, "median": None, "mean": None, "p95": None, "max": None,
        "histogram": [], "limit": 512, "longer": 0,
    }  # fmt: skip


def test_an_odd_name_of_a_field_is_shown(tmp_path, capsys):
    path = written(tmp_path, {"instruction": "a", "output": "b", "\u202ex\ud800": 1})
    status, out, _ = describe(capsys, path)
    assert status == 0
    assert "other fields, not trained on: ⟨U+202E⟩x⟨U+D800⟩ (1)\n" in out


VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800")
    | st.lists(st.integers()) | st.dictionaries(st.text(), st.text())
)  # fmt: skip
NAMES = st.sampled_from(["instruction", "input", "output", "text", "note"])


@settings(max_examples=200, deadline=None)
@given(records=st.lists(st.dictionaries(NAMES, VALUES), min_size=1, max_size=5))
def test_every_record_is_counted_once(tmp_path_factory, records):
    path = written(tmp_path_factory.mktemp("odd"), *records)
    for kind in ("train", "pretrain"):
        profile = read_profile(path, kind)
        for field in profile.fields:
            counts = (field.text, field.missing, field.empty, field.not_text)
            assert sum(counts) == len(records)
            assert field.repeated <= field.alike <= max(field.text - 1, 0)
        assert profile.repeated <= profile.alike < len(records)
        assert profile.other_answers < max(len(profile.usable), 1)


@settings(max_examples=200, deadline=None)
@given(content=st.binary() | st.text().map(str.encode))
def test_any_file_is_described_or_named(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "data.jsonl"
    path.write_bytes(content)
    try:
        assert read_profile(path, None).records
    except FileError as error:
        assert str(error).startswith(str(path))
