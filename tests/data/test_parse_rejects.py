"""What in a response is no pair, or a pair that was cut off: kept, with the reason."""

import pytest

from tests.support.read_pairs import pairs, rejects

FIRST = "'instruction': 'いつ？', 'output': '朝'\n"


@pytest.mark.parametrize(
    "last",
    [  # 10
        "'instruction': 'なぜ？', 'output': '痛",
        "'instruction': 'なぜ？', 'outp",
        "'instruction': 'な",
        '{"instruction": "なぜ？", "output": "痛',
        "Q: なぜ？\nA: 痛む。そして",
        "「質問」：「なぜ？」「回答」：「「胸」が",
    ],
)
def test_a_pair_that_was_cut_off_is_not_used(last):
    assert pairs(FIRST + last, "length") == [("いつ？", "朝")]
    assert rejects(FIRST + last, "length") == [(2, "truncated")]
    assert pairs(FIRST + last, "content_filter") == [("いつ？", "朝")]


def test_a_cut_that_hit_no_pair_costs_none():
    closed = FIRST + "'instruction': 'なぜ？', 'output': '痛む'"
    assert len(pairs(closed, "length")) == 2
    assert len(pairs(closed + "\n'ins", "length")) == 2
    # Without a finish_reason only a quotation left open tells.
    assert len(pairs(closed[:-1], None)) == 1
    assert len(pairs("Q: いつ？\nA: 朝", None)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 12
        (
            "以下に15個のデータを示します。\nQ: い？\nA: ろ\n以上です。",
            [(1, "remark"), (4, "remark")],
        ),
        (
            "Here are the pairs:\n\nQ: a?\nA: b\n\nI hope this helps!",
            [(1, "remark"), (6, "remark")],
        ),
        ("Sure! Here is one.\n```json\n[]\n```\n", [(1, "remark")]),
        # 13
        ("Q: い？", [(1, "no output")]),
        ("Q: い？\nQ: は？\nA: ろ", [(1, "no output")]),
        ("Q: い？\nA: ろ\n問1：は？", [(3, "no output")]),
        ("'instruction': 'い？'\n'instruction': 'は？', 'output': 'に'", [(1, "no output")]),
        ('{"instruction": "い？"}', [(1, "no output")]),
        ('{"output": "ろ"}', [(1, "no instruction")]),
        ("Q: い？\nA: は\nA: に", [(3, "no instruction")]),
        ("output: a\ninstruction: b", [(1, "answer first"), (2, "answer first")]),
        (
            "A: ろ\nQ: い？\nA: は\nQ: に？",
            [(1, "answer first"), (2, "answer first"), (3, "answer first"), (4, "answer first")],
        ),
        (
            "'output': 'ろ', 'instruction': 'い？'\n'output': 'は', 'instruction': 'に？'",
            [(1, "answer first"), (1, "answer first"), (2, "answer first"), (2, "answer first")],
        ),
        (
            "Q: い？\nQ: ろ？\nA: は\nA: に",
            [
                (1, "order unclear"),
                (2, "order unclear"),
                (3, "order unclear"),
                (4, "order unclear"),
            ],
        ),
        ("出力:\n\n指示: い？\n出力: ろ", [(1, "no instruction")]),
        ("Q1: い？\nA2: ろ", [(1, "no output"), (2, "no instruction")]),
        ("Q1: い？ Q2: ろ？ A1: は A2: に", [(1, "order unclear")] * 4),
        ("Q1: い？\nQ2: ろ？\nA1: は\nA2: に", [(at, "order unclear") for at in (1, 2, 3, 4)]),
        ('{"Q1": "い？", "A1": "は", "Q2": "ろ？", "A2": "に"}', [(1, "order unclear")]),
        ('{"Q1": "い？", "A2": "ろ"}', [(1, "numbers differ")]),
        ('{"output": "a", "instruction": "b", "output": "c"}', [(1, "order unclear")]),
        # whatever the server says of the end
        ('{"instruction":"い？","output":"ろ', [(1, "truncated")]),
        (
            "'instruction': 'い？', 'output': 'ろ\n以上です。",
            [(1, "quotes unclear"), (2, "remark")],
        ),
        # the answer may go on behind
        (
            "Q: い？\nA: ろ\n\n**注意点**\n食塩を控える。",
            [(1, "cut by other text"), (4, "outside a pair"), (5, "outside a pair")],
        ),
        (
            "Q: a?\nA: b\n\nIt goes on.\nQ: c?\nA: d\n- e\n\nSo does this.",
            [(5, "cut by other text"), (9, "outside a pair")],
        ),
        ("Q: い？\nA: ろ\n\n## 治療\n\nQ: は？\nA: に", [(4, "outside a pair")]),
        ("Q: い？\nA: ろ\n解説: は", [(3, "further field")]),
        ("Q: い？\nA: ろ<|eot_id|>", [(2, "chat template")]),
        (
            "A<|im_start|>user\nは",
            [(1, "outside a pair"), (1, "chat template"), (2, "turn of another role")],
        ),
        ('{"question": "い？", "answer": ["x", "y"]}', [(1, "not text")]),
        ('{"question": "", "answer": "x"}', [(1, "empty")]),
        ("'instruction': 'い？', 'output': 'ろ' 参考", [(1, "quotes unclear")]),
        ("'instruction': 'い？', 'output': 'ろ' (出典: は)", [(1, "quotes unclear")]),
        ("'instruction': 'a?', 'output': 'It's 'b' (c)", [(1, "quotes unclear")]),
        (
            "Q: どれ？\nA: 肺炎\nB: 喘息\n答え: A",
            [(1, "choices, no answer"), (4, "no instruction")],
        ),
        ("Q: どれ？\nA. 肺炎 B. 喘息\n答え: A", [(1, "choices, no answer"), (3, "no instruction")]),
        ("", [(1, "empty response")]),
        (" \n", [(1, "empty response")]),
        ("心不全は病気です。", [(1, "outside a pair")]),
        ("<think>Q: い？\nA: ろ</think>", [(1, "reasoning")]),
        ("<think>Q: い？\nA: ろ", [(1, "reasoning")]),
        ("申し訳ありませんが、対応できません。", [(1, "outside a pair")]),
        ("I’m sorry, but I can’t help with that.", [(1, "outside a pair")]),
        # given up: a key with a mere space or comma behind it, a quote that is closed only
        ("instruction い？ output ろ", [(1, "outside a pair")]),
        ("Q1 い？ A1 ろ", [(1, "outside a pair")]),
        ("'instruction': い？', 'output': ろ'", [(1, "quotes unclear")]),
    ],
)
def test_what_is_no_pair_is_kept_with_the_reason(text, expected):
    assert rejects(text) == expected
