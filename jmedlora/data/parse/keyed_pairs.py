"""Reading pairs that are announced by keys in running text, such as the paper's lines."""

import bisect
import re
from collections.abc import Sequence

from jmedlora.data.parse.find_keys import BEHIND_QUOTE, LINE, STYLES, Key, find_keys
from jmedlora.data.parse.key_words import ANSWER, FURTHER, INPUT, QUESTION, with_input
from jmedlora.data.parse.remarks import reject_lines
from jmedlora.data.parse.types import Pair, Reading, Reject, RejectReason
from jmedlora.data.parse.values import Value, instruction_value, output_value

DATA = ('{"', "{'", '["', "['", "[{", "{{", "[[")
"""What a value begins with that is no text."""
COMPLETE = (None, "stop", "eos", "eos_token", "end_turn", "stop_sequence")
"""The finish_reason of a response that is whole, or may be; "length" is the usual other."""
OTHER_CHOICE = re.compile(r"^[^\S\n]*+[BＢ](?:[:：．)]|\.\s)", re.MULTILINE)
SECOND_ANSWER = re.compile(r"\W{0,20}(?:答え|回答|解答|正解|Answer)")
"""What shows that A: was no answer but the first of several choices."""
MOST_KEYS = 200
"""As many keys are looked at for the end of a pair, which keeps the time linear."""


def read_keyed_pairs(text: str, first: int, finish: str | None = "stop") -> Reading:
    """The pairs in ``text``, whose first line is line ``first`` of the response.

    finish: why the response ended there, in the server's word; None if that is not known.
    """
    return _KeyedPairReader(text, first, finish).read()


def _disorder(text: str, keys: Sequence[Key]) -> tuple[list[Key], str]:
    """The keys that tell the order of a text, and what is wrong with it, or ""."""
    styles = [key.style for key in keys if key.role == QUESTION and key.is_sure]
    sure = [
        key
        for key in keys
        if key.role in (QUESTION, ANSWER)
        and (key.grade == LINE or (key.style in styles[:1] and key.grade <= BEHIND_QUOTE))
    ]
    if len(sure) > 1 and sure[0].role == ANSWER:
        if not text[sure[0].end : sure[1].start].strip():  # a title
            sure = sure[1:]
    roles = "".join(key.role[0] for key in sure)
    if roles.startswith("a") and "q" in roles:
        return sure, RejectReason.ANSWER_FIRST
    return sure, RejectReason.ORDER if "qqaa" in roles else ""


def _pairs_by_number(keys: Sequence[Key]) -> list[tuple[Key, Key]]:
    """Each question with the answer of its number; none unless every number tells one pair."""
    questions = {key.number: key for key in keys if key.role == QUESTION}
    answers = {key.number: key for key in keys if key.role == ANSWER}
    is_certain = len(questions) + len(answers) == len(keys) and None not in questions
    if not is_certain or questions.keys() != answers.keys():
        return []
    return [(question, answers[number]) for number, question in questions.items()]


def _differ(one: Key, other: Key) -> bool:
    """Whether the two keys have numbers, and not the same."""
    return None not in (one.number, other.number) and one.number != other.number


