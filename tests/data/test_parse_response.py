"""Reading pairs of instruction and output from raw responses, in every shape that models write."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jmedlora.data.parse.near_duplicates import duplicate_reasons, ngram_similarity
from jmedlora.data.parse.read_response import read_response
from jmedlora.data.parse.select_pairs import reject_reason
from jmedlora.data.parse.types import Pair

JA = ("心不全とは何ですか？", "心臓のポンプ機能が低下した状態です。")
EN = ("What is heart failure?", "A state in which the heart pumps too little blood.")
MORE = ("利尿薬の役割は？", "体液を減らし、息切れを和らげます。")


def pairs(text, finish="stop"):
    return [(pair.instruction, pair.output) for pair in read_response(text, finish).pairs]


def rejects(text, finish="stop"):
    return [(reject.line, reject.reason) for reject in read_response(text, finish).rejects]


def written(form, *values):
    return form.replace("<i>", values[0]).replace("<o>", values[1])


@pytest.mark.parametrize("values", [JA, EN])
@pytest.mark.parametrize(
    "form",
    [
        # 1: the paper's own form
        "'instruction': '<i>', 'output': '<o>'",
        '"instruction": "<i>", "output": "<o>"',
        # 2: JSON, with a trailing comma, in a list, over lines; a Python dictionary
        '{"instruction": "<i>", "output": "<o>"}',
        '{"instruction": "<i>", "output": "<o>",}',
        '{"output": "<o>", "instruction": "<i>"}',
        '{"質問(instruction)": "<i>", "回答(output)": "<o>"}',
        '[\n  {\n    "instruction": "<i>",\n    "output": "<o>",\n  },\n]',
        "{'instruction': '<i>', 'output': '<o>'}",
        "{'instruction': '<i>', 'output': \"<o>\"}",
        # 3: numbers and bullets in front
        "1. 'instruction': '<i>', 'output': '<o>'",
        "(1) 'instruction': '<i>', 'output': '<o>'",
        "①'instruction': '<i>', 'output': '<o>'",
        "- {'instruction': '<i>', 'output': '<o>'}",
        "• 'instruction': '<i>', 'output': '<o>'",
        "1. **Q:** <i>\n   **A:** <o>",
        "ペア1: 'instruction': '<i>', 'output': '<o>'",
        # 4: no quotes; full-width colon and comma, or a space
        "instruction：<i>、output：<o>",
        "instruction: <i>, output: <o>",
        "Instruction: <i> Output: <o>",
        "instruction　<i>　output　<o>",
        "instruction <i> output <o>",
        "instruction、<i>、output、<o>",
        "instruction=<i>; output=<o>",
        # 5: Japanese brackets, curly quotes
        "「instruction」：「<i>」、「output」：「<o>」",
        "『instruction』：『<i>』、『output』：『<o>』",
        "「instruction」「<i>」「output」「<o>」",
        "｢instruction｣：｢<i>｣､｢output｣：｢<o>｣",
        "“instruction”: “<i>”, “output”: “<o>”",
        "‘instruction’: ‘<i>’, ‘output’: ‘<o>’",
        "”instruction”：”<i>”、”output”：”<o>”",
        "【質問】<i>【回答】<o>",
        # 6: other keys
        "指示：<i> 出力：<o>",
        "質問: <i> 回答: <o>",
        "質問1：<i>\n答え1：<o>",
        "問題：<i>\n解答：<o>",
        "Q: <i> A: <o>",
        "Q1. <i>\nA1. <o>",
        "Ｑ：<i>\nＡ：<o>",
        "問1：<i>\n答1：<o>",
        "Question: <i> Answer: <o>",
        "質問（instruction）：<i>\n回答（output）：<o>",
        "**質問(instruction)**: <i>\n**回答(output)**: <o>",
        "'instruction（質問）': '<i>', 'output（回答）': '<o>'",
        "指示：<i>\n返答：<o>",
        "Q: <i> 回答: <o>",
        "Q1: <i>\n答え1: <o>",
        "- 質問：<i> - 回答：<o>",
        "- Question: <i> - Answer: <o>",
        "'instruction_1': '<i>', 'output_1': '<o>'",
        "\"'instruction': '<i>', 'output': '<o>'\",",
        "質問：<i>\nレスポンス：<o>",
        '{"question": "<i>", "answer": "<o>"}',
        "{'質問': '<i>', '回答': '<o>'}",
        # 7: bold keys
        "**instruction**: <i> **output**: <o>",
        "**Question 1:** <i>\n**Answer 1:** <o>",
        "**質問**\n<i>\n\n**回答**\n<o>",
        "**Q1: <i>**\nA: <o>",
        "**Q1: <i>**\n\n**A1:** <o>",
        "**1. 質問:** <i>\n**回答:** <o>",
        "**1. Question:** <i>\n**Answer:** <o>",
        "**1. instruction**: <i>\n**output**: <o>",
        "### Instruction:\n<i>\n\n### Response:\n<o>",
        "### 指示:\n<i>\n\n### 応答:\n<o>",
        "### 質問1\n<i>\n### 回答1\n<o>",
        # 11: over two lines
        "'instruction': '<i>',\n'output': '<o>'",
        "instruction: |\n  <i>\noutput: |\n  <o>",
        "instruction: <i>\noutput: <o>",
        "「質問」：「<i>」\n「回答」：「<o>」",
        # 12: a fence around
        '```json\n{"instruction": "<i>", "output": "<o>"}\n```',
        "```\n'instruction': '<i>', 'output': '<o>'\n```",
        "```\nQ: <i>\nA: <o>\n```",
    ],
)
def test_one_pair_in_every_shape(form, values):
    assert pairs(written(form, *values)) == [values]
    assert rejects(written(form, *values)) == []
    two = f"{written(form, *values)}\n{written(form, *MORE)}"
    assert pairs(two) == [values, MORE], "and in a list of them"
    assert rejects(two) == []
    spaced = f"{written(form, *values)}\n\n{written(form, *MORE)}\n"
    assert pairs(spaced) == [values, MORE]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # 5: nested brackets; a value that begins and ends with a quotation is not in quotes
        (
            "「instruction」：「「CO」とは何ですか」、「output」：「『心拍出量』のこと」",
            ("「CO」とは何ですか", "『心拍出量』のこと"),
        ),
        ("質問：病態は？ 回答：「心不全」とは「病気」", ("病態は？", "「心不全」とは「病気」")),
        (
            "'instruction': '用語は？', 'output': '「心不全」とは「病気」'",
            ("用語は？", "「心不全」とは「病気」"),
        ),
        ('Q: Which?\nA: "A" and "B"', ("Which?", '"A" and "B"')),
        (
            "‘instruction’: ‘What’s new?’, ‘output’: ‘The patient’s ECG.’",
            ("What’s new?", "The patient’s ECG."),
        ),
        # 7: unescaped inner quotes, commas, line breaks written out
        (
            '"instruction": "What is "CO"?", "output": "It is "cardiac output", in l/min"',
            ('What is "CO"?', 'It is "cardiac output", in l/min'),
        ),
        (
            '{"instruction": "What is "CO"?", "output": "It is "x", "y""},',
            ('What is "CO"?', 'It is "x", "y"'),
        ),
        (
            "'instruction': 'What's wrong?', 'output': 'It's the patient's heart'",
            ("What's wrong?", "It's the patient's heart"),
        ),
        (
            r"'instruction': '治療は？', 'output': '1. 安静\n2. 利尿薬'",
            ("治療は？", "1. 安静\n2. 利尿薬"),
        ),
        (
            r'{"instruction": "治療は？", "output": "1. 安静\n2. \"利尿薬\""}',
            ("治療は？", '1. 安静\n2. "利尿薬"'),
        ),
        (
            r'{"instruction": "\u5fc3\u4e0d\u5168\u306f？", "output": "\ud83e\udec0です"}',
            ("心不全は？", "🫀です"),
        ),
        (r"'instruction': 'What is \'CO\'?', 'output': 'x'", ("What is 'CO'?", "x")),
        (r"Q: path？" "\n" r"A: C:\new", ("path？", r"C:\new")),  # no escape without quotes
        # 8: a key within the text
        ("Q: What is CO? A: cardiac output: CO", ("What is CO?", "cardiac output: CO")),
        (
            "instruction: cardiac output: COとは？, output: 心拍出量です。",
            ("cardiac output: COとは？", "心拍出量です。"),
        ),
        (
            "'instruction': 'cardiac output: COとは？', 'output': 'output: 心拍出量'",
            ("cardiac output: COとは？", "output: 心拍出量"),
        ),
        (
            "質問：患者の質問：に答えるには？ 回答：傾聴します。",
            ("患者の質問：に答えるには？", "傾聴します。"),
        ),
        ("Q: ビタミン A: 欠乏症は？\nA: 夜盲症です。", ("ビタミン A: 欠乏症は？", "夜盲症です。")),
        ("Q: 型は？\nA: A型とB型です。", ("型は？", "A型とB型です。")),
        # fields of their own, values of other types
        (
            "'instruction': '診断は？', 'input': '発熱と咳', 'output': '肺炎'",
            ("診断は？\n発熱と咳", "肺炎"),
        ),
        ("'instruction': '診断は？', 'input': '', 'output': '肺炎'", ("診断は？", "肺炎")),
        ('{"id": 1, "instruction": "何個？", "input": "", "output": 5}', ("何個？", "5")),
        ('{"instruction": "要約せよ", "input": "なし", "output": "肺炎"}', ("要約せよ", "肺炎")),
        ("'instruction': 'Say it.', 'input': 'N/A', 'output': 'x'", ("Say it.", "x")),
        ('{"input": "咳", "output": "肺炎", "instruction": "診断は？"}', ("診断は？\n咳", "肺炎")),
        # LaTeX is no escape
        (
            r"'instruction': '$\rho$？', 'output': '$A \rightarrow B$, $2 \times 3$,\n$\neq$'",
            (r"$\rho$？", "$A \\rightarrow B$, $2 \\times 3$,\n$\\neq$"),
        ),
        (
            r'{"instruction": "式は？", "output": "$\frac{1}{2}$\n$\beta$, \\theta, a\r\nb"}',
            ("式は？", "$\\frac{1}{2}$\n$\\beta$, \\theta, a\nb"),
        ),
        # quotes that are closed only
        ("'instruction': 脈は？', 'output': 整です。'", ("脈は？", "整です。")),
        ("'instruction': Why?', 'output': It's the heart.'", ("Why?", "It's the heart.")),
        ("「質問」：脈は？」、「回答」：整です。」", ("脈は？", "整です。")),
        # fields and remarks behind the answer
        ("Q: 脈は？\nA: 整です。\n解説: 心電図で見る。", ("脈は？", "整です。")),
        ("Q: Why?\nA: Pain.\ncategory: therapy", ("Why?", "Pain.")),
        ("'instruction': 'い？', 'output': 'ろ', 'category': '治療'", ("い？", "ろ")),
        ("Q: 脈は？\nA: 整です。\n根拠: 心電図", ("脈は？", "整です。")),
        ("Q: 脈は？\nA: 整です。\n※これらは医学的助言ではありません", ("脈は？", "整です。")),
        ("Q: 脈は？\nA: 整です。\n※妊婦では速い。", ("脈は？", "整です。\n※妊婦では速い。")),
        ("Q: 脈は？\nA: 整です。\n(以上)", ("脈は？", "整です。")),
        ("Q: Why?\nA: Pain.\nNote: These pairs are based on the text.", ("Why?", "Pain.")),
        ("Q1 脈は？ A1 整です。", ("脈は？", "整です。")),
        ("'instruction': '脈は？', 'output': '整です。' (出典: は)", ("脈は？", "整です。")),
        ("'instruction': 'Why?', 'output': 'Pain.'※重要", ("Why?", "Pain.")),
        # answers of several lines
        (
            "Q: 治療は？\nA: 次の通り。\n- 安静\n- 利尿薬",
            ("治療は？", "次の通り。\n- 安静\n- 利尿薬"),
        ),
        (
            "**Q:** 治療は？\n**A:** 次の通り。\n\n1. 安静\n2. 利尿薬\n\n以上です。",
            ("治療は？", "次の通り。\n\n1. 安静\n2. 利尿薬"),
        ),
        (
            "Q: 患者は60歳。\n主訴は胸痛。\n診断は？\nA: 狭心症",
            ("患者は60歳。\n主訴は胸痛。\n診断は？", "狭心症"),
        ),
        ("<think>\nQ: x\nA: y\n</think>\nQ: 脈は？\nA: 整です。", ("脈は？", "整です。")),
        ("considering …\n</think>\nQ: 脈は？\nA: 整です。", ("脈は？", "整です。")),
        ("Q: 脈は？\r\nA: 整です。\r\n", ("脈は？", "整です。")),
    ],
)
def test_values_are_read_as_they_are_meant(text, expected):
    assert pairs(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [  # 9
        "'instruction': 'いつ？', 'output': '朝', 'instruction': 'なぜ？', 'output': '痛む'",
        "'instruction': 'いつ？', 'output': '朝' 'instruction': 'なぜ？', 'output': '痛む'",
        "1. 'instruction': 'いつ？', 'output': '朝' 2. 'instruction': 'なぜ？', 'output': '痛む'",
        "('instruction': 'いつ？', 'output': '朝'), ('instruction': 'なぜ？', 'output': '痛む')",
        '[{"instruction": "いつ？", "output": "朝"}, {"instruction": "なぜ？", "output": "痛む"}]',
        "instruction：いつ？、output：朝、instruction：なぜ？、output：痛む",
        "質問：いつ？ 回答：朝 質問：なぜ？ 回答：痛む",
        "Q: いつ？ A: 朝 Q: なぜ？ A: 痛む",
        "「質問」：「いつ？」「回答」：「朝」「質問」：「なぜ？」「回答」：「痛む」",
        '{"Q1": "いつ？", "A1": "朝", "Q2": "なぜ？", "A2": "痛む"}',
        '{"Q1": "いつ？", "Q2": "なぜ？", "A1": "朝", "A2": "痛む"}',
        # questions first, told apart by their numbers, also without a colon
        "Q1: いつ？\nQ2: なぜ？\nA1: 朝\nA2: 痛む",
        "質問１：いつ？\n質問２：なぜ？\n\n回答1：朝\n回答2：痛む",
        "Question 1: いつ？\nQuestion 2: なぜ？\nAnswer 2: 痛む\nAnswer 1: 朝",
        "A1: 朝\nQ1: いつ？\nA2: 痛む\nQ2: なぜ？",
        # turns and tokens of chat templates
        "Q: いつ？\nA: 朝<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
        "Q: なぜ？\nA: 痛む",
        "Q: いつ？\nA: 朝<end_of_turn>\n<start_of_turn>model\nQ: なぜ？\nA: 痛む<eos>",
        "<s>Q: いつ？\nA: 朝</s>\n'instruction': 'なぜ？', 'output': '痛む'<|im_end|>",
        "Q: いつ？\nA: 朝<|im_end|>\n<|im_start|>user\nQ: 他は？\nA: x<|im_end|>\n"
        "<|im_start|>assistant\nQ: なぜ？\nA: 痛む",
        "<|channel|>analysis<|message|>Q: x\nA: y<|end|><|start|>assistant<|channel|>final"
        "<|message|>Q: いつ？\nA: 朝\nQ: なぜ？\nA: 痛む<|return|>",
        "analysisWe need Q: x\nA: y assistantfinalQ: いつ？\nA: 朝\nQ: なぜ？\nA: 痛む",
        # shapes mixed in one response
        "'instruction': 'いつ？', 'output': '朝'\nQ: なぜ？\nA: 痛む",
        'Q: いつ？\nA: 朝\n{"instruction": "なぜ？", "output": "痛む"}',
        "1. いつものように:\nQ: いつ？\nA: 朝\n---\n**質問:** なぜ？\n**回答:** 痛む",
    ],
)
def test_two_pairs(text):
    assert pairs(text) == [("いつ？", "朝"), ("なぜ？", "痛む")]


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Q1 心不全とは？ A1 低下です。 Q2 症状は？ A2 息切れ。",
            [("心不全とは？", "低下です。"), ("症状は？", "息切れ。")],
        ),
        ("Q1 Why? A1 Pain. Q2 When? A2 Always.", [("Why?", "Pain."), ("When?", "Always.")]),
    ],
)
def test_pairs_without_a_colon_on_one_line(text, expected):
    assert pairs(text) == expected
    assert rejects(text) == []


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
        ("Q1: い？ Q2: ろ？ A1: は A2: に", [(1, "no output"), (1, "no output")]),
        ('{"Q1": "い？", "A2": "ろ"}', [(1, "numbers differ")]),
        ('{"output": "a", "instruction": "b", "output": "c"}', [(1, "answer first")]),
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
            [(1, "outside a pair"), (1, "chat template"), (1, "turn of another role")],
        ),
        ('{"question": "い？", "answer": ["x", "y"]}', [(1, "not text")]),
        ('{"question": "", "answer": "x"}', [(1, "empty")]),
        ("'instruction': 'い？', 'output': 'ろ' 参考", [(1, "quotes unclear")]),
        ("'instruction': 'い？', 'output': 'ろ' (出典: は)", [(1, "further field")]),
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
        ("申し訳ありませんが、\nそのご依頼には対応できません。", [(1, "refusal")]),
        ("I’m sorry, but I can’t help with that.", [(1, "refusal")]),
        ("As an AI language model, I do not give advice.", [(1, "refusal")]),
    ],
)
def test_what_is_no_pair_is_kept_with_the_reason(text, expected):
    assert rejects(text) == expected


@pytest.mark.parametrize(
    ("instruction", "output", "language", "reason"),
    [
        (*JA, "ja", ""),
        (*EN, "en", ""),
        (*EN, "any", ""),
        ("質問内容", "回答内容", "ja", "placeholder"),
        ("question content", "answer content", "any", "placeholder"),
        ("治療は？", "…", "ja", "placeholder"),
        ("正しいか？", "○", "ja", ""),
        ("用量は？", "5 mg", "ja", ""),
        ("血栓の評価法は？", "CHADS2", "ja", ""),
        ("病名は？", "深部静脈血栓症", "ja", ""),
        ("病名は？", "Duchenne muscular dystrophy", "ja", ""),
        ("診断は？", "申し訳ありませんが、診断はできません。", "ja", "refusal"),
        ("Which dose?", "I'm sorry, but I cannot give advice.", "en", "refusal"),
        ("診断は？", "AIとして診断は行えません", "ja", "refusal"),
        ("診断は？", "わかりません。", "ja", "refusal"),
        ("診断は？", "記載なし", "ja", "refusal"),
        ("診断は？", "特に記載がありません。", "ja", "refusal"),
        ("Which dose?", "I do not know.", "en", "refusal"),
        ("Why is it untreated?", "Many do not know that they are ill.", "en", ""),
        ("治るか？", "残念ながら根治は困難です。", "ja", ""),
        ("治るか？", "残念ながらお答えできません。", "ja", "refusal"),
        ("何をする？", "患者から提供された情報をもとに診断する。", "ja", ""),
        ("死亡診断書は？", "看護師は作成できません。", "ja", ""),
        ("上記の文章によると治療は？", "安静です。", "ja", "refers to the text"),
        ("本文で述べられた治療は？", "安静です。", "ja", "refers to the text"),
        ("治療は？", "この文章では安静とされます。", "ja", "refers to the text"),
        ("与えられた情報から何が分かるか？", "肺炎です。", "ja", "refers to the text"),
        ("According to the passage, what is it?", "A clot.", "en", "refers to the text"),
        ("What does the article above say?", "It is a clot.", "en", "refers to the text"),
        ("Explain it in the context of heart failure.", "It is a clot.", "en", ""),
        ("日本文化と健康の関係は？", "食事が関係します。", "ja", ""),
        (*EN, "ja", "wrong language"),
        (*JA, "en", "wrong language"),
        (JA[0], EN[1], "ja", "wrong language"),
        (
            JA[0],
            "心力衰竭是心脏泵血功能下降导致的一种临床综合征需要及时治疗",
            "ja",
            "wrong language",
        ),
        (JA[0], "심부전입니다", "ja", "wrong language"),
        (JA[0], "心力衰竭的症状包括呼吸困难和水肿。", "ja", "wrong language"),
        (JA[0], "心臟衰竭的症狀包括呼吸困難。", "ja", "wrong language"),
        ("什么是心力衰竭？", JA[1], "ja", "wrong language"),
        ("What is it?", JA[1], "ja", "wrong language"),
        ("要因は？", "遺伝的要因、環境的要因", "ja", ""),
        ("症状は？", "瘙痒、囊胞", "ja", ""),
        ("What is Kampo (漢方)?", "A traditional medicine.", "en", ""),
        ("心不全とは？", "心不全 とは？", "ja", "output is the instruction"),
    ],
)
def test_pairs_that_are_of_no_use(instruction, output, language, reason):
    assert reject_reason(Pair(instruction, output, "", 1, ""), language) == reason


def test_near_duplicates():
    def found(threshold, *texts):
        return duplicate_reasons([Pair(*text, "", 1, "") for text in texts], threshold)

    spaced = (JA[0].replace("何", " 何"), JA[1].replace("。", "｡"))
    assert found(1, JA, spaced, MORE) == ["", "duplicate", ""]
    one = "abcdefghij", "klmnopqrst"  # 16 grams
    other = "abcdefghij", "klmnopqrsu"  # 15 of them and one of its own: 15 / 17
    assert ngram_similarity("".join(one), "".join(other)) == 15 / 17
    assert found(0.85, one, other) == ["", "near-duplicate"]
    assert found(0.89, one, other) == ["", ""]
    assert found(1, one, other) == ["", ""]
    assert found(0.8, ("a", "b"), ("a", "b"), ("a", "c")) == ["", "duplicate", ""]


HOSTILE = {
    "nested": '{"a":[' * 20_000,
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
