"""The letters that are read from a response, and what is no answer."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jmed_metrics.read_letters import read_letters
from tests.support.answers import fragments

FIVE = tuple("abcde")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "a"),
        ("Ａ", "a"),  # full width, capital
        ("a,c", "ac"),
        ("ａ，ｃ", "ac"),
        ("d, e", "de"),  # the published rule does not read this
        ("a、c。", "ac"),
        ("a ､ c", "ac"),  # half-width comma
        ("a・c", "ac"),
        ("a/c", "ac"),
        ("a c", "ac"),
        ("a\nc", "ac"),
        ("「ａ」と「ｃ」", "ac"),
        ("a, b, and c", "abc"),
        ("(b)", "b"),
        ("**c**", "c"),  # Markdown
        ("b (脳梗塞)", "b"),
        ("c, a", "ac"),  # the order does not count
        ("a, a", "a"),
    ],
)
def test_the_whole_text_is_labels(text, expected):
    assert read_letters(text, FIVE) == set(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("答え: c", "c"),
        ("答え：\nｂ", "b"),
        ("解答 e", "e"),
        ("正解は「d」", "d"),
        ("正解は a と c である", "ac"),
        ("正答はＢ、Ｅの2つです。", "be"),
        ("答えはc、理由は以下の通り。", "c"),
        ("答え: c 肝硬変", "c"),
        ("答え: c: 肝硬変", "c"),
        ("【解答】d", "d"),
        ("<answer>c</answer>", "c"),
        ("正解はcの「肝硬変」です。", "c"),
        ("必ずa,b,c,d,eの中から選んでください。\n答え:a,c", "ac"),  # the question, repeated
        ("The answer is (b).", "b"),
        ("Answer: d because it is", "d"),
        ("the answer would be c.", "c"),
        (r"\boxed{c}", "c"),
        ("答え: a\n訂正します。\n答え: c", "c"),  # the last one wins
        ("aではない。正解はaではなく、cです。", "c"),
    ],
)
def test_labels_behind_a_marker(text, expected):
    assert read_letters(text, FIVE) == set(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cです。", "c"),
        ("最も適切なのは\nc", "c"),
        ("2つ選ぶとすれば、aとdです。", "ad"),
        ("選択肢cが正しい。", "c"),
        ("bを選びます", "b"),
        ("Option C is correct.", "c"),
        ("aです。見直すとdです。", "d"),  # the last one wins
        ("解説\nb\nd", "bd"),
        ("c\n\na: 誤り\nb: 誤り", "c"),
        ("c: 肝硬変", "c"),
        ("c. difficulty breathing", "c"),
        ("可能性が高いのはc: 呼吸困難です", "c"),
        ("c (計算式は2×(na+k) + 1)", "c"),  # brackets within its bracket
        ("51. d", "d"),  # a number of the question in front
    ],
)
def test_lenient_patterns(text, expected):
    assert read_letters(text, FIVE) == set(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "1",
        "③",
        "f",  # not offered
        "c, d, e, f",
        "ac",  # see the module: "ad" and "ace" are words of medicine
        "ACE",
        "画像がないため、答えを選ぶことができません。",
        "写真(a)と心電図(b)が提示されていないため、回答できません。",
        "a: 肝\nb: 腎\nc: 脳\nd: 肺\ne: 心",  # only repeats the choices
        "答え: c: 肝硬変\na: 誤り",  # an answer, then a remark: not told apart for certain
        "c. right, and d. left.",
        "ビタミンB",
        "ビタミンCです。",
        "正解はHbA1c",
        "B型肝炎",
        "答え: B型肝炎",
        "答え: b 型肝炎",
        "答え: a, c型肝炎",
        "Ｄダイマー",
        "a patient",
        "the answer is a combination",
        "hepatitis b",
        "vitamins a, d",
        "b.d.",
        "37.5℃。",  # NFKC makes °c of it
        "a群とb群の比較",
        "答え: a または d",
        "a or d",
        "aかd",
        "Option C is not correct.",
        "正解はaではない",
        "正解は a ではない",
        "a以外です",
        "cが正しいとは言えない",
        "不正解はa",
        "答えはcですか?",
    ],
)
def test_what_is_no_answer_stays_unread(text):
    assert read_letters(text, FIVE) == set()


OFFERED = ("誤嚥性肺炎", "抗菌薬を投与しない", "緊急手術", "輸血（赤血球）", "経過観察")


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        ("b: 抗菌薬を投与しない\nd: 輸血(赤血球)", "bd", "the texts as offered"),
        ("ｂ．抗菌薬を投与しない。\nｄ．輸血（赤血球）", "bd", "after the same normalisation"),
        ("b (抗菌薬を投与しない)\nd (輸血(赤血球))", "bd", "in brackets"),
        ("答え:\nb: 抗菌薬を投与しない\nd: 輸血（赤血球）", "bd", "behind a marker"),
        ("答え:\nb (抗菌薬を投与しない)\nd (輸血(赤血球))", "bd", "in brackets behind a marker"),
        ("a (誤嚥性肺炎)\nd (輸", "", "in brackets, cut off"),
        ("b: 抗菌薬を投与しない\nd", "bd", "one with its text, one bare"),
        ("b\nd", "bd", "bare labels"),
        ("b.\nd.", "bd", "bare labels, full stops"),
        ("b: 抗菌薬を投与しない\nd: 輸血", "", "not d's whole text"),
        ("b: 輸血（赤血球）\nd: 抗菌薬を投与しない", "", "each other's texts"),
        ("d: 輸血（赤血球）\nb: 抗菌薬を投与しない", "", "not in order: a choice, then a remark?"),
        ("\n".join(map("{}: {}".format, FIVE, OFFERED)), "", "only repeats the choices"),
        ("\n".join(map("{}: {}".format, FIVE, OFFERED))[:-3], "", "the same, cut off"),
        ("b: 抗菌薬を投与しない", "b", "no denial: the text of the choice"),
        ("答え: b (抗菌薬を投与しない)", "b", "the same behind a marker"),
        ("a: 誤嚥性肺炎", "a", "誤 is no verdict here"),
        ("a: 抗菌薬を投与しない", "", "a denial that is not a's text"),
    ],
)
def test_the_texts_of_the_choices(text, expected, why):
    assert read_letters(text, FIVE, choices=OFFERED) == set(expected)


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        ("答えはc（発熱がないため）", "c", "a reason in brackets"),
        ("正解はc: 発熱がないため", "c", "a reason"),
        ("正解はc: 抗菌薬は不要であるので。", "c", "a reason"),
        ("答えはc（禁忌がないから）。", "c", "a reason"),
        ("答えは c 心不全。手術は不要", "c", "a verdict in the next sentence"),
        ("答えは c 心不全です（感染はない）。", "c", "a remark in brackets behind a text"),
        ("答えはcです。発熱がないため。", "c", "a reason in the next sentence"),
        ("答えはc（手術は禁忌）", "c", "the bracket is a remark, not a verdict alone"),
        ("答えはc: 他は誤り", "c", "the verdict is on others"),
        ("answer: c (since surgery is contraindicated)", "c", "a reason in English"),
        ("the answer is c because surgery is contraindicated", "c", "a reason in English"),
        ("答え: c (適切ではない)", "", "a verdict in brackets"),
        ("答え: c (心不全ではない)", "", "denies the choice itself"),
        ("答え: c: 心不全ではないと考える。", "", "denies the choice itself"),
        ("答え: c (心不全): 誤り", "", "a verdict behind the text"),
        ("答え: c 心不全（×）", "", "a sign behind the text"),
        ("答え: c: 投与は不適切", "", "a verdict in a sentence on the choice"),
        ("答え: c: 誤り、理由は", "", "a verdict, then more"),
        ("答え: c. ×", "", "a sign behind a full stop"),
        ("answer: c: not indicated", "", "an English verdict"),
        ("正解はa（発熱がないため）とc（浮腫があるため）", "", "two answers: not a alone"),
    ],
)
def test_behind_a_marker_a_reason_is_no_denial(text, expected, why):
    assert read_letters(text, FIVE) == set(expected)
    assert read_letters(text, FIVE, choices=OFFERED) == set(expected)


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        (
            "答え: c. 緊急手術\n\na. 誤嚥性肺炎: 発熱がないので否定的\nb. 該当しない\nd. ×",
            "c",
            "verdicts",
        ),
        ("答え: c. 緊急手術\na. 誤嚥性肺炎: 咳\nd. 輸血: 貧血", "c", "remarks, from a on"),
        ("答え: c. 緊急手術\nd. 輸血: 不要", "c", "the next one is rejected"),
        ("答え: c. 手術\na. 不要", "", "not c's text"),
        ("答え: c. 緊急手術\na. 誤嚥性肺炎\nb. ×", "", "a's text: is it chosen, too?"),
        ("答え:\na. 誤嚥性肺炎\nb. 抗菌薬を", "", "a list, cut off"),
        ("答え: a. 誤嚥性肺炎\nc. 緊急手術: 腹膜炎のため", "", "a list of answers with reasons?"),
    ],
)
def test_lines_below_an_answer_that_is_a_choice_with_its_text(text, expected, why):
    assert read_letters(text, FIVE, choices=OFFERED) == set(expected)
    assert read_letters(text, FIVE) == set()


def test_without_the_texts_of_the_choices_lines_are_not_read():
    assert read_letters("b: 緊急手術\nd: 経過観察", FIVE) == set()
    assert read_letters("答え:\nb: 緊急手術\nd: 経過観察", FIVE) == set()


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        ("a: ×\nb: ×\nc: ○\nd: ×", "", "signs, cut off before e"),
        ("a: ×\nb: ×\nc: ○\nd: ×\ne: ×", "", "signs, complete: right or wrong may be asked for"),
        ("a: ○\nb: ○", "", "signs, cut off early"),
        ("a(×)\nb(×)\nc(○)", "", "signs in brackets"),
        ("a (×), b (○)", "", "signs in brackets, one line"),
        ("a ×\nb ×\nc", "", "cut off behind the next label"),
        ("(a) 不要である。\n(b) 手術は", "", "labels in brackets, cut off"),
        ("a: 投与は適切ではない。\nb: 挿管は必要ない。\nc: 手術は", "", "sentences, cut off"),
        ("a: 投与は適切ではない。", "", "the first sentence alone"),
        ("a: 手術は", "", "cut off in the first sentence"),
        ("a: 誤り", "", "the first verdict alone"),
        ("a: no\nb: no\nc: yes", "", "English verdicts"),
        ("a. Antibiotics are not indicated.", "", "an English sentence"),
        ("a\n誤り\nb\n正しい", "", "labels as headings"),
        ("a\n不要。\nb\n不要。\nc", "", "headings, cut off"),
        ("答え:\na\n不要。\nb\n必要。", "", "headings behind a marker"),
        ("aは誤り\nbは誤り\nc", "", "cut off behind the next label"),
        ("aは誤り\nbは誤り\ncは正しい\n\nc", "c", "said twice: no heading"),
        ("a: 肝硬変は誤り。\nb: C", "", "cut off in CT"),
        ("aは肝硬変で不適切。\nbはB", "", "cut off in BNP"),
        ("aは誤り。bは誤り。cが正しい。", "c", "a claim after denials"),
        ("1. aは誤り\n2. bは誤り\n3. cは正しい", "", "numbered"),
        ("aは○、bは×", "", "signs in a sentence"),
        ("誤り: a, b", "", "a list of what is wrong"),
        ("×: a\n○: c", "", "the same and what is right; given up: no published response"),
        ("誤っているのはaです。", "a", "repeats a question for what is wrong"),
        ("正しいのはcで、誤っているのはa。", "", "which of the two is asked for?"),
        ("答え:\na: ×\nb: ○\nc: ×", "", "signs behind a marker"),
        ("答え: a: ×\nb: ○", "", "signs behind a marker, cut off"),
        ("答え: a (誤り)", "", "a verdict behind a marker"),
        ("答え: c\nd: 誤り\ne: 誤り", "c", "an answer, then remarks"),
        ("a: 誤り\nb: 誤り\nc: 正しい\n答え: c", "c", "remarks, then the answer"),
        ("Answer: c. The others are incorrect.", "c", "the verdict is on others"),
        ("b, d: 緊急手術、経過観察", "", "two labels in front of their texts, not d alone"),
        ("aと考えたが、違う。", "", "taken back"),
        ("aにならない。", "", "denied"),
        ("aである可能性は低い。", "", "denied"),
        ("aが適切とは考えにくい。", "", "denied"),
        ("aが正しいか検討する。", "", "a question"),
        ("aを選択すると誤り。", "", "a condition"),
    ],
)
def test_a_discussion_of_the_choices_chooses_nothing_by_itself(text, expected, why):
    assert read_letters(text, FIVE) == set(expected)
    assert read_letters(text, FIVE, choices=OFFERED) == set(expected)


@given(st.text("×○"), st.sampled_from(["{}: {}", "{} {}", "{}. {}", "({}) {}", "{}({})", "{}は{}"]))
def test_lists_of_signs_choose_nothing(signs, line):
    text = "\n".join(map(line.format, FIVE, signs))
    assert read_letters(text, FIVE, choices=OFFERED) == set()


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        ("所見。\n\n【回答】c,e", "ce", "asked for"),
        ("【回答】b　「生理的な範囲です」", "b", "the text of the choice behind it"),
        ("【回答】\n1. b\n2. d", "bd", "numbered"),
        ("### 最終回答\nb, d", "bd", "a heading"),
        ("## 正解\n\n**d　グルココルチコイド**\n\n理由", "d", "a heading and the choice's text"),
        ("The best option is B", "b", "another marker"),
        ("Therefore, the correct option is (c).", "c", "another marker"),
        ("**Final Answer**\n\nC", "c", "a marker on its line"),
        ("**b) Weight reduction**", "b", "bold"),
        ("The correct answer is **b) Weight reduction**.", "b", "bold behind a marker"),
        (r"\boxed{\text{b}}", "b", "TeX"),
        (r"$\boxed{\text{a}, \text{c}}$", "ac", "TeX"),
        ('{"answer": ["a","c"]}', "ac", "JSON"),
        ('```json\n{\n  "answer": [\n    "a",\n    "c"\n  ]\n}\n```', "ac", "JSON by lines"),
        ('{"answer": "b", "explanation": "aは誤りで、cが適切に見える。"}', "b", "JSON"),
        ("正解は<b>c</b>です", "c", "HTML: b is no label"),
        ("c<|im_end|>", "c", "a special token"),
        ("消去法により b が残る", "b", "what remains"),
        ("So (b) is common. So answer d.", "d", "a label in the sentence before"),
        ("b\n\n【回答】b", "b", "said twice"),
        ("- b\n- d", "bd", "a list of nothing else"),
    ],
)
def test_what_models_of_today_write(text, expected, why):
    assert read_letters(text, FIVE) == set(expected)


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        (
            '{"reasoning": "aは誤り。cが正しい", "answer": "d"}',
            "d",
            "JSON, a claim before the answer",
        ),
        ('{"answer": "b", "choices": ["a", "b", "c", "d", "e"]}', "b", "JSON with the choices"),
        ('{"answer_letter": "c"}', "c", "JSON, another key"),
        ('{"回答": ["a", "c"]}', "ac", "JSON, a Japanese key"),
        (r"The final answer is $\boxed{\text{(C)}}$.", "c", "TeX in a sentence"),
        ("## 回答\nb", "b", "a heading"),
        ("**最終回答：** b", "b", "bold"),
        ("**Answer:** A & C", "ac", "an ampersand"),
        ("✅ 正解：b", "b", "a sign in front"),
        ("【回答】b【解説】aは誤り", "b", "the explanation on the same line"),
        ("【回答】b\n" * 200, "b", "a loop"),
        ("最も適切な対応はbです。", "b", "the question's words"),
        ("正解はbではなくcです。", "c", "what it is not, and what it is"),
        ("正解はbであり、他は誤りである。", "b", "a claim and what follows"),
        ("Both a and c are correct.", "ac", "an English claim"),
        ("I would choose option b.", "b", "a choice"),
        ("| 選択肢 | 判定 |\n|---|---|\n| a | × |\n| b | ○ |", "", "a table of verdicts"),
        ("| 選択肢 | 判定 |\n|---|---|\n| a | × |\n\n【回答】b", "b", "a table, then the answer"),
        ("答え: b. 肝硬変または c", "", "an alternative behind a text"),
        ("検査の選択:\nc 腹部造影", "", "a heading, cut off"),
        ("bかもしれない。", "", "a doubt"),
        ("It is neither a nor b.", "", "a denial"),
        ("- ①: 紫色の球菌が", "", "a list, cut off"),
    ],
)
def test_more_that_models_write(text, expected, why):
    assert read_letters(text, FIVE, choices=["①", "②", "③", "④", "⑤"]) == set(expected)
    assert read_letters(text, FIVE, asked=len(expected) or None) == set(expected)


@pytest.mark.parametrize(
    ("text", "expected", "why"),
    [
        (
            "e \n\n\n**解説:**\n\n熱がある。\n* **a: 投与:** 不適切。\n* **b: 手術:** ×。\n* **c",
            "e",
            "cut off behind a label",
        ),
        ("e. 緊急手術\n\n**解説:**\n* **a: 投与:** 不適切です。\n* **b", "e", "with its text"),
        ("d\n\nThe patient has a fever. a is wrong because of b.", "d", "in English"),
        ("b\n理由: cが適切である。", "", "contradicts itself"),
        ("a\n不要。\nb\n不要。\nc", "", "no answer, but a heading"),
        ("熱がある。\n各選択肢の検討：\na", "", "a discussion, cut off behind its first label"),
        ("熱がある。\n各選択肢の検討：\na: 肝", "", "the same, a little later"),
        ("- **a. 腎生検**：異常な", "", "a list, cut off"),
        ("| 選択肢 | 評価 |\n| a. 腎生検 | 異", "", "a table, cut off"),
    ],
)
def test_an_answer_before_its_explanation(text, expected, why):
    assert read_letters(text, FIVE) == set(expected)


@pytest.mark.parametrize(
    "listed", ["a　脳\nb　心 ← 正解\nc　腎", "a. 脳\nb. 心 ← 正解\nc. 腎", "a: 脳\nb: 心"]
)
@pytest.mark.parametrize("between", ["\n", "  \n\n---\n\n**選択肢**\n"])
def test_the_choices_listed_below_an_answer_are_none(between, listed):
    text = f"【回答】b{between}{listed}"
    assert read_letters(text, FIVE) == {"b"}
    assert read_letters(text, FIVE, choices=("脳", "心", "腎", "肺", "肝")) == {"b"}


@pytest.mark.parametrize(
    "text",
    ["b: 正解 c: 不正解", "a: 不正解\nb: 正解\nc: 不正解", "正解は「a」「b」「c」の中にない"],
)
def test_a_verdict_announces_nothing(text):
    assert read_letters(text, FIVE) == set()


def test_behind_a_choice_that_is_right_stands_no_other():
    assert read_letters("bが正解\nc: 誤り", FIVE) == {"b"}
    assert read_letters("選択肢bが正解です\nc: 誤り", FIVE) == {"b"}


@pytest.mark.parametrize(
    ("text", "choices", "expected", "why"),
    [
        ("④", "①②③④⑤", "d", "the choices are the digits"),
        ("正解は④です。", "①②③④⑤", "d", "behind a marker"),
        ("①、④", "①②③④⑤", "ad", "several"),
        ("④", ["①脳", "②心", "③腎", "④肺", "⑤肝"], "d", "the choices begin with them"),
        ("④", ["脳", "心", "腎", "肺", "肝"], "", "the choices are not numbered"),
        ("④", ["①②", "①③", "②③", "③④", "④⑤"], "", "combinations"),
        ("④", (), "", "unknown choices"),
        ("④ではない", "①②③④⑤", "", "a denial"),
        ("①と④のどちらか", "①②③④⑤", "", "alternatives"),
    ],
)
def test_circled_digits(text, choices, expected, why):
    assert read_letters(text, FIVE, choices=choices) == set(expected)


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("ce", 2, "ce"),
        ("【回答】ＣＥ", 2, "ce"),
        ("正解はecです。", 2, "ce"),
        ("bde", 3, "bde"),
        ("ce", None, ""),
        ("ce", 1, ""),
        ("ace", 2, ""),
        ("cc", 2, ""),
        ("cf", 2, ""),  # not offered
        ("ADは痒い。", 2, ""),  # not the whole answer
        ("c, e", 2, "ce"),
        ("c", 2, "c"),  # too few, but said
    ],
)
def test_letters_written_together(text, asked, expected):
    assert read_letters(text, FIVE, asked=asked) == set(expected)


def test_only_the_question_s_own_labels_count():
    assert read_letters("h", tuple("abcdefgh")) == {"h"}
    assert read_letters("h", FIVE) == set()
    assert read_letters("a", ()) == set()  # numeric


@settings(max_examples=500, deadline=None)
@given(text=fragments | st.text(), size=st.integers(0, 8))
def test_any_text_gives_offered_labels_that_it_holds(text, size):
    found = read_letters(text, tuple("abcdefgh"[:size]))
    assert found <= set("abcdefgh"[:size])
    assert found <= set(unicodedata.normalize("NFKC", text).lower())


@pytest.mark.parametrize("shape", ["{}", "答え: {}", "正解は{}です。", "答えは{}である", "{}。"])
@given(letters=st.sets(st.sampled_from("abcde"), min_size=1))
def test_every_set_of_labels_can_be_given(shape, letters):
    for joined in (",".join(sorted(letters)), "、".join(sorted(letters)).upper()):
        assert read_letters(shape.format(joined), FIVE) == letters


TEXTS = ("肝切除", "肺炎", "TACE", "経過観察", "肝移植")


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("正解：b\n→ 訂正：c", 1, "c"),
        ("【回答】b\n訂正します。cです。", 1, "c"),
        ("答えはaである。いや、やはりcが正しい。", 1, "c"),
        ("The answer is a. Hmm, but on reflection, c is correct.", 1, "c"),
        ("Answer: b\nCorrection: c", 1, "c"),
        ("the answer is c, no wait, d", 1, "d"),
        ("【回答】c\n解説：やはりbは誤り。", 1, "c"),
        ("正解はc。いや、難しい問題でした。", 1, "c"),
    ],
)
def test_a_correction_takes_the_place_of_the_answer(text, asked, expected):
    assert read_letters(text, FIVE, asked=asked) == frozenset(expected)


@pytest.mark.parametrize(
    "text",
    [
        "答えは肝切除です。Child-Pugh分類はBです。",
        "【回答】肝移植\n\nChild-Pugh分類はCである。",
        "血液型は b です",
        "ステージはBです",
        "不足しているビタミンはDです",
    ],
)
def test_a_class_of_medicine_is_no_answer(text):
    assert read_letters(text, FIVE, choices=TEXTS, asked=1) == frozenset()


@pytest.mark.parametrize("text", ["【回答】a,b,c,d,e", "a b c d e", "答え: abcde"])
def test_a_list_of_all_choices_is_no_answer_where_fewer_are_asked_for(text):
    assert read_letters(text, FIVE, asked=2) == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("正解は**a. 肝切除**と**c. TACE**です。", "ac"),
        ("【回答】a 肝切除\n　c TACE", "ac"),
        ("正解は「a 肝切除」と「c TACE」です。", "ac"),
        ("【回答】a. 肝切除、c. TACE", "ac"),
        ("正解はa. 肝切除です。c. TACEは不適切です。", ""),
    ],
)
def test_two_answers_with_their_texts(text, expected):
    assert read_letters(text, FIVE, choices=TEXTS, asked=2) == frozenset(expected)