class _KeyedPairReader:
    """One pass over a text; ``at`` is where it has come to."""

    def __init__(self, text: str, first: int, finish: str | None) -> None:
        self.text, self.finish = text, finish
        self.is_cut = (finish and finish.casefold()) not in COMPLETE
        self.last_word = len(text.rstrip(" \t\n\u3000`"))
        self.keys = find_keys(text)
        self.starts = [*(key.start for key in self.keys), len(text)]
        self.answered = self._flag_answered()
        self.at, self.line, self.counted = 0, first, 0
        self.reading = Reading()

    def _flag_answered(self) -> list[bool]:
        """For each key whether an answer in its style follows before the next sure question."""
        follows: set[str] = set()
        found = []
        for key in reversed(self.keys):
            found.append(key.style in follows)
            if key.role == QUESTION and key.is_sure:
                follows.discard(key.style)
            if key.role == ANSWER:
                follows.add(key.style)
        return found[::-1]

    def read(self) -> Reading:
        sure, reason = _disorder(self.text, self.keys)
        if reason:
            return self._read_disordered(sure, reason)
        place = 0
        while place < len(self.keys):
            key = self.keys[place]
            if key.role == QUESTION and (key.is_sure or self.answered[place]):
                self._leave(key.start)
                self._read_pair(place)
                place = max(place + 1, bisect.bisect_left(self.starts, self.at))
            else:
                place += 1
        self._leave(len(self.text))
        return self.reading

    def _read_disordered(self, keys: list[Key], reason: str) -> Reading:
        """Pairs by number where that is certain; else all of the text is rejected."""
        ends = [*(key.start for key in keys[1:]), len(self.text)]
        stretches = {key: self.text[key.start : end] for key, end in zip(keys, ends, strict=True)}
        self._leave(keys[0].start)
        lines = {key: self._line_of(key.start) for key in keys}
        couples = _pairs_by_number(keys)
        for question, answer in couples:
            finish = self.finish if keys[-1] in (question, answer) else "stop"
            both = f"{stretches[question].strip()}\n{stretches[answer].strip()}"
            self.reading.add(read_keyed_pairs(both, lines[question], finish))
        if not couples:
            self.reading.rejects += [
                Reject(lines[key], stretches[key].strip(), reason) for key in keys
            ]
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

    def _read_pair(self, place: int) -> None:
        question = self.keys[place]
        limit = self._limit(place)
        answer = self._answer(place, limit)
        if answer is None:
            self._reject_question(question, self.starts[limit])
            return
        end = self._output_end(place, answer)
        key = self.keys[answer]
        raw = self.text[key.end : self.starts[end]]
        output = output_value(raw, key, is_last=end == len(self.keys))
        self._add_pair(question, self._instruction(place, answer), output, key.end + output.end)

    def _add_pair(self, question: Key, instruction: Value, output: Value, end: int) -> None:
        text = self.text[question.start : end].strip()
        line = self._line_of(question.start)
        self.at = end
        if reason := self._reason(question, instruction, output, end):
            self.reading.rejects.append(Reject(line, text, reason))
            return
        rule = f"{question.family}, {STYLES.get(question.style, 'brackets')}"
        self.reading.pairs.append(Pair(instruction.text, output.text, rule, line, text))

    def _reason(self, question: Key, instruction: Value, output: Value, end: int) -> str:
        is_open = output.fault == RejectReason.TRUNCATED
        if end >= self.last_word and (self.is_cut or is_open) and not output.is_closed:
            return RejectReason.TRUNCATED
        if is_open or instruction.fault == RejectReason.TRUNCATED:
            return RejectReason.QUOTES
        if output.fault or instruction.fault:
            return output.fault or instruction.fault
        again = OTHER_CHOICE.search(output.text) or SECOND_ANSWER.match(self.text, end)
        if question.family == "Q/A" and again:
            return RejectReason.CHOICES
        return (
            RejectReason.NOT_TEXT if output.text.startswith(DATA) and not output.is_closed else ""
        )

    def _reject_question(self, question: Key, limit: int) -> None:
        """A question without an answer; what stands below its line is looked at by itself."""
        line_end = self.text.find("\n", question.end, limit)
        end = limit if line_end < 0 else line_end
        reason = RejectReason.NO_OUTPUT
        if self.is_cut and end >= self.last_word:
            reason = RejectReason.TRUNCATED
        text = self.text[question.start : end].strip()
        self.reading.rejects.append(Reject(self._line_of(question.start), text, reason))
        self.at = end

    def _limit(self, place: int) -> int:
        """The key before which the answer to that at ``place`` must stand."""
        question, has_answer = self.keys[place], False
        most = min(place + 1 + MOST_KEYS, len(self.keys))
        for i in range(place + 1, most):
            other = self.keys[i]
            if (has_answer or other.is_sure or _differ(question, other)) and self._ends(place, i):
                return i
            has_answer |= other.role == ANSWER and other.style == question.style
        return most

    def _ends(self, place: int, other: int) -> bool:
        """Whether the key at ``other`` begins the pair behind that of the key at ``place``."""
        key = self.keys[other]
        if key.role != QUESTION:
            return False
        if key.style == self.keys[place].style:
            return key.is_sure or self.answered[other]
        return key.grade == LINE and self.answered[other]

    def _answer(self, place: int, limit: int) -> int | None:
        """The surest key before ``limit`` that announces the output, the first of them."""
        question = self.keys[place]
        places = [i for i in range(place + 1, limit) if self.keys[i].role == ANSWER]
        alike = [i for i in places if self.keys[i].style == question.style]
        # **Q1** … and A: … belong together as well, but only where a line begins with them.
        found = alike or [i for i in places if self.keys[i].grade == LINE]
        if any(_differ(question, self.keys[i]) for i in found):
            return None
        return min(found, key=lambda i: (self.keys[i].grade, i), default=None)

    def _output_end(self, place: int, answer: int) -> int:
        """The key that ends the output: the next question, a second answer or a further field."""
        question, key = self.keys[place], self.keys[answer]
        for i in range(answer + 1, len(self.keys)):
            other = self.keys[i]
            is_alike = other.style == key.style and other.grade <= BEHIND_QUOTE
            again = other.role == ANSWER and other.style == key.style
            again = again and ((other.is_sure and is_alike) or _differ(key, other))
            further = other.role == FURTHER and (
                other.grade == LINE or (other.is_sure and is_alike)
            )
            # Rather than in the output, a question of another kind is listed as without one.
            breaks = other.role == QUESTION and other.grade == LINE and not question.style
            if again or further or breaks or self._ends(place, i):
                return i
        return len(self.keys)

    def _instruction(self, place: int, answer: int) -> Value:
        """The instruction, with the input behind it where one is given by itself."""
        question, end = self.keys[place], self.keys[answer].start
        for given in self.keys[place + 1 : answer]:
            if given.role == INPUT and given.style == question.style and given.is_sure:
                first = instruction_value(self.text[question.end : given.start], question)
                second = instruction_value(self.text[given.end : end], given)
                text = with_input(first.text, second.text)
                return Value(text, end, fault=first.fault or second.fault)
        return instruction_value(self.text[question.end : end], question)
