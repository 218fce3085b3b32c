"""The tasks that take the likeliest choice."""

import pytest

from tests.support.tasks import load, prompts

LIKELIHOODS = [
    # log-likelihoods of 甲, 乙乙, 丙; the correct choice is 乙乙
    ([-3.0, -2.0, -4.0], 1, 1, "the highest, also per character"),
    ([-1.5, -2.0, -4.0], 0, 1, "the highest only per character: -1.5, -1.0, -4.0"),
    ([-1.0, -2.0, -4.0], 0, 0, "a tie per character goes to the first, as in lm-eval"),
    ([-2.0, -2.0, -2.0], 0, 1, "a tie goes to the first"),
    ([0.0, -2.0, -2.0], 0, 0, "one probability of 1 is possible"),
    ([float("-inf"), -2.0, -4.0], 1, 1, "and so is one of 0"),
]


@pytest.fixture
def likelihood_task(published):
    return load("igakuqa_mc")


@pytest.mark.lm_eval
@pytest.mark.parametrize(("values", "acc", "acc_norm", "why"), LIKELIHOODS)
def test_the_likeliest_choice_as_lm_eval_computes_it(values, acc, acc_norm, why, likelihood_task):
    doc = {"problem_id": "Q1", "choices": ["甲", "乙乙", "丙"], "answer": [1]}
    answers = [(value, False) for value in values]
    expected = {"acc": acc, "acc_norm": acc_norm}
    assert likelihood_task.process_results(doc, answers) == expected
    likelihood_task.config.process_results = None
    likelihood_task.config.doc_to_target = 1
    own = likelihood_task.process_results(doc, answers)
    assert {key: own[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0.0, -0.0, 0.0], "the log-likelihoods of all choices are exactly 0: the server does not"),
        ([-1.0, float("nan"), -2.0], "a log-likelihood is not a number: the model overflows, load"),
    ],
)
def test_numbers_that_are_no_likelihoods_end_the_run(values, message, likelihood_task):
    doc = {"problem_id": "Q1", "choices": ["甲", "乙乙", "丙"], "answer": [1]}
    with pytest.raises(SystemExit) as caught:
        likelihood_task.process_results(doc, [(value, True) for value in values])
    assert str(caught.value).startswith(f"jmed: Q1: {message}")
    assert str(caught.value).endswith("; the scores would mean nothing")


@pytest.mark.parametrize("name", ["igakuqa_mc", "igakuqa119_mc", "jjsimqa_mc", "jmle2026_mc"])
def test_every_real_question_can_be_sent(name, real_data):
    """Some choices are ② or 05, which lm-eval takes for the number of a choice."""
    task = load(name)
    task.build_all_requests()
    assert len(task.instances) == 5 * len(task.eval_docs)


def test_a_worked_example_shows_the_text_of_its_answer(likelihood_task):
    found = prompts(likelihood_task, 1)["112A1"]
    assert "### 応答:\n戊\n### 指示:\n112A1" in found


@pytest.mark.parametrize(("name", "count"), [("igakuqa_mc", 1232), ("jjsimqa_mc", 253)])
def test_likelihoods_are_asked_of_the_real_single_answer_questions(name, count, real_data):
    task = load(name)
    assert len(task.eval_docs) == count
    assert {len(doc["answer"]) for doc in task.eval_docs} == {1}
    assert [example["problem_id"] for example in task.fewshot_docs()] == ["100E5", "100A1"]
    chance = {"chance": pytest.approx(0.2)}
    found = task.dump_config()["metadata"]["data"]["floors"]
    assert found == {"acc": chance, "acc_norm": chance}
