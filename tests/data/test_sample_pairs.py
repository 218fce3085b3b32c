"""``jmed-data sample-pairs``: a page for a physician, and the verdicts read back."""

import base64
import hashlib
import json
import re

import pytest

from jmedlora.data.cli import main
from tests.support.commands import mode, write_jsonl
from tests.support.responses import chunks, response

EVIL = "<script>alert(1)</script></fieldset>\u202e"


@pytest.fixture
def folder(tmp_path):
    evil = response(f"Q: 悪いのはどれか？{EVIL}\nA: これです。{EVIL}", start=9000)
    write_jsonl(tmp_path / "responses.jsonl", *chunks(), evil)
    assert main(["parse", str(tmp_path), "--near-duplicate", "1"]) == 0
    return tmp_path


def keys_of(page):
    return re.findall(r'<fieldset data-key="([0-9a-f]{16})">', page)


def test_the_page_is_inert_and_its_only_script_is_ours(folder, capsys):
    page = folder / "page.html"
    assert main(["sample-pairs", str(folder), "--out", str(page)]) == 0
    assert mode(page) == 0o600
    assert f"{page}: 25 of 25 pairs" in capsys.readouterr().out
    text = page.read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "\u202e" not in text
    assert not re.search(r"(?:src|href)=|https?://", text)
    assert len(set(keys_of(text))) == 25


def test_a_seed_draws_the_same_pairs_again(folder):
    drawn = []
    for seed in ("1", "1", "2"):
        main(["sample-pairs", str(folder), "--out", str(folder / "p"), "--pairs", "8",
              "--seed", seed])  # fmt: skip
        drawn.append(keys_of((folder / "p").read_text(encoding="utf-8")))
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 8


def report(folder, verdicts):
    path = folder / "verdicts.json"
    path.write_text(verdicts if isinstance(verdicts, str) else json.dumps(verdicts))
    return main(["sample-pairs", str(folder), "--verdicts", str(path)])


def test_verdicts_are_reported_with_wilsons_interval(folder, capsys):
    main(["sample-pairs", str(folder), "--out", str(folder / "p"), "--pairs", "10"])
    keys = keys_of((folder / "p").read_text(encoding="utf-8"))
    said = dict(zip(keys, ["right"] * 8 + ["wrong", "unsure"], strict=True))
    capsys.readouterr()
    assert report(folder, {"verdicts": said}) == 0
    # 8 of 10, by hand: (.8 + 1.9208/10 ± 1.96 sqrt(.016 + .9604/100)) / 1.38416
    assert capsys.readouterr().out == (
        "10 pairs judged: 8 right, 1 wrong, 1 unsure\n"
        "right: 0.800 (95 % interval 0.490 to 0.943, Wilson)\n"
    )
    assert report(folder, {"verdicts": {}}) == 0
    assert capsys.readouterr().out == "0 pairs judged: 0 right, 0 wrong, 0 unsure\n"


@pytest.mark.parametrize(
    ("verdicts", "what"),
    [
        ("{", "holds no verdicts"),
        ("[" * 100_000, "holds no verdicts"),
        ({"verdicts": ["right"]}, "holds no verdicts"),
        ({"verdicts": {"0" * 16: "right"}}, "is no pair of the folder"),
        ({"verdicts": {"KEY": "good"}}, "'good' is no verdict; use right, wrong, unsure"),
    ],
)
def test_verdicts_that_are_none_are_one_line(folder, capsys, verdicts, what):
    main(["sample-pairs", str(folder), "--out", str(folder / "p"), "--pairs", "1"])
    (key,) = keys_of((folder / "p").read_text(encoding="utf-8"))
    if isinstance(verdicts, dict) and "KEY" in verdicts["verdicts"]:
        verdicts = {"verdicts": {key: "good"}}
    capsys.readouterr()
    assert report(folder, verdicts) == 1
    said = capsys.readouterr().err
    assert what in said
    assert said.count("\n") == 1


def test_a_folder_without_pairs_is_one_line(tmp_path, capsys):
    assert main(["sample-pairs", str(tmp_path), "--out", str(tmp_path / "p")]) == 1
    assert "train.jsonl: cannot be read" in capsys.readouterr().err
