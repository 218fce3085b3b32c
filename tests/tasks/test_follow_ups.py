"""The tasks that put the case of a series in front of its follow-ups; the published forms."""

import json
from pathlib import Path

import pytest

from jmedlora.report.cli import main as jmed_report
from tests.support.commands import lm_eval, results, results_file, samples, write_jsonl
from tests.support.published import CASE, publish, publish_notes, publish_series
from tests.support.tasks import load, prompts

GOLDEN = Path(__file__).parent.parent / "golden"
PAIRS = [("igakuqa", "igakuqa_case"), ("igakuqa_exam", "igakuqa_exam_case")]
FOLLOW_UP = "112B2"


@pytest.fixture
def series(tmp_path, monkeypatch) -> Path:
    """The made-up exams, of which 112B2 is a follow-up of 112B1."""
    root = publish_series(publish_notes(publish(tmp_path / "data", questions=2)))
    monkeypatch.setenv("JMED_DATA", str(root))
    return root


def noted(task) -> dict:
    """What the results file would say of the questions."""
    return task.dump_config()["metadata"]["data"]


def docs_of(task) -> dict[str, dict]:
    return {doc["problem_id"]: doc for doc in task.eval_docs}


@pytest.mark.lm_eval
@pytest.mark.parametrize(
    ("golden", "name", "shots"),
    [("case_0_shot", "igakuqa_case", 0), ("letters_case_3_shot", "igakuqa_exam_case", 3)],
)
def test_golden_prompts_of_a_follow_up_with_its_case(golden, name, shots, series):
    found = prompts(load(name), shots)[FOLLOW_UP]
    assert found.encode() == (GOLDEN / f"{golden}.txt").read_bytes()


@pytest.mark.parametrize(("published", "with_case"), PAIRS)
def test_only_the_follow_ups_differ_from_the_published_form(published, with_case, series):
    before, after = load(published), load(with_case)
    docs, cased = docs_of(before), docs_of(after)
    differing = {name: doc for name, doc in cased.items() if doc != docs[name]}
    asked = docs[FOLLOW_UP]
    assert differing == {FOLLOW_UP: asked | {"question": f"{CASE}\n{asked['question']}"}}
    assert list(before.fewshot_docs()) == list(after.fewshot_docs())
    assert noted(before)["sha256"] != noted(after)["sha256"]
    assert noted(before)["follow_ups"] == {"ids": [FOLLOW_UP], "with_case": False}
    assert noted(after)["follow_ups"] == {"ids": [FOLLOW_UP], "with_case": True}


def test_the_chat_tasks_note_that_they_ask_with_the_case_and_english_without(series):
    assert noted(load("igakuqa_chat"))["follow_ups"] == {"ids": [FOLLOW_UP], "with_case": True}
    assert noted(load("igakuqa_en"))["follow_ups"] == {"ids": [FOLLOW_UP], "with_case": False}
    assert "follow_ups" not in noted(load("jjsimqa"))


