"""``pairs.html``: how every pair came about, on one page that a review board can sign."""

import hashlib
import html
import json
import re
from collections import Counter

from jmedlora.data.cli import main
from jmedlora.data.instruction_pair import RejectReason
from jmedlora.data.pairs.board_page import REASONS
from tests.support.chat_server import answer, pairs_about, serving
from tests.support.commands import write_jsonl
from tests.support.generate import generate, lines
from tests.support.responses import chunks, response

EVIL = "<script>alert(1)</script>\u202e"


def rows(page):
    """The cells of every row of the page, without tags and what is Japanese beside English."""
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        english = [re.sub(r'<span lang="ja">.*?</span>', "", cell) for cell in cells]
        found.append([html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in english])
    return found


def test_what_is_counted_is_what_lies_there(docs, capsys):
    """The figures are worked out from the files once more; the source is known here."""

    def write(content, _):
        more = "\n'instruction': '量は？', 'output': '内容は互いに異なる。五ミリグラム。'"
        invented = "\n'instruction': '富士山の高さは？', 'output': '三千七百余り'"
        return answer(pairs_about(content) + more + invented)

    with serving(write) as server:
        assert generate(docs, server) == 0
    out = docs.parent / "out"
    assert f"for a review board: {out / 'pairs.html'}\n" in capsys.readouterr().out
    page = (out / "pairs.html").read_text(encoding="utf-8")
    found = rows(page)
    names = ["train.jsonl", "eval.jsonl", "provenance.jsonl", "rejected.jsonl", "responses.jsonl",
             "plan.jsonl", "card.md"]  # fmt: skip
    digests = [[each, hashlib.sha256((out / each).read_bytes()).hexdigest()] for each in names]
    assert [row for row in found if row[0] in names] == digests
    places = lines(out / "provenance.jsonl")
    reasons = Counter(each["reason"] for each in lines(out / "rejected.jsonl"))
    assert reasons["no support in the source"] == 6
    for reason, count in reasons.items():
        assert [reason, str(count)] in found
    for sha256, count in Counter(each["source_sha256"] for each in places).items():
        assert [sha256, str(count)] in found
    tenths = Counter(min(int(each["support"] * 10), 9) for each in places)
    for step in range(3, 10):
        assert [f"0.{step} – {(step + 1) / 10:.1f}", str(tenths[step])] in found
    strange = sum(bool(each["strange"]) for each in places)
    assert strange > 0
    assert ["flagged: a number or a name that the source does not hold", str(strange)] in found
    assert ["pairs for training (train.jsonl)", str(len(lines(out / "train.jsonl")))] in found
    assert ["not searched (--personal allow)", str(len(places))] in found
    prompt = f"ja (SHA-256 {places[0]['prompt_sha256']})"
    assert ["prompt", prompt, str(len(places))] in found
    assert "No physician&#39;s verdict is in this page." in page


def test_the_page_is_inert_in_both_languages_and_names_no_document(tmp_path):
    evil = response(f"Q: 悪いのはどれか？{EVIL}\nA: これです。", start=9000, model=EVIL,
                    source=f"docs/山田太郎{EVIL}.txt")  # fmt: skip
    write_jsonl(tmp_path / "responses.jsonl", *chunks(), evil)
    assert main(["parse", str(tmp_path)]) == 0
    page = (tmp_path / "pairs.html").read_text(encoding="utf-8")
    assert "default-src 'none'; style-src 'unsafe-inline'\"" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search(r"<script|\u202e|(?:src|href)=|https?://|url\(", page)
    assert "山田" not in page
    for heading in re.findall(r"<h[12]>(.*?)</h[12]>", page):
        assert re.search(r'\S <span lang="ja">[^<]+</span>$', heading), heading
    assert page.count('<div class="sign">') == 1
    for word in ("日付", "氏名", "署名"):
        assert word in page


def test_every_reason_has_its_japanese():
    assert REASONS.keys() == set(RejectReason)


def test_the_verdicts_of_a_physician_stand_there(tmp_path, capsys):
    write_jsonl(tmp_path / "responses.jsonl", *chunks())
    assert main(["parse", str(tmp_path)]) == 0
    judge = tmp_path / "judge.html"
    main(["sample-pairs", str(tmp_path), "--out", str(judge), "--pairs", "10"])
    text = judge.read_text(encoding="utf-8")
    (sample,) = re.findall(r'<body data-sample="([^"]*)">', text)
    keys = re.findall(r'<fieldset data-key="([0-9a-f]{16})">', text)
    said = dict.fromkeys(keys[:8], "right") | {keys[8]: "wrong"}
    verdicts = {**json.loads(html.unescape(sample)), "reviewer": EVIL, "saved": "2026-11-27",
                "verdicts": said}  # fmt: skip
    path = tmp_path / "verdicts.json"
    path.write_text(json.dumps(verdicts), encoding="utf-8")
    capsys.readouterr()
    assert main(["sample-pairs", str(tmp_path), "--verdicts", str(path)]) == 0
    assert f"for a review board: {tmp_path / 'pairs.html'}\n" in capsys.readouterr().out
    page = (tmp_path / "pairs.html").read_text(encoding="utf-8")
    found = rows(page)
    assert ["pairs drawn at random", "10"] in found
    assert ["of them judged", "9"] in found
    assert ["right  / wrong  / unsure", "8 / 1 / 0"] in found
    # by hand, as in test_sample_pairs: 8 of 9, and 8 of 10
    of_judged = "0.889 (95 % interval 0.565 to 0.980, Wilson)"
    of_drawn = "0.800 (95 % interval 0.490 to 0.943, Wilson)"
    assert ["right, of those judged", of_judged] in found
    assert ["right, if those not judged are not", of_drawn] in found
    assert "verdict is in this page" not in page
    assert "<script" not in page
    places = lines(tmp_path / "provenance.jsonl")
    del places[1]["rule"]
    write_jsonl(tmp_path / "provenance.jsonl", *places)
    assert main(["sample-pairs", str(tmp_path), "--verdicts", str(path)]) == 1
    said = capsys.readouterr().err
    assert "provenance.jsonl:2: is no line of this version's ('rule'); run jmed-data parse" in said
