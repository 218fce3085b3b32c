"""Texts that repeat one unit, as small models write them, and a program that reads them all.

``python -m tests.support.hostile READER`` prints each text's name before it reads the text, and
ends with an error as soon as one takes too long: so a reader that hangs fails a test and does not
stop it.
"""

import faulthandler
import sys
from collections.abc import Callable, Iterator

from jmed_metrics import score_response
from jmed_metrics.read_letters import read_letters
from jmed_metrics.read_number import read_number
from jmed_metrics.thinking import split_thinking
from jmedlora.data.instruction_pair import Pair
from jmedlora.data.pairs.select_pairs import reject_reason
from jmedlora.data.parse.read_response import read_response

LIMIT = 10
"""Seconds for one text; the slowest takes less than one."""
LONG, SHORT = 100_000, 8_000

UNITS = [
    # numbers and units
    "/kg", "mg/", " /", "/1mg", "①=", "①2", ":①", "1,000", "1, 000", "1,", "2.", "1です", "約",
    "- ",
    # labels
    "a\n", "a,", "a、", "a;", "a ", 'a" " "', "a (b) ", "a(肝) ", "aが正しい、", "a: 肝\n",
    # answers
    "答えはa:", "答えはa 肝", "答え:a(", "答えはa、", "答えはa(肝", "a) 答えはa\n", "正解は", "はa",
    "は a: ", "は", "と", "誤りはa", "ない", "。", "(", "「", "\\boxed{", "\u0301\u0323", "答え:\n",
    "a: 肝。", "a\nx\n", "1. ", "「a」「b」", "3 1 5\n", "28→", "\\text{", "<b>", "<|",
    # thinking
    "analysis", "assistantfinal", "[THINK]", "<|channel|>final",
    # pairs
    "<think>", "<think></think>", "<|start_header_id|>", '{"instruction":', '"Q": "a", "A": "b", ',
    "指示:", "Q:", "Q: a\nA: b\n", "あ 質問1：い\n", "【質問】", "**Q**", "\n", " ", "的", "{'\\",
]  # fmt: skip
AROUND = [("1mg", "?"), ("答え:", "だ"), ("Q: a\nA: ", "\n\n"), ('{"instruction": "', '"}')]
"""What stands before and behind the repeats."""
SHAPES = {
    "two kinds of spaces": "<|start_header_id|>" + " " * LONG,
    "an answer of another number": "あ 質問1：い\n" * (LONG // 9) + "あ 回答2：う",
    "blank lines in an answer": "Q: a\nA: b" + "\n" * LONG + "c\nQ: d\nA: e",
    "many pairs in one object": "{" + '"Q":"a","A":"b",' * (LONG // 16) + "}",
    "many inputs of one pair": '{"Q":"a",' + '"input":"b",' * (LONG // 12) + '"A":"c"}',
    "one number in many brackets": "1(" * (LONG // 2) + "です",
    "denied at the end": "1です" * (LONG // 3) + "とはいえない",
    "labels denied at the end": "aが正しい、" * (LONG // 6) + "とはいえない",
}
CHOICES = ["肝硬変", "心不全である", "1mg/kg", "答えはa", "ab" * 99]
READERS: dict[str, Callable[[str], object]] = {
    "letters": lambda text: read_letters(text, "abcde", choices=CHOICES),
    "letters and circled digits": lambda text: read_letters(
        text, "abcde", choices=["①肝", "②心", "③腎", "④肺", "⑤脳"], asked=2
    ),
    "number": read_number,
    "thinking": split_thinking,
    "pairs": lambda text: read_response(text, "length"),
    "usefulness": lambda text: reject_reason(Pair(text[:20], text, "", 1, text), "ja"),
    "similarity": lambda text: score_response(text, CHOICES, [0]),
}


def texts() -> Iterator[tuple[str, str]]:
    """Each text with a name that tells how it is made."""
    yield from SHAPES.items()
    for unit in UNITS:
        yield f"{unit!r} repeated", unit * (LONG // len(unit))
        for before, behind in AROUND:
            name = f"{unit!r} between {before!r} and {behind!r}"
            yield name, before + unit * (SHORT // len(unit)) + behind


def main(reader: str) -> None:
    for name, text in texts():
        print(name, flush=True)
        faulthandler.dump_traceback_later(LIMIT, exit=True)
        READERS[reader](text)
    faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main(sys.argv[1])
