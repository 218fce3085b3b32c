"""Training files with copies of questions in them: each in its own kind of disguise."""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
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
Plant = Callable[[SoughtQuestion, "Writer"], str]


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

    def edited(self, text: str, share: float) -> str:
        """``text`` after edits of a character: inserts, deletes, substitutions alike."""
        letters = list(text)
        for _ in range(round(len(text) * share)):
            place = self.random.randrange(len(letters))
            removed, added = self.random.choice([(0, 1), (1, 0), (1, 1)])
            letters[place : place + removed] = self.random.choices(self.characters, k=added)
        return "".join(letters)


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


PLANTS: dict[str, Plant] = {
    "exact": lambda question, _: question.text,
    "embedded in 400 to 1,200 characters": _embedded,
    "with labels and a lead-in": _labelled,
    "10 % edited": lambda question, writer: writer.edited(question.text, 0.10),
    "25 % edited": lambda question, writer: writer.edited(question.text, 0.25),
    f"{ANSWERED}, all questions": _answered,
    "stem alone, all questions": lambda question, _: question.question,
    LONG: lambda question, _: question.question,
    f"{LONG}, 10 % edited": lambda question, writer: writer.edited(question.question, 0.10),
    f"{LONG}, 25 % edited": lambda question, writer: writer.edited(question.question, 0.25),
    "clauses shuffled": _shuffled,
    "choices alone": _choices,
    "last 40 characters": lambda question, _: question.text[-40:],
}


def write_records(
    path: Path, questions: Sequence[SoughtQuestion], records: int, planted: int
) -> list[tuple[str, str]]:
    """Writes the training file; for each line the kind of plant and its problem_id, or ("", "")."""
    writer = Writer([question.text for question in questions], SEED)
    plan = [
        (kind, question)
        for kind in PLANTS
        for question in writer.random.sample(_planted(kind, questions), planted)
    ]
    plan += [("", questions[0])] * (records - len(plan))
    writer.random.shuffle(plan)
    with path.open("w", encoding="utf-8") as file:
        for kind, question in plan:
            file.write(json.dumps(_record(kind, question, writer), ensure_ascii=False) + "\n")
    return [(kind, question.problem_id if kind else "") for kind, question in plan]


def _planted(kind: str, questions: Sequence[SoughtQuestion]) -> Sequence[SoughtQuestion]:
    """The questions of which some are planted."""
    if kind.startswith(LONG):
        least = Thresholds().min_stem
        return [each for each in questions if length_in_japanese(normalize(each.question)) >= least]
    has_choices = kind.startswith(ANSWERED) or kind == "choices alone"
    return [each for each in questions if each.answer] if has_choices else questions


def _record(kind: str, question: SoughtQuestion, writer: Writer) -> dict[str, str]:
    text = PLANTS[kind](question, writer) if kind else writer.text(writer.random.choice(LENGTHS))
    half = len(text) // 2 if not kind else len(text)
    return {"instruction": text[:half], "output": text[half:] or "a"}


def recall(hits: Sequence[dict], plan: Sequence[tuple[str, str]]) -> dict[str, float]:
    """For each kind the share of planted copies that were found as their own question."""
    found = {(hit["line"], hit["problem_id"]) for hit in hits}
    kinds: dict[str, list[bool]] = defaultdict(list)
    for line, (kind, problem_id) in enumerate(plan, start=1):
        if kind:
            kinds[kind].append((line, problem_id) in found)
    return {kind: sum(kinds[kind]) / len(kinds[kind]) for kind in PLANTS}
