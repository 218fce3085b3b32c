"""From files to chunks: encodings told apart, every type read, nothing lost or doubled."""

import contextlib
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from jmedlora.data.documents.chunking import split_into_chunks
from jmedlora.data.documents.document_readers import (
    READERS,
    UnreadableDocumentError,
    read_html,
    read_json_lines,
    read_pdf,
)
from jmedlora.data.documents.encoding_detection import UnknownEncodingError, decode_text
from jmedlora.data.documents.find_documents import find_documents
from jmedlora.exams.registry import SAMPLE
from tests.support.commands import write_jsonl
from tests.support.pdf import pdf

PROSE = "心不全の治療では、利尿薬を用いる。\n安静も必要である。\n"
QUESTIONS = [
    json.loads(line)["question"]
    for line in (SAMPLE / "exam.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("cp932", "Shift_JIS"),
        ("euc_jp", "EUC-JP"),
        ("iso2022_jp", "ISO-2022-JP"),
    ],
)
@pytest.mark.parametrize("text", [PROSE, *QUESTIONS])
def test_the_encodings_of_japan_are_told_apart(codec, name, text):
    found = decode_text(text.encode(codec))
    assert (found.text, found.encoding) == (text, name)


@pytest.mark.parametrize(
    ("raw", "text", "name"),
    [
        ("①心電図の変化".encode("cp932"), "①心電図の変化", "Shift_JIS"),  # a vendor's digit
        ("①心電図の変化".encode("euc_jis_2004"), "①心電図の変化", "EUC-JP"),
        ("ｶﾙﾃの記載である。".encode("cp932"), "ｶﾙﾃの記載である。", "Shift_JIS"),
        (b"plain ASCII\n", "plain ASCII\n", "UTF-8"),
        (b"", "", "UTF-8"),
    ],
)
def test_what_vendors_added_is_read(raw, text, name):
    assert (decode_text(raw).text, decode_text(raw).encoding) == (text, name)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"abc\n\xff\xff\xffdef", "byte 0xff in line 2 fits neither UTF-8, Shift_JIS nor EUC-JP"),
        (b"\x00\x01\x02", "holds NUL bytes"),
        (("心力衰竭的症状包括呼吸困难和水肿" * 4).encode("gb18030"), "it holds no kana"),
        (("심부전의 증상은 호흡곤란입니다" * 4).encode("euc_kr"), "it holds no kana"),
        (b"\xff\xfe\x00\xd8", "is UTF-16 by its mark, but byte 2"),
    ],
)
def test_what_is_no_text_is_refused(raw, message):
    with pytest.raises(UnknownEncodingError, match=message):
        decode_text(raw)


@given(st.binary(max_size=200))
def test_bytes_are_text_or_refused(raw):
    with contextlib.suppress(UnknownEncodingError):
        decode_text(raw).text.encode()


def test_an_html_page_gives_what_it_shows():
    page = """<html><head><title>題</title><style>p{}</style></head><body>
      <h1>心不全</h1><p>利尿薬を<b>用いる</b>。</p><script>alert(1)</script>後
      <p><ruby>褥瘡<rt>じょくそう</rt></ruby>の予防</p><ul><li>一<li>二</ul><!-- x -->
      </body></html>"""
    (text,) = read_html(page.encode())
    assert text.text == "心不全\n利尿薬を用いる。\n後\n褥瘡の予防\n一\n二"


@pytest.mark.parametrize(
    ("declared", "codec", "encoding"),
    [
        ("Shift_JIS", "cp932", "Shift_JIS"),
        ("euc-jp", "euc_jp", "euc-jp"),
        ("utf-8", "cp932", "Shift_JIS"),  # the declaration is wrong
        ("no-such", "euc_jp", "EUC-JP"),
    ],
)
def test_an_html_page_is_read_as_declared_where_that_fits(declared, codec, encoding):
    page = f'<meta charset="{declared}"><p>心不全の治療である。</p>'
    (text,) = read_html(page.encode(codec))
    assert (text.text, text.encoding) == ("心不全の治療である。", encoding)


def test_what_is_utf_8_is_no_single_byte_encoding_whatever_a_page_declares():
    page = '<meta charset="iso-8859-1"><p>心不全の治療である。</p>'
    (text,) = read_html(page.encode())
    assert (text.text, text.encoding) == ("心不全の治療である。", "UTF-8")


def test_preformatted_lines_stay_lines():
    (text,) = read_html("<p>検査\n値</p><pre>Na 140\nK  4.0</pre>後".encode())
    assert text.text == "検査 値\nNa 140\nK 4.0\n後"


