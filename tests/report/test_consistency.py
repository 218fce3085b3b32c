"""``jmed-report consistency``: agreement under permutation, from answers and from logged runs."""

import json
from fractions import Fraction
from hashlib import sha256
from html import unescape
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest

from jmedlora.exams.shuffle import order_of, permuted
from jmedlora.report.cli import main
from jmedlora.report.consistency.agreement import (
    Answer,
    Share,
    accuracy,
    agreement,
    by_position,
    spread,
    unanswered,
)
from jmedlora.report.consistency.unrelated import others, shifts
from tests.support.commands import PAPER
from tests.support.runs import question, write_run

ABC = (0, 1, 2)
BCA = (1, 2, 0)
CAB = (2, 0, 1)


def answers(*rows):
    """Answers without a text, given to questions without another to compare with."""
    return [Answer(order, gold, chosen, "", ()) for order, gold, chosen in rows]


# Three choices; the correct one of each question is the first as published.
KNOWS = [
    answers((ABC, (0,), (0,)), (ABC, (0,), (0,))),
    answers((BCA, (0,), (0,)), (CAB, (0,), (0,))),
]
FIRST = [  # always the choice shown first
    answers((ABC, (0,), (0,)), (ABC, (0,), (0,))),
    answers((BCA, (0,), (1,)), (CAB, (0,), (2,))),
]
HALF = [  # agrees on one question of two; the other is unanswered in all runs
    answers((ABC, (0,), (1,)), (ABC, (0,), ())),
    answers((BCA, (0,), (1,)), (CAB, (0,), ())),
]
THREE = [  # one question, three runs: two agree
    answers((ABC, (0,), (0,))),
    answers((BCA, (0,), (0,))),
    answers((CAB, (0,), (1,))),
]
PAIRS = [  # two choices of three are correct: a set, whatever its positions
    answers((ABC, (0, 1), (0, 1))),
    answers((CAB, (0, 1), (0, 1))),
]


@pytest.mark.parametrize(
    ("runs", "all_same", "content", "position", "why"),
    [
        (KNOWS, 1, 1, 0, "the same text, at other positions"),
        (FIRST, 0, 0, 1, "the same position, other texts"),
        (HALF, 1 / 2, 1 / 2, 0, "two unanswered questions do not agree"),
        (THREE, 0, 1 / 3, 1 / 3, "one pair agrees; shown at a, c, c, so that another is in place"),
        (PAIRS, 1, 1, 0, "positions a, b and then b, c"),
    ],
)
def test_agreement_by_hand(runs, all_same, content, position, why):
    found = agreement(runs)
    expected = (all_same, content, position, 1 / 3)
    assert (found.all_same, found.content, found.position, found.chance) == pytest.approx(expected)


def test_what_agrees_where_right_where_wrong_and_in_unrelated_responses_by_hand():
    def answer(chosen, text, *unrelated):
        return Answer(ABC, (0,), chosen, text, unrelated)

    runs = [
        [
            answer((0,), "x", (1,), (0,)),
            answer((1,), "y", (1,), ()),
            answer((2,), "z", (0,), (0,)),
            answer((), ""),
        ],
        [
            answer((0,), "x", (0,), (0,)),
            answer((1,), "w", (2,), (2,)),
            answer((0,), "z", (1,), (1,)),
            answer((), ""),
        ],
    ]
    found = agreement(runs)
    assert found.content == 2 / 4
    assert found.text == 2 / 4  # x and z; two empty texts are not the same answer
    assert found.right == Share(2 / 3, 3)  # 0 and 0, each in turn; 0 against 2
    assert found.wrong == Share(2 / 3, 3)  # 1 and 1, each in turn; 2 against 0
    # The first run's choices among the second's unrelated ones, then the other way round.
    assert found.unrelated == Share((2 / 2 + 0 / 2 + 0 / 2 + 1 / 2 + 1 / 2 + 2 / 2) / 6, 3)
    assert agreement([run[3:] for run in runs]).unrelated == Share(None, 0)


