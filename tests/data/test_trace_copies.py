"""``jmed-data trace`` through the copies that ``jmed-data personal --replace`` wrote."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from jmedlora.data.cli import main
from jmedlora.data.personal import search
from tests.support.chat_server import serving
from tests.support.commands import write_jsonl
from tests.support.generate import generate, lines
from tests.support.letter import StandIn
from tests.support.trace import card_of, in_lines, models_of, of, trace

NOTES = {
    "docs/a.txt": "山田太郎さんは四月に入院し、手術を受けて、よくなって帰宅した。",
    "docs/b.txt": "佐藤先生の外来では、退院の後の運動についての話がある。",
}


@pytest.fixture
def noted(monkeypatch, tmp_path):
    """Two documents with names, which StandIn finds without a model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(search, "open_finder", StandIn)
    for name, text in NOTES.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def personal(*args) -> None:
    assert main(["personal", *map(str, args), "--replace"]) == 0


def made_of(docs: str, out: str) -> None:
    with serving() as server:
        assert generate(Path(docs), server, "--eval-share", "0", out=Path(out)) == 0


def sources(out: str, name: str) -> list[int]:
    """The lines of train.jsonl whose pairs are of the document called ``name``."""
    noted = [each for each in lines(Path(out, "provenance.jsonl")) if each["file"] == "train.jsonl"]
    return [each["line"] for each in noted if Path(each["source"]).name == name]


def without_links(folder: str) -> None:
    """Deletes what lies beside the copies, and leaves report.json."""
    for path in Path(folder, "copies").rglob("*.personal.json"):
        path.unlink()


@pytest.fixture
def asked_about_copies(noted):
    """Pairs that were made of copies, and an adapter that was trained on them."""
    personal("docs", "--out", "P")
    made_of("P/copies", "gA")
    card_of(Path("outputs/run"), Path("gA/train.jsonl"))


@pytest.mark.parametrize("link", ["report.json", "personal.json", "moved"])
def test_pairs_of_a_copy_of_the_document(asked_about_copies, capsys, link):
    if link == "report.json":
        without_links("P")
    if link == "personal.json":
        Path("P/report.json").unlink()
    if link == "moved":
        Path("P").rename("away")
    found, said = trace(capsys, "docs/a.txt", "--fail-on-hit", status=1)
    assert in_lines(of(found, "train.jsonl")) == sources("gA", "a.txt") != []
    assert {way for each in found["provenance"] for way in each["ways"]} == {
        "same content as a copy with surrogates (SHA-256)"
    }
    assert models_of(found) == {"outputs/run": "its training read gA/train.jsonl"}
    (copy,) = found["copies"]
    assert copy["copy_of"] == "docs/a.txt"
    where = "away" if link == "moved" else "P"
    assert f"{where}/copies/a.txt: a copy of docs/a.txt" in said


def test_a_copy_of_a_document_that_was_deleted_is_known_by_its_hash(asked_about_copies, capsys):
    raw = Path("docs/a.txt").read_bytes()
    shutil.rmtree("docs")
    found, _ = trace(capsys, hashlib.sha256(raw).hexdigest())
    assert in_lines(of(found, "train.jsonl")) == sources("gA", "a.txt")
    found, _ = trace(capsys, "docs/a.txt")
    assert in_lines(of(found, "train.jsonl")) == sources("gA", "a.txt")


def test_a_copy_of_a_document_whose_name_is_masked(noted, capsys):
    Path("docs/a.txt").rename("docs/山田太郎.txt")
    personal("docs", "--out", "P")
    made_of("P/copies", "gA")
    without_links("P")
    Path("docs/山田太郎.txt").unlink()
    found, _ = trace(capsys, "docs/山田太郎.txt")
    assert in_lines(of(found, "train.jsonl")) == sources("gA", "0001.txt") != []


def test_a_copy_that_a_person_corrected_before_it_was_sent(noted, capsys):
    personal("docs", "--out", "P")
    with Path("P/copies/a.txt").open("a", encoding="utf-8") as file:
        file.write("追記。")
    made_of("P/copies", "gA")
    found, _ = trace(capsys, "docs/a.txt")
    assert in_lines(of(found, "train.jsonl")) == sources("gA", "a.txt") != []


def test_copies_of_copies(noted, capsys):
    personal("docs", "--out", "P")
    personal("P/copies", "--out", "P2")
    made_of("P2/copies", "gA")
    Path("P/report.json").unlink()  # what lies beside a copy is written again by a second search
    found, _ = trace(capsys, "docs/a.txt")
    assert in_lines(of(found, "train.jsonl")) == sources("gA", "a.txt") != []


