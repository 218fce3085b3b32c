"""Responses of any text: read in time, and every word is kept somewhere."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jmedlora.data.parse.read_response import read_response
from tests.support.read_pairs import pairs, rejects

HOSTILE = {
    "nested": '{"a":[' * 20_000,
    "objects that are not quite JSON": "{'Q':'a\\'" * 10_000 + "}",
    "long ones": ("{'" + '"\\' * 990 + "}") * 50,
    "brackets": "「" * 100_000,
    "questions": "Q: " * 20_000,
    "question lines": "Q:「\n" * 10_000 + "A:「\n" * 10_000,
    "one line": "質問：あ 回答：い " * 10_000,
    "quotes": "'" * 100_000,
    "open quotes": "'instruction': 'a', 'output': 'b'\n' " * 5_000,
    "escapes": "{'\\" * 20_000,
    "braces": "Q: a\nA: " + "}" * 100_000,
    "digits": "1" * 100_000,
    "dashes": "-" * 100_000,
    "bare": "質問 \n" * 10_000 + "Q: a\n",
    "reasoning": "<think>" * 20_000,
    "returns": "\r" * 100_000,
    "tokens": "<eos>\n" * 20_000,
    "channels": "<|channel|>analysis<|message|>" * 10_000,
    "answers first": "A: a\nQ: b\n" * 10_000,
    "numbers": "Q1: a\nQ2: b\n" * 5_000 + "A1: a\nA2: b\n" * 5_000,
    "headings": "Q: a\nA: b\n" + "# x\n" * 20_000,
    "refusals": "申し訳" * 20_000,
    "controls": "".join(map(chr, range(0x20))) * 2_000 + "\ud800\u2028\ufeff",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_neither_fails_nor_takes_long(name):
    began = time.process_time()
    for finish in ("stop", "length", None):
        read_response(HOSTILE[name], finish)
    assert time.process_time() - began < 10  # a quadratic reader takes minutes


def test_values_hold_no_control_characters_or_half_surrogates():
    text = "Q: \x00a\x1b[31m？\ud800\nA: b\x07"
    assert pairs(text) == [("a[31m？", "b")]
    half = '{"instruction": "a\\ud800？", "output": "b"}'
    assert pairs(half) == [("a\ufffd？", "b")]


SYLLABLES = list("あいうかきけしすせたちつてとなにのはひまみむもやらりるをん心肺腎臓病血圧薬痛熱")
JAPANESE = st.text(SYLLABLES, min_size=1, max_size=12)
ENGLISH = st.lists(
    st.sampled_from(["the", "heart", "of", "ACE", "mg", "acute", "is", "high"]), min_size=1
).map(" ".join)
VALUE = st.one_of(JAPANESE, ENGLISH)
SHAPES = [
    "'instruction': '{}', 'output': '{}'",
    '"instruction": "{}", "output": "{}"',
    '{{"instruction": "{}", "output": "{}"}}',
    "{{'question': '{}', 'answer': '{}',}},",
    "- 「質問」：「{}」、「回答」：「{}」",
    "“instruction”: “{}”, “output”: “{}”",
    "③ 指示：{}？ 出力：{}",
    "**Q:** {}\n**A:** {}",
    "Q1: {}\nA1: {}\n",
    "**質問1：{}**\n回答：{}",
    "【問題】{}【解答】{}",
]


@given(st.lists(st.tuples(st.sampled_from(SHAPES), VALUE, VALUE), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_what_is_rendered_is_read_back(rendered):
    text = "\n".join(form.format(question, answer) for form, question, answer in rendered)
    expected = [(question + "？" * ("？" in form), answer) for form, question, answer in rendered]
    assert pairs(text) == expected
    assert rejects(text) == []


PARTS = [
    "instruction",
    "output",
    "'",
    '"',
    ":",
    "：",
    "「",
    "」",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\n",
    " ",
    "Q",
    "A",
    "1.",
    "**",
    "質問",
    "回答",
    "問",
    "答え",
    "\\",
    "<think>",
    "</think>",
    "#",
    "、",
    "？",
    "心不全",
    "heart",
    "```",
    "|",
    "=",
    "\\n",
    "input",
    "【",
    "】",
    "“",
    "”",
    "’",
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PARTS)).map("".join)))
@settings(max_examples=300, deadline=None)
def test_no_text_raises_and_every_word_is_somewhere(text):
    for finish in ("stop", "length", None):
        reading = read_response(text, finish)
        kept = "".join(pair.text for pair in reading.pairs)
        kept += "".join(reject.text for reject in reading.rejects)
        for word in ("心不全", "heart"):
            assert kept.count(word) >= text.count(word)
        for pair in reading.pairs:
            assert pair.line >= 1
            pair.instruction.encode()
            pair.output.encode()
