"""``jmed-data generate`` on documents with personal data: nothing leaves unless it may."""

import json

import pytest

from jmedlora.core.checksum import sha256
from jmedlora.core.errors import UserError
from jmedlora.data.cli import main
from jmedlora.data.generate import personal_data
from jmedlora.data.personal import search
from jmedlora.data.personal.report_file import write_report_file
from tests.support.chat_server import answer, failure, pairs_about, serving
from tests.support.generate import generate, lines
from tests.support.letter import LETTER, StandIn

STOP = ("--personal", "stop", "--max-chars", "500")
REPLACE = ("--personal", "replace", "--max-chars", "500")
ALLOW = ("--personal", "allow", "--max-chars", "500")


@pytest.fixture
def quick(monkeypatch):
    """The people of LETTER are found without a model."""
    monkeypatch.setattr(personal_data, "open_finder", StandIn)


@pytest.fixture
def letters(tmp_path):
    """A letter, and a text in which nobody is named."""
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "a.txt").write_text(LETTER.strip(), encoding="utf-8")
    (folder / "b.txt").write_text("発熱と咳が三日続いた。", encoding="utf-8")
    return folder


def sent(server) -> str:
    return "".join(server.asked) + json.dumps(server.probes)


def test_names_of_documents_that_hold_personal_data_are_told(quick, letters, capsys):
    (letters / "b.txt").rename(letters / "紹介状_山田太郎.txt")
    (letters / "a.txt").unlink()
    with serving() as server:
        assert generate(letters, server, *STOP) == 0
    assert "; the names of 1 file hold some, and what generate writes" in capsys.readouterr().out
    assert "山田" not in sent(server)


def test_personal_data_stops_the_run_before_a_byte_is_sent(quick, letters, capsys):
    with serving() as server:
        assert generate(letters, server, *STOP) == 1
    assert not server.asked
    assert not server.probes
    said = capsys.readouterr()
    place = letters / "a.txt"
    assert f"{place}:1: NAME: 山＊＊＊＊\n" in said.err
    assert f"{place}:3: PHONE: 0＊＊＊＊＊＊＊\n" in said.err
    assert "… and 2 more; jmed-data personal lists them\n" in said.err
    assert said.err.splitlines()[-1] == (
        "jmed-data: nothing was sent: personal data, 12 findings in 1 of 2 documents; remove it, "
        "or add --personal replace, or --personal allow to send it as it is"
    )
    for secret in ("山田", "1234", "昭和5年"):
        assert secret not in said.err + said.out
    assert not (letters.parent / "out").exists()


def test_stopping_is_the_default(quick, letters, capsys):
    with serving() as server:
        command = ["generate", str(letters), "--out", str(letters.parent / "out"), "--yes"]
        assert main([*command, "--model", "tiny", "--base-url", server.url]) == 1
    assert "nothing was sent: personal data" in capsys.readouterr().err
    assert not sent(server).removesuffix("[]")


def test_documents_without_personal_data_are_sent(quick, docs, capsys):
    with serving() as server:
        assert generate(docs, server, "--personal", "stop") == 0
    assert "personal data: none found in 3 documents\n" in capsys.readouterr().out
    records = lines(docs.parent / "out" / "provenance.jsonl")
    assert {each["personal"] for each in records} == {"none found"}


def test_surrogates_are_sent_and_provenance_says_so(quick, letters, capsys):
    with serving() as server:
        assert generate(letters, server, *REPLACE) == 0
    text = sent(server)
    for secret in (
        "山田",
        "ヤマダ",
        "佐藤",
        "1234",
        "昭和5年3月4日",
        "93歳",
        "文京区",
        "2023年4月5日",
    ):
        assert secret not in text
    assert "患者氏名: 患者A 様（患者A） 患者ID: 〔患者ID1〕" in text
    assert "personal data: 12 findings in 1 of 2 documents, replaced\n" in capsys.readouterr().out
    out = letters.parent / "out"
    by_source = {each["source"]: each["personal"] for each in lines(out / "provenance.jsonl")}
    assert by_source == {
        str(letters / "a.txt"): "replaced", str(letters / "b.txt"): "none found"
    }  # fmt: skip
    for file in out.iterdir():
        assert "山田" not in file.read_text(encoding="utf-8")
    card = (out / "card.md").read_text(encoding="utf-8")
    assert "| personal data in the document | replaced | 1 |" in card


