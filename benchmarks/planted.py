"""Training files with copies of questions in them: each in its own kind of disguise."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random

from jmedlora.data.overlap.normalize import normalize
from jmedlora.data.overlap.sought_questions import SoughtQuestion, length_in_japanese
from jmedlora.data.overlap.thresholds import Thresholds

SEED = 0
LENGTHS = (80, 120, 180, 250, 350)
LONG = "long stem alone"
"""For this kind of plant only stems are taken that are long enough to be looked for alone."""
ANSWERED = "question and right answer"
"""For this kind of plant only questions with choices are taken."""
WORD = re.compile(r"[一-龠々]+|[ぁ-ん]+|[ァ-ヶー]+|[A-Za-z0-9]+|.", re.DOTALL)
"""A stretch of one kind of character."""
INSERT, DELETE, SUBSTITUTE = (0, 1), (1, 0), (1, 1)
"""An edit: how many characters it removes and how many it adds."""
Plant = Callable[[SoughtQuestion, "Writer"], str | tuple[str, ...]]
"""Makes a record of a question, or several that follow each other."""


class Writer:
    """Writes text like that of the questions: each character follows its one or two last ones."""

    def __init__(self, texts: Sequence[str], seed: int) -> None:
        self.random = Random(seed)
        self.characters = "".join(texts)
        self._next: dict[str, list[str]] = defaultdict(list)
        for text in texts:
            for place in range(len(text) - 2):
                self._next[text[place : place + 2]].append(text[place + 2])
                self._next[text[place]].append(text[place + 1])

    def text(self, length: int) -> str:
        """``length`` characters."""
        written = self.random.choice(self.characters) + self.random.choice(self.characters)
        letters = list(written)
        for _ in range(length - 2):
            pair = letters[-2] + letters[-1]
            context = pair if pair in self._next and self.random.random() < 0.7 else letters[-1]
            letters.append(self.random.choice(self._next.get(context) or self.characters))
        return "".join(letters)

    def edited(self, text: str, share: float, *edits: tuple[int, int]) -> str:
        """``text`` after edits of a character: ``edits`` alike, without any all three of them."""
        letters = list(text)
        for _ in range(round(len(text) * share)):
            place = self.random.randrange(len(letters))
            removed, added = self.random.choice(edits or (INSERT, DELETE, SUBSTITUTE))
            letters[place : place + removed] = self.random.choices(self.characters, k=added)
        return "".join(letters)

    def swapped(self, text: str, share: float) -> str:
        """``text`` after words changed places with the next, until ``share`` of it has moved."""
        words, moved = WORD.findall(text), 0
        while moved < len(text) * share:
            place = self.random.randrange(len(words) - 1)
            pair = words[place : place + 2]
            words[place : place + 2] = pair[::-1]
            moved += sum(map(len, pair))
        return "".join(words)


def _embedded(question: SoughtQuestion, writer: Writer) -> str:
    before, after = (writer.text(writer.random.randint(200, 600)) for _ in range(2))
    return before + question.text + after


def _labelled(question: SoughtQuestion, _: Writer) -> str:
    choices = [
        f"{label}. {text}" for label, text in zip("abcdefgh", question.choices, strict=False)
    ]
    return "\n".join(["次の問題に答えなさい。", question.question, *choices])


def _answered(question: SoughtQuestion, _: Writer) -> str:
    return f"質問: {question.question}\n回答: {'、'.join(question.answer)}"


def _shuffled(question: SoughtQuestion, writer: Writer) -> str:
    clauses = question.text.replace("\n", "。").replace("、", "。").split("。")
    writer.random.shuffle(clauses)
    return "。".join(clauses)


def _choices(question: SoughtQuestion, _: Writer) -> str:
    labelled = zip("abcdefgh", question.choices, strict=False)
    return "\n".join(f"{label}. {text}" for label, text in labelled)


def _split(question: SoughtQuestion, _: Writer) -> tuple[str, str]:
    half = len(question.text) // 2
    return question.text[:half], question.text[half:]


def _edited(question: SoughtQuestion, writer: Writer, edits: Sequence[tuple[int, int]]) -> str:
    return writer.edited(question.text, 0.25, *edits)


PLANTS: dict[str, Plant] = {
    "exact": lambda question, _: question.text,
    "embedded in 400 to 1,200 characters": _embedded,
    "with labels and a lead-in": _labelled,
    "10 % edited": lambda question, writer: writer.edited(question.text, 0.10),
    "25 % edited": partial(_edited, edits=()),
    "25 % edited, half of it substitutions": partial(
        _edited, edits=(INSERT, DELETE, SUBSTITUTE, SUBSTITUTE)
    ),
    "25 % deleted": partial(_edited, edits=(DELETE,)),
    "25 % inserted": partial(_edited, edits=(INSERT,)),
    "25 % substituted": partial(_edited, edits=(SUBSTITUTE,)),
    "25 % moved, word by word": lambda question, writer: writer.swapped(question.text, 0.25),
    f"{ANSWERED}, all questions": _answered,
    "stem alone, all questions": lambda question, _: question.question,
    LONG: lambda question, _: question.question,
    f"{LONG}, 10 % edited": lambda question, writer: writer.edited(question.question, 0.10),
    f"{LONG}, 25 % edited": lambda question, writer: writer.edited(question.question, 0.25),
    "clauses shuffled": _shuffled,
    "choices alone": _choices,
    "split over two records": _split,
    "last 40 characters": lambda question, _: question.text[-40:],
}


def write_records(
    path: Path, questions: Sequence[SoughtQuestion], records: int, planted: int
) -> list[tuple[str, str]]:
    """Writes the training file; for each line the kind of plant and its problem_id, or ("", "")."""
    writer = Writer([question.text for question in questions], SEED)
    copies = [
        (kind, question.problem_id, _texts(kind, question, writer))
        for kind in PLANTS
        for question in writer.random.sample(_planted(kind, questions), planted)
    ]
    clean = records - sum(len(texts) for _, _, texts in copies)
    copies += [("", "", (writer.text(writer.random.choice(LENGTHS)),)) for _ in range(clean)]
    writer.random.shuffle(copies)
    with path.open("w", encoding="utf-8") as file:
        for kind, _, texts in copies:
            for text in texts:
                file.write(json.dumps(_record(kind, text), ensure_ascii=False) + "\n")
    return [(kind, problem_id) for kind, problem_id, texts in copies for _ in texts]


def _texts(kind: str, question: SoughtQuestion, writer: Writer) -> tuple[str, ...]:
    made = PLANTS[kind](question, writer)
    return (made,) if isinstance(made, str) else made


def _planted(kind: str, questions: Sequence[SoughtQuestion]) -> Sequence[SoughtQuestion]:
    """The questions of which some are planted."""
    if kind.startswith(LONG):
        least = Thresholds().min_stem
        return [each for each in questions if length_in_japanese(normalize(each.question)) >= least]
    has_choices = kind.startswith(ANSWERED) or kind == "choices alone"
    return [each for each in questions if each.answer] if has_choices else questions


def _record(kind: str, text: str) -> dict[str, str]:
    half = len(text) if kind else len(text) // 2
    return {"instruction": text[:half], "output": text[half:] or "a"}


def recall(hits: Sequence[dict], plan: Sequence[tuple[str, str]]) -> dict[str, float]:
    """For each kind the share of its records that were found as their own question."""
    found = {(hit["line"], hit["problem_id"]) for hit in hits}
    kinds: dict[str, list[bool]] = defaultdict(list)
    for line, (kind, problem_id) in enumerate(plan, start=1):
        if kind:
            kinds[kind].append((line, problem_id) in found)
    return {kind: sum(kinds[kind]) / len(kinds[kind]) for kind in PLANTS}