@pytest.mark.parametrize(
    ("one", "two", "right", "wrong", "why"),
    [
        ((0,), (0,), (1, 2), (None, 0), "both right: two turns that agree"),
        ((1,), (1,), (None, 0), (1, 2), "both wrong in the same way"),
        ((1,), (2,), (None, 0), (0, 2), "both wrong, each in its own way"),
        ((0,), (1,), (0, 1), (0, 1), "a right answer and a wrong one disagree, one turn each"),
        ((0,), (), (0, 1), (None, 0), "nothing does not agree with a right answer"),
        ((1,), (), (None, 0), (0, 1), "nor with a wrong one"),
        ((), (), (None, 0), (None, 0), "nothing is neither right nor wrong"),
    ],
)
def test_the_same_content_where_one_was_right_or_wrong(one, two, right, wrong, why):
    for runs in ([one, two], [two, one]):
        found = agreement([answers((ABC, (0,), chosen)) for chosen in runs])
        assert (found.right, found.wrong) == (Share(*right), Share(*wrong)), why


@pytest.mark.parametrize(
    ("count", "expected", "why"),
    [
        (1, [], "no other question"),
        (2, [1], "the other one"),
        (9, [1, 2, 3, 4, 5, 6, 7, 8], "all others"),
        (52, [5, 11, 17, 23, 28, 34, 40, 46], "ninths of the circle, rounded down"),
    ],
)
def test_shifts_by_hand(count, expected, why):
    assert shifts(count) == expected


def test_others_are_of_the_same_size_and_go_round_in_the_order_of_problem_id():
    sizes = {"Q2": (5, 1), "Q1": (5, 1), "Q3": (5, 1), "Q5": (5, 2), "Q4": (5, 2), "Q6": (4, 1)}
    assert others(sizes) == {
        "Q1": ["Q2", "Q3"], "Q2": ["Q3", "Q1"], "Q3": ["Q1", "Q2"],
        "Q4": ["Q5"], "Q5": ["Q4"], "Q6": [],
    }  # fmt: skip


def test_accuracy_and_its_spread_by_hand():
    assert [accuracy(run) for run in FIRST] == [1, 0]
    assert [unanswered(run) for run in HALF] == [0.5, 0.5]
    found = spread([*FIRST, *HALF])  # 1, 0, 0, 0
    assert (found.mean, found.lowest, found.highest) == (0.25, 0, 1)
    assert found.deviation == pytest.approx(np.std([1, 0, 0, 0], ddof=1))


def test_accuracy_by_position_by_hand():
    first, second, third = by_position(FIRST)
    assert [row.label for row in (first, second, third)] == ["a", "b", "c"]
    # The correct choice is shown first twice, then third (B C A) and second (C A B).
    assert [row.gold for row in (first, second, third)] == [2, 1, 1]
    assert [row.correct for row in (first, second, third)] == [2, 0, 0]
    assert [row.chosen for row in (first, second, third)] == [1, 0, 0]
    assert [row.expected for row in (first, second, third)] == [0.5, 0.25, 0.25]
    wilson = binomtest(2, 2).proportion_ci(0.95, method="wilson")
    assert first.interval == pytest.approx((wilson.low, wilson.high))
    assert by_position(PAIRS) == []  # single-answer questions only


@pytest.mark.parametrize(
    ("sizes", "chance", "right", "wrong", "why"),
    [
        ((1,), Fraction(1, 5), Fraction(1, 5), Fraction(1, 5), "one of five"),
        ((2,), Fraction(1, 10), Fraction(1, 10), Fraction(1, 10), "two of five"),
        (
            (1, 2),
            Fraction(3, 20),
            Fraction(1, 6),  # (1/5 · 1/5 + 1/10 · 1/10) / (1/5 + 1/10)
            Fraction(5, 34),  # (4/5 · 1/5 + 9/10 · 1/10) / (4/5 + 9/10)
            "two of three right guesses are at one of five, eight of seventeen wrong ones",
        ),
    ],
)
def test_guesses_agree_as_often_as_is_expected_by_chance(sizes, chance, right, wrong, why):
    """Simulated uniform guesses at permuted questions; sizes: how many of five are correct."""
    rng = np.random.default_rng(0)

    def guess(correct):
        order = tuple(map(int, rng.permutation(5)))
        chosen = tuple(sorted(map(int, rng.choice(5, correct, replace=False))))
        return Answer(order, tuple(range(correct)), chosen, "", ())

    runs = [[guess(sizes[i % len(sizes)]) for i in range(4000)] for _ in range(3)]
    found = agreement(runs)
    assert found.chance == pytest.approx(float(chance))
    assert found.content == pytest.approx(float(chance), abs=0.015)
    assert found.position == pytest.approx(float(chance), abs=0.015)
    assert found.right.share == pytest.approx(float(right), abs=0.03), why  # of some 2,000 at least
    assert found.wrong.share == pytest.approx(float(wrong), abs=0.015), why
    for row in by_position(runs):
        assert row.chosen == pytest.approx(0.2, abs=0.02)
        # four standard errors: of 95 % intervals one in twenty would miss
        assert row.correct / row.gold == pytest.approx(0.2, abs=4 * (0.16 / row.gold) ** 0.5)


