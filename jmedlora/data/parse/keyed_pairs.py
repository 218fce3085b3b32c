"""Reading pairs that are announced by keys in running text, such as the paper's lines."""

import re
from collections.abc import Sequence

from jmedlora.data.instruction_pair import Pair, Reading, Reject, RejectReason
from jmedlora.data.parse.find_keys import LINE, STYLES, Key, find_keys
from jmedlora.data.parse.key_words import ANSWER, FURTHER, INPUT, QUESTION, with_input
from jmedlora.data.parse.remarks import reject_lines
from jmedlora.data.parse.values import Value, instruction_value, output_value

COMPLETE = (None, "stop", "eos", "eos_token", "end_turn", "stop_sequence")
"""The finish_reason of a response that is whole, or may be; "length" is the usual other."""
OTHER_CHOICE = re.compile(r"^[^\S\n]*+[BＢ](?:[:：．)]|\.\s)", re.MULTILINE)
SECOND_ANSWER = re.compile(r"\W{0,20}(?:答え|回答|解答|正解|Answer)")
"""What shows that A: was no answer but the first of several choices."""


def read_keyed_pairs(text: str, first: int, finish: str | None = "stop") -> Reading:
    """The pairs in ``text``, whose first line is line ``first`` of the response.

    finish: why the response ended there, in the server's word; None if that is not known.
    """
    return _KeyedPairReader(text, first, finish).read()


def _choose_keys(keys: Sequence[Key]) -> list[Key]:
    """The keys that are no part of a value, in their order.

    From one sure question to the next, those count that begin a line or look as it does. One that
    is not sure counts where no answer is sure: in "Q: ビタミン A: …" it is text.
    """
    chosen: list[Key] = []
    pending: list[Key] = []
    for key in [*keys, None]:
        if key is None or (key.role == QUESTION and key.is_sure and _looks_like(key, pending)):
            has_answer = any(each.role == ANSWER and each.is_sure for each in pending)
            chosen += [each for each in pending if each.is_sure or not has_answer]
            pending = []
        if key and (key.is_sure or key.role != FURTHER) and _looks_like(key, pending):
            pending.append(key)
    return chosen


def _looks_like(key: Key, before: Sequence[Key]) -> bool:
    return key.grade == LINE or not before or key.style == before[0].style


def _disorder(text: str, keys: Sequence[Key]) -> str:
    """Why it is not certain which of ``keys`` answers which, or ""."""
    roles = "".join(key.role[0] for key in keys if key.role in (QUESTION, ANSWER))
    if roles.startswith("aq") and not text[keys[0].end : keys[1].start].strip():
        roles = roles[1:]  # a title
    if roles.startswith("a") and "q" in roles:
        return RejectReason.ANSWER_FIRST
    return RejectReason.ORDER if "qqaa" in roles else ""


class _KeyedPairReader:
    """One pass over a text; ``at`` is where it has come to."""

    def __init__(self, text: str, first: int, finish: str | None) -> None:
        self.text = text
        self.is_cut = (finish and finish.casefold()) not in COMPLETE
        self.last_word = len(text.rstrip(" \t\n\u3000`"))
        self.at, self.line, self.counted = 0, first, 0
        self.reading = Reading()

    def read(self) -> Reading:
        keys = _choose_keys(find_keys(self.text))
        disorder = _disorder(self.text, keys)
        ends = [*(key.start for key in keys[1:]), len(self.text)]
        asked: list[tuple[Key, int]] = []  # a question and its input, and where each ends
        for key, end in zip(keys, ends, strict=False):  # without a key there is one end
            if disorder:
                self._reject(key, end, disorder)
            elif key.role == QUESTION:
                self._reject_question(asked)
                asked = [(key, end)]
            elif asked and key.role == INPUT:
                asked.append((key, end))
            elif asked and key.role == ANSWER and key.number in (None, asked[0][0].number):
                self._read_pair(asked, key, end)
                asked = []
            else:
                self._reject_question(asked)
                asked = []
        self._reject_question(asked)
        self._leave(len(self.text))
        return self.reading

    def _leave(self, end: int) -> None:
        """Goes on to ``end``; what stands before it belongs to no pair."""
        if end > self.at:
            self.reading.rejects += reject_lines(self.text[self.at : end], self._line_of(self.at))
            self.at = end

    def _line_of(self, place: int) -> int:
        self.line += self.text.count("\n", self.counted, place)
        self.counted = place
        return self.line

    def _reject(self, key: Key, end: int, reason: str) -> None:
        self._leave(key.start)
        text = self.text[key.start : end].strip()
        self.reading.rejects.append(Reject(self._line_of(key.start), text, reason))
        self.at = end

    def _reject_question(self, asked: Sequence[tuple[Key, int]]) -> None:
        """A question without an answer; what stands below its line is looked at by itself."""
        for key, limit in asked[:1]:
            line_end = self.text.find("\n", key.end, limit)
            end = limit if line_end < 0 else line_end
            is_cut = self.is_cut and end >= self.last_word
            self._reject(key, end, RejectReason.TRUNCATED if is_cut else RejectReason.NO_OUTPUT)

    def _read_pair(self, asked: Sequence[tuple[Key, int]], answer: Key, limit: int) -> None:
        question = asked[0][0]
        values = [instruction_value(self.text[key.end : end], key) for key, end in asked]
        is_last = limit == len(self.text)
        output = output_value(self.text[answer.end : limit], answer, is_last=is_last)
        end = answer.end + output.end
        if reason := self._reason(question, values, output, end):
            self._reject(question, end, reason)
            return
        self._leave(question.start)
        text, line = self.text[question.start : end].strip(), self._line_of(question.start)
        rule = f"{question.family}, {STYLES.get(question.style, 'other quotes')}"
        instruction = with_input(values[0].text, "\n".join(each.text for each in values[1:]))
        self.reading.pairs.append(Pair(instruction, output.text, rule, line, text))
        self.at = end

    def _reason(self, question: Key, values: Sequence[Value], output: Value, end: int) -> str:
        is_open = output.fault == RejectReason.TRUNCATED
        if end >= self.last_word and (self.is_cut or is_open) and not output.is_closed:
            return RejectReason.TRUNCATED
        if fault := next((each.fault for each in (output, *values) if each.fault), ""):
            return RejectReason.QUOTES if fault == RejectReason.TRUNCATED else fault
        again = OTHER_CHOICE.search(output.text) or SECOND_ANSWER.match(self.text, end)
        return RejectReason.CHOICES if question.family == "Q/A" and again else ""