def test_a_resumed_run_replaces_alike_and_asks_only_what_is_missing(quick, letters):
    def fail_first(content, times):
        return failure(400) if "患者A" in content and times == 1 else answer(pairs_about(content))

    with serving(fail_first) as server:
        assert generate(letters, server, *REPLACE) == 1
        assert generate(letters, server, *REPLACE) == 0
    assert sorted(server.asked.values()) == [1, 2]
    assert len(lines(letters.parent / "out" / "responses.jsonl")) == 2


def test_a_resumed_run_is_stopped_too(quick, docs, capsys):
    with serving() as server:
        assert generate(docs, server, "--personal", "stop", "--limit", "2") == 0
        before = dict(server.asked)
        (docs / "a.txt").write_text(LETTER.strip(), encoding="utf-8")
        assert generate(docs, server, "--personal", "stop") == 1
    assert server.asked == before
    assert "nothing was sent: personal data" in capsys.readouterr().err


def test_what_is_allowed_is_sent_unsearched_and_the_card_says_so(letters, monkeypatch, capsys):
    def fail():
        raise AssertionError("nothing is to be searched")

    monkeypatch.setattr(personal_data, "open_finder", fail)
    with serving() as server:
        assert generate(letters, server, *ALLOW) == 0
    assert "山田 太郎" in sent(server)
    assert "personal data: not searched (--personal allow)\n" in capsys.readouterr().out
    out = letters.parent / "out"
    assert {each["personal"] for each in lines(out / "provenance.jsonl")} == {"allowed"}
    card = (out / "card.md").read_text(encoding="utf-8")
    assert "| personal data in the document | allowed | 2 |" in card


def test_a_record_is_named_by_its_line(quick, tmp_path, capsys):
    path = tmp_path / "x.jsonl"
    records = ({"text": "発熱。"}, {"text": "咳。\n山田太郎。"})
    path.write_text("".join(json.dumps(each) + "\n" for each in records))
    with serving() as server:
        assert generate(path, server, *STOP) == 1
    assert f"{path}:2: NAME: 山＊＊＊\n" in capsys.readouterr().err


def test_a_copy_with_moved_dates_is_sent(quick, letters):
    path = letters / "a.txt"
    path.write_text("患者A様、2023年4月5日に入院。", encoding="utf-8")
    with serving() as server:
        assert generate(letters, server, *STOP) == 1
        write_report_file(path, sha256(path), {}, {}, dates_are_moved=True)
        assert generate(letters, server, *STOP) == 0


def test_without_the_extra_one_line_says_what_to_do(letters, monkeypatch, capsys):
    def missing():
        raise UserError("personal needs GiNZA; run: pip install 'jmedlora[personal]'")

    monkeypatch.setattr(personal_data, "open_finder", missing)
    with serving() as server:
        assert generate(letters, server, *STOP) == 1
    assert not sent(server).removesuffix("[]")
    assert capsys.readouterr().err.splitlines() == [
        "jmed-data: personal needs GiNZA; run: pip install 'jmedlora[personal]'; or add --personal "
        "allow, which searches nothing"
    ]


@pytest.mark.xdist_group("detector")
def test_the_real_detector_stops_and_replaces(letters, docs, capsys):
    assert personal_data.open_finder is search.open_finder
    with serving() as server:
        assert generate(letters, server, *STOP) == 1
        assert not server.asked
        assert generate(letters, server, *REPLACE) == 0
        assert "1234" not in sent(server)
        assert "山田" not in sent(server)
        assert generate(docs, server, "--personal", "stop", out=docs.parent / "other") == 0
    assert "personal data: none found in 3 documents\n" in capsys.readouterr().out
