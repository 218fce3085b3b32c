"""Notes on exams that have too few questions to show any difference."""

import pytest

from jmedlora.report.compare.differences import Difference
from jmedlora.report.compare.table import shown_differences
from jmedlora.report.compare.too_few import too_few_questions
from tests.support.compared import ask, row, table
from tests.support.runs import questions

ACCURACY = "Accuracy (0s)"
FEW = "igakuqa: {} questions are too few to tell these models apart: over {} tests, no difference"


def test_too_few_questions_to_tell_any_two_apart(tmp_path):
    """14 models, three scores: 3 × 91 pairs. The least p of 12 questions is 2 / 2^12."""
    docs = questions(12)
    for number, right in enumerate([0, *range(13)]):
        ask(tmp_path, right, docs=docs, model=f"models/m{number}")
    found = table(tmp_path, resamples=200)
    assert min(each.p for each in shown_differences(found.sections)) == 2 / 2**12
    assert sum(note.startswith(FEW.format(12, 273)) for note in found.notes) == 1
    assert all(cell.best or cell.not_told_apart for cell in row(found, ACCURACY).cells)


@pytest.mark.parametrize(("number", "noted"), [(6, True), (7, False)])
def test_the_least_number_of_questions(number, noted, tmp_path):
    """Two models, three scores: 3 × 2 / 2^6 = .094 and 3 × 2 / 2^7 = .047."""
    docs = questions(number)
    ask(tmp_path, 0, docs=docs, model="models/a")
    ask(tmp_path, number, docs=docs, model="models/b")
    found = table(tmp_path, resamples=200)
    assert any(note.startswith(FEW.format(number, 3)) for note in found.notes) == noted
    assert min(each.p_holm for each in shown_differences(found.sections)) == 3 * 2 / 2**number


def test_tests_that_other_exams_pass_are_no_longer_counted():
    """One of four tests has a smaller p elsewhere: 3 × 2 / 2^7 = .047; without it 4 × 2 / 2^7."""
    clear = Difference(0.5, 1e-9, 4e-9, "McNemar", 50, 0)
    unclear = Difference(0.1, 0.5, 1.0, "McNemar", 2, 1)
    few = ("few", 7, [unclear] * 3)
    assert list(too_few_questions([few, ("many", 100, [clear])], 4)) == []
    [note] = too_few_questions([few, ("many", 100, [unclear])], 4)
    assert note.startswith("few: 7 questions are too few")
