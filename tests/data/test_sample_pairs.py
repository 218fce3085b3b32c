"""``jmed-data sample-pairs``: a page for a physician, and the verdicts read back."""

import base64
import hashlib
import html
import json
import re

import pytest

from jmedlora.data.cli import main
from tests.support.browser import chromium
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


def drawn_of(folder, pairs, *options):
    """What the page of a draw holds of it, and the keys of its pairs."""
    main(["sample-pairs", str(folder), "--out", str(folder / "p"), "--pairs", str(pairs), *options])
    page = (folder / "p").read_text(encoding="utf-8")
    (sample,) = re.findall(r'<body data-sample="([^"]*)">', page)
    return json.loads(html.unescape(sample)), keys_of(page)


def saved(sample, keys, *verdicts, **fields):
    """What the page saves when its first pairs are judged."""
    chosen = dict(zip(keys, verdicts, strict=False))
    named = {"reviewer": "医師 甲", "saved": "2026-11-27T06:00:00+00:00"}
    return {**sample, **named, "verdicts": chosen, **fields}


def report(folder, verdicts):
    path = folder / "verdicts.json"
    text = verdicts if isinstance(verdicts, str) else json.dumps(verdicts, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return main(["sample-pairs", str(folder), "--verdicts", str(path)])


def test_verdicts_are_reported_with_wilsons_interval(folder, capsys):
    sample, keys = drawn_of(folder, 10)
    capsys.readouterr()
    assert report(folder, saved(sample, keys, *["right"] * 8, "wrong", "unsure")) == 0
    # 8 of 10, by hand: (.8 + 1.9208/10 ± 1.96 sqrt(.016 + .9604/100)) / 1.38416
    assert capsys.readouterr().out == (
        "10 of 10 pairs judged: 8 right, 1 wrong, 1 unsure\n"
        "by 医師 甲, 2026-11-27T06:00:00+00:00\n"
        "right, of those judged: 0.800 (95 % interval 0.490 to 0.943, Wilson)\n"
        f"for a review board: {folder / 'pairs.html'}\n"
    )


def test_what_was_not_judged_is_told_and_counted_as_not_right(folder, capsys):
    """One tick of ten is no 100 %."""
    sample, keys = drawn_of(folder, 10)
    capsys.readouterr()
    assert report(folder, saved(sample, keys, "right", reviewer="")) == 0
    # 1 of 10, by hand: (.1 + 1.9208/10 ± 1.96 sqrt(.009 + .9604/100)) / 1.38416
    assert capsys.readouterr().out == (
        "1 of 10 pairs judged: 1 right, 0 wrong, 0 unsure\n"
        "by a reviewer without a name, 2026-11-27T06:00:00+00:00\n"
        "right, of those judged: 1.000 (95 % interval 0.207 to 1.000, Wilson)\n"
        "right, if the 9 not judged are not: 0.100 (95 % interval 0.018 to 0.404, Wilson)\n"
        f"for a review board: {folder / 'pairs.html'}\n"
    )


def test_the_files_of_a_sample_are_named_by_their_hashes(folder, capsys):
    sample, keys = drawn_of(folder, 5, "--seed", "3")
    names = ("train.jsonl", "eval.jsonl")
    digests = {each: hashlib.sha256((folder / each).read_bytes()).hexdigest() for each in names}
    assert sample == {"drawn": 5, "seed": 3, "files": digests}
    assert main(["parse", str(folder), "--eval-share", "0.5"]) == 0
    capsys.readouterr()
    assert report(folder, saved(sample, keys, "right")) == 1
    assert "are of a page that was made of other training files" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("{", "holds no verdicts"),
        ("[" * 100_000, "holds no verdicts"),
        ({"verdicts": ["right"]}, "holds no verdicts"),
        ({"drawn": "1"}, "holds no verdicts"),
        ({"drawn": 0}, "holds no verdicts"),
        ({"more": 0}, "holds no verdicts"),
        ({"drawn": 26}, "26 is not what the page showed"),
        ({"verdicts": {}}, "hold no verdict: none of the 1 pairs was judged"),
        ({"verdicts": {"0" * 16: "right"}}, "is no pair that was drawn"),
        ({"seed": 7}, "is no pair that was drawn"),
        ("good", "'good' is no verdict; use right, wrong, unsure"),
    ],
)
def test_verdicts_that_are_none_are_one_line(folder, capsys, change, what):
    sample, keys = drawn_of(folder, 1)
    verdict, fields = ("good", {}) if change == "good" else ("right", change)
    given = saved(sample, keys, verdict, **fields) if isinstance(fields, dict) else change
    capsys.readouterr()
    assert report(folder, given) == 1
    said = capsys.readouterr().err
    assert what in said
    assert said.count("\n") == 1


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
def test_a_physician_judges_in_a_browser_without_a_request(folder, capsys):
    sample, keys = drawn_of(folder, 3)
    page = folder / "p.html"
    (folder / "p").rename(page)
    asked = []
    with chromium() as browser:
        tab = browser.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(page.as_uri())
        tab.check(f'[data-key="{keys[0]}"] input[value=right]')
        tab.check(f'[data-key="{keys[2]}"] input[value=unsure]')
        tab.get_by_label("Reviewer").fill(" 医師 乙 ")
        assert tab.inner_text("#count") == "2"
        with tab.expect_download() as download:
            tab.click("#save")
        text = download.value.path().read_text(encoding="utf-8")
        name = download.value.suggested_filename
    assert name == "verdicts.json"
    assert [url for url in asked if not url.startswith("blob:")] == [page.as_uri()]
    said = json.loads(text)
    assert said["verdicts"] == {keys[0]: "right", keys[2]: "unsure"}
    assert {key: said[key] for key in sample} == sample
    assert said["reviewer"] == "医師 乙"
    capsys.readouterr()
    assert report(folder, text) == 0
    assert capsys.readouterr().out.startswith("2 of 3 pairs judged: 1 right, 0 wrong, 1 unsure\n")


def test_a_folder_without_pairs_is_one_line(tmp_path, capsys):
    assert main(["sample-pairs", str(tmp_path), "--out", str(tmp_path / "p")]) == 1
    assert "train.jsonl: cannot be read" in capsys.readouterr().err