def test_a_deep_page_is_read_and_one_too_deep_is_not_cut():
    (text,) = read_html(b"<div>" * 2000 + "奥".encode() + b"</div>" * 2000)
    assert text.text == "奥"
    with pytest.raises(UnreadableDocumentError, match="nests too deep"):
        read_html("前".encode() + b"<div>" * 5000 + "奥".encode())


def test_a_pdf_is_read_page_by_page():
    (text,) = read_pdf(pdf("心不全の治療。", "", "利尿薬を用いる。"))
    assert text.text == "心不全の治療。\n利尿薬を用いる。\n"
    assert text.note == "1 of 3 pages have no text (page 2): scans or pictures"


def encrypted(tmp_path) -> bytes:
    (tmp_path / "plain.pdf").write_bytes(pdf("秘密"))
    writer = PdfWriter(clone_from=PdfReader(tmp_path / "plain.pdf"))
    writer.encrypt("password", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    return (tmp_path / "locked.pdf").read_bytes()


def test_a_pdf_that_gives_no_text_is_refused(tmp_path):
    for raw, message in [
        (pdf("", ""), "has no text on any of its 2 pages: it is a scan"),
        (encrypted(tmp_path), "is protected by a password"),
        (pdf("心不全")[:150], "is no PDF that can be read"),
        (b"not a PDF", "is no PDF that can be read"),
    ]:
        with pytest.raises(UnreadableDocumentError, match=message):
            read_pdf(raw)


@given(st.data())
def test_a_damaged_pdf_is_read_or_refused(data):
    raw = bytearray(pdf("心不全の治療。", "利尿薬。"))
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=6)):
        raw[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnreadableDocumentError):
        read_pdf(bytes(raw[: data.draw(st.integers(0, len(raw)))]))


@given(st.sampled_from(sorted(READERS)), st.binary(max_size=300) | st.text().map(str.encode))
def test_any_bytes_are_read_or_refused(suffix, raw):
    try:
        texts = READERS[suffix](raw)
    except UnreadableDocumentError as error:
        assert all(each.what and each.remedy for each in error.faults)
    else:
        assert all(text.text.strip() for text in texts)


def test_every_record_of_json_lines_is_a_document():
    raw = b'{"text": "\xe4\xb8\x80", "id": 1}\n\n{"text": "\xe4\xba\x8c"}\n'
    assert [(text.text, text.line) for text in read_json_lines(raw)] == [("一", 1), ("二", 3)]


def test_every_fault_of_json_lines_is_named():
    raw = b'{"text": ""}\n{"body": "x"}\n{"text": "cut\n[1]\n{"text": "\\ud800"}\n'
    with pytest.raises(UnreadableDocumentError) as error:
        read_json_lines(raw)
    assert [(reason.line, reason.what[:24]) for reason in error.value.faults] == [
        (1, "is empty"),
        (2, "has no 'text' with a tex"),
        (3, "not a complete JSON obje"),
        (4, "has no 'text' with a tex"),
        (5, "holds half of a surrogat"),
    ]


def test_documents_are_found_once_in_order_and_the_output_is_left_out(tmp_path):
    root = tmp_path / "docs"
    (root / "b").mkdir(parents=True)
    (root / ".hidden").mkdir()
    (root / "b" / "二.md").write_text(PROSE)
    (root / "一.TXT").write_bytes(PROSE.encode("cp932"))
    (root / ".hidden" / "x.txt").write_text(PROSE)
    (root / "photo.png").write_bytes(b"\x89PNG")
    (root / "photo2.png").write_bytes(b"\x89PNG")
    (root / "README").write_text("x")
    write_jsonl(root / "records.jsonl", {"text": "甲"}, {"text": "乙"})
    write_jsonl(root / "out" / "responses.jsonl", {"text": "x"})
    (root / "loop").symlink_to(root)
    found = find_documents([root, root / "b" / "二.md"], leave_out=root / "out")
    names = [document.name.removeprefix(f"{root}/") for document in found.documents]
    assert names == ["records.jsonl:1", "records.jsonl:2", "一.TXT", "b/二.md"]
    assert found.notes == [
        f"{root}/loop: is a link to a folder, and is not followed",
        f"{root}/一.TXT: read as Shift_JIS",
    ]
    assert found.hidden == 1
    assert found.passed_over == {".png": 2, "no ending": 1}
    assert not found.faults


def test_what_cannot_be_used_is_named_with_a_remedy(tmp_path):
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "scan.pdf").write_bytes(pdf(""))
    (tmp_path / "letter.docx").write_bytes(b"PK")
    paths = [tmp_path / name for name in ("empty.txt", "scan.pdf", "letter.docx", "missing.txt")]
    assert [str(fault) for fault in find_documents(paths, leave_out=tmp_path / "out").faults] == [
        f"{paths[0]}: is empty; remove it or put text into it",
        f"{paths[1]}: has no text on any of its 1 pages: it is a scan; recognise its text first "
        "(OCR), as with ocrmypdf",
        f"{paths[2]}: '.docx' files are not read; convert it to one of .htm, .html, .jsonl, .md, "
        ".pdf, .txt",
        f"{paths[3]}: is not there; check the path",
    ]


