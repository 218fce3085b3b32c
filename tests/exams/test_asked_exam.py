"""An exam as a task asks it, and what came with the task."""

import pytest

from jmedlora.core.errors import UserError
from jmedlora.exams.asked_exam import ask_exam
from jmedlora.exams.documents import letters_document
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.exams.schema import Question
from jmedlora.exams.task_metadata import read_metadata
from tests.support.commands import write_jsonl


def ask(exam: str, protocol: str, **metadata):
    given = read_metadata(metadata, shuffled=False, only_year=None)
    return ask_exam(exam, PROTOCOLS[protocol], given)


def test_an_exam_of_which_nothing_can_be_asked_is_said(tmp_path):
    several = {"problem_id": "Q1", "question": "どれか。", "choices": ["甲", "乙"], "answer": "a,b"}
    path = write_jsonl(tmp_path / "exam.jsonl", several)
    with pytest.raises(UserError, match="exam: none of its 1 question can be asked by this task"):
        ask("jmed_own", "likelihood", file=str(path))
    with pytest.raises(UserError, match=r"jmed_treatment: none of its 11 .*protocol response"):
        ask("jmed_treatment", "response")
    with pytest.raises(UserError, match="jmed_sample: none of its 40 questions"):
        ask("jmed_sample", "free")


@pytest.mark.parametrize(
    "path", ["~nobody-of-this-name/exam.jsonl", "a\0b.jsonl", "\ud800.jsonl", ""]
)
def test_a_path_that_can_be_none_is_said(path):
    with pytest.raises(UserError, match="give the path of one file"):
        ask("jmed_own", "response", file=path)


def test_every_accepted_answer_scores():
    """As of 119E28, which accepts a or c; a number may have several, too."""
    choices = ("甲", "乙", "丙")
    either = letters_document(Question("Q1", "どれか。", choices, (("a",), ("c",)), "own"))
    pair = letters_document(Question("Q2", "どれか。", choices, (("a",), ("b", "c")), "own"))
    number = letters_document(Question("Q3", "何人か。", (), (("3",), ("4",)), "own", points=0.5))
    score = PROTOCOLS["letters"].score
    assert [score(either, [text])["correct"] for text in "abc"] == [1, 0, 1]
    assert [score(pair, [text])["correct"] for text in ("a", "b,c", "b")] == [1, 1, 0]
    assert [score(number, [text])["correct"] for text in "345"] == [1, 1, 0]
    assert (either["answer"], number["points"]) == (["a or c"], 0.5)
    assert all(map(PROTOCOLS["letters"].is_whole, (either, pair, number)))


def test_the_papers_metrics_ask_questions_with_one_answer_only():
    either = Question("Q1", "どれか。", ("甲", "乙"), (("a",), ("b",)), "own")
    assert [name for name, each in PROTOCOLS.items() if each.takes(either)] == ["letters", "chat"]
