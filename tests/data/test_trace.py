"""``jmed-data trace``: from a document to all that saw it, through files that were really made."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from jmedlora.data.cli import main
from jmedlora.models.model_folder import weight_hashes
from jmedlora.models.run_card_file import write_card
from tests.support.chat_server import serving
from tests.support.commands import mode, write_jsonl
from tests.support.generate import SENTENCE, generate, lines, write_documents
from tests.support.runs import answers, questions, write_run
from tests.support.trace import card_of, in_lines, models_of, of, trace


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """Documents, and the pairs that were made of them by a real server on this machine."""
    folder = tmp_path_factory.mktemp("generated")
    write_documents(folder / "docs")
    with pytest.MonkeyPatch.context() as patch, serving() as server:
        patch.chdir(folder)
        assert generate(Path("docs"), server, out=Path("out")) == 0
    return folder


@pytest.fixture
def made(generated, tmp_path, monkeypatch):
    """A copy of them, in which the test stands."""
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(generated, tmp_path, dirs_exist_ok=True)


def pairs_of(folder: Path, document: str, name: str = "train.jsonl") -> list[int]:
    """The lines of a training file whose pairs are of a document, by its provenance."""
    return [
        each["line"]
        for each in lines(folder / "out" / "provenance.jsonl")
        if each["source"].endswith(document) and each["file"] == name
    ]


def test_pairs_of_a_document(made, capsys):
    found, said = trace(capsys, "docs/a.txt")
    assert in_lines(of(found, "train.jsonl")) == pairs_of(made, "a.txt")
    kinds = {each["kind"]: each["count"] for each in found["provenance"]}
    assert kinds["chunks asked about"] == kinds["responses"] == 2
    assert kinds["pairs"] == 6
    digest = hashlib.sha256((made / "docs/a.txt").read_bytes()).hexdigest()
    assert found["documents"] == [{"name": "docs/a.txt", "sha256": digest}]
    assert SENTENCE.format("a", 1)[:6] not in said
    assert "の答え" not in said


@pytest.mark.parametrize("asked", ["elsewhere/patient.txt", "hash"])
def test_a_document_that_was_renamed_or_deleted(made, capsys, asked):
    digest = hashlib.sha256(Path("docs/a.txt").read_bytes()).hexdigest()
    Path("elsewhere").mkdir()
    Path("docs/a.txt").rename("elsewhere/patient.txt")
    found, _ = trace(capsys, digest if asked == "hash" else asked)
    assert in_lines(of(found, "train.jsonl")) == pairs_of(made, "a.txt")
    assert {way for each in found["provenance"] for way in each["ways"]} == {
        "same content (SHA-256)"
    }


def test_a_document_that_was_changed_is_found_by_its_path(made, capsys):
    with Path("docs/a.txt").open("a", encoding="utf-8") as file:
        file.write("追記。")
    found, said = trace(capsys, "docs/a.txt")
    assert in_lines(of(found, "train.jsonl")) == pairs_of(made, "a.txt")
    assert "by same path, other content: the document was changed since" in said


def test_a_document_that_was_moved_and_changed_is_found_by_its_text(made, capsys):
    text = Path("docs/a.txt").read_text(encoding="utf-8")
    Path("docs/a.txt").unlink()
    Path("note.md").write_text(f"# 写し\n\n{text}\n", encoding="utf-8")
    found, said = trace(capsys, "note.md")
    assert in_lines(of(found, "train.jsonl")) == pairs_of(made, "a.txt")
    assert "by same text, under the name of another document" in said


def test_copies_selections_and_conversations(made, capsys):
    train = lines(made / "out" / "train.jsonl")
    mine = [train[line - 1] for line in pairs_of(made, "a.txt")]
    others = [pair for pair in train if pair not in mine]
    turns = [{"role": "user", "content": mine[0]["instruction"]},
             {"role": "assistant", "content": mine[0]["output"]}]  # fmt: skip
    write_jsonl(made / "more" / "joined.jsonl", *others, *reversed(mine))
    write_jsonl(made / "more" / "chosen.jsonl", others[0], {**mine[1], "note": "良"}, others[1])
    write_jsonl(made / "more" / "chat.jsonl", {"messages": turns})
    write_jsonl(made / "more" / "clean.jsonl", *others)
    found, _ = trace(capsys, "docs/a.txt", "--among", "more")
    assert not found["training_files"]  # without the provenance the pairs are not known
    found, _ = trace(capsys, "docs/a.txt", "--among", "out", "more")
    assert in_lines(of(found, "joined.jsonl")) == [
        len(others) + number + 1 for number in range(len(mine))
    ]
    assert in_lines(of(found, "chosen.jsonl")) == [2]
    assert in_lines(of(found, "chat.jsonl")) == [1]
    assert "clean.jsonl" not in {Path(each["file"]).name for each in found["training_files"]}


def test_a_training_file_that_was_changed_since(made, capsys):
    """The lines that the provenance names hold other pairs now: these are not accused."""
    path = made / "out" / "train.jsonl"
    train = lines(path)
    write_jsonl(path, *reversed(train))
    found, said = trace(capsys, "docs/a.txt")
    expected = sorted(len(train) + 1 - line for line in pairs_of(made, "a.txt"))
    assert in_lines(of(found, "train.jsonl")) == expected
    assert "lines that its provenance names hold other pairs" in said


def test_without_responses_the_provenance_is_believed(made, capsys):
    expected = pairs_of(made, "a.txt")
    Path("out/responses.jsonl").unlink()
    found, _ = trace(capsys, "docs/a.txt")
    assert in_lines(of(found, "train.jsonl")) == expected


def test_pretraining_texts_in_a_copy_without_provenance(made, capsys):
    args = ["pretrain", "docs", "--characters", "60", "--eval", "1", "--out", "texts"]
    assert main(args) == 0
    texts = lines(made / "texts" / "pretrain_train.jsonl")
    write_jsonl(made / "bare.jsonl", *({"text": each["text"]} for each in reversed(texts)))
    found, _ = trace(capsys, "docs/b.txt", "--among", ".")
    places = [n for n, each in enumerate(texts, 1) if each["source"] == "docs/b.txt"]
    assert in_lines(of(found, "pretrain_train.jsonl")) == places
    assert in_lines(of(found, "bare.jsonl")) == sorted(len(texts) + 1 - n for n in places)


def test_a_folder_of_documents(made, capsys):
    found, _ = trace(capsys, "docs")
    train = of(found, "train.jsonl")
    assert train["count"] == train["records"]
    assert len(found["documents"]) == 3


def test_a_record_of_a_jsonl_document(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    texts = [{"text": SENTENCE.format(name, 1) * 2} for name in "あいう"]
    write_jsonl(Path("docs/notes.jsonl"), *texts)
    with serving() as server:
        assert generate(Path("docs"), server, out=Path("out")) == 0
    whole, _ = trace(capsys, "docs/notes.jsonl", "--among", "out")
    found, _ = trace(capsys, "docs/notes.jsonl:2", "--among", "out")
    counts = [
        sum(each["count"] for each in one["provenance"] if each["kind"] == "chunks asked about")
        for one in (whole, found)
    ]
    assert counts[0] == 3
    assert counts[1] == 1


@pytest.fixture
def trained(made):
    """An adapter of all pairs, its checkpoint, what was merged and trained further, another one."""
    file = Path("out/train.jsonl")
    card_of(Path("outputs/run"), file)
    card_of(Path("outputs/run/checkpoint-4"), file, status="running", step=4)
    merged = card_of(Path("merged"), file)
    (merged / "adapter_config.json").unlink()
    (merged / "model.safetensors").write_bytes(b"")
    others = write_jsonl(Path("others.jsonl"), {"instruction": "別の問い", "output": "別の答え"})
    card_of(Path("outputs/further"), others, base="merged")
    card_of(Path("outputs/apart"), others)
    return made


def test_runs_checkpoints_and_what_was_made_from_them(trained, capsys):
    found, said = trace(capsys, "docs/a.txt")
    assert models_of(found) == {
        "outputs/run": "its training read out/train.jsonl",
        "outputs/run/checkpoint-4": "its training read out/train.jsonl",
        "merged": "its training read out/train.jsonl",
        "outputs/further": "made from merged",
    }
    kinds = {each["folder"]: (each["kind"], each["state"]) for each in found["models"]}
    assert kinds["outputs/run"] == ("adapter", "8 steps, complete")
    assert kinds["outputs/run/checkpoint-4"] == ("checkpoint", "4 steps, running")
    assert kinds["merged"][0] == "model"
    assert "outputs/apart" not in said.partition("Not followed")[0]


def test_results_of_models_that_saw_it(trained, capsys):
    docs = questions(2)
    for adapter in ("outputs/run", "outputs/apart"):
        write_run(trained, docs=docs, responses=answers(docs, 1), adapter=adapter)
    found, _ = trace(capsys, "docs/a.txt")
    assert [each["model"] for each in found["results"]] == ["outputs/run"]
    assert found["results"][0]["certain"]
    shutil.move("results", "away/results")
    Path("outputs").rename("moved")
    found, said = trace(capsys, "docs/a.txt")
    assert not found["results"]
    assert "asked outputs/run; no folder of that name is there" in said
    Path("elsewhere").mkdir()
    Path("moved").rename("elsewhere/outputs")
    found, _ = trace(capsys, "docs/a.txt")
    assert [each["certain"] for each in found["results"]] == [False]


def test_a_file_that_is_lost_and_a_card_without_hashes_are_said(trained, capsys):
    Path("others.jsonl").unlink()
    write_card(Path("outputs/apart"), {"status": "complete", "step": 8})
    write_jsonl(Path("outputs/bare/adapter_config.json"), {"base_model_name_or_path": "gone/base"})
    _, said = trace(capsys, "docs/a.txt")
    assert "outputs/apart: its run card states no hash of a training file" in said
    assert "outputs/bare: no run card that can be read" in said
    _, said = trace(capsys, "docs/a.txt", "--among", "outputs")
    assert 'outputs/run: trained on "out/train.jsonl" (SHA-256 ' in said
    assert "which is not among the files that were read" in said


def test_a_copied_adapter_without_its_card_is_known_by_its_weights(trained, capsys):
    run = Path("outputs/run")
    (run / "adapter_model.safetensors").write_bytes(b"weights")
    card_of(run, Path("out/train.jsonl"), sha256=weight_hashes(run))
    shutil.copytree(run, "usb/adapter")
    Path("usb/adapter/run_card.json").unlink()
    found, _ = trace(capsys, "docs/a.txt")
    assert models_of(found)["usb/adapter"] == "the same weights as outputs/run"


def test_a_training_file_is_a_document_too(trained, capsys):
    """Pairs that a person wrote have no other source."""
    found, said = trace(capsys, "others.jsonl")
    assert set(models_of(found)) == {"outputs/further", "outputs/apart"}
    assert "others.jsonl: is the document itself" in said


def test_nothing_saw_it(trained, capsys):
    Path("new.txt").write_text("誰も見ていない文書である。", encoding="utf-8")
    found, said = trace(capsys, "new.txt", "--fail-on-hit")
    assert not (found["provenance"] or found["training_files"] or found["models"])
    assert said.endswith("nothing in these folders saw it, as far as could be followed\n")
    trace(capsys, "docs/a.txt", "--fail-on-hit", status=1)


def test_a_document_that_is_not_there_is_said(made, capsys):
    _, said = trace(capsys, "docs/slip.txt")
    assert "docs/slip.txt: is not there, so only records that name its path are found" in said


def test_broken_lines_pipes_and_other_files(made, capsys):
    with Path("out/train.jsonl").open("ab") as file:
        file.write(b'{"instruction": "\xff\n{"half\n[1]\n')
    Path("odd").mkdir()
    Path("odd/empty.jsonl").touch()
    Path("odd/table.parquet").write_bytes(b"PAR1")
    Path("odd/records.jsonl").write_text('{"messages": [1, {"content": 2}], "key": []}\n"x"\n')
    Path("odd/results_1.json").write_text("[" * 5000)
    Path("odd/run_card.json").write_text('{"data": [1], "rewards": {}, "base_model": 7}')
    Path("odd/plan.jsonl").write_text(
        '{"source": [], "source_sha256": {}, "text": "x", "key": ["y"]}\n'
        '{"source": "docs/a.txt", "content": 1, "key": {}, "file": 2, "line": "z"}\n'
    )
    Path(os.fsdecode(b"odd/\xff.jsonl")).write_text('{"text": "\\ud800"}\n')
    os.mkfifo("odd/pipe.jsonl")
    expected = pairs_of(made, "a.txt")
    found, said = trace(capsys, "docs/a.txt")
    assert in_lines(of(found, "train.jsonl")) == expected
    assert "out/train.jsonl: 3 lines are no JSON object" in said
    assert "odd: not read: 1 .parquet" in said
    assert "odd/results_1.json: is no results file that can be read" in said


def test_the_page(trained, capsys):
    Path("docs/<b>.txt").write_text(Path("docs/a.txt").read_text(encoding="utf-8"))
    args = ["trace", "docs/<b>.txt", "--html", "page.html"]
    assert main(args) == 0
    page = Path("page.html").read_text(encoding="utf-8")
    assert "docs/&lt;b&gt;.txt" in page
    assert "<script" not in page
    assert "outputs/run/checkpoint-4" in page
    assert "の答え" not in page
    assert mode(Path("page.html")) != 0o600
    assert main([*args, "--texts"]) == 0
    assert mode(Path("page.html")) == 0o600
    assert "の答え" in Path("page.html").read_text(encoding="utf-8")
    assert "の答え" in capsys.readouterr().out


def test_a_folder_that_is_not_there(made, capsys):
    assert main(["trace", "docs/a.txt", "--among", "slip"]) == 1
    said = capsys.readouterr().err
    assert said == "jmed-data: --among slip: is no folder; name the folders to search\n"