def test_what_was_found_in_the_document_is_named(noted, capsys):
    personal("docs", "--out", "P")
    found, said = trace(capsys, "docs/a.txt")
    assert found["searches"] == [
        {"report": "P/report.json", "document": "docs/a.txt", "holds_findings": True}
    ]
    assert (
        "P/report.json: searched docs/a.txt; findings.jsonl beside it holds what was found" in said
    )
    Path("P/findings.jsonl").unlink()
    assert "findings.jsonl" not in trace(capsys, "docs/a.txt")[1]


@pytest.fixture
def replaced_afterwards(noted):
    """Pairs of the documents, a copy of them with surrogates, and a run that read the copy."""
    made_of("docs", "gB")
    personal("gB/train.jsonl", "--out", "Q")
    card_of(Path("outputs/run"), Path("Q/copies/train.jsonl"))


def copied(found: dict) -> dict:
    (each,) = [each for each in found["training_files"] if each["file"].startswith("Q")]
    return each


@pytest.mark.parametrize("link", ["report.json", "personal.json"])
def test_a_training_file_that_was_replaced_afterwards(replaced_afterwards, capsys, link):
    if link == "report.json":
        without_links("Q")
    else:
        Path("Q/report.json").unlink()
    found, _ = trace(capsys, "docs/a.txt")
    assert in_lines(copied(found)) == sources("gB", "a.txt") != []
    assert models_of(found) == {"outputs/run": "its training read Q/copies/train.jsonl"}


def test_records_of_a_copy_in_another_order(replaced_afterwards, capsys):
    records = lines(Path("Q/copies/train.jsonl"))
    write_jsonl(Path("mixed.jsonl"), *reversed(records))
    found, _ = trace(capsys, "docs/a.txt")
    expected = sorted(len(records) + 1 - line for line in sources("gB", "a.txt"))
    assert in_lines(of(found, "mixed.jsonl")) == expected


def test_blank_lines_of_the_original_are_not_counted(replaced_afterwards, capsys):
    path = Path("gB/train.jsonl")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\n\n"))
    personal("gB/train.jsonl", "--out", "Q", "--overwrite")
    found, _ = trace(capsys, "docs/a.txt")
    assert in_lines(copied(found)) == sources("gB", "a.txt")


def test_a_copy_whose_original_was_deleted(replaced_afterwards, capsys):
    Path("gB/train.jsonl").unlink()
    found, _ = trace(capsys, "docs/a.txt")
    assert in_lines(copied(found)) == sources("gB", "a.txt")
    assert "outputs/run" in models_of(found)


def test_a_copy_that_was_deleted_and_that_a_run_read(replaced_afterwards, capsys):
    shutil.rmtree("Q/copies")
    found, _ = trace(capsys, "docs/a.txt")
    assert models_of(found) == {"outputs/run": "its training read a copy of gB/train.jsonl"}


def test_a_copy_of_a_training_file_that_was_changed_counts_whole(replaced_afterwards, capsys):
    path = Path("Q/copies/train.jsonl")
    write_jsonl(path, *lines(path)[1:], {"instruction": "別の問い", "output": "別の答え"})
    card_of(Path("outputs/run"), path)
    found, said = trace(capsys, "docs/a.txt")
    assert copied(found)["changed_copy_of"] == "gB/train.jsonl"
    assert models_of(found) == {"outputs/run": "its training read Q/copies/train.jsonl"}
    assert "Q/copies/train.jsonl: a copy of gB/train.jsonl, changed since it was written" in said


def test_a_record_of_a_jsonl_document_in_a_copy(noted, capsys):
    texts = [json.dumps({"text": text}, ensure_ascii=False) for text in NOTES.values()]
    Path("docs/notes.jsonl").write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    personal("docs/notes.jsonl", "--out", "P")
    made_of("P/copies", "gA")
    first, second = (trace(capsys, f"docs/notes.jsonl:{line}")[0] for line in (1, 3))
    assert in_lines(of(first, "train.jsonl")) == sources("gA", "notes.jsonl:1") != []
    assert in_lines(of(second, "train.jsonl")) == sources("gA", "notes.jsonl:2") != []


def test_other_files_of_these_names_are_passed_over(noted, capsys):
    for name, content in {
        "x/report.json": "[" * 5000,
        "y/report.json": '{"files": [{"sha256": 7, "copy": []}, 3]}',
        "z/a.txt.personal.json": '{"copy_of": {}}',
    }.items():
        Path(name).parent.mkdir()
        Path(name).write_text(content)
    found, _ = trace(capsys, "docs/a.txt")
    assert not found["copies"]


def test_the_page_names_copies(replaced_afterwards, capsys):
    personal("docs", "--out", "P")
    with Path("Q/copies/train.jsonl").open("ab") as file:
        file.write(b'{"text": "x"}\n')
    assert main(["trace", "docs/a.txt", "--html", "page.html"]) == 0
    page = Path("page.html").read_text(encoding="utf-8")
    assert "P/copies/a.txt: a copy of docs/a.txt" in page
    assert "a copy of gB/train.jsonl, changed since it was written" in page
