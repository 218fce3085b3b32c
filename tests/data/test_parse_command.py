"""``jmed-data parse``: training files from the responses of a folder."""

import json
import random

import pytest

from jmedlora.core.lock import locked
from jmedlora.data.cli import main
from jmedlora.data.pairs.training_files import chunks_for_eval
from tests.support.commands import write_jsonl
from tests.support.responses import chunks, response, two_pairs


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def parse(folder, *options):
    return main(["parse", str(folder), *options])


def made(folder):
    names = ("train.jsonl", "eval.jsonl", "provenance.jsonl", "rejected.jsonl", "card.md")
    return {name: (folder / name).read_bytes() for name in names if (folder / name).exists()}


def test_the_files_and_where_each_pair_comes_from(tmp_path, capsys):
    content = f"以下に2個のペアを示します。\n{two_pairs('心不全')}\n'instruction': '質問だけ？'"
    responses = [response(content, finish_reason="length"), response(two_pairs("肺炎"), start=500)]
    write_jsonl(tmp_path / "responses.jsonl", *responses)
    assert parse(tmp_path, "--eval-share", "0") == 0
    train = lines(tmp_path / "train.jsonl")
    assert train[0] == {
        "instruction": "心不全の原因は？",
        "output": "心不全は多くの要因で起こります。",
    }
    assert len(train) == 4
    assert lines(tmp_path / "provenance.jsonl")[1] == {
        "file": "train.jsonl", "line": 2, "rule": "instruction/output, single quotes",
        "response_line": 3, "key": responses[0]["key"], "source": "docs/a.txt",
        "source_sha256": "ab" * 32, "start": 0, "end": 500, "prompt": "ja",
        "prompt_sha256": "cd" * 32, "model": "local-model", "host": "127.0.0.1:8000",
        "parameters": {"temperature": 0.7, "max_tokens": 1024}, "sample": 0,
        "finish_reason": "length", "usage": None, "format": "lines", "support": None,
        "sentences": [], "strange": [], "personal": "",
    }  # fmt: skip
    rejected = lines(tmp_path / "rejected.jsonl")
    assert [(each["line"], each["reason"]) for each in rejected] == [
        (1, "remark"),
        (4, "truncated"),
    ]
    assert rejected[1]["text"] == "'instruction': '質問だけ？'"
    assert not (tmp_path / "eval.jsonl").exists()
    out = capsys.readouterr().out
    assert "2 responses (0 with fewer pairs than asked for, 0 with more)" in out
    assert "      4  instruction/output, single quotes\n" in out
    assert "      1  truncated\n" in out
    assert "4 pairs for training, 0 for evaluation" in out


def test_what_is_written_can_be_trained_on(tmp_path, capsys):
    write_jsonl(tmp_path / "responses.jsonl", *chunks())
    assert parse(tmp_path) == 0
    files = [str(tmp_path / name) for name in ("train.jsonl", "eval.jsonl")]
    assert main(["check", "--for", "train", *files]) == 0
    assert "no fault" in capsys.readouterr().out


def test_the_order_of_arrival_does_not_matter(tmp_path):
    responses = [*chunks(), *chunks(source="docs/b.txt")]
    write_jsonl(tmp_path / "responses.jsonl", *responses)
    assert parse(tmp_path) == 0
    first = made(tmp_path)
    assert len(first) == 5
    random.Random(1).shuffle(responses)
    write_jsonl(tmp_path / "responses.jsonl", *responses)
    assert parse(tmp_path) == 0
    assert made(tmp_path) == first


