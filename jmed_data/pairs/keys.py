"""The words that announce an instruction or an output, and which of them belong together."""

import re
import unicodedata

FAMILIES = {
    "instruction/output": (("instruction",), ("output", "response")),
    "question/answer": (("question",), ("answer",)),
    "指示/出力": (("指示", "指示文"), ("出力", "出力文")),
    "質問/回答": (("質問", "質問文"), ("回答", "回答文", "答え", "解答")),
    "問題/解答": (("問題", "問題文", "設問"), ("解答", "回答", "答え", "正解")),
    "問/答": (("問", "問い"), ("答", "答え", "解答")),
    "Q/A": (("q",), ("a",)),
}
INPUTS = ("input", "入力")
SHORT = {"問/答", "Q/A"}
"""Keys of one letter, which may as well be a word or a name (ビタミン A)."""

QUESTION_OF = {word: family for family, (words, _) in FAMILIES.items() for word in words}
ANSWER_OF = {
    word: frozenset(name for name, (_, answers) in FAMILIES.items() if word in answers)
    for _, words in FAMILIES.values()
    for word in words
}
WORDS = sorted({*QUESTION_OF, *ANSWER_OF, *INPUTS} - {"q", "a"}, key=len, reverse=True)
KEY = rf"(?:(?i:{'|'.join(WORDS)})|[QAＱＡ])(?![A-Za-z])"
"""A capital Q or A: a small one is a word."""
NUMBER = r"(?:[0-9０-９]{1,3}|[①-⑳])"
FIELD = re.compile(rf"(?P<key>{KEY}|[qa])[ _]?{NUMBER}?")
"""The whole name of a field in JSON, where a small q or a is no word either."""


def plain(word: str) -> str:
    """``word`` as the tables have it: half width, small letters."""
    return unicodedata.normalize("NFKC", word).casefold()