QUESTIONS = [
    question(f"Q{i}", choices=("あい", "うえ", "おか", "きく"), answer=[i % 4]) for i in range(12)
]


def right(doc):
    return doc["choices"][doc["answer"][0]]


def first(doc):
    return doc["choices"][0]


def written(folder, seed, respond, *, task="igakuqa", questions=QUESTIONS, data=None, **fields):
    """A run over published choices (seed None) or shuffled ones; responses: ``respond(doc)``.

    The data hash is that of a whole exam, of which the questions may be a part, as with --limit.
    """
    docs = [each if seed is None else permuted(each, seed) for each in questions]
    noted = {"exam": task, "sha256": 64 * "d", **({} if seed is None else {"shuffle_seed": seed})}
    return write_run(
        folder,
        **{"model": "models/tiny", **fields},
        task=task if seed is None else f"{task}_shuffled",
        docs=docs,
        responses=[respond(doc) for doc in docs],
        data={**noted, **(data or {})},
    )


def consistency(capsys, *paths):
    assert main(["consistency", *map(str, paths), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_model_that_knows(tmp_path, capsys):
    paths = [written(tmp_path / str(seed), seed, right) for seed in (None, 1, 2)]
    (exam,) = consistency(capsys, *paths)
    assert (exam["exam"], exam["model"], exam["shots"]) == ("igakuqa", "models/tiny", 0)
    assert (exam["questions"], exam["items"]) == (12, 12)
    assert [run["shuffle_seed"] for run in exam["runs"]] == [None, 1, 2]
    assert [run["accuracy"] for run in exam["runs"]] == [1, 1, 1]
    assert exam["accuracy"] == {"mean": 1, "deviation": 0, "lowest": 1, "highest": 1}
    assert (exam["agreement"]["all_same"], exam["agreement"]["content"]) == (1, 1)
    assert exam["agreement"]["chance"] == 0.25
    assert sum(row["gold"] for row in exam["positions"]) == 36
    assert all(row["correct"] == row["gold"] for row in exam["positions"])


def test_a_model_that_always_takes_the_first(tmp_path, capsys):
    seeds = (None, 1, 2)
    (exam,) = consistency(
        capsys, *[written(tmp_path / str(seed), seed, first).parent for seed in seeds]
    )
    assert exam["agreement"]["position"] == 1
    assert [row["chosen"] for row in exam["positions"]] == [1, 0, 0, 0]
    orders = [
        [order_of(each if seed is None else permuted(each, seed)) for each in QUESTIONS]
        for seed in seeds
    ]
    same = [
        a[0] == b[0] for one, two in combinations(orders, 2) for a, b in zip(one, two, strict=True)
    ]
    assert exam["agreement"]["content"] == pytest.approx(sum(same) / 36)
    a, *rest = exam["positions"]
    assert a["correct"] == a["gold"] > 0
    assert all(row["correct"] == 0 < row["gold"] for row in rest)


def letters(key, count):
    """A made-up text, the same for the same key."""
    return "".join(chr(ord("あ") + byte % 40) for byte in sha256(key.encode()).digest()[:count])


VARIED = [  # choices of 2 to 11 characters, so that long ones attract more texts
    question(
        f"V{i:03}",
        choices=[letters(f"{i},{k}", 2 + int(sha256(f"{i}:{k}".encode()).hexdigest(), 16) % 10)
                 for k in range(5)],
        answer=[i % 5],
    )
    for i in range(150)
]  # fmt: skip


def one_text(doc):
    return letters("whatever is asked", 20)


def by_stem(doc):
    return letters(doc["question"], 20)


def any_text(doc):
    return letters(f"{doc['problem_id']}{doc['choices']}", 20)


def half_known(doc):
    return right(doc) if int(doc["problem_id"][1:]) % 2 else any_text(doc)


KNOWN, CHANCE, LOW = (1, 1), (0.1, 0.3), (0.1, 0.4)
"""LOW: what texts of chance attract, above CHANCE since the choices differ in length."""


@pytest.mark.parametrize(
    ("respond", "accuracy", "content", "unrelated", "position", "right", "wrong", "why"),
    [
        (right, KNOWN, KNOWN, LOW, CHANCE, KNOWN, None, "it knows every answer"),
        (first, CHANCE, CHANCE, LOW, KNOWN, CHANCE, CHANCE, "always the choice shown first"),
        (one_text, CHANCE, KNOWN, KNOWN, CHANCE, KNOWN, KNOWN, "content equals its floor"),
        (any_text, CHANCE, LOW, LOW, CHANCE, LOW, LOW, "content near its floor"),
        (by_stem, CHANCE, KNOWN, LOW, CHANCE, KNOWN, KNOWN, "above its floor, knowing nothing"),
        (half_known, (0.5, 0.7), (0.5, 0.7), LOW, CHANCE, (0.7, 1), LOW, "right above wrong"),
    ],
    ids=["right", "first", "one text", "any text", "by stem", "half known"],
)
def test_what_each_kind_of_model_looks_like(
    tmp_path, capsys, respond, accuracy, content, unrelated, position, right, wrong, why
):
    paths = [
        written(tmp_path / str(seed), seed, respond, questions=VARIED) for seed in (None, 1, 2)
    ]
    (exam,) = consistency(capsys, *paths)
    found = exam["agreement"]
    for value, (low, high) in [
        (exam["accuracy"]["mean"], accuracy),
        (found["content"], content),
        (found["unrelated"]["share"], unrelated),
        (found["position"], position),
        (found["right"]["share"], right),
    ]:
        assert low <= value <= high, why
    assert found["unrelated"]["of"] == 150
    assert found["wrong"]["share"] is wrong or wrong[0] <= found["wrong"]["share"] <= wrong[1]
    if respond is any_text:
        assert found["content"] == pytest.approx(found["unrelated"]["share"], abs=0.05)
        assert found["content"] == pytest.approx(found["wrong"]["share"], abs=0.05)
        assert found["content"] == pytest.approx(found["right"]["share"], abs=0.1)


def test_the_report_for_people(tmp_path, capsys):
    paths = [written(tmp_path / str(seed), seed, right) for seed in (None, 7)]
    paths += [written(tmp_path / f"j{seed}", seed, first, task="jjsimqa") for seed in (0, 1)]
    assert main(["consistency", *map(str, paths)]) == 0
    out = capsys.readouterr().out
    assert "igakuqa, 2 orders of the choices, 0 shots, 12 questions\nmodels/tiny (ja|t0.1" in out
    assert "jjsimqa, 2 orders of the choices" in out
    rows = [line.split() for line in out.splitlines()]
    assert ["published", "1.000", "0.758", "to", "1.000", "0.000"] in rows
    assert ["seed", "7", "1.000", "0.758", "to", "1.000", "0.000"] in rows
    assert "accuracy: mean 1.000, standard deviation 0.000, range 1.000 to 1.000" in out
    assert "the same content in all runs: 100.0% of the questions" in out
    # The circle of 12, with answers 0 1 2 3 2 3 0 1 2 3 0 1: turned by 1, 2, 4, 5, 6, 8, 9 and 10
    # places it meets itself at 0, 4, 4, 0, 8, 4, 0 and 4 of 12; three questions kept their place.
    assert "the same content 100.0%; unrelated responses 25.0%, two uniform guesses 25.0%" in out
    assert "the same position 25.0%, the same text 100.0%" in out
    assert "where one was right 100.0% of 24, where one was wrong n/a of 0" in out
    assert "the same content is no knowledge by itself" in out


def test_the_page_says_what_the_terminal_says(tmp_path, capsys):
    paths = [written(tmp_path / str(seed), seed, right) for seed in (None, 7)]
    assert main(["consistency", *map(str, paths), "--html", str(tmp_path / "page.html")]) == 0
    page = unescape((tmp_path / "page.html").read_text(encoding="utf-8"))
    said = set(capsys.readouterr().out.split())
    assert len(said) > 80
    assert [word for word in said if word not in page and "─" not in word] == []
    assert page.count("<table") == 2


def two_runs(folder, **second):
    paths = [written(folder / "one", 1, right)]
    return [*paths, written(folder / "two", second.pop("seed", 2), right, **second)]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"seed": 1}, "{two}: its choices are in the same order (seed 1) as in {one}; give each"),
        ({"model": "models/x"}, "{two}: the model of igakuqa is models/x, but models/tiny in"),
        (
            {"shots": 1},
            "{two}: the number of worked examples of igakuqa is 1, but 0 in {one}; compare runs",
        ),
        (
            {"template": "alpaca"},
            "{two}: the way of asking of igakuqa is alpaca|t0.1-p0.9-r1.05-256, but ja|t0.1",
        ),
        (
            {"config": {"generation_kwargs": {**PAPER, "do_sample": False}}},
            "{two}: the way of asking of igakuqa is ja|greedy-r1.05-256, but ja|t0.1-p0.9",
        ),
        ({"data": {"sha256": 64 * "f"}}, "{two}: the data hash of igakuqa is ffff"),
        (
            {"questions": [*QUESTIONS[:-1], question("Q99", choices=QUESTIONS[-1]["choices"])]},
            "{two}: the questions of igakuqa are not those of {one}; compare runs of the same",
        ),
        ({"task": "jjsimqa"}, "{one}: the only run of igakuqa; name a second one, of igakuqa_shu"),
        ({"task": "jmed_sample"}, "{two}: no run of igakuqa, igakuqa_shuffled, jjsimqa, jjsimqa_"),
        (
            {"data": {"shuffle_seed": [2]}},
            "{two}: the field configs.igakuqa_shuffled.metadata.data.shuffle_seed is [2",
        ),
        (
            {"run": {"n-samples": {"igakuqa_shuffled": {"original": 12, "effective": 13}}}},
            "{two}: igakuqa_shuffled has 12 answers to 12 questions, but 13 were scored; evaluate",
        ),
        (
            {"questions": [*QUESTIONS[:-1], QUESTIONS[0]]},
            "{two}: igakuqa_shuffled has 12 answers to 11 questions, but 12 were scored; evaluate",
        ),
    ],
)
def test_runs_that_cannot_be_compared(tmp_path, capsys, second, message):
    one, two = two_runs(tmp_path, **second)
    assert main(["consistency", str(one), str(two)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"jmed-report: {message.format(one=one, two=two)}")
    assert error.count("\n") == 1


def test_fewer_than_two_runs(tmp_path, capsys):
    path = written(tmp_path, None, right)
    assert main(["consistency", str(path)]) == 1
    assert capsys.readouterr().err.startswith(f"jmed-report: {path}: the only run of igakuqa; name")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (None, "the answers to igakuqa_shuffled are not beside it (samples_igakuqa_shuffled_2026-"),
        ('{"doc', "not a complete JSON object"),
        ({"doc": {}}, "the sample None of igakuqa_shuffled is not complete; evaluate again"),
        ({"filtered_resps": [3]}, "the sample 'Q0' of igakuqa_shuffled is not complete; evaluate"),
        ({"permutation": [0, 0, 1, 2]}, "the sample 'Q0' of igakuqa_shuffled is not complete"),
        ({"permutation": [0, 1]}, "the sample 'Q0' of igakuqa_shuffled is not complete; evaluate"),
        ({"answer": [4]}, "the sample 'Q0' of igakuqa_shuffled is not complete; evaluate again"),
        ({"answer": []}, "the sample 'Q0' of igakuqa_shuffled is not complete; evaluate again"),
        ({"choices": ["a", "", "c", "d"]}, "the sample 'Q0' of igakuqa_shuffled is not complete"),
        ({"choices": "abcd"}, "the sample 'Q0' of igakuqa_shuffled is not complete; evaluate"),
    ],
)
def test_samples_that_cannot_be_used(tmp_path, capsys, damage, message):
    one, two = two_runs(tmp_path)
    (path,) = two.parent.glob("samples_*")
    write_damaged(path, damage)
    assert main(["consistency", str(one), str(two)]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def write_damaged(path: Path, damage):
    lines = path.read_text(encoding="utf-8").splitlines()
    if damage is None:
        return path.unlink()
    if isinstance(damage, str):
        lines[0] = damage
    else:
        row = json.loads(lines[0])
        row |= {key: value for key, value in damage.items() if key in row}
        row["doc"] |= {key: value for key, value in damage.items() if key not in row}
        lines[0] = json.dumps(row, ensure_ascii=False)
    path.write_text("\n".join(lines), encoding="utf-8")
    return None