def test_a_half_written_last_line_is_said_and_left_out(tmp_path, capsys):
    path = write_jsonl(tmp_path / "responses.jsonl", *chunks())
    whole = path.read_bytes()
    assert parse(tmp_path) == 0
    first = made(tmp_path)
    for half in (
        whole[:-1],
        whole[:-40],
        whole[:-40] + b"\n",
        whole[: whole.rfind("核".encode()) + 1],
    ):
        path.write_bytes(half)
        capsys.readouterr()
        assert parse(tmp_path) == 0
        assert capsys.readouterr().err.count("responses.jsonl:12: half-written, not read;") == 1
        assert len(lines(tmp_path / "train.jsonl")) < 24
    path.write_bytes(whole + b'{"key": "')
    assert parse(tmp_path) == 0
    assert made(tmp_path) == first


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        (b"{", "not a JSON object"),
        (b"\xff\xfe", "not a JSON object"),
        (b"[" * 100_000, "not a JSON object"),
        (b"[1]", "a JSON object is needed, this is list"),
        (b'{"key": "k"}', "'source' is missing or of a wrong type"),
        (json.dumps(response(5)).encode(), "'content' is missing or of a wrong type"),
        (json.dumps(response("x", end="0")).encode(), "'end' is missing or of a wrong type"),
    ],
)
def test_a_broken_line_elsewhere_is_a_fault(broken, what, tmp_path, capsys):
    path = write_jsonl(tmp_path / "responses.jsonl", *chunks(2))
    path.write_bytes(broken + b"\n" + path.read_bytes())
    assert parse(tmp_path) == 1
    error = capsys.readouterr().err
    assert f"{path}:1: {what}" in error
    assert "repair or delete the line" in error
    assert not (tmp_path / "train.jsonl").exists()


def test_no_responses(tmp_path, capsys):
    assert parse(tmp_path / "nowhere") == 1
    assert "run jmed-data generate" not in capsys.readouterr().out
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "responses.jsonl").write_text("")
    assert parse(tmp_path) == 1
    assert "holds no response; run jmed-data generate" in capsys.readouterr().err


def test_a_model_that_refuses_is_said_in_one_line_and_nothing_is_lost(tmp_path, capsys):
    refusal = "申し訳ありませんが、医療に関するご依頼にはお応えできません。"
    path = write_jsonl(
        tmp_path / "responses.jsonl", *(response(refusal, start=at) for at in (0, 500, 1000))
    )
    before = path.read_bytes()
    assert parse(tmp_path) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "none of the 3 responses holds a pair that can be used" in error
    assert "(mostly: refusal, 3 times)" in error
    assert refusal not in error, "what a model says may be a patient's"
    assert path.read_bytes() == before
    assert [each["text"] for each in lines(tmp_path / "rejected.jsonl")] == [refusal] * 3


def test_the_first_of_several_responses_to_one_request_counts(tmp_path, capsys):
    write_jsonl(
        tmp_path / "responses.jsonl", response(two_pairs("肺炎")), response(two_pairs("貧血"))
    )
    assert parse(tmp_path) == 0
    assert "肺炎" in lines(tmp_path / "train.jsonl")[0]["instruction"]
    assert "1 lines repeat an earlier request" in capsys.readouterr().out


def test_duplicates_are_dropped_in_the_order_of_the_chunks(tmp_path):
    pair = "Q: 心不全の患者にまず行う治療は何ですか？\nA: 安静と利尿薬の投与です。"
    near = pair.replace("です。", "である。")  # 30 of 34 grams are shared: .88
    responses = [response(near, start=500), response(pair), response(pair, start=1000)]
    write_jsonl(tmp_path / "responses.jsonl", *responses)
    for options, kept in (
        ((), 1),
        (("--near-duplicate", "0.95"), 2),
        (("--near-duplicate", "1"), 2),
    ):
        assert parse(tmp_path, "--eval-share", "0", *options) == 0
        train = lines(tmp_path / "train.jsonl")
        assert len(train) == kept
        assert train[0]["output"] == "安静と利尿薬の投与です。"
    reasons = [each["reason"] for each in lines(tmp_path / "rejected.jsonl")]
    assert reasons == ["duplicate"]


