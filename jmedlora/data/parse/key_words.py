"""The words that announce an instruction or an output."""

import re

from jmedlora.core.comparable_text import folded

QUESTION, ANSWER, INPUT, FURTHER = "question", "answer", "input", "further"
FAMILIES = {
    "instruction/output": (("instruction",), ("output", "response")),
    "question/answer": (("question",), ("answer",)),
    "指示/出力": (("指示", "指示文"), ("出力", "出力文", "応答", "返答", "レスポンス")),
    "質問/回答": (("質問", "質問文"), ("回答", "回答文")),
    "問題/解答": (("問題", "問題文", "設問"), ("解答", "正解")),
    "問/答": (("問", "問い"), ("答", "答え")),
    "Q/A": (("q",), ("a",)),
}
FURTHER_FIELDS = (
    "category", "difficulty", "explanation", "keywords", "rationale", "references", "source",
    "tags", "topic", "カテゴリ", "カテゴリー", "キーワード", "解説", "根拠", "参考文献", "出典",
    "補足",
)  # fmt: skip
"""What a model adds to its pairs unasked; it ends the answer."""
SHORT = {"問", "問い", "答", "答え", "解答", "q", "a"}
"""Keys of one letter or little more, behind which a dot may stand."""

FAMILY = {word: name for name, both in FAMILIES.items() for words in both for word in words}
ROLE = (
    {word: QUESTION for words, _ in FAMILIES.values() for word in words}
    | {word: ANSWER for _, words in FAMILIES.values() for word in words}
    | {"input": INPUT, "入力": INPUT}
    | dict.fromkeys(FURTHER_FIELDS, FURTHER)
)
WORDS = sorted(ROLE.keys() - {"q", "a"}, key=len, reverse=True)
KEY = rf"(?:(?i:{'|'.join(WORDS)})|[QAＱＡ])(?![A-Za-z])"
"""A capital Q or A: a small one is a word."""
NUMBER = r"(?:[0-9０-９]{1,3}|[①-⑳])"
OTHER_NAME = rf"[ \u3000]?[(（][ ]?(?P<other>{KEY})[ ]?[)）]"  # as in 質問（instruction）
FIELD = re.compile(rf"(?P<key>{KEY}|[qa])[ _]?(?P<number>{NUMBER})?(?:{OTHER_NAME})?")
"""The whole name of a field in JSON, where a small q or a is no word either."""
NO_INPUT = re.compile(r"(?:(?:特に|該当|入力)?(?:なし|無し|無)|n/?a|none|null|no ?input|[-–—ー]*)")


def role_of(found: re.Match[str]) -> str:
    """The role of a match's key, "" where its name in the other language has another one."""
    role = ROLE[folded(found["key"])]
    return role if not found["other"] or ROLE[folded(found["other"])] == role else ""


def number_of(found: re.Match[str]) -> int | None:
    """The number that a match's key has: 1 for "1", "①" and "１"; None without one."""
    digits = re.search(r"[0-9]+", folded(found["number"] or ""))
    return int(digits[0]) if digits else None


def with_input(instruction: str, given: str) -> str:
    """``instruction`` with the input below it, unless that only says that there is none."""
    short = folded(given).strip(" \t\n'\"()<>[]。.")
    return instruction if NO_INPUT.fullmatch(short) else f"{instruction}\n{given}".strip()