def test_years_and_exclude_lists_as_for_the_published_form(series, tmp_path):
    path = write_jsonl(tmp_path / "l.jsonl", {"exam": "igakuqa", "problem_id": FOLLOW_UP})
    task = load("igakuqa_case", year=2018, exclude=str(path))
    assert len(task.eval_docs) == 10  # 12, one of them numeric, one left out
    assert noted(task)["excluded"]["questions"] == 1
    assert "follow_ups" not in noted(task)
    write_jsonl(path, {"exam": "igakuqa_exam_case", "problem_id": FOLLOW_UP})
    with pytest.raises(SystemExit) as caught:
        load("igakuqa_case", exclude=str(path))
    assert "exam is 'igakuqa_exam_case'; did you mean 'igakuqa_exam'?" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "asked", "follow_ups", "published", "sha256"),
    [
        ("igakuqa_case", 1455, 132, "igakuqa", "d7a64c0aadc8"),
        ("igakuqa_exam_case", 2000, 150, "igakuqa_exam", "2acaed5d9529"),
    ],
)
def test_the_real_follow_ups(name, asked, follow_ups, published, sha256, real_data):
    """100 cases, each in front of one or two; of the published form no byte differs."""
    before, after = load(published), load(name)
    assert noted(before)["sha256"].startswith(sha256)
    docs, cased = docs_of(before), docs_of(after)
    assert (len(docs), list(docs)) == (asked, list(cased))
    differing = [key for key in docs if docs[key] != cased[key]]
    assert noted(after)["follow_ups"] == {"ids": differing, "with_case": True}
    assert len(differing) == follow_ups
    asked_behind = {key: docs[key]["question"] for key in differing}
    cases = {cased[key]["question"].removesuffix(f"\n{text}") for key, text in asked_behind.items()}
    assert all(each.startswith("次の文を読み、") for each in cases)
    assert all(cased[key]["question"].endswith(f"\n{text}") for key, text in asked_behind.items())
    if name == "igakuqa_exam_case":
        assert len(cases) == 100


def test_the_first_question_of_39_follow_ups_is_not_asked(real_data):
    """It needs an image."""
    ids = noted(load("igakuqa"))["follow_ups"]["ids"]
    every, text_only = list(docs_of(load("igakuqa_exam"))), docs_of(load("igakuqa"))
    follow_ups = set(noted(load("igakuqa_exam"))["follow_ups"]["ids"])

    def first(name: str) -> str:
        place = every.index(name)
        while every[place] in follow_ups:
            place -= 1
        return every[place]

    assert sum(first(name) not in text_only for name in ids) == 39


@pytest.mark.lm_eval
def test_a_run_is_scored_compared_and_marked_apart(series, tiny_model, tmp_path, capsys):
    found = lm_eval("--tasks", "igakuqa,igakuqa_case,igakuqa_exam_case", "--model", "hf",
                    "--model_args", f"pretrained={tiny_model}", "--metadata", '{"year": 2018}',
                    "--batch_size", "8", "--gen_kwargs", "max_gen_toks=4,do_sample=False",
                    cwd=tmp_path, JMED_DATA=str(series))  # fmt: skip
    assert found.returncode == 0, found.stderr
    out = tmp_path / "out"
    (sent,) = [each for each in samples(out, "igakuqa_case")
               if each["doc"]["problem_id"] == FOLLOW_UP]  # fmt: skip
    assert CASE in sent["arguments"]["gen_args_0"]["arg_0"]
    assert results(out)["n-samples"]["igakuqa_case"]["effective"] == 11
    assert jmed_report(["scores", str(results_file(out))]) == 0
    told = capsys.readouterr().out
    for task, how in (("igakuqa", "without"), ("igakuqa_case", "with")):
        part = told[told.index(f"{task}, 0 shots") :].split("\n\n")[0]
        assert f"1 follow-up of serial questions (連問), asked {how} their case" in part, task
    assert jmed_report(["table", str(out), "--format", "json"]) == 0
    titles = [each["title"] for each in json.loads(capsys.readouterr().out)["sections"]]
    assert titles == [
        "igakuqa", "igakuqa, without follow-ups", "igakuqa, follow-ups asked without their case",
        "igakuqa_case", "igakuqa_case, without follow-ups",
        "igakuqa_case, follow-ups asked with their case",
        "igakuqa_exam_case", "igakuqa_exam_case, without follow-ups",
        "igakuqa_exam_case, follow-ups asked with their case",
    ]  # fmt: skip
    assert jmed_report(["exam", str(out), "--format", "json"]) == 0
    (marked,) = json.loads(capsys.readouterr().out)
    assert (marked["exam"], marked["questions"]) == ("112", 12)
    assert (marked["follow_ups"]["questions"], marked["follow_ups"]["with_case"]) == (1, True)
    assert marked["without_follow_ups"]["questions"] == 11
