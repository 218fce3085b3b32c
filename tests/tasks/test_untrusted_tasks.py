"""What of a stranger's exam or task file can act, read as ``lm_eval`` does."""

import pytest
from lm_eval.tasks import TaskManager

from tests.support.commands import TASKS, write_jsonl


def test_a_template_in_an_exam_is_text(tmp_path):
    text = "{{ 7 * 7 }} {% raw %} {{ ''.__class__.__mro__ }} !function os.system"
    record = {"problem_id": "Q1", "question": text, "choices": [text, "b"], "answer": [0]}
    exam = write_jsonl(tmp_path / "exam.jsonl", record)
    example = {**record, "problem_id": "Q2", "question": f"2 {text}"}
    examples = write_jsonl(tmp_path / "examples.jsonl", example)
    metadata = {"file": str(exam), "examples": str(examples)}
    manager = TaskManager(include_path=str(TASKS), include_defaults=False, metadata=metadata)
    task = manager.load_task_or_group(["jmed_own"])["jmed_own"]
    task.set_config("num_fewshot", 1)
    task.build_all_requests()
    (request,) = task.instances
    assert request.args[0].count(text) == 5  # question and choices twice, the example's answer


@pytest.mark.parametrize(
    "line",
    ["custom_dataset: !function own.load", "metadata: !!python/object/apply:own.act []"],
)
def test_a_task_file_is_a_program(tmp_path, mark, monkeypatch, line):
    """lm-eval 0.4.11 runs the first when it loads the task, the second when it looks for tasks."""
    (tmp_path / "tasks").mkdir()
    code = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n"
    (tmp_path / "tasks/own.py").write_text(f"{code}def act(): pass\ndef load(**_): return {{}}\n")
    (tmp_path / "tasks/own.yaml").write_text(f"task: own\n{line}\n")
    monkeypatch.syspath_prepend(tmp_path / "tasks")
    manager = TaskManager(include_path=str(tmp_path / "tasks"), include_defaults=False)
    if "!function" in line:
        assert not mark.exists()
        with pytest.raises(Exception):  # noqa: B017 (an incomplete task, whatever is said)
            manager.load_task_or_group(["own"])
    assert mark.exists()
