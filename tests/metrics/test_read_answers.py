"""What is read from a response to the national examination, and what it is worth."""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jmed_metrics.marking import Mark, answer_value, as_published, mark, mark_officially
from jmed_metrics.read_letters import read_letters
from jmed_metrics.read_number import read_number

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
        ("×: a\n○: c", "c", "the same and what is right"),
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


def test_only_the_question_s_own_labels_count():
    assert read_letters("h", tuple("abcdefgh")) == {"h"}
    assert read_letters("h", FIVE) == set()
    assert read_letters("a", ()) == set()  # numeric


fragments = st.lists(
    st.sampled_from(
        ["a", "b", "e", "f", "Ｃ", "①", "2", ",", "、", "と", "または", "答え", ":", "は", "です",
         "。", "\n", " ", "(", ")", "「", "」", "型", "ない", "answer", "is", "vitamin ", ".", "か"]
    ) | st.text(max_size=5)
).map("".join)  # fmt: skip


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("26", "26"),
        ("２．１", "2.1"),
        ("04", "04"),  # digits of the answer sheet
        ("2.1g/日", "2.1"),
        ("約97Torr", "97"),
        ("1,130 kcal", "1130"),
        ("1, 130 kcal", "1130"),  # as in the format 「1, ①②③」
        ("10.0/人口1,000対", "10.0"),
        ("−5", "-5"),
        ("①2 ②6", "26"),  # a digit for each place
        ("①2.②1", "2.1"),
        ("解答：①7.②2③0", "7.20"),
        ("答え:\n43torr", "43"),
        ("【答え】43", "43"),
        ("答え: 2\n見直すと\n答え: 3", "3"),  # the last one wins
        ("解答: ①146②mg/dL", "146"),
        ("①0.94 ②g/日", "0.94"),
        ("2.5g × 0.82 = 2.05g\n四捨五入して、解答:2.1g/日", "2.1"),
        ("0.0102/0.0012 = 8.5\n②8.5", "8.5"),
        ("よって、リスク比は8.5倍となる。", "8.5"),
        ("8.4と見積もったが、正確には8.5です。", "8.5"),
        ("therefore the value is 146 mg/dl.", "146"),
    ],
)
def test_numbers(text, expected):
    assert read_number(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c",
        "①②.③",  # only repeats the format
        "必ず数値①②",
        "① 13 torr, ② 16 torr",  # a place has one digit
        "①1200  ②3160  ③",
        "答えは①. 30人, ②. 0.66 となります",
        "解答:①13②③.87ml",
        "1/2",
        "2〜3",
        "1.2.3",
        "答えは2つあります",
        "0.05 + 1.00 + 35.0",  # cut off in the middle of a calculation
        "若年:0.05、中年:1.00、高齢:35.00となる。",
    ],
)
def test_what_is_no_number_stays_unread(text):
    assert read_number(text) == ""


@settings(max_examples=300, deadline=None)
@given(fragments | st.text())
def test_any_text_gives_a_number_or_nothing(text):
    found = read_number(text)
    assert not found or Decimal(found).is_finite()