def test_whole_chunks_go_to_evaluation_and_stay_there():
    some = [("docs/a.txt", 500 * i) for i in range(400)]
    chosen = chunks_for_eval(some, 0.1)
    assert 20 <= len(chosen) <= 60
    more = [*some, *(("docs/b.txt", 500 * i) for i in range(400))]
    assert {each for each in chunks_for_eval(more, 0.1) if each[0] == "docs/a.txt"} == chosen
    assert chunks_for_eval(some, 0) == set()
    assert chunks_for_eval(some[:1], 0.5) == set()
    assert len(chunks_for_eval(some[:2], 0.001)) == 1
    assert len(chunks_for_eval(some[:2], 0.999)) == 1


def test_an_evaluation_file_of_an_earlier_run_does_not_stay(tmp_path):
    write_jsonl(tmp_path / "responses.jsonl", *chunks())
    assert parse(tmp_path, "--eval-share", "0.3") == 0
    provenance = lines(tmp_path / "provenance.jsonl")
    sides = {
        file: {p["start"] for p in provenance if p["file"] == file}
        for file in ("train.jsonl", "eval.jsonl")
    }
    assert sides["eval.jsonl"]
    assert not sides["train.jsonl"] & sides["eval.jsonl"]
    assert parse(tmp_path, "--eval-share", "0") == 0
    assert not (tmp_path / "eval.jsonl").exists()
    assert len(lines(tmp_path / "train.jsonl")) == 24


def test_the_card_says_what_it_is_and_lets_no_name_pass_for_markup(tmp_path):
    odd = "docs/<b>|a`[x](y)\u202e\n.txt"
    write_jsonl(tmp_path / "responses.jsonl", *chunks(3, odd), *chunks(2, "docs/b.txt"))
    assert parse(tmp_path) == 0
    parameters = r'\{"max\_tokens"\: 1024, "temperature"\: 0.7\}'
    card = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert "**No physician has checked them**" in card
    assert r"docs/\<b\>\|a\`\[x\](y)⟨U+202E⟩<br>.txt" in card
    assert "| instruction/output, single quotes | 6 |" in card
    assert "| duplicate | 4 |" in card
    assert f"| parameters | {parameters} | 5 |" in card
    assert "jmed-data parse . --language prompt --near-duplicate 0.8 --eval-share 0.02" in card


def test_the_language_follows_the_prompt_unless_said(tmp_path):
    english = (
        "Q: What is heart failure in one sentence?\nA: A state in which the heart pumps too little."
    )
    write_jsonl(
        tmp_path / "responses.jsonl",
        response(english),
        response(english, start=500, prompt="en"),
        response(two_pairs("肺炎"), start=1000, prompt="mine.txt"),
    )
    assert parse(tmp_path, "--eval-share", "0") == 0
    assert len(lines(tmp_path / "train.jsonl")) == 3
    assert [each["reason"] for each in lines(tmp_path / "rejected.jsonl")] == ["wrong language"]
    assert parse(tmp_path, "--eval-share", "0", "--language", "en") == 0
    assert len(lines(tmp_path / "train.jsonl")) == 1


def test_two_processes_do_not_write_to_one_folder(tmp_path, capsys):
    write_jsonl(tmp_path / "responses.jsonl", *chunks())
    with locked(tmp_path):
        assert parse(tmp_path) == 1
    assert "is writing there" in capsys.readouterr().err
    assert not (tmp_path / "train.jsonl").exists()


@pytest.mark.parametrize(
    "options",
    [("--near-duplicate", "0"), ("--near-duplicate", "nan"), ("--eval-share", "1"),
     ("--eval-share", "-0.1"), ("--eval-share", "x"), ("--language", "fr")],
)  # fmt: skip
def test_wrong_options(options, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        parse(tmp_path, *options)
    assert ended.value.code == 2
    assert options[0] in capsys.readouterr().err


def test_without_datasketch_the_remedy_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "datasketch", None)
    write_jsonl(tmp_path / "responses.jsonl", *chunks())
    assert parse(tmp_path) == 1
    assert "pip install 'jmedlora[generate]'" in capsys.readouterr().err
    assert parse(tmp_path, "--near-duplicate", "1") == 0