def test_a_link_out_of_the_folder_is_named_and_not_followed(tmp_path):
    given, other = tmp_path / "given", tmp_path / "other"
    for folder in (given, other):
        folder.mkdir()
    (other / "ward.txt").write_text(PROSE)
    (given / "note.txt").write_text(f"{PROSE}2")
    (given / "link.txt").symlink_to(other / "ward.txt")
    (given / "chain.txt").symlink_to("../given/link.txt")
    (given / "same.txt").symlink_to("note.txt")
    found = find_documents([given], leave_out=tmp_path / "out")
    assert [each.name for each in found.documents] == [f"{given}/note.txt"]
    assert [str(fault) for fault in found.faults] == [
        f"{given}/chain.txt: is a link to {other}/ward.txt, outside of what is given; remove it, "
        "or name that file or its folder too",
    ]
    both = find_documents([given, other / "ward.txt"], leave_out=tmp_path / "out")
    assert len(both.documents) == 2
    assert not both.faults
    (tmp_path / "linked").symlink_to(given)
    (given / "chain.txt").unlink()
    (given / "link.txt").unlink()
    assert not find_documents([tmp_path / "linked"], leave_out=tmp_path / "out").faults


def test_pipes_and_dangling_links_are_named_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere")
    faults = find_documents([tmp_path], leave_out=tmp_path / "out").faults
    assert [str(fault) for fault in faults] == [
        f"{tmp_path}/gone.md: is a link to nothing; remove it or put a document there",
        f"{tmp_path}/pipe.txt: is no regular file; remove it or put a document there",
    ]


def test_what_an_earlier_run_wrote_is_no_document(tmp_path):
    (tmp_path / "a.txt").write_text(PROSE)
    for name in ("plan.jsonl", "responses.jsonl", "card.md"):
        (tmp_path / "earlier").mkdir(exist_ok=True)
        (tmp_path / "earlier" / name).write_text("{}")
    found = find_documents([tmp_path], leave_out=tmp_path / "out")
    assert [document.name for document in found.documents] == [f"{tmp_path}/a.txt"]
    assert found.notes == [f"{tmp_path}/earlier: holds what generate wrote, and is passed over"]


def test_an_empty_folder_is_named(tmp_path):
    (fault,) = find_documents([tmp_path], leave_out=tmp_path / "out").faults
    assert "no document (.htm, .html, .jsonl, .md, .pdf, .txt) is there" in str(fault)


@pytest.mark.parametrize(
    ("text", "cap", "chunks"),
    [
        ("", 10, []),
        ("一。二。三。", 10, ["一。二。三。"]),
        ("一。二。三。四。", 4, ["一。二。", "三。四。"]),
        ("「はい。」と言う。次。", 5, ["「はい。」", "と言う。", "次。"]),  # the bracket closes
        ("一行目\n二行目\n", 5, ["一行目\n", "二行目\n"]),
        ("句点のない長い文", 3, ["句点の", "ない長", "い文"]),
        ("か\u3099き\u3099", 3, ["か\u3099", "き\u3099"]),  # a voicing mark stays with its kana
        ("one two. three four five", 14, ["one two. ", "three four ", "five"]),  # no word is cut
        ("一二三。四五六。七。", 8, ["一二三。四五六。", "七。"]),
        ("一二三。四五六。七八。九。", 11, ["一二三。四五六。", "七八。九。"]),  # last two evened
    ],
)
def test_chunks_by_hand(text, cap, chunks):
    assert [chunk.text for chunk in split_into_chunks(text, cap)] == chunks


@given(st.text(alphabet="あ。\n」 x\u3099", max_size=80), st.integers(1, 20))
def test_nothing_is_lost_doubled_or_too_long(text, cap):
    chunks = split_into_chunks(text, cap)
    assert "".join(chunk.text for chunk in chunks) == text
    assert all(text[chunk.start : chunk.end] == chunk.text for chunk in chunks)
    assert all(0 < len(chunk.text) <= cap for chunk in chunks)
    assert chunks == split_into_chunks(text, cap)


def test_what_is_added_at_the_end_leaves_the_first_chunks_as_they_were():
    text = "".join(f"文その{number}は同じ長さである。" for number in range(1000, 1200))
    before, after = (
        split_into_chunks(text, 100),
        split_into_chunks(text + "後から書いた文である。" * 30, 100),
    )
    assert after[: len(before) - 2] == before[:-2]
