"""Which questions share a case, and what the table says of it."""

from itertools import pairwise

import numpy as np
import pytest

from jmedlora.exams.documents import chat_document, choices_document, letters_document
from jmedlora.exams.registry import load_exam
from jmedlora.report.compare.cases import case_clusters
from tests.support.compared import ask, row, table
from tests.support.runs import question, write_run


def sizes(clusters) -> dict[int, int]:
    """How many clusters there are of each size above one."""
    counts = np.bincount(np.bincount(clusters))
    return {size: int(count) for size, count in enumerate(counts) if size > 1 and count}


@pytest.mark.parametrize("form", [letters_document, chat_document])
def test_the_series_of_igakuqa(real_data, form):
    """20 pairs and triples a year, ten of each, in the published documents and with the case."""
    docs = [form(each) for each in load_exam("igakuqa_exam").items]
    assert sizes(case_clusters(docs)) == {2: 50, 3: 50}


def test_a_first_question_that_is_not_asked_leaves_its_follow_ups_together(real_data):
    docs = [choices_document(each) for each in load_exam("igakuqa").items]
    clusters = case_clusters(docs)
    names = [doc["problem_id"] for doc in docs]
    whole = [letters_document(each) for each in load_exam("igakuqa_exam").items]
    number = dict(zip((doc["problem_id"] for doc in whole), case_clusters(whole), strict=True))
    same = [number[name] for name in names]
    for one, other in zip(range(len(names)), range(1, len(names)), strict=False):
        assert (clusters[one] == clusters[other]) == (same[one] == same[other])


def test_the_series_of_the_120th(real_data):
    docs = [chat_document(each) for each in load_exam("jmle2026").items]
    found = sizes(case_clusters(docs))
    assert sum(found.values()) == 20
    assert sum(size * count for size, count in found.items()) == 50


def test_without_the_exam_on_this_machine_nothing_is_known(monkeypatch, tmp_path):
    monkeypatch.setenv("JMED_DATA", str(tmp_path))
    monkeypatch.setenv("JMED_CACHE", str(tmp_path))
    docs = [question(name) for name in ("112B41", "112B42")]
    assert case_clusters(docs) is None


def test_questions_without_a_case_stand_alone():
    docs = [question("Q1"), {**question("Q2"), "case": "症例"}, {**question("Q3"), "case": "症例"}]
    assert case_clusters(docs).tolist() == [0, 1, 1]
    assert case_clusters([question("Q1"), question("Q2")]) is None


def test_the_table_prints_the_design_effect(tmp_path, real_data):
    items = load_exam("igakuqa", years=[2022]).items
    docs = [choices_document(each) for each in items]
    for place, model in enumerate(("a", "b")):
        right = range(place, len(docs), 2)
        ask(tmp_path, right, docs=docs, model=f"models/{model}")
    found = table(tmp_path, resamples=200)
    (note,) = [each for each in found.notes if each.startswith("Serial questions")]
    assert "design effect" in note
    assert "The bootstrap draws the questions of a case together." in note
    clusters = case_clusters(docs)
    shared = [count for count in np.bincount(clusters) if count > 1]
    assert f"({len(shared)} cases with {sum(shared)} questions)" in note
    assert row(found, "Accuracy (0s)").cells[0].method == "Wilson"


def test_a_case_is_counted_once_where_follow_ups_stand_apart(tmp_path, real_data):
    """The two rows of an exam with follow-ups hold its questions again."""
    items = load_exam("jmle2026").items
    docs = [chat_document(each) for each in items]
    ids = [now.problem_id for last, now in pairwise(items) if now.case and now.case == last.case]
    noted = {"ids": ids, "with_case": True}
    write_run(tmp_path, task="jmle2026", protocol="chat", template="chat", docs=docs,
              responses=["【回答】a"] * len(docs), data={"follow_ups": noted})  # fmt: skip
    found = table(tmp_path, resamples=200, follow_ups=True)
    assert len(found.sections) == 3
    assert any("(20 cases with 50 questions)" in note for note in found.notes)


def test_without_cases_there_is_no_note(tmp_path):
    ask(tmp_path, 5)
    assert not [each for each in table(tmp_path).notes if "Serial" in each]
