"""``jmed-data overlap`` on files that are large, faulty, or have no room to be written."""

import gzip
import json
import os
import signal
import subprocess
import sys

import pytest

from jmedlora.core import line_stream
from jmedlora.data.cli import main
from jmedlora.data.overlap import output_files
from tests.support.commands import run, write_jsonl
from tests.support.overlap import CHOICES, OTHER, QUESTION, STEM, hits, overlap, write_exam

GOOD = {"instruction": QUESTION.text, "output": "a"}
LIMITED = """
import resource, sys
from jmedlora.data.cli import main
import jinja2, rapidfuzz, scipy.sparse, tqdm
import jmedlora.data.overlap.run  # what the command imports when it runs
tqdm.tqdm.monitor_interval = 0  # a thread that ends without memory would end the process
size = next(int(line.split()[1]) for line in open("/proc/self/status") if "VmSize" in line)
most = (size << 10) + int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (most, most))
sys.exit(main(sys.argv[2:]))
"""
"""The command, with so many bytes of address space more than it has when everything is imported."""


def test_a_file_larger_than_memory(tmp_path, exam):
    """60 MB of text in 24 MiB: neither the file nor its records would fit."""
    record = {"text": OTHER * 100}
    line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
    hit = json.dumps(GOOD).encode() + b"\n"
    train = tmp_path / "train.jsonl"
    with train.open("wb") as file:
        for part in range(3):
            file.write(line * (20_000_000 // len(line)) + hit * (part + 1))
    limit = 24 * 2**20
    options = ["--exam", exam, "--out", "out", "--drop", "clean.jsonl"]
    ended = run(sys.executable, "-c", LIMITED, str(limit), "overlap", train, *options, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert train.stat().st_size > 2 * limit
    assert len(hits(tmp_path / "out")) == 6
    size = train.stat().st_size - 6 * len(hit)
    assert (tmp_path / "clean.jsonl").stat().st_size == size


@pytest.mark.parametrize("megabytes", [8, 90])  # to be taken apart, and even to be read
def test_a_record_for_which_there_is_no_memory(tmp_path, exam, megabytes):
    """So the bound on the address space is one."""
    train = tmp_path / "train.jsonl"
    write_record(train, OTHER * (megabytes * 10**6 // len(OTHER.encode())), {"text": OTHER})
    command = [sys.executable, "-c", LIMITED, str(24 * 2**20), "overlap", train, "--exam", exam]
    ended = run(*command, cwd=tmp_path)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert ended.stderr.splitlines()[-1] == (
        f"jmed-data: {train}:2: not enough memory for this record; write it as several records"
    )


def test_a_record_of_16_megabytes(tmp_path, exam):
    """In 140 MiB: its lines and its texts fit in, a Python string for each character would not."""
    train, half = tmp_path / "train.jsonl", OTHER * (8_000_000 // len(OTHER.encode()))
    write_record(train, f"{half}{QUESTION.text}{half}")
    options = ["overlap", train, "--exam", exam, "--out", "out"]
    ended = run(sys.executable, "-c", LIMITED, str(140 * 2**20), *options, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    (hit,) = hits(tmp_path / "out")
    assert hit["excerpt"] == QUESTION.text
    assert (hit["start"], hit["end"]) == (len(half), len(half + QUESTION.text))


def write_record(path, text, *before):
    """A training file of ``text`` behind other records, not escaped."""
    lines = [json.dumps(each, ensure_ascii=False) for each in (*before, {"text": text})]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def test_a_record_that_is_a_book(tmp_path, capsys, exam):
    book = OTHER * 5000 + QUESTION.text + OTHER * 5000
    train = write_jsonl(tmp_path / "train.jsonl", {"text": book})
    assert overlap(capsys, train, "--exam", exam, "--out", tmp_path / "out")[0] == 0
    (hit,) = hits(tmp_path / "out")
    assert hit["excerpt"] == QUESTION.text
    assert len(hit["record"]) == output_files.RECORD_CHARACTERS
    html = (tmp_path / "out/overlap.html").read_text("utf-8")
    assert len(html) < 20_000


def line(record):
    return json.dumps(record, ensure_ascii=False)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (line(GOOD).encode("cp932"), ":1: byte 0x89 is not UTF-8 (it decodes as Shift_JIS); save"),
        (line(GOOD).encode("utf-16"), ":1: byte 0xff is not UTF-8 (it is UTF-16); save the file"),
        (b"", ": holds no record; write one per line, with instruction and output, or text"),
        (b"\n \n", ": holds no record; write one per line, with instruction and output, or text"),
        (line({"instruction": "x"}).encode(), ":1: has no 'output'; add 'output' or delete the"),
        (line({"output": "x"}).encode(), ":1: has no 'instruction'; add 'instruction' or delete"),
        (
            line({"messages": []}).encode(),
            ":1: 'messages' does not end with an answer ('assistant'); repair or",
        ),
        (gzip.compress(b"x", mtime=0), ": is gzip-compressed; unpack it first"),
        (line({"question": "x"}).encode(), ":1: has neither 'instruction' and 'output' nor 'text'"),
        (line({"text": 1}).encode(), ":1: 'text' is int, not text; give 'text' as text"),
        (line({"text": " "}).encode(), ":1: 'text' is empty; give 'text' as text"),
        (b'{"text": "\\ud800"}', ":1: 'text' holds half of a surrogate pair; give"),
        (line(GOOD).encode() + b'\n{"text": "x', ":2: not a complete JSON object (Unterminated"),
        (b"[1]", ":1: a JSON object is needed, this is list; repair or delete the line"),
        (b'{"text": "x", "text": "y"}', ":1: not usable JSON (the field 'text' stands twice)"),
    ],
)
def test_faults_of_a_training_file(tmp_path, capsys, exam, content, complaint):
    train = tmp_path / "train.jsonl"
    train.write_bytes(content)
    status, out, err = overlap(capsys, train, "--exam", exam)
    assert (status, out) == (1, "")
    assert err.startswith(f"jmed-data: {train}{complaint}")
    assert err.count("\n") == 1


def test_every_fault_is_told(tmp_path, capsys, exam):
    train = write_jsonl(tmp_path / "train.jsonl", *[GOOD, {"text": ""}] * 7)
    status, _, err = overlap(capsys, train, "--exam", exam)
    assert status == 1
    assert err.splitlines() == [
        *(f"{'jmed-data: ' * (n == 2)}{train}:{n}: 'text' is empty; give 'text' as text"
          for n in (2, 4, 6, 8, 10)),
        "… and 2 more",
    ]  # fmt: skip


def test_a_file_without_line_breaks(tmp_path, capsys, exam, monkeypatch):
    monkeypatch.setattr(line_stream, "LONGEST_LINE", 2**20)
    train = write_jsonl(tmp_path / "train.jsonl", {"text": "x" * 2**20})
    assert overlap(capsys, train, "--exam", exam)[2] == (
        f"jmed-data: {train}:1: the line is longer than 1 MiB; "
        "write one record per line, in pieces\n"
    )


def test_a_byte_order_mark_is_accepted(tmp_path, capsys, exam):
    train = tmp_path / "train.jsonl"
    train.write_text(line(GOOD), "utf-8-sig")
    assert "1 of 1 records hold a question" in overlap(capsys, train, "--exam", exam)[1]


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["missing.jsonl"], "missing.jsonl: cannot be read (No such file or directory); check the"),
        (["."], ".: cannot be read (Is a directory); check the path and its permissions"),
        (["train.jsonl", "./train.jsonl"], "train.jsonl: is given twice; name each file once"),
        (["train.jsonl", "a/train.jsonl", "--drop", "new"], "--drop new: two files are called"),
        (["train.jsonl", "--drop", "train.jsonl"], "train.jsonl: would overwrite train.jsonl; ch"),
        (
            ["train.jsonl", "--drop", "link.jsonl"],
            "link.jsonl: would overwrite train.jsonl; choose",
        ),
        (
            ["train.jsonl", "--drop", "."],
            "train.jsonl: would overwrite train.jsonl; choose another",
        ),
        (["train.jsonl", "--exclude-list", "own.jsonl"], "own.jsonl: would overwrite own.jsonl;"),
        (["train.jsonl", "--exclude-list", "x", "--drop", "x"], "x: is to be written twice;"),
        (["train.jsonl", "--out", "own.jsonl"], "own.jsonl/hits.jsonl: cannot be written ("),
        (["train.jsonl", "--exclude-list", "a"], "a: is no regular file; choose another place"),
        (["train.jsonl", "--exclude-list", "/dev/full"], "/dev/full: is no regular file; choose"),
    ],
)
def test_faults_of_the_command_line(tmp_path, capsys, exam, monkeypatch, args, complaint):
    monkeypatch.chdir(tmp_path)
    write_jsonl(tmp_path / "train.jsonl", GOOD)
    write_jsonl(tmp_path / "a/train.jsonl", GOOD)
    (tmp_path / "link.jsonl").symlink_to("train.jsonl")
    before = everything(tmp_path)
    status, out, err = overlap(capsys, *args, "--exam", "own.jsonl")
    assert (status, out) == (1, "")
    assert err.startswith(f"jmed-data: {complaint}")
    assert err.count("\n") == 1
    assert everything(tmp_path) == before


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("exams", "complaint"),
    [
        (["igakuka"], "--exam igakuka: no such exam; use igakuqa, igakuqa_en, jjsimqa"),
        (["jmed_treatment"], "--exam jmed_treatment: no such exam; use"),
        (["jmed_sample", "jmed_sample"], "--exam jmed_sample: jmed_sample is given twice"),
        (["missing.jsonl"], "missing.jsonl: cannot be read (No such file or directory); check"),
        (["igakuqa.jsonl"], "--exam igakuqa.jsonl: igakuqa is the name of another exam; rename"),
    ],
)
def test_faults_of_the_exams(tmp_path, capsys, monkeypatch, exams, complaint):
    monkeypatch.chdir(tmp_path)
    write_exam(tmp_path / "igakuqa.jsonl", ("Q1", STEM, CHOICES))
    train = write_jsonl(tmp_path / "train.jsonl", GOOD)
    status, out, err = overlap(capsys, train, "--exam", *exams)
    assert (status, out) == (1, "")
    assert err.startswith(f"jmed-data: {complaint}")


def test_sure_below_containment(capsys):
    assert overlap(capsys, "train.jsonl", "--sure", "0.2") == (
        1, "", "jmed-data: --sure 0.2: is below --containment 0.35; "
        "give --sure at least as much, or --containment less\n",
    )  # fmt: skip


def test_every_file_that_cannot_be_read_is_told_at_once(tmp_path, capsys, exam, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_jsonl(tmp_path / "train.jsonl", GOOD)
    (tmp_path / "packed.jsonl").write_bytes(gzip.compress(b"{}"))
    os.mkfifo("pipe")
    files = ["train.jsonl", "missing.jsonl", "packed.jsonl", "pipe"]
    options = ["--exam", "none.jsonl", exam, "--drop", "clean"]
    status, out, err = overlap(capsys, *files, *options)
    assert (status, out) == (1, "")
    assert err.splitlines() == [
        "jmed-data: missing.jsonl: cannot be read (No such file or directory); "
        "check the path and its permissions",
        "packed.jsonl: is gzip-compressed; unpack it first",
        "pipe: is no regular file, and --drop reads it twice; save it to a file first",
        "none.jsonl: cannot be read (No such file or directory); "
        "check the path and its permissions",
    ]
    assert not (tmp_path / "clean").exists()


def test_a_pipe_is_searched(tmp_path, exam):
    script = 'cat train.jsonl | "$@"'
    write_jsonl(tmp_path / "train.jsonl", GOOD)
    command = [sys.executable, "-m", "jmedlora.data.cli", "overlap", "/dev/stdin", "--exam", exam]
    ended = run("sh", "-c", script, "sh", *command, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "/dev/stdin: 1 of 1 records hold a question" in ended.stdout
    ended = run("sh", "-c", script, "sh", *command, "--drop", "clean.jsonl", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == (
        "jmed-data: /dev/stdin: is no regular file, and --drop reads it twice; "
        "save it to a file first\n"
    )


@pytest.mark.parametrize("option", ["--containment=0", "--ratio=101", "--sure=nan", "--min-stem=0"])
def test_thresholds_out_of_range(capsys, option):
    with pytest.raises(SystemExit, match="2"):
        main(["overlap", "train.jsonl", option])
    assert "give a" in capsys.readouterr().err


def test_what_was_written_before_survives_a_fault(tmp_path, capsys, exam):
    train = write_jsonl(tmp_path / "train.jsonl", GOOD)
    args = [train, "--exam", exam, "--out", tmp_path / "out", "--drop", tmp_path / "clean.jsonl"]
    assert overlap(capsys, *args)[0] == 0
    before = everything(tmp_path)
    with train.open("a") as file:
        file.write('{"text": ')
    before[train] += b'{"text": '
    assert overlap(capsys, *args)[0] == 1
    assert everything(tmp_path) == before  # and no part of a file is left


def test_a_file_that_changes_while_it_is_searched(tmp_path, capsys, exam, monkeypatch):
    train = write_jsonl(tmp_path / "train.jsonl", {"text": OTHER}, GOOD)
    written = output_files.write_clean_file

    def changed(tally, out):
        write_jsonl(train, GOOD, {"text": OTHER})
        return written(tally, out)

    monkeypatch.setattr("jmedlora.data.overlap.run.write_clean_file", changed)
    status, _, err = overlap(capsys, train, "--exam", exam, "--drop", tmp_path / "clean.jsonl")
    assert status == 1
    assert err == (
        f"jmed-data: {train}: changed while it was searched; run the same command again\n"
    )
    assert not (tmp_path / "clean.jsonl").exists()


def test_a_full_disk(tmp_path, exam):
    train = write_jsonl(tmp_path / "train.jsonl", GOOD, *[{"text": OTHER * 20}] * 200)
    (tmp_path / "small").mkdir()
    space = ("unshare", "--map-root-user", "--mount")
    if subprocess.run([*space, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs a mount namespace, for a small disk")
    script = (
        "mount -t tmpfs -o size=64k tmpfs small && echo old > small/clean.jsonl || exit 9; "
        '"$@"; status=$?; cp small/clean.jsonl kept; ls -A small > left; exit $status'
    )
    command = [sys.executable, "-m", "jmedlora.data.cli", "overlap", train, "--exam", exam]
    command += ["--drop", "small/clean.jsonl", "--out", "out", "--exclude-list", "excluded"]
    ended = run(*space, "sh", "-c", script, "sh", *command, cwd=tmp_path)
    assert ended.returncode == 1, ended.stderr
    assert ended.stderr == (
        "jmed-data: small/clean.jsonl: cannot be written (No space left on device); "
        "free some space\n"
    )
    assert (tmp_path / "kept").read_text() == "old\n"
    assert (tmp_path / "left").read_text() == "clean.jsonl\n"
    # What took hours is there all the same.
    assert ended.stdout.startswith("own: 1 of 2 questions found")
    assert len(hits(tmp_path / "out")) == 1
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [
        "hits.jsonl", "overlap.html", "summary.json",
    ]  # fmt: skip
    assert "Q1" in (tmp_path / "excluded").read_text()


def test_ctrl_c(tmp_path, capsys, exam, monkeypatch):
    train = write_jsonl(tmp_path / "train.jsonl", GOOD)
    monkeypatch.setattr(
        "jmedlora.data.overlap.run.hit_record", lambda *_: signal.raise_signal(signal.SIGINT)
    )
    before = everything(tmp_path)
    status, out, err = overlap(capsys, train, "--exam", exam, "--out", tmp_path / "out")
    assert (status, out) == (130, "")
    assert err.startswith("jmed-data: interrupted")
    assert everything(tmp_path) == before


def test_an_exam_whose_questions_are_all_too_short(tmp_path, capsys):
    exam = write_exam(tmp_path / "own.jsonl", ("Q1", "1+1は?", ["1", "2"]))
    train = write_jsonl(tmp_path / "train.jsonl", GOOD, {"text": STEM + CHOICES[0]})
    status, out, _ = overlap(capsys, train, "--exam", exam)
    assert status == 0
    assert out.splitlines()[:2] == [
        "own: 0 of 1 questions found (0.0%)",
        "  too short to look for: 1 (Q1)",
    ]
