"""Reading pairs that are announced by keys in running text."""

import bisect
import re

from jmedlora.data.parse.key_markers import (
    BARE,
    BEHIND_QUOTE,
    LINE,
    PLAIN,
    Marker,
    find_markers,
    style_name,
)
from jmedlora.data.parse.key_order import (
    find_disorder,
    flag_answered,
    pair_by_number,
    reject_all,
    texts_by_key,
)
from jmedlora.data.parse.model_remarks import reject_lines
from jmedlora.data.parse.pair_keys import input_or_nothing
from jmedlora.data.parse.pair_values import Value, instruction_value, output_value
from jmedlora.data.parse.types import Pair, Reading, Reject, RejectReason

DATA = ('{"', "{'", '["', "['", "[{", "{{", "[[")
"""What a value begins with that is no text."""
COMPLETE = {"stop", "eos", "eos_token", "end_turn", "stop_sequence"}
"""The finish_reason of a response that is whole, as servers call it; "length" is the usual other.
"""
OTHER_CHOICE = re.compile(r"^[^\S\n]*+[BＢ](?:[:：．)]|\.\s)", re.MULTILINE)
"""A line that shows that A: was no answer but the first of several choices."""

SECOND_ANSWER = re.compile(r"\W{0,20}(?:答え|回答|解答|正解|Answer)")
"""What shows the same behind the answer."""
MOST_KEYS = 200
"""As many keys are looked at for the end of a pair; without a bound, each of the questions that one
answer cannot belong to would look as far as that."""


def read_keyed_pairs(text: str, first: int, *, finish: str | None = "stop") -> Reading:
    """The pairs in ``text``, whose first line is line ``first`` of the response.

    finish: why the response ended there, in the server's word; None if that is not known.
    """
    return _KeyedPairReader(text, first, finish).read()


