"""``python -m benchmarks.scoring``: questions scored per second, against difflib alone.

Scores every question of IgakuQA for four kinds of response, once by ``score_response`` and once by
a reference that computes each similarity in full with ``difflib.SequenceMatcher``. Both results
must be equal in every field for every question, or the run ends with status 1.
"""

import argparse
import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from random import Random
from statistics import median

from benchmarks.report import show, show_json
from jmed_metrics import Score, score_response
from jmed_metrics.score import SEPARATOR
from jmedlora.exams.cache import MissingDataError
from jmedlora.exams.registry import load_exam
from jmedlora.exams.schema import Question

SEED = 0
LEAD_INS = ("正解は{}です。", "答えは{}である。", "正しいのは{}です。", "答え：{}", "選ぶのは{}。")
LIBRARIES = ("lm_eval", "rapidfuzz", "cydifflib")
HEADER = ("response", "mean characters", "ours, questions/s", "difflib, questions/s", "ratio")

Scorer = Callable[[str, Sequence[str], Sequence[int]], Score]
Pairs = list[tuple[Question, str]]


def reference(response: str, choices: Sequence[str], answer: Sequence[int]) -> Score:
    """The same score by the same definitions and the same rule for ties, with nothing left out."""
    correct = tuple(sorted(answer))
    response = response.strip()
    if not response:
        return Score(0, 0, 0.0, (), empty=True, tied=False)
    values = [SequenceMatcher(None, response, choice).ratio() for choice in choices]
    ranked = sorted(range(len(choices)), key=lambda index: (-values[index], index))
    k = len(correct)
    answered = values[ranked[0]] > 0
    chosen = tuple(sorted(ranked[:k])) if answered else ()
    texts = [choices[index] for index in correct]
    return Score(
        accuracy=int(chosen == correct),
        exact_match=int(all(text in response for text in texts)),
        gestalt_score=SequenceMatcher(None, response, SEPARATOR.join(texts)).ratio(),
        chosen=chosen,
        empty=False,
        tied=answered and k < len(choices) and values[ranked[k]] == values[ranked[k - 1]],
    )


def responses(items: Sequence[Question]) -> dict[str, Pairs]:
    """Every question with one response of each kind; the same ones on every run."""
    random = Random(SEED)
    characters = "".join(item.question for item in items)
    return {
        "verbatim": [(item, _gold(item)) for item in items],
        "near-verbatim": [(item, _near(_gold(item), characters, random)) for item in items],
        "100 characters": [(item, _other(item, items, 100, random)) for item in items],
        "400 characters": [(item, _other(item, items, 400, random)) for item in items],
    }


def _gold(item: Question) -> str:
    return SEPARATOR.join(item.choices[index] for index in item.indices)


def _near(text: str, characters: str, random: Random) -> str:
    """``text`` after one to three edits of a character each, in a sentence that leads to it."""
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(text)) if text else 0
        drawn = random.choice(characters)
        removed, added = random.choice([(0, drawn), (1, ""), (1, drawn)])
        text = text[:place] + added + text[place + removed :]
    return random.choice(LEAD_INS).format(text)


def _other(item: Question, items: Sequence[Question], length: int, random: Random) -> str:
    """Exactly ``length`` characters of other questions' sentences and choices."""
    text = ""
    while len(text) < length:
        other = random.choice(items)
        if other is not item:
            piece = random.choice([*_sentences(other.question), *other.choices])
            text += piece if piece.endswith("。") else piece + "、"
    return text[:length]


def _sentences(question: str) -> Iterator[str]:
    """Without white space: the scores would drop it at the end of a response."""
    for sentence in "".join(question.split()).split("。"):
        if sentence:
            yield sentence + "。"


def check(pairs: Pairs) -> None:
    """Ends the run if the two ways to score differ in any field for any question."""
    for item, response in pairs:
        ours = score_response(response, item.choices, item.indices)
        plain = reference(response, item.choices, item.indices)
        if ours != plain:
            raise SystemExit(
                f"{item.problem_id}: {response!r} scores {ours}, but difflib alone gives {plain}"
            )


def seconds(score: Scorer, pairs: Pairs) -> float:
    """The wall time of scoring ``pairs`` once."""
    gc.collect()
    start = time.perf_counter()
    for item, response in pairs:
        score(response, item.choices, item.indices)
    return time.perf_counter() - start


def measure(pairs: Pairs, repeats: int) -> dict[str, float]:
    """Questions per second of both in the best of ``repeats`` passes, in which they take turns.

    The best, because whatever else the machine does can only make a pass slower.
    """
    check(pairs)  # also the warm-up
    ours, plain = [], []
    for _ in range(repeats):
        ours.append(seconds(score_response, pairs))
        plain.append(seconds(reference, pairs))
    return {
        "characters": sum(len(response) for _, response in pairs) / len(pairs),
        "ours_per_s": len(pairs) / min(ours),
        "difflib_per_s": len(pairs) / min(plain),
        "ratio": min(plain) / min(ours),
        "ratio_of_medians": median(plain) / median(ours),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scoring",
        description="Questions scored per second, against difflib.",
        epilog="example: python -m benchmarks.scoring --repeats 3",
    )
    parser.add_argument("--repeats", type=int, default=9, help="passes per response kind (9)")
    parser.add_argument("--limit", type=int, help="only the first so many questions")
    args = parser.parse_args()
    try:
        items = load_exam("igakuqa").items[: args.limit]
    except MissingDataError as error:
        print(f"benchmarks.scoring: {error}", file=sys.stderr)
        return 1
    results = {kind: measure(pairs, args.repeats) for kind, pairs in responses(items).items()}
    _report(results, len(items), args.repeats)
    return 0


def _report(results: dict[str, dict[str, float]], questions: int, repeats: int) -> None:
    rows = [
        (
            kind,
            f"{result['characters']:.0f}",
            f"{result['ours_per_s']:,.0f}",
            f"{result['difflib_per_s']:,.0f}",
            f"{result['ratio']:.1f}",
        )
        for kind, result in results.items()
    ]
    title = f"Scoring {questions:,} IgakuQA questions, best of {repeats} interleaved passes"
    show(title, HEADER, rows, ["All fields of all scores are equal."])
    rounded = {
        kind: {key: round(value, 2) for key, value in result.items()}
        for kind, result in results.items()
    }
    settings = {"questions": questions, "repeats": repeats, "seed": SEED, "equal": True}
    show_json("scoring", LIBRARIES, {**settings, "kinds": rounded})


if __name__ == "__main__":
    sys.exit(main())
