"""Questions without choices: asked, and not scored."""

import pytest

from jmedlora.core.errors import FileError
from jmedlora.exams.readers.free_text import read_free_questions
from tests.support.commands import PAPER, write_jsonl
from tests.support.tasks import load, prompts


def test_the_treatment_questions_are_asked_and_nothing_is_scored():
    task = load("jmed_treatment")
    assert task.eval_docs[0]["choices"] == ["深部静脈血栓症"]  # the paper's question first
    assert len(task.eval_docs) == 11
    assert task.doc_to_target(task.eval_docs[0]) == ""
    assert task.dump_config()["generation_kwargs"] == PAPER
    assert task.process_results(task.eval_docs[0], ["安静。"]) == {"empty": 0}
    assert task.process_results(task.eval_docs[0], [" \u3000\n"]) == {"empty": 1}
    with pytest.raises(SystemExit, match="the pool has 0 worked examples; free questions have no"):
        prompts(task, 1)


def test_own_free_questions(tmp_path):
    question = {"id": "1", "instruction": "説明せよ。", "input": "骨折", "note": "further field"}
    path = write_jsonl(tmp_path / "mine.jsonl", question)
    task = load("jmed_treatment_alpaca", file=str(path))
    assert task.dump_config()["metadata"]["data"]["exam"] == "mine"
    assert prompts(task, 0)["1"].endswith(
        "request.\n### Instruction:\n説明せよ。\n### Input:\n骨折\n### Response:\n"
    )


GOOD = '{"id": "1", "instruction": "説明せよ。", "input": "骨折"}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no question; write one record per question"),
        (GOOD[:-9], "not a complete JSON object"),
        (GOOD.replace("骨折", " "), "1: input is ' '; give input as text"),
        (GOOD.replace('"id": "1"', '"id": 1'), "id is 1; give id as text"),
        (
            GOOD.replace("instruction", "instructions"),
            "1: instruction is missing; give instruction",
        ),
        (f"{GOOD}\n{GOOD}", "1: problem_id '1' is already used at"),
        (f"{GOOD}\n{GOOD.replace('1', '１')}", "１: problem_id looks like the earlier '1'; they"),
        (GOOD.replace("骨折", "\u202e骨折"), "1: input holds U+202E, which turns the order"),
        (GOOD.replace("説明せよ。", "\u200b"), "1: instruction has nothing that shows; give"),
    ],
)
def test_faults_of_free_questions(tmp_path, content, message):
    path = tmp_path / "mine.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FileError, match=r"mine\.jsonl") as caught:
        read_free_questions(path)
    assert message in str(caught.value)