class _KeyedPairReader:
    """One pass over a text; ``at`` is where it has come to."""

    def __init__(self, text: str, first: int, finish: str | None) -> None:
        self.text, self.finish = text, finish
        self.is_cut = finish is not None and finish.casefold() not in COMPLETE
        self.last = len(text.rstrip())
        self.last_word = len(text.rstrip(" \t\n\u3000`"))
        self.markers = find_markers(text)
        self.starts = [marker.start for marker in self.markers]
        self.answered = flag_answered(self.markers)
        self.at, self.line, self.counted = 0, first, 0
        self.reading = Reading()

    def read(self) -> Reading:
        if found := find_disorder(self.text, self.markers):
            return self._read_disordered(*found)
        place = self._next(0)
        while place < len(self.markers):
            self._leave(self.markers[place].start)
            self._read_pair(place)
            place = self._next(bisect.bisect_left(self.starts, self.at))
        self._leave(len(self.text))
        return self.reading

    def _read_disordered(self, keys: list[Marker], reason: str) -> Reading:
        """Pairs by number where that is certain; else all of the text is rejected."""
        couples = pair_by_number(keys)
        if not couples:
            self.reading.rejects += reject_all(self.text, self.line, keys, reason)
            return self.reading
        self._leave(keys[0].start)
        chunks = texts_by_key(self.text, keys)
        for question, answer in couples:
            finish = self.finish if keys[-1] in (question, answer) else "stop"
            line = self._line_of(question.start)
            more = read_keyed_pairs(f"{chunks[question]}\n{chunks[answer]}", line, finish=finish)
            self.reading.pairs += more.pairs
            self.reading.rejects += more.rejects
        return self.reading

    def _next(self, place: int) -> int:
        """The next marker, from ``place`` on, that begins a pair for certain or with an answer."""
        return next(
            (i for i in range(place, len(self.markers)) if self._begins(i)), len(self.markers)
        )

    def _begins(self, place: int) -> bool:
        marker = self.markers[place]
        return marker.question is not None and (marker.firm or self.answered[place])

    def _leave(self, end: int) -> None:
        """Goes on to ``end``; what stands before it belongs to no pair."""
        if end > self.at:
            self.reading.rejects += reject_lines(self.text[self.at : end], self._line_of(self.at))
            self.at = end

    def _line_of(self, place: int) -> int:
        self.line += self.text.count("\n", self.counted, place)
        self.counted = place
        return self.line

    def _read_pair(self, place: int) -> None:
        question = self.markers[place]
        limit = self._limit(place)
        answer = self._answer(place, limit)
        if answer is None:
            self._reject_question(question, self._start_of(limit))
            return
        end = self._output_end(place, answer)
        key = self.markers[answer]
        instruction = self._instruction(place, answer)
        raw = self.text[key.end : self._start_of(end)]
        is_last = end == len(self.markers)
        dangling = key.dangling or question.dangling
        output = output_value(raw, key, dangling=dangling, is_last=is_last)
        self._add_pair(question, instruction, output, key.end + output.end)

    def _add_pair(self, question: Marker, instruction: Value, output: Value, end: int) -> None:
        text = self.text[question.start : end].strip()
        line = self._line_of(question.start)
        self.at = end
        if reason := self._reason(question, instruction, output, end):
            self.reading.rejects.append(Reject(line, text, reason))
            return
        rule = f"{question.question}, {style_name(question.style)}"
        self.reading.pairs.append(Pair(instruction.text, output.text, rule, line, text))

    def _reason(self, question: Marker, instruction: Value, output: Value, end: int) -> str:
        at_end = end >= self.last_word
        if at_end and (self.is_cut or output.open_quote) and not output.closed:
            return RejectReason.TRUNCATED
        if output.cut:
            return RejectReason.CUT
        if not (instruction.clear and output.clear):
            return RejectReason.QUOTES
        again = OTHER_CHOICE.search(output.text) or SECOND_ANSWER.match(self.text, end)
        if question.question == "Q/A" and again:
            return RejectReason.CHOICES
        return RejectReason.NOT_TEXT if output.text.startswith(DATA) and not output.closed else ""

    def _reject_question(self, question: Marker, limit: int) -> None:
        """A question without an answer; what stands below its line is looked at by itself."""
        line_end = self.text.find("\n", question.end, limit)
        end = limit if line_end < 0 else line_end
        cut = self.is_cut and end >= self.last
        text = self.text[question.start : end].strip()
        reason = RejectReason.TRUNCATED if cut else RejectReason.NO_OUTPUT
        self.reading.rejects.append(Reject(self._line_of(question.start), text, reason))
        self.at = end

    def _start_of(self, place: int) -> int:
        return self.starts[place] if place < len(self.markers) else len(self.text)

    def _limit(self, place: int) -> int:
        """The marker before which the answer to that at ``place`` must stand."""
        question, seen = self.markers[place], False
        most = min(place + 1 + MOST_KEYS, len(self.markers))
        for i in range(place + 1, most):
            other = self.markers[i]
            is_sure = seen or other.firm or self._is_line(i) or self._is_other_number(question, i)
            if is_sure and self._ends(question, i):
                return i
            seen |= question.question in other.answers and other.style == question.style
        return most

    def _ends(self, question: Marker, place: int) -> bool:
        """Whether the marker at ``place`` begins the pair behind that of ``question``."""
        other = self.markers[place]
        if other.question is None:
            return False
        if (other.question, other.style) == (question.question, question.style):
            return other.firm or self.answered[place]
        return self._is_line(place) and self.answered[place]

    def _interrupts(self, question: Marker, place: int) -> bool:
        """Whether the marker at ``place`` is a question of another kind, if without an answer.

        Rather than in the output, it is listed as without one. In quotes it may be quoted.
        """
        other = self.markers[place]
        return (
            question.style == PLAIN and bool(other.question) and other.firm and self._is_line(place)
        )

    def _stands_with(self, key: Marker, place: int) -> bool:
        """Whether the marker at ``place`` begins a line, or is decorated as ``key`` is."""
        other = self.markers[place]
        return self._is_line(place) or (other.style == key.style and other.grade <= BEHIND_QUOTE)

    def _is_line(self, place: int) -> bool:
        return self.markers[place].grade == LINE

    def _answer(self, place: int, limit: int) -> int | None:
        """The surest marker before ``limit`` that announces the output, the first of them."""
        question = self.markers[place]
        places = [
            i for i in range(place + 1, limit) if question.question in self.markers[i].answers
        ]
        alike = [i for i in places if self.markers[i].style == question.style]
        # **Q1** … and A: … belong together as well, but only where a line begins with them.
        found = alike or [i for i in places if self._is_line(i) and self.markers[i].style != BARE]
        if any(self._is_other_number(question, i) for i in found):
            return None
        return min(found, key=lambda i: (self.markers[i].grade, i), default=None)

    def _is_other_number(self, question: Marker, place: int) -> bool:
        numbers = {question.number, self.markers[place].number}
        return None not in numbers and len(numbers) == 2

    def _output_end(self, place: int, answer: int) -> int:
        """The marker that ends the output: the next question, or a second answer."""
        question, key = self.markers[place], self.markers[answer]
        for i in range(answer + 1, len(self.markers)):
            other = self.markers[i]
            again = question.question in other.answers and other.style == key.style
            again = again and (
                (other.firm and other.grade <= BEHIND_QUOTE) or self._is_other_number(key, i)
            )
            further = other.is_further and other.firm and self._stands_with(key, i)
            if again or further or self._ends(question, i) or self._interrupts(question, i):
                return i
        return len(self.markers)

    def _instruction(self, place: int, answer: int) -> Value:
        """The instruction, with the input behind it where one is given by itself."""
        question, end = self.markers[place], self.markers[answer].start
        for i in range(place + 1, answer):
            given = self.markers[i]
            if given.is_input and given.style == question.style and given.grade <= BEHIND_QUOTE:
                first = instruction_value(self.text[question.end : given.start], question)
                second = instruction_value(self.text[given.end : end], given)
                text = f"{first.text}\n{input_or_nothing(second.text)}".strip()
                return Value(text, end, clear=first.clear and second.clear)
        return instruction_value(self.text[question.end : end], question)
