"""Questions that were a reward of the model that is asked: found by question, noted, refused."""

import pytest

from jmedlora.core.errors import FileError
from jmedlora.exams.chat_messages import chat_messages
from jmedlora.exams.question_identity import all_keys, question_keys
from jmedlora.exams.registry import load_exam
from jmedlora.exams.rewards import rewarded
from jmedlora.exams.schema import Question
from tests.support.commands import write_jsonl
from tests.support.reward import question, rewarded_card, write_questions
from tests.support.tasks import load

BASE = Question("q1", "正しいのはどれか。", ("ア", "イ", "ウ"), (("b",),), "own")


def changed(**fields):
    return Question(**{name: getattr(BASE, name) for name in BASE.__slots__} | fields)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (changed(problem_id="x", exam="other", points=3.0), True),
        (changed(question=" 正しいのは どれか｡\n"), True),  # width and white space
        (changed(choices=("ウ", "ア", "イ")), True),  # shuffled
        (changed(answers=(("a",),)), True),  # a corrected key
        (changed(choices=("ア", "イ", "エ")), False),
        (changed(question="正しくないのはどれか。"), False),
        (changed(case="40歳の女性。"), True),  # a series may be published with its case
        (changed(question="40歳の女性。\n正しいのはどれか。"), False),  # nobody knows it for a case
    ],
)
def test_what_is_the_same_question(other, same):
    assert question_keys(BASE).isdisjoint(question_keys(other)) is not same


def test_a_case_in_front_is_the_case():
    apart, in_front = changed(case="症例。"), changed(question="症例。\n正しいのはどれか。")
    assert question_keys(apart) & question_keys(in_front)


@pytest.fixture
def exam(tmp_path):
    return str(write_questions(tmp_path / "exam.jsonl", range(8)))


def state(folder, numbers, tmp_path, name="data/questions.jsonl"):
    path = write_questions(tmp_path / f"{folder.name}.jsonl", numbers)
    keys = all_keys(load_exam("jmed_own", file=str(path)).items)
    entry = {"questions": name, "sha256": "ab" * 32, "count": len(numbers), "keys": keys}
    rewarded_card(folder, [entry])
    return str(folder)


@pytest.mark.parametrize("argument", ["pretrained", "peft", "model", "lora_local_path"])
def test_wherever_the_model_is_named(tmp_path, exam, argument):
    folder = state(tmp_path / "model", range(6, 10), tmp_path)
    found = rewarded(load_exam("jmed_own", file=exam).items, {argument: folder, "dtype": "auto"})
    assert found.ids == ("own-06", "own-07")
    assert found.reward == "data/questions.jsonl"


def test_adapter_and_base_are_both_looked_at(tmp_path, exam):
    args = {
        "pretrained": state(tmp_path / "base", range(2), tmp_path, "one"),
        "peft": state(tmp_path / "adapter", range(1, 3), tmp_path, "two"),
    }
    found = rewarded(load_exam("jmed_own", file=exam).items, args)
    assert (found.ids, found.reward) == (("own-00", "own-01", "own-02"), "one, two")


def test_other_questions_and_models_without_a_card(tmp_path, exam):
    items = load_exam("jmed_own", file=exam).items
    assert rewarded(items, {"pretrained": state(tmp_path / "m", range(8, 10), tmp_path)}) is None
    assert rewarded(items, {"pretrained": "org/name"}) is None
    assert rewarded(items, {}) is None


@pytest.mark.parametrize(
    "stated",
    ["no list", [{}], [{"questions": "q", "sha256": "a", "count": 0, "keys": []}], [{"keys": [1]}]],
)
def test_a_damaged_card_is_not_passed_over(tmp_path, exam, stated):
    path = rewarded_card(tmp_path / "model", stated)
    with pytest.raises(FileError) as caught:
        rewarded(load_exam("jmed_own", file=exam).items, {"pretrained": str(tmp_path / "model")})
    assert str(caught.value) == f"{path}: its rewards cannot be read; copy the file again"


@pytest.mark.lm_eval
def test_a_task_notes_what_was_a_reward(tmp_path, exam):
    folder = state(tmp_path / "model", range(3), tmp_path)
    (tmp_path / "list.jsonl").write_text("", encoding="utf-8")
    for name in ("jmed_own", "jmed_own_chat", "jmed_own_letters"):
        task = load(name, file=exam, peft=folder)
        noted = task.dump_config()["metadata"]["data"]["rewarded"]
        assert noted["ids"] == ["own-00", "own-01", "own-02"]
    listed = write_jsonl(
        tmp_path / "list.jsonl",
        *({"exam": "exam", "problem_id": f"own-0{number}"} for number in range(3)),
    )
    task = load("jmed_own_chat", file=exam, peft=folder, exclude=str(listed))
    assert "rewarded" not in task.dump_config()["metadata"]["data"]


# The messages that were rewarded are those that are asked.


@pytest.mark.lm_eval
@pytest.mark.parametrize("name", ["jmed_sample_chat", "jmed_own_chat"])
def test_the_messages_are_those_of_lm_eval(name, tmp_path):
    own = write_jsonl(
        tmp_path / "own.jsonl",
        question(1),
        question(2) | {"case": "40歳の女性。\n発熱がある。", "answer": ["a", "b"]},
        question(3) | {"choices": [], "answer": "2.1", "forbidden": []},
        question(4) | {"answer": "a or d"},
    )
    task = load(name, **({"file": str(own)} if "own" in name else {}))
    docs = list(task.eval_docs)
    taken = [
        task.fewshot_context(
            doc, 0, apply_chat_template=True, chat_template=lambda messages, **_: messages
        )
        for doc in docs
    ]
    assert chat_messages(docs) == taken
