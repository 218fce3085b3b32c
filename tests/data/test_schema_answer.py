"""Answers by schema: read as the JSON that they are, without a guess at what their texts mean."""

import json

import pytest

from jmedlora.data.cli import main
from tests.support.commands import write_jsonl
from tests.support.generate import lines
from tests.support.responses import chunks, response

QUESTION = "病室で通話はできますか。"


def parsed(folder, content, **fields):
    """The pairs and the rejects of an answer by schema, beside twelve others in lines."""
    record = response(content, start=9000, format="json", **fields)
    write_jsonl(folder / "responses.jsonl", *chunks(), record)
    assert main(["parse", str(folder), "--near-duplicate", "1"]) == 0
    kept = [
        (each["instruction"], each["output"])
        for name in ("train.jsonl", "eval.jsonl")
        for each in lines(folder / name)
    ]
    places = [each for each in lines(folder / "provenance.jsonl") if each["start"] == 9000]
    pairs = [each for each in kept if not each[1].endswith(("起こります。", "の薬を使う。"))]
    assert len(pairs) == len(places)
    return pairs, places, lines(folder / "rejected.jsonl")


def as_json(*outputs, **options):
    pairs = [{"instruction": QUESTION, "output": each} for each in outputs]
    return json.dumps({"pairs": pairs}, ensure_ascii=False, **options)


@pytest.mark.parametrize(
    "output",
    [
        "恐れ入りますが、病室での通話はできません。デイルームをご利用ください。",
        "残念ながら、現在のところ根治治療は提供できません。緩和ケアを行います。",
        "特に記載なし",
        "タグ</s> で文が終わります。",
        "印は<|end|>と<|im_start|>user です。",
        "<think>は推論の印です。</think>も使う。",
        "これは analysis ではなく、assistantfinal でもない。",
        "次の形です：{'instruction': '甲', 'output': '乙'} と [1]、\n'質問'：「丙」",
    ],
)
def test_a_text_is_taken_as_it_is(tmp_path, output):
    assert parsed(tmp_path, as_json(output))[0] == [(QUESTION, output)]


def test_a_refusal_is_a_field(tmp_path):
    pairs, _, rejects = parsed(tmp_path, "", refusal="お答えできません。")
    assert not pairs
    assert [(each["reason"], each["text"]) for each in rejects] == [
        ("refusal", "お答えできません。")
    ]


def test_every_pair_has_its_line(tmp_path):
    content = as_json("一つ目の答え。", "二つ目の答え。", indent=1)
    _, places, rejects = parsed(tmp_path, content)
    text = content.split("\n")
    assert [text[each["response_line"] - 1].strip() for each in places] == ["{", "{"]
    assert [each["rule"] for each in places] == ["JSON", "JSON"]
    assert not rejects


@pytest.mark.parametrize("tail", ["", "</s>", '", "out'])
def test_of_an_answer_that_was_cut_the_whole_pairs_are_taken(tmp_path, tail):
    whole = as_json("印は</s>です。", "二つ目の答え。")
    cut = whole[: whole.index("二つ目の")] + tail
    pairs, _, rejects = parsed(tmp_path, cut, finish_reason="length")
    assert pairs == [(QUESTION, "印は</s>です。")]
    assert [each["reason"] for each in rejects] == ["truncated"]
    assert rejects[0]["text"].startswith('{"instruction"')
    assert rejects[0]["text"].endswith(tail)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"pairs": []}', "empty response"),
        ('{"pairs": [{"instruction": "甲は？", "output": ""}]}', "empty"),
        ('{"pairs": [{"instruction": "甲は？"}]}', "no output"),
        ('{"pairs": [{"instruction": "甲は？", "output": "乙", "output": "丙"}]}', "order unclear"),
        ('{"pairs": [{"instruction": "甲は？", "output": {"a": "乙"}}]}', "not text"),
    ],
)
def test_what_holds_no_pair_has_a_reason(tmp_path, content, reason):
    pairs, _, rejects = parsed(tmp_path, content)
    assert not pairs
    assert reason in [each["reason"] for each in rejects]


@pytest.mark.parametrize(
    "content",
    [
        "はい。\n```json\n" + as_json("別の答えです。") + "\n```",
        as_json("別の答えです。").replace('"pairs"', '"data"'),
        as_json("別の答えです。") + "</s>",
        "<think>何か</think>" + as_json("別の答えです。"),
        "'instruction': '" + QUESTION + "', 'output': '別の答えです。'",
    ],
)
def test_what_does_not_fit_the_schema_is_read_as_before(tmp_path, content):
    """A server may say that it obeys, and then not."""
    assert parsed(tmp_path, content)[0] == [(QUESTION, "別の答えです。")]


def test_no_nesting_and_no_number_is_an_error(tmp_path):
    for content in ('{"pairs": ' + "[" * 100_000, '{"pairs": [{"a": ' + "9" * 5000 + "}]}"):
        assert parsed(tmp_path, content)[0] == []
