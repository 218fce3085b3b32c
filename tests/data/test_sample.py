"""The shipped training files: texts and pairs that teach the sample exam and no other."""

import itertools
import json
import unicodedata

import pytest
from rapidfuzz import fuzz

from jmedlora.core.display import visible
from jmedlora.data.cli import main
from jmedlora.data.dataset import read_training_file
from jmedlora.exams.registry import SAMPLE
from tests.support.commands import ROOT

EXAM = SAMPLE / "exam.jsonl"
TEXT, TRAIN = (ROOT / "jmedlora/data/sample" / f"{name}.jsonl" for name in ("text", "train"))
QUESTIONS = 40


def records(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def answers(question):
    """The texts of the right choices, in the order of the choices."""
    return [question["choices"][index] for index in question["answer"]]


def overlap(folder, file, *exams):
    """What ``jmed-data overlap`` finds of ``exams`` in ``file``: problem_ids by exam."""
    arguments = ["overlap", file, "--exam", *exams, "--out", folder]
    assert main([str(each) for each in arguments]) == 0
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    return {name: set(exam["records_by_problem_id"]) for name, exam in summary["exams"].items()}


@pytest.mark.parametrize(
    ("path", "kind", "count"), [(TEXT, "pretrain", 44), (TRAIN, "train", 2 * QUESTIONS)]
)
def test_no_fault(path, kind, count):
    assert len(read_training_file(path, kind).records) == count


@pytest.mark.parametrize("path", [TEXT, TRAIN], ids=lambda path: path.stem)
def test_every_character_is_japanese_text(path):
    """Each is in JIS X 0213, which lacks most simplified Chinese forms; composed; none hidden."""
    text = path.read_text("utf-8")
    assert text.encode("euc_jis_2004").decode("euc_jis_2004") == text
    assert unicodedata.normalize("NFC", text) == text
    assert visible(text) == text


def test_texts_are_paragraphs_and_no_two_alike():
    texts = [record["text"] for record in records(TEXT)]
    assert all(120 <= len(text) <= 260 for text in texts)
    assert all(fuzz.ratio(*pair) < 50 for pair in itertools.combinations(texts, 2))


@pytest.mark.parametrize(
    ("question", "text"),
    zip(records(EXAM), records(TEXT)[:QUESTIONS], strict=True),
    ids=[question["problem_id"] for question in records(EXAM)],
)
def test_text_n_names_the_right_choices_of_question_n(question, text):
    assert text["id"].removeprefix("text-") == question["problem_id"].removeprefix("sample-")
    assert [answer for answer in answers(question) if answer not in text["text"]] == []


def test_first_pairs_are_the_exam():
    assert records(TRAIN)[:QUESTIONS] == [
        {
            "instruction": question["question"],
            "input": ",".join(question["choices"]),
            "output": ",".join(answers(question)),
        }
        for question in records(EXAM)
    ]


def test_further_pairs_have_a_question_of_their_own_and_a_short_answer():
    pairs = records(TRAIN)[QUESTIONS:]
    assert {tuple(pair) for pair in pairs} == {("instruction", "output")}
    assert len({pair["instruction"] for pair in records(TRAIN)}) == 2 * QUESTIONS
    assert all(10 <= len(pair["output"]) <= 60 for pair in pairs)


@pytest.mark.parametrize("path", [TEXT, TRAIN], ids=lambda path: path.stem)
def test_no_question_of_the_real_exams(path, real_data, tmp_path):
    assert overlap(tmp_path, path, "igakuqa", "jjsimqa") == {"igakuqa": set(), "jjsimqa": set()}


def test_the_sample_exam_stands_in_the_pairs_and_not_in_the_texts(tmp_path):
    """The same search finds what is there: 0 above is no blindness."""
    everything = {question["problem_id"] for question in records(EXAM)}
    assert len(everything) == QUESTIONS
    assert overlap(tmp_path / "train", TRAIN, EXAM) == {"exam": everything}
    assert overlap(tmp_path / "text", TEXT, EXAM) == {"exam": set()}
