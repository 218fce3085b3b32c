"""The tasks that show the choices in another order, and score the published labels."""

import itertools
from collections import Counter

import pytest

from jmedlora.exams.shuffle import inverse, order_of, original, permutation, permuted
from tests.support.tasks import load


@pytest.mark.parametrize(
    ("problem_id", "seed", "expected"),
    [  # the indices in the order of: printf SEED:ID:INDEX | sha256sum
        ("Q1", 0, (3, 1, 4, 0, 2)),  # 56… 7c… 8f… dd… e6…
        ("Q1", 1, (2, 1, 0, 4, 3)),  # another seed: 0c… 4c… 63… 7a… f2…
        ("112A1", 1, (4, 3, 0, 2, 1)),  # another question
    ],
)
def test_a_permutation_is_the_same_for_ever(problem_id, seed, expected):
    assert permutation(problem_id, 5, seed) == expected


def test_every_order_is_as_likely():
    found = Counter(permutation(f"Q{i}", 3, 0) for i in range(1200))
    assert set(found) == set(itertools.permutations(range(3)))
    assert all(150 < count < 250 for count in found.values())  # 200 expected, deviation 13


def test_a_shuffled_record_by_hand_and_back():
    record = {"problem_id": "Q1", "choices": ["あ", "い", "う", "え", "お"], "answer": [0, 3]}
    shown = permuted(record, 1)
    assert shown["choices"] == ["う", "い", "あ", "お", "え"]
    assert shown["answer"] == [2, 4]  # あ is third, え is last
    assert shown["permutation"] == [2, 1, 0, 4, 3]
    assert original(shown) == (record["choices"], record["answer"])
    assert original(record) == (record["choices"], record["answer"])
    assert (order_of(record), inverse([1, 2, 0])) == ([0, 1, 2, 3, 4], [2, 0, 1])


def test_the_shuffled_tasks_ask_the_published_questions_in_another_order(published):
    plain, seed_0 = load("igakuqa"), load("igakuqa_shuffled")
    seed_1 = load("igakuqa_shuffled", shuffle_seed=1)
    notes = [task.dump_config()["metadata"]["data"] for task in (plain, seed_0, seed_1)]
    assert [note.pop("shuffle_seed", None) for note in notes] == [None, 0, 1]
    assert notes[0] == notes[1] == notes[2]  # the same data, floors and worked examples
    for doc, shown in zip(plain.eval_docs, seed_1.eval_docs, strict=True):
        assert shown["permutation"] == list(permutation(doc["problem_id"], 5, 1))
        assert [shown["choices"][i] for i in inverse(shown["permutation"])] == doc["choices"]
    assert [doc["permutation"] for doc in seed_0.eval_docs] != seed_1.eval_docs["permutation"]


@pytest.mark.parametrize(
    ("response", "accuracy", "exact_match", "tied", "why"),
    [
        ("甲", 1, 1, 0, "the correct text, shown third"),
        ("戊", 0, 0, 0, "the text shown first"),
        ("戊甲", 1, 1, 1, "a tie goes to the earlier published label, though 戊 is shown first"),
        ("", 0, 0, 0, "no answer"),
    ],
)
def test_a_shuffled_response_is_scored_on_the_published_labels(
    response, accuracy, exact_match, tied, why, published
):
    task = load("igakuqa_shuffled", shuffle_seed=1)
    doc = task.eval_docs[0]
    assert (doc["problem_id"], doc["choices"]) == ("112A1", ["戊", "丁", "甲", "丙", "乙"])
    found = task.process_results(doc, [response])
    assert (found["accuracy"], found["exact_match"], found["tied"]) == (accuracy, exact_match, tied)
    assert found == load("igakuqa").process_results(load("igakuqa").eval_docs[0], [response])
