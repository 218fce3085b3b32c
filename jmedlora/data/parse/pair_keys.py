"""The words that announce an instruction or an output, and which of them belong together."""

import re
import unicodedata

REPLIES = ("応答", "返答", "レスポンス")
FAMILIES = {
    "instruction/output": (("instruction",), ("output", "response")),
    "question/answer": (("question",), ("answer",)),
    "指示/出力": (("指示", "指示文"), ("出力", "出力文", *REPLIES)),
    "質問/回答": (("質問", "質問文"), ("回答", "回答文", "答え", "解答", *REPLIES)),
    "問題/解答": (("問題", "問題文", "設問"), ("解答", "回答", "答え", "正解")),
    "問/答": (("問", "問い"), ("答", "答え", "解答")),
    "Q/A": (("q",), ("a", "回答", "答え", "解答")),
}
INPUTS = ("input", "入力")
FURTHER = (
    "category", "difficulty", "explanation", "keywords", "rationale", "references", "source",
    "tags", "topic", "カテゴリ", "カテゴリー", "キーワード", "タグ", "解説", "根拠", "参考",
    "参考文献", "出典", "難易度", "備考", "分類", "補足",
)  # fmt: skip
"""Fields that a model adds to its pairs unasked; they end the answer."""
SHORT = {"問", "問い", "答", "答え", "解答", "q", "a"}
"""Keys of one letter or little more, which may as well be a word or a name (ビタミン A)."""

QUESTION_OF = {word: family for family, (words, _) in FAMILIES.items() for word in words}
ANSWER_OF = {
    word: frozenset(name for name, (_, answers) in FAMILIES.items() if word in answers)
    for _, words in FAMILIES.values()
    for word in words
}
WORDS = sorted({*QUESTION_OF, *ANSWER_OF, *INPUTS, *FURTHER} - {"q", "a"}, key=len, reverse=True)
KEY = rf"(?:(?i:{'|'.join(WORDS)})|[QAＱＡ])(?![A-Za-z])"
"""A capital Q or A: a small one is a word."""
NUMBER = r"(?:[0-9０-９]{1,3}|[①-⑳])"
OTHER_NAME = rf"[ \u3000]?[(（][ ]?(?P<other>{KEY})[ ]?[)）]"
"""The same key in the other language, as in 質問（instruction）."""
FIELD = re.compile(rf"(?P<key>{KEY}|[qa])[ _]?(?P<number>{NUMBER})?(?:{OTHER_NAME})?")
"""The whole name of a field in JSON, where a small q or a is no word either."""

NO_INPUT = re.compile(
    r"(?:特に|該当|入力)?(?:なし|無し|無)|n/?a|none|null|nil|no ?input|empty|[-–—―ー]*"
)


def normalize_key(word: str) -> str:
    """``word`` as the tables have it: half width, small letters."""
    return unicodedata.normalize("NFKC", word).casefold()


def number(text: str | None) -> int | None:
    """The number in ``text`` that a key has: 1 for "1", "①", " No.１"; None without one."""
    digits = re.search(r"[0-9]+", unicodedata.normalize("NFKC", text or ""))
    return int(digits[0]) if digits else None


def have_same_role(word: str, other: str) -> bool:
    """Whether the two keys announce the same, so that one may stand behind the other."""
    one, two = normalize_key(word), normalize_key(other)
    return any(one in table and two in table for table in (QUESTION_OF, ANSWER_OF, INPUTS))


def input_or_nothing(text: str) -> str:
    """``text`` as an input, "" if it only says that there is none."""
    short = unicodedata.normalize("NFKC", text).strip(" \t\n'\"()<>[]。.").casefold()
    return "" if NO_INPUT.fullmatch(short) else text
