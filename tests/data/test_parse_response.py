"""Reading pairs of instruction and output from raw responses, in every shape that models write."""

import pytest

from tests.support.read_pairs import EN, JA, MORE, pairs, rejects


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
        # 4: no quotes; full-width colon and comma
        "instruction：<i>、output：<o>",
        "instruction: <i>, output: <o>",
        "Instruction: <i> Output: <o>",
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
        # fields and remarks behind the answer
        ("Q: 脈は？\nA: 整です。\n解説: 心電図で見る。", ("脈は？", "整です。")),
        ("Q: Why?\nA: Pain.\ncategory: therapy", ("Why?", "Pain.")),
        ("'instruction': 'い？', 'output': 'ろ', 'category': '治療'", ("い？", "ろ")),
        ("Q: 脈は？\nA: 整です。\n根拠: 心電図", ("脈は？", "整です。")),
        ("Q: 脈は？\nA: 整です。\n※これらは医学的助言ではありません", ("脈は？", "整です。")),
        ("Q: 脈は？\nA: 整です。\n※妊婦では速い。", ("脈は？", "整です。\n※妊婦では速い。")),
        ("Q: 脈は？\nA: 整です。\n(以上)", ("脈は？", "整です。")),
        ("Q: Why?\nA: Pain.\nNote: These pairs are based on the text.", ("Why?", "Pain.")),
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
        # by a schema, whole
        '{"pairs": [\n{"instruction": "いつ？", "output": "朝"},\n'
        '{"instruction": "なぜ？", "output": "痛む"}\n]}',
        'Q: いつ？\nA: 朝\n{"instruction": "なぜ？", "output": "痛む"}',
        "1. いつものように:\nQ: いつ？\nA: 朝\n---\n**質問:** なぜ？\n**回答:** 痛む",
    ],
)
def test_two_pairs(text):
    assert pairs(text) == [("いつ？", "朝"), ("なぜ？", "痛む")]