@pytest.mark.parametrize(
    ("form", "digits", "expected"),
    [
        ("解答：①②Torr", "26", "26"),
        ("解答：①.②", "21", "2.1"),
        ("解答：①.②", "8.5", "8.5"),
        ("解答：①.②", "04", "0.4"),
        ("解答：①②.③/人口1,000対", "100", "10.0"),
        ("解答：1, ①②③ kcal", "130", "1130"),
        ("値を求めよ。", "2.1", "2.1"),  # no format
        ("解答：①②", "216", "216"),  # not as many places
        ("解答：①..②", "21", "21"),  # no number
    ],
)
def test_the_value_of_marked_digits(form, digits, expected):
    assert answer_value(f"求めよ。{form}", digits) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "form", "answer", "right"),
    [
        ("2.1", "解答：①.②", "21", True),
        ("21", "解答：①.②", "21", True),  # its digits
        ("2.10", "解答：①.②", "21", True),
        ("2", "解答：①.②", "21", False),
        ("12", "解答：①.②", "1.2", True),
        ("7.2", "解答：①.②③", "7.20", True),
        ("0.4", "解答：①.②", "04", True),
        ("4", "解答：①.②", "04", False),
        ("10", "解答：①②.③", "100", True),
        ("1.00", "解答：①②.③", "100", False),  # its value counts, not its digits
        ("1,130kcal", "解答：1, ①②③ kcal", "130", True),
        ("130", "解答：1, ①②③ kcal", "130", True),
        ("", "解答：①②", "26", False),
    ],
)
def test_numeric_questions(text, form, answer, right):
    found = mark(text, problem_id="112C66", question=form, labels=(), answer=(answer,))
    assert (found.correct, found.unparsed) == (right, not text)
    assert mark_officially(text, problem_id="112C66", answer=(answer,)).correct == (text == answer)


@pytest.mark.parametrize(
    ("text", "problem_id", "answer", "default", "official"),
    [
        ("a", "112A1", ["a"], True, True),
        ("c,a", "112A1", ["a", "c"], True, True),
        ("a, c", "112A1", ["a", "c"], True, False),
        ("Ａ", "112A1", ["a"], True, False),
        ("aです", "112A1", ["a"], True, False),
        ("a", "112A1", ["a", "c"], False, False),
        ("a,c", "112A1", ["a"], False, False),
        ("a,a", "112A1", ["a"], True, False),
        ("", "112A1", ["a"], False, False),
        ("a", "112B30", ["a or d"], True, True),
        ("d", "112B30", ["a or d"], True, True),
        ("a,d", "112B30", ["a or d"], False, False),
        ("b", "112B30", ["a or d"], False, False),
        ("a or d", "112B30", ["a or d"], False, True),  # to the letter
        ("b", "116A71", ["e"], True, True),
        ("", "116A71", ["e"], True, True),
    ],
)
def test_both_rules(text, problem_id, answer, default, official):
    found = mark(text, problem_id=problem_id, question="", labels=FIVE, answer=answer)
    assert found.correct == default
    assert mark_officially(text, problem_id=problem_id, answer=answer).correct == official


def test_forbidden_choices():
    common = {"problem_id": "112A1", "answer": ["a"]}
    found = mark("b,d", question="", labels=FIVE, forbidden=["c", "d"], **common)
    assert found == Mark(("b", "d"), correct=False, forbidden=("d",))
    found = mark("a: ×\nb: ×\nc: ○\nd: ×", question="", labels=FIVE, forbidden=["b"], **common)
    assert found == Mark((), correct=False, forbidden=())  # rejected, not taken
    # The published list is malformed in places: ["cd"] is no letter that could be taken.
    assert mark_officially("b,d", forbidden=["cd"], **common).forbidden == ()
    assert mark_officially("b,d", forbidden=["d"], **common).forbidden == ("d",)


@pytest.mark.parametrize(
    ("text", "unparsed"),
    [("a", False), ("a,c", False), ("1.2", False), ("a, c", True), ("aです", True), ("", True)],
)
def test_unparsed_by_the_published_rule(text, unparsed):
    assert mark_officially(text, problem_id="112A1", answer=["a"]).unparsed == unparsed


def test_responses_as_published():
    assert as_published(" Ａ，Ｃ\n") == "a,c"
    assert as_published("①２") == "①2"  # the scripts left circled digits alone


@settings(max_examples=200)
@given(fragments | st.text(), st.sampled_from([(), FIVE]))
def test_any_text_can_be_marked(text, labels):
    answer = ["a"] if labels else ["21"]
    mark(text, problem_id="112A1", question="解答：①.②", labels=labels, answer=answer)
    mark_officially(as_published(text), problem_id="112A1", answer=answer)
