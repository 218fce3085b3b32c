"""``jmed-data pretrain``: no text too long, none twice, no document in both files."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jmedlora.data.cli import main
from jmedlora.data.documents.find_documents import Document
from jmedlora.data.pretrain.cut_texts import (
    TextLimit,
    character_limit,
    cut_documents,
    token_limit,
)
from jmedlora.data.pretrain.split_documents import split_by_document
from tests.support.commands import ROOT, write_jsonl
from tests.support.pdf import pdf
from tests.support.tiny_model import END
from tests.support.training_data import RECIPES, check

SENTENCE = "文書{}の第{:02}文である。"
"""Twelve characters with a document of one letter."""


def document(name, text):
    return Document(Path(name), None, 64 * "0", "UTF-8", text)


def prose(name, sentences):
    return "".join(SENTENCE.format(name, number) for number in range(sentences))


def pretrain(capsys, *args):
    """Exit status, standard output and standard error of ``jmed-data pretrain``."""
    status = main(["pretrain", *map(str, args)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Where ``docs`` holds ten documents of five sentences, one of them in Shift_JIS."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    for name in "abcdefghij":
        codec = "cp932" if name == "b" else "utf-8"
        (tmp_path / "docs" / f"{name}.txt").write_bytes(prose(name, 5).encode(codec))
    return tmp_path


def test_what_is_written_and_said(place, capsys):
    """24 characters are two sentences: a document makes texts of two, two and one."""
    status, out, err = pretrain(capsys, "docs", "--characters", 24, "--eval", 6)
    assert (status, err) == (0, "docs/b.txt: read as Shift_JIS\n")
    assert out.splitlines() == [
        "10 documents, 600 characters",
        "left out: 0 repeated documents, 0 repeated texts, 0 without a letter",
        "data/pretrain_train.jsonl: 24 texts of 8 documents, 480 characters "
        "(median 24, longest 24)",
        "data/pretrain_eval.jsonl: 6 texts of 2 documents, 120 characters (median 24, longest 24)",
        "check them: jmed-data check --for pretrain data/pretrain_train.jsonl "
        "data/pretrain_eval.jsonl",
    ]
    train, evaluation = (lines(place / f"data/pretrain_{name}.jsonl") for name in ("train", "eval"))
    assert {each["source"] for each in train}.isdisjoint(each["source"] for each in evaluation)
    for each in [*train, *evaluation]:
        letter = each["source"].removeprefix("docs/")[0]
        assert each["text"] == prose(letter, 5)[each["start"] : each["end"]]
        assert each["encoding"] == ("Shift_JIS" if letter == "b" else "UTF-8")
    assert check(capsys, "--for", "pretrain", *(place / "data").glob("*.jsonl"))[0] == 0


def test_the_seed_draws_the_documents(place, capsys):
    def drawn(seed):
        options = ("--characters", 24, "--eval", 6, "--seed", seed, "--force")
        assert pretrain(capsys, "docs", *options)[0] == 0
        return (place / "data/pretrain_eval.jsonl").read_bytes()

    first = drawn(0)
    assert first == drawn(0)
    assert len({first, *map(drawn, range(1, 6))}) > 1


def test_texts_fill_the_recipes_rows_and_no_more(place, tiny_model, tokenizer, capsys):
    """A sentence that fills many rows is cut within."""
    sentence = "と".join(map(str, range(1000, 1300)))
    (place / "docs" / "long.txt").write_text(sentence, encoding="utf-8")
    options = ("--tokenizer", tiny_model, "--tokens", 64, "--eval", 5)
    assert pretrain(capsys, "docs", *options)[0] == 0
    texts = [each for path in (place / "data").glob("*.jsonl") for each in lines(path)]
    counts = [len(tokenizer(each["text"]).input_ids) + 1 for each in texts]
    assert 60 <= max(counts) <= 64
    long = [each for each in texts if each["source"] == "docs/long.txt"]
    assert (
        "".join(each["text"] for each in sorted(long, key=lambda each: each["start"])) == sentence
    )
    recipe = RECIPES / "swallow8b_pretrain.yml"
    path = place / "data/pretrain_eval.jsonl"
    status, out, _ = check(capsys, "--recipe", recipe, "--tokenizer", tiny_model, path)
    assert (status, "go on in further rows" in out) == (0, False)


@settings(deadline=None)
@given(st.text(alphabet="あ薬。\n ab~\u3099⑳", max_size=400), st.integers(64, 90))
def test_no_text_is_longer_than_its_tokens_and_nothing_is_lost(tokenizer, text, most):
    cut = cut_documents([document("a", text)], token_limit(tokenizer, most))
    assert all(len(tokenizer(each.text).input_ids) + 1 <= most for each in cut.texts)
    assert all(text[each.start : each.end] == each.text for each in cut.texts)
    if not cut.without_letters + cut.repeated_texts:
        kept = "".join(each.text for each in cut.texts)
        assert "".join(kept.split()) == "".join(text.split())


def test_a_tokenizer_that_joins_over_the_end_of_a_sentence():
    """Two tokens a sentence counted apart, one more between two: four, which have 11, are cut again
    with the three that are over in reserve; the three at the end have 8."""

    def joined(text):
        return max(0, 3 * text.count("。") - 1)

    limit = TextLimit("tokens", 8, joined, lambda text: 2 * text.count("。"))
    cut = cut_documents([document("a", "a。b。c。d。e。f。g。")], limit)
    assert [each.length for each in cut.texts] == [5, 5, 8]
    assert "".join(each.text for each in cut.texts) == "a。b。c。d。e。f。g。"


def test_what_stands_twice_is_taken_once_and_named(place, capsys):
    """In full width and with other line ends it is the same; a part of a document, too."""
    wide = prose("a", 5).replace("00", "０0").replace("。", "。\r\n")
    (place / "docs" / "z.txt").write_text(wide, encoding="utf-8")
    (place / "docs" / "zz.txt").write_text(prose("a", 2) + prose("あ", 2), encoding="utf-8")
    (place / "docs" / "zzz.txt").write_text("…\n", encoding="utf-8")
    status, out, err = pretrain(capsys, "docs", "--characters", 24, "--eval", 6)
    assert status == 0
    assert err.splitlines()[1:] == [
        "left out: docs/z.txt is the same text as docs/a.txt",
        "left out: docs/zz.txt, characters 0 to 24: the same text as docs/a.txt, characters 0 to "
        "24",
    ]
    assert "left out: 1 repeated document, 1 repeated text, 1 without a letter" in out.splitlines()


def test_no_document_is_in_both_files_where_they_are_many():
    texts = cut_documents(
        [document(str(n), prose(n, 2 + n)) for n in range(9)], character_limit(12)
    ).texts
    for seed in range(20):
        split = split_by_document(texts, 10, seed)
        assert 5 <= len(split.evaluation) <= 10
        assert split.divided is None
        assert {t.document.name for t in split.train}.isdisjoint(
            t.document.name for t in split.evaluation
        )
        assert len(split.train) + len(split.evaluation) == len(texts)


def test_one_document_is_divided_and_said(place, capsys):
    (place / "docs" / "only.txt").write_text(prose("x", 30), encoding="utf-8")
    status, out, _ = pretrain(capsys, "docs/only.txt", "--characters", 12, "--eval", 6)
    assert status == 0
    assert (
        "docs/only.txt: stands in both files, because the documents are too few and too long for "
        "--eval 6" in out.splitlines()
    )
    evaluation = lines(place / "data/pretrain_eval.jsonl")
    assert [each["start"] for each in evaluation] == [12 * n for n in range(24, 30)]  # its end
    assert len(lines(place / "data/pretrain_train.jsonl")) == 24


def test_files_that_are_there_are_kept(place, capsys):
    path = write_jsonl(place / "data" / "pretrain_eval.jsonl", {"text": "mine"})
    before = path.read_bytes()
    assert pretrain(capsys, "docs", "--characters", 24) == (
        1,
        "",
        "jmed-data: data/pretrain_eval.jsonl: is there already; add --force to replace it, or "
        "change --out\n",
    )
    assert path.read_bytes() == before
    assert pretrain(capsys, "docs", "--characters", 24, "--eval", 6, "--force")[0] == 0
    assert len(lines(path)) == 6


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("x.txt", b"abc\n\xff\xff", "docs/x.txt: byte 0xff in line 2 fits neither UTF-8, "),
        ("x.txt", b" \n", "docs/x.txt: is empty; remove it or put text into it"),
        ("x.pdf", b"%PDF-1.7 cut off", "docs/x.pdf: is no PDF that can be read ("),
        ("x.pdf", pdf(""), "docs/x.pdf: has no text on any of its 1 pages: it is a scan; "),
    ],
)
def test_a_document_that_cannot_be_used(place, capsys, name, raw, message):
    (place / "docs" / name).write_bytes(raw)
    options = ("docs", "--characters", 24, "--eval", 6)
    status, out, err = pretrain(capsys, *options)
    assert (status, out) == (1, "")
    assert [line.startswith(message) for line in err.splitlines()] == [False, True, False]
    assert err.splitlines()[-1] == (
        "jmed-data: nothing was written: not every document can be used; mend this, or go on "
        "without with --skip-unreadable"
    )
    assert not (place / "data").exists()
    assert pretrain(capsys, *options, "--skip-unreadable")[0] == 0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("none", "--characters", 9), "none: is not there; check the path"),
        (
            ("docs", "--characters", 24, "--eval", 30),
            "jmed-data: the documents give 30 texts: --eval 30 would leave none to train on; add "
            "documents, or lower --eval, such as --eval 6",
        ),
        (("docs", "--tokenizer", "nowhere/x"), "jmed-data: nowhere/x: is neither a folder nor a "),
        (
            ("docs", "--characters", 24, "--tokens", 100),
            "jmed-data: --tokens needs --tokenizer, with which they are counted",
        ),
        (
            ("docs", "--characters", 24, "--out", "docs"),
            "jmed-data: --out docs: is a folder that is read; choose another, or one inside it",
        ),
    ],
)
def test_bad_input_is_one_line(place, capsys, args, message):
    status, out, err = pretrain(capsys, *args)
    assert (status, out) == (1, "")
    assert any(line.startswith(message) for line in err.splitlines()), err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "one of the arguments --tokenizer --characters is required"),
        (("--tokenizer", "x", "--tokens", "63"), "'63': give a whole number from 64"),
        (("--characters", "9", "--eval", "0"), "'0': give a whole number from 1"),
    ],
)
def test_wrong_usage(capsys, options, message):
    with pytest.raises(SystemExit) as caught:
        main(["pretrain", "docs", *options])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_a_special_token_in_a_document_is_refused(place, tiny_model, capsys):
    write_jsonl(place / "docs" / "x.jsonl", {"text": "よい。"}, {"text": f"甲{END}乙"})
    status, out, err = pretrain(capsys, "docs", "--tokenizer", tiny_model)
    assert (status, out) == (1, "")
    assert err.splitlines()[1:] == [
        f"jmed-data: docs/x.jsonl:2: holds the special token '{END}' as text; remove it: training "
        "would obey it"
    ]


def test_the_page_shows_what_is_printed(tiny_model, tmp_path, monkeypatch, capsys):
    text = (ROOT / "docs" / "prepare.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^jmed-data (pretrain .*)$", text, flags=re.MULTILINE)
    (tmp_path / "models").mkdir()
    (tmp_path / "models/open-calm-7b").symlink_to(tiny_model)
    (tmp_path / "jmedlora").symlink_to(ROOT / "jmedlora")
    monkeypatch.chdir(tmp_path)
    assert main(command.split()) == 0
    assert f"```\n{capsys.readouterr().out}```" in text
