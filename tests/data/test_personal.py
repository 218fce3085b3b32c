"""``jmed-data personal``: what is searched, what is said and written, and what is refused."""

import hashlib
import json
import re
import sys
from datetime import date
from pathlib import Path

import pytest

from jmedlora.data.cli import main
from jmedlora.data.documents.find_documents import FoundDocuments
from jmedlora.data.personal import measured, search
from jmedlora.data.personal.dates import find_dates
from jmedlora.data.personal.report_file import read_report_file, report_path, warning_of
from tests.support.commands import mode, run, write_jsonl
from tests.support.generate import lines
from tests.support.letter import LETTER, StandIn
from tests.support.pdf import pdf
from tests.support.small_disk import FULL

MEASURE = {"recall": 0.97, "recall_interval": [0.9, 0.99], "precision": 0.812,
           "precision_interval": [0.7, 0.9], "spans": 120}  # fmt: skip


@pytest.fixture
def place(monkeypatch, tmp_path):
    """An empty folder to work in; the measure of the detector is invented."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "measured.json"
    none_found = {"recall": 0.0, "precision": None, "precision_interval": None}
    kinds = {
        "NAME": MEASURE,
        "PHONE": {**MEASURE, "recall": 1.0, "precision": 1.0},
        "URL": {**MEASURE, **none_found},
    }
    path.write_text(json.dumps({"versions": {}, "kinds": kinds}))
    monkeypatch.setattr(measured, "MEASURED", path)


@pytest.fixture
def quick(place, monkeypatch):
    """The people of LETTER are found without a model."""
    monkeypatch.setattr(search, "open_finder", StandIn)


def personal(*options) -> int:
    return main(["personal", *map(str, options)])


def write(name: str, content: str | bytes) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def places(out: Path) -> set[tuple]:
    return {
        (each["file"], each["line"], each["page"], each["field"], each["kind"], each["found"])
        for each in lines(out / "findings.jsonl")
    }


def test_what_is_said_of_a_folder(quick, capsys):
    write("docs/a.txt", LETTER)
    write("docs/b.txt", "発熱と咳。\n")
    assert personal("docs") == 0
    assert capsys.readouterr().out.splitlines() == [
        "measured on invented documents; on yours it may be more (docs/personal.md):",
        "  missed, of 100: URL 100, NAME 3, PHONE 0",
        "  found wrongly, of 100: NAME 19, PHONE 0",
        "docs/a.txt: 12 (NAME 4, DATE 3, ADDRESS 1, AGE 1, BIRTH_DATE 1, PATIENT_ID 1, PHONE 1)",
        "12 findings in 1 of 2 files (NAME 4, DATE 3, ADDRESS 1, AGE 1, BIRTH_DATE 1, PATIENT_ID 1,"
        " PHONE 1)",
    ]
    assert sorted(path.name for path in Path("docs").iterdir()) == ["a.txt", "b.txt"]


def test_every_type_of_document_is_searched_and_the_place_is_told(quick):
    text = "山田太郎"
    write("docs/a.txt", f"一行目\n{text}\n")
    write("docs/b.md", f"# 報告\n\n{text}は元気。".encode("cp932"))
    write("docs/c.html", f"<table><tr><td>氏名<td>{text}</table>")
    write("docs/d.pdf", pdf("一枚目。", "", text))
    write("docs/e.jsonl", json.dumps({"text": f"x\n{text}"}) + "\n")
    assert personal("docs", "--out", "out") == 0
    assert places(Path("out")) == {
        ("docs/a.txt", 2, None, None, "NAME", text),
        ("docs/b.md", 3, None, None, "NAME", text),
        ("docs/c.html", 2, None, None, "NAME", text),
        ("docs/d.pdf", 2, 3, None, "NAME", text),
        ("docs/e.jsonl", 1, None, "text", "NAME", text),
    }


def records() -> list[dict]:
    return [
        {"instruction": "問い", "input": "山田太郎", "output": "2023年4月5日に入院", "id": 7,
         "writer": "佐藤"},
        {"messages": [{"role": "user", "content": "山田さんは？"},
                      {"role": "assistant", "content": "元気。", "thinking": "山田太郎のこと"}],
         "system": "佐藤先生"},
    ]  # fmt: skip


def test_every_string_of_a_record_is_searched_and_numbers_are_named(quick, capsys):
    write_jsonl(Path("train.jsonl"), *records())
    assert personal("train.jsonl", "--out", "out") == 0
    assert {each[1:] for each in places(Path("out"))} == {
        (1, None, "input", "NAME", "山田太郎"),
        (1, None, "output", "DATE", "2023年4月5日"),
        (1, None, "writer", "NAME", "佐藤"),
        (2, None, "system", "NAME", "佐藤"),
        (2, None, "messages[1].content", "NAME", "山田"),
        (2, None, "messages[2].thinking", "NAME", "山田太郎"),
    }
    assert "train.jsonl: fields that were not searched: id\n" in capsys.readouterr().out
    report = json.loads(Path("out/report.json").read_text(encoding="utf-8"))
    assert report["files"][0]["not_searched"] == {"id": 1}


def test_fields_that_training_does_not_read_are_marked_and_replaced(quick):
    records = (
        {"instruction": "問い", "output": "答え", "patient": "山田太郎", "phone": "03-1234-5678",
         "meta": {"ward": ["佐藤先生", 3, None]}, "half": "\ud800 山田"},
        {"messages": [{"role": "user", "content": "問い"},
                      {"role": "assistant", "content": "答え"}], "role": "山田"},
    )  # fmt: skip
    write("train.jsonl", "".join(f"{json.dumps(each)}\n" for each in records))
    assert personal("train.jsonl", "--out", "out", "--replace", "--fail-on-hit") == 1
    found = [(each["line"], each["field"], each["trained_on"], each["found"])
             for each in lines(Path("out/findings.jsonl"))]  # fmt: skip
    assert found == [
        (1, "patient", False, "山田太郎"),
        (1, "phone", False, "03-1234-5678"),
        (1, "meta.ward[1]", False, "佐藤"),
        (2, "role", False, "山田"),
    ]
    first, second = lines(Path("out/copies/train.jsonl"))
    assert first["patient"] == "患者A"
    assert first["phone"] == "〔電話番号1〕"
    assert first["meta"] == {"ward": ["医師A先生", 3, None]}
    assert first["half"] == "\ud800 山田"
    assert second["role"] == "患者A"
    report = json.loads(Path("out/report.json").read_text(encoding="utf-8"))
    assert report["files"][0]["not_searched"] == {"half": 1, "meta": 1}
    page = Path("out/personal.html").read_text(encoding="utf-8")
    assert "train.jsonl:1, patient (not trained on)" in page


def test_a_copy_of_records_differs_in_what_was_found_alone(quick, capsys):
    write_jsonl(Path("train.jsonl"), *records())
    before = Path("train.jsonl").read_bytes()
    assert personal("train.jsonl", "--out", "out", "--replace") == 0
    first, second = lines(Path("out/copies/train.jsonl"))
    (written,) = find_dates(first["output"])
    assert written.day(0) < date(2023, 4, 5)
    assert (date(2023, 4, 5) - written.day(0)).days % 7 == 0
    assert {**first, "output": ""} == {
        "instruction": "問い", "input": "患者A", "output": "", "id": 7, "writer": "患者B"
    }  # fmt: skip
    assert second == {
        "messages": [{"role": "user", "content": "患者Aさんは？"},
                     {"role": "assistant", "content": "元気。", "thinking": "患者Aのこと"}],
        "system": "医師A先生",
    }  # fmt: skip
    assert Path("train.jsonl").read_bytes() == before
    assert "copies: 1; searched again, nothing is found in 1" in capsys.readouterr().out


def test_copies_of_documents_are_texts_and_lie_as_the_documents_do(quick):
    write("docs/ward/a.txt", LETTER.encode("cp932"))
    write("docs/b.html", "<p>山田太郎")
    write("docs/c.pdf", pdf("山田太郎"))
    assert personal("docs", "--out", "out", "--replace", "--seed", "1") == 0
    copies = Path("out/copies")
    texts = {path.relative_to(copies).as_posix(): path.read_text(encoding="utf-8")
             for path in copies.rglob("*.txt")}  # fmt: skip
    assert texts["b.html.txt"] == "患者A"
    assert texts["c.pdf.txt"] == "患者A\n"
    assert texts["ward/a.txt"].startswith("患者氏名: 患者A 様（患者A） 患者ID: 〔患者ID1〕\n")
    assert len(texts) == 3
    assert personal("docs", "--out", "again", "--replace", "--seed", "1") == 0
    again = Path("again/copies/ward/a.txt").read_text(encoding="utf-8")
    assert again == texts["ward/a.txt"]
    assert personal("docs", "--out", "other", "--replace", "--seed", "2") == 0
    assert Path("other/copies/ward/a.txt").read_text(encoding="utf-8") != again


def test_intervals_between_the_dates_of_a_document_hold(quick):
    write("a.txt", LETTER)
    assert personal("a.txt", "--out", "out", "--replace") == 0
    copy = Path("out/copies/a.txt").read_text(encoding="utf-8")
    before, after = (
        [each.day(2023) for line in text.splitlines() for each in find_dates(line)
         if each.names_year]
        for text in (LETTER.replace("7丁目3-1", "").replace("03-1234-5678", ""), copy)
    )  # fmt: skip
    assert len(before) == len(after) == 3
    assert len({old - new for old, new in zip(before, after, strict=True)}) == 1
    assert before != after


def test_a_copy_that_is_searched_again_holds_nothing_and_stays_as_it_is(quick, capsys):
    write("docs/a.txt", LETTER)
    write_jsonl(Path("docs/train.jsonl"), *records())
    assert personal("docs", "--out", "out", "--replace") == 0
    capsys.readouterr()
    assert personal("out/copies", "--out", "twice", "--replace", "--fail-on-hit") == 0
    assert "0 findings in 0 of 2 files" in capsys.readouterr().out
    for name in ("a.txt", "train.jsonl"):
        first = Path("out/copies", name).read_bytes()
        assert Path("twice/copies", name).read_bytes() == first


def test_a_changed_copy_has_its_dates_found(quick, capsys):
    write("a.txt", LETTER)
    assert personal("a.txt", "--out", "out", "--replace") == 0
    with Path("out/copies/a.txt").open("a", encoding="utf-8") as file:
        file.write("2023年5月1日\n")
    assert personal("out/copies/a.txt", "--fail-on-hit") == 1
    assert "DATE 4" in capsys.readouterr().out


def test_the_report_and_the_page_hold_what_a_board_needs(quick):
    raw = write("docs/<a>.txt", LETTER).read_bytes()
    assert personal("docs", "--out", "out", "--replace") == 0
    report = json.loads(Path("out/report.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(raw).hexdigest()
    assert report["files"][0]["sha256"] == digest
    assert report["files"][0]["copy"]["left"] == {}
    assert report["findings"]["NAME"] == 4
    page = Path("out/personal.html").read_text(encoding="utf-8")
    copied = hashlib.sha256(Path("out/copies/<a>.txt").read_bytes()).hexdigest()
    assert digest in page
    assert copied in page
    assert "docs/&lt;a&gt;.txt" in page
    assert "0.970" in page
    assert "signature" in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=|url\(|@import", page)
    for secret in ("山田", "03-1234", "00123456", "昭和5年", "文京"):
        assert secret not in page
        assert secret not in json.dumps(report, ensure_ascii=False)
    assert "山＊＊＊" in page


def test_the_names_of_files_and_folders_are_searched(quick, capsys):
    write("docs/山田太郎_12345678/紹介状_山田太郎.txt", "発熱")
    write("docs/山田太郎_12345678/0001.txt", "咳")
    write("docs/b.txt", "発熱")
    assert personal("docs", "--out", "out", "--fail-on-hit") == 1
    said = capsys.readouterr().out
    assert "in the names of 2 files: NAME 3" in said
    named = [each for each in lines(Path("out/findings.jsonl")) if "紹介状" in each["file"]]
    assert [(each["field"], each["line"], each["found"], each["excerpt"]) for each in named] == [
        ("file name", None, "山田太郎", "山田太郎_12345678"),
        ("file name", None, "山田太郎", "紹介状_山田太郎.txt"),
    ]
    for name in ("personal.html", "report.json"):
        text = Path("out", name).read_text(encoding="utf-8")
        assert "山田太郎" not in text
        assert "docs/山＊＊＊_12345678/紹介状_山＊＊＊.txt" in text


def test_copies_have_neutral_names_where_a_name_is_personal(quick, capsys):
    folder = "docs/山田太郎_1"
    write(f"{folder}/紹介状_山田.txt", "山田太郎")
    write(f"{folder}/0001.html", "咳")
    write("docs/b.txt", "発熱")
    assert personal("docs", "--out", "out", "--replace") == 0
    assert "searched again, nothing is found in 3" in capsys.readouterr().out
    assert {each["copy"]: each["file"] for each in lines(Path("out/names.jsonl"))} == {
        "out/copies/b.txt": "docs/b.txt",
        "out/copies/0002/0001.html.txt": f"{folder}/0001.html",
        "out/copies/0002/0003.txt": f"{folder}/紹介状_山田.txt",
    }
    assert Path("out/copies/0002/0003.txt").read_text(encoding="utf-8") == "患者A"
    assert "山田" not in Path("out/report.json").read_text(encoding="utf-8")
    assert personal("out/copies", "--fail-on-hit") == 0


def test_what_was_not_searched_stands_on_the_page_and_in_the_report(quick):
    write("docs/a.txt", "発熱")
    write("docs/b.pdf", pdf("一枚目。", ""))
    write("docs/山田.jsonl", "{")
    write("docs/c.docx", "PK")
    write("docs/d.DOCX", "PK")
    write("docs/.e/f.txt", LETTER)
    Path("docs/link").symlink_to(Path().resolve())
    for name in ("plan.jsonl", "responses.jsonl"):
        write(f"docs/made/{name}", "{}")
    assert personal("docs", "--out", "out", "--skip-unreadable") == 0
    report = json.loads(Path("out/report.json").read_text(encoding="utf-8"))
    broken = "not a complete JSON object (Expecting property name enclosed in double quotes at"
    (left,) = report["not_searched"].pop("left_out")
    assert left["place"] == "docs/山＊.jsonl:1"
    assert left["why"].startswith(broken)
    assert report["not_searched"] == {
        "parts": [
            {"place": "docs/link", "why": "is a link to a folder, and is not followed"},
            {"place": "docs/b.pdf", "why": "1 of 2 pages have no text (page 2): scans or pictures"},
            {"place": "docs/made", "why": "holds what generate wrote, and is passed over"},
        ],
        "other_types": {".docx": 2},
        "hidden": 1,
    }
    page = Path("out/personal.html").read_text(encoding="utf-8")
    for said in (f"docs/山＊.jsonl:1: {broken}", "docs/link: is a link", "page 2", ".docx): 2"):
        assert said in page


def test_every_heading_of_the_page_is_in_both_languages(quick):
    write("docs/a.txt", LETTER)
    assert personal("docs", "--out", "out", "--replace") == 0
    page = Path("out/personal.html").read_text(encoding="utf-8")
    headings = re.findall(
        r"<(h1|h2|p\b[^>]*|th scope=.col.[^>]*)>(.*?)</(?:h1|h2|p|th)>", page, re.S
    )
    english = [text for _, text in headings if 'lang="ja"' not in text]
    assert len(headings) > 30
    assert [text for text in english if "(UTC)" not in text] == ["SHA-256", "SHA-256"]


def test_a_search_of_everything_says_so(quick):
    write("docs/a.txt", "発熱")
    assert personal("docs", "--out", "out") == 0
    page = Path("out/personal.html").read_text(encoding="utf-8")
    assert "Nothing: all that lies below what was named was searched." in page


def test_what_holds_personal_data_is_for_its_owner_alone(quick):
    write("docs/a.txt", LETTER)
    assert personal("docs", "--out", "out", "--replace") == 0
    private = {path.name for path in Path("out").iterdir() if mode(path) == 0o600}
    assert private == {"findings.jsonl", "names.jsonl"}


def test_hits_can_end_a_script(quick, capsys):
    write("a.txt", "山田太郎")
    assert personal("a.txt", "--fail-on-hit") == 1
    assert capsys.readouterr().err == "jmed-data: personal data was found (--fail-on-hit)\n"
    write("b.txt", "発熱")
    assert personal("b.txt", "--fail-on-hit") == 0


def test_the_report_beside_a_training_file_fits_its_content(quick):
    path = Path("train.jsonl")
    write_jsonl(path, *records())
    assert personal(path) == 0
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_report_file(path, digest).findings == {"NAME": 5, "DATE": 1}
    assert "6 findings (NAME 5, DATE 1)" in warning_of(path, digest)
    assert "jmed-data personal train.jsonl" in warning_of(path, 64 * "0")
    beside = report_path(path).read_text(encoding="utf-8")
    assert "山田" not in beside
    for broken in ("{", "[]", '{"sha256": 1}', ""):
        report_path(path).write_text(broken)
        assert read_report_file(path, digest) is None


def test_nothing_is_overwritten_unasked(quick, capsys):
    write("a.txt", LETTER)
    assert personal("a.txt", "--out", "out") == 0
    before = Path("out/findings.jsonl").read_bytes()
    write("a.txt", "発熱")
    assert personal("a.txt", "--out", "out") == 1
    said = "out/findings.jsonl: is there already; choose another --out, or add --overwrite"
    assert capsys.readouterr().err.splitlines()[-1] == f"jmed-data: {said}"
    assert Path("out/findings.jsonl").read_bytes() == before
    assert personal("a.txt", "--out", "out", "--overwrite") == 0
    assert Path("out/findings.jsonl").read_bytes() == b""


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"", "a.txt: is empty; remove it or put text into it"),
        ("a.jsonl", b"\n", "a.jsonl: is empty; remove it or put records in it"),
        ("a.txt", b"\xff\x80\x81", "a.txt: byte 0xff in line 1 fits neither"),
        ("a.jsonl", b'{"text": "a"}\n{"text": "b', "a.jsonl:2: not a complete JSON object"),
        ("a.jsonl", b'{"a": "b"}\n', "a.jsonl:1: has neither 'instruction' and 'output' nor"),
        ("a.jsonl", b'{"instruction": "a", "output": 3}\n', "a.jsonl:1: 'output' is int, not text"),
        ("a.jsonl", b'{"text": "a", "b": ' + b"[" * 64 + b"]" * 64 + b"}", "a.jsonl:1: 'b' has"),
        ("a.pdf", pdf(""), "a.pdf: has no text on any of its 1 pages: it is a scan"),
        ("a.docx", b"PK", "a.docx: '.docx' files are not read; convert it to one of"),
    ],
)
def test_what_cannot_be_searched_is_named(quick, capsys, name, content, message):
    write(name, content)
    write("b.txt", LETTER)
    assert personal(name, "b.txt", "--out", "out") == 1
    said = capsys.readouterr()
    assert message in said.err
    assert "nothing was searched: not every document can be used" in said.err
    assert not Path("out").exists()
    assert personal(name, "b.txt", "--skip-unreadable") == 0
    assert "12 findings in 1 of 1 file" in capsys.readouterr().out


def test_every_faulty_line_is_named(quick, capsys):
    write("a.jsonl", '{"text": "a"}\n{"text"\n{"text": ""}\n')
    assert personal("a.jsonl") == 1
    said = capsys.readouterr().err
    assert "a.jsonl:2: not a complete" in said
    assert "a.jsonl:3: 'text' is empty" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--replace",), "--replace needs --out, for the copies"),
        (("--seed", "1", "--out", "out"), "--seed needs --replace"),
        (("--out", "docs"), "--out docs: is a folder that is read"),
    ],
)
def test_options_that_do_not_fit_are_refused(quick, capsys, options, message):
    write("docs/a.txt", LETTER)
    assert personal("docs", *options) == 1
    assert message in capsys.readouterr().err


def test_two_copies_of_one_name_are_refused_before_the_search(quick, capsys):
    write("x/a.txt", LETTER)
    write("y/a.txt", LETTER)
    assert personal("x/a.txt", "y/a.txt", "--out", "out", "--replace") == 1
    assert "would be the copy of x/a.txt and y/a.txt" in capsys.readouterr().err


SCRIPT = """
import sys
from jmedlora.data.cli import main
from jmedlora.data.personal import measured, search
from pathlib import Path
measured.MEASURED = Path("measured.json")
sys.exit(main(sys.argv[1:]))
"""
WATCHED = """
import sys
seen = []
watched = ("socket.connect", "socket.getaddrinfo", "socket.sendto")
sys.addaudithook(lambda event, _: seen.append(event) if event in watched else None)
from jmedlora.data.personal.search import open_finder
assert open_finder().find("電話 03-1234-5678、https://example.jp/a")
print(seen, "bitsandbytes" in sys.modules)
"""


def test_missing_packages_are_one_line(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "measured.json").write_text('{"versions": {}, "kinds": {}}')
    (tmp_path / "script.py").write_text(f"import sys\nsys.modules['ja_ginza'] = None{SCRIPT}")
    ended = run(sys.executable, "script.py", "personal", "a.txt", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (
        1,
        "jmed-data: the search for personal data needs ja_ginza; "
        "run: pip install 'jmedlora[personal]'\n",
    )


@pytest.mark.xdist_group("detector")
def test_the_detector_connects_to_nothing_and_imports_no_native_code(tmp_path):
    """Without the two exports: presidio imports transformers, and that bitsandbytes, if it can."""
    (tmp_path / "script.py").write_text(WATCHED)
    ended = run(sys.executable, "script.py", cwd=tmp_path, HF_HUB_OFFLINE="0", DO_NOT_TRACK="")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "[] False\n"


def test_a_full_disk_is_one_line_and_leaves_what_was_there(quick, small_disk, tmp_path):
    for name in ("small", "before", "after"):
        Path(name).mkdir()
    write("before/findings.jsonl", "of an earlier run")
    write("a.txt", LETTER * 300)
    stand_in = "\nfrom tests.support.letter import StandIn\nsearch.open_finder = StandIn\nmeasured."
    Path("script.py").write_text(SCRIPT.replace("\nmeasured.", stand_in))
    ended = run(
        *small_disk, FULL, "sh", sys.executable, "script.py", "personal", "a.txt", "--out", "small",
        "--overwrite", cwd=tmp_path,
    )  # fmt: skip
    assert ended.returncode == 1, ended.stderr
    last = "small/findings.jsonl: cannot be written (No space left on device); free some space"
    assert ended.stderr.splitlines()[-1] == f"jmed-data: {last}"
    assert "3600 findings in 1 of 1 file" in ended.stdout
    assert Path("after/findings.jsonl").read_text() == "of an earlier run"


@pytest.mark.xdist_group("detector")
def test_the_real_detector_and_its_copy(place, capsys):
    write("docs/a.txt", LETTER.encode("cp932"))
    write("docs/b.txt", "発熱と咳が三日続いた。血圧は120/80で、37.5度。\n")
    assert personal("docs", "--out", "out", "--replace", "--fail-on-hit") == 1
    found = {(kind, text) for _, _, _, _, kind, text in places(Path("out"))}
    assert {
        ("PATIENT_ID", "00123456"), ("BIRTH_DATE", "昭和5年3月4日"), ("DATE", "2023/04/19"),
        ("PHONE", "03-1234-5678"), ("NAME", "佐藤"),
    } <= found  # fmt: skip
    copy = Path("out/copies/a.txt").read_text(encoding="utf-8")
    for secret in (
        "山田",
        "ヤマダ",
        "佐藤",
        "00123456",
        "文京区",
        "03-1234",
        "93歳",
        "昭和5年3月4日",
    ):
        assert secret not in copy
    assert Path("out/copies/b.txt").read_bytes() == Path("docs/b.txt").read_bytes()
    assert "searched again, nothing is found in 2\n" in capsys.readouterr().out
    assert personal("out/copies", "--fail-on-hit") == 0
    assert "0 findings in 0 of 2 files" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("written", "shown"),
    [("林", "＊"), ("山田", "山＊"), ("山田太郎", "山＊＊＊"), ("03-1234-5678", "0＊＊＊＊＊＊＊")],
)
def test_what_is_shown_of_a_finding(written, shown):
    assert search.masked(written) == shown


def test_a_file_that_is_not_there_is_a_fault():
    from jmedlora.data.personal.searched_files import read_searched_file

    found = FoundDocuments()
    assert read_searched_file(Path("nowhere.txt"), Path("nowhere.txt"), found) is None
    assert "is a link to nothing" in str(found.faults[0])
