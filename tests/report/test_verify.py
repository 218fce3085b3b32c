"""``jmed-report verify`` and the table: what is stored otherwise than the responses give."""

import inspect
import json
from dataclasses import replace
from pathlib import Path

import pytest

from jmedlora.exams.documents import content_hash, with_same_fields
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.exams.schema import Question
from jmedlora.exams.scoring_code import scoring_code_hash
from jmedlora.report.cli import main
from jmedlora.report.verify import confirmed
from tests.support.commands import write_jsonl
from tests.support.runs import Asked, answers, doc_hash, questions, write_run

DOCS = questions(4)
TEXTS = answers(DOCS, 3)  # 3 of 4 right


def scored_here(protocol: str) -> dict:
    """What a run notes that was scored by the code of this checkout."""
    return {
        "data": {"code": scoring_code_hash()},
        "config": {"process_results": inspect.getsource(PROTOCOLS[protocol].score)},
    }


def asked(protocol="response", **fields) -> Asked:
    here = {**scored_here(protocol), "docs": DOCS, "responses": TEXTS, **fields}
    return Asked(protocol=protocol, **here)


@pytest.fixture
def run(tmp_path) -> Path:
    return write_run(tmp_path, more=[asked()])


def samples_of(results: Path, task: str = "igakuqa") -> Path:
    (path,) = results.parent.glob(f"samples_{task}_*")
    return path


def change_sample(results: Path, number: int, **fields) -> None:
    path = samples_of(results)
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    records[number].update(fields)
    write_jsonl(path, *records)


def change_results(results: Path, **fields) -> None:
    content = json.loads(results.read_text(encoding="utf-8"))
    content["results"]["igakuqa"].update(fields)
    results.write_text(json.dumps(content), encoding="utf-8")


def verify(capsys, *args) -> tuple[int, list[str]]:
    status = main(["verify", *map(str, args)])
    return status, [line.strip() for line in capsys.readouterr().out.splitlines()]


def test_a_run_as_it_was_scored(run, capsys):
    status, lines = verify(capsys, run.parent)
    assert status == 0
    assert lines[0] == f"{run}:"
    assert lines[1] == "igakuqa: 4 answers scored again, all agree"
    assert lines[-1] == "1 run: every score is what its answers give"


def test_a_score_that_was_altered_in_the_samples_alone(run, capsys):
    change_sample(run, 3, accuracy=1)
    status, lines = verify(capsys, run)
    assert status == 1
    assert lines[1] == "igakuqa: 4 answers scored again, 1 difference"
    assert lines[2] == "igakuqa Q4: accuracy is stored as 1, recomputed 0"
    assert lines[-1] == "1 of 1 run not confirmed: 1 difference"


def test_a_score_that_was_altered_in_the_results_alone(run, capsys):
    change_results(run, **{"accuracy,none": 1.0})
    status, lines = verify(capsys, run)
    assert status == 1
    assert lines[2] == "igakuqa (all questions): accuracy is stored as 1, recomputed 0.75"
    assert lines[-1] == "1 of 1 run not confirmed: 1 difference"


def test_a_standard_error_that_was_altered(run, capsys):
    change_results(run, **{"accuracy_stderr,none": 0.01})
    _, lines = verify(capsys, run)  # of 1, 1, 1, 0: sqrt(3/16 * 4/3 / 4) = 0.25
    assert lines[2] == "igakuqa (all questions): accuracy_stderr is stored as 0.01, recomputed 0.25"


def test_scores_that_were_altered_in_both_together(run, capsys):
    """The forgery that the means do not show: accuracy 1.000 in samples and results."""
    change_sample(run, 3, accuracy=1)
    change_results(run, **{"accuracy,none": 1.0, "accuracy_stderr,none": 0.0})
    status, lines = verify(capsys, run)
    assert status == 1
    assert lines[2:5] == [
        "igakuqa Q4: accuracy is stored as 1, recomputed 0",
        "igakuqa (all questions): accuracy is stored as 1, recomputed 0.75",
        "igakuqa (all questions): accuracy_stderr is stored as 0, recomputed 0.25",
    ]
    assert main(["table", str(run), "--resamples", "10"]) == 1
    said = capsys.readouterr().err
    assert f"{run}: igakuqa Q4: accuracy is stored as 1, recomputed 0\n" in said
    assert "--no-verify shows the table all the same" in said
    assert main(["table", str(run), "--resamples", "10", "--no-verify", "--format", "html"]) == 0
    assert "The scores were not held against the responses (--no-verify)" in capsys.readouterr().out


def test_an_answer_that_was_altered_beside_its_response(run, capsys):
    """What was scored is no longer what the model wrote: the scores fit the altered answer."""
    change_sample(run, 3, filtered_resps=[TEXTS[0]], accuracy=1, exact_match=1, gestalt_score=1.0)
    status, lines = verify(capsys, run)
    assert status == 1
    assert lines[2].startswith("igakuqa Q4: the answer is stored as 5 characters (")
    assert TEXTS[0] not in "".join(lines)


def test_a_response_that_was_altered_with_its_answer(run, capsys):
    change_sample(run, 0, filtered_resps=["何も"], resps=[["何も"]])
    _, lines = verify(capsys, run)
    assert lines[2] == "igakuqa Q1: accuracy is stored as 1, recomputed 0"
    assert lines[3] == "igakuqa Q1: exact_match is stored as 1, recomputed 0"


def test_a_key_that_was_altered(run, capsys):
    """With its own hash and fitting scores: the hash of the exam still tells."""
    doc = {**DOCS[3], "answer": [1]}
    (scores,) = [PROTOCOLS["response"].score(doc, [TEXTS[3]])]
    change_sample(run, 3, doc=doc, **scores)
    _, lines = verify(capsys, run)
    assert any(line.startswith("igakuqa Q4: doc_hash is stored as ") for line in lines)
    assert any(line.startswith("igakuqa (all questions): exam_hash is ") for line in lines)
    change_sample(run, 3, doc_hash=doc_hash(doc))
    _, lines = verify(capsys, run)
    assert not any("doc_hash" in line for line in lines)
    assert any(line.startswith("igakuqa (all questions): exam_hash is ") for line in lines)


def test_answers_that_are_missing_or_stand_twice(run, capsys):
    path = samples_of(run)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:3], lines[0]]), encoding="utf-8")
    _, said = verify(capsys, run)
    assert "igakuqa Q1: its sample is stored as 2 times, recomputed 1" in said
    path.write_text("".join(lines[:3]), encoding="utf-8")
    _, said = verify(capsys, run)
    assert "igakuqa (all questions): the number of answers is stored as 4, recomputed 3" in said


@pytest.mark.parametrize("fields", [{"filtered_resps": []}, {"filtered_resps": [7]}])
def test_a_sample_without_an_answer(run, capsys, fields):
    change_sample(run, 2, **fields)
    status, lines = verify(capsys, run)
    assert status == 1
    assert lines[2] == "igakuqa Q3: the sample is stored as not complete, recomputed nothing"


def test_other_code_is_named_and_is_no_forgery(tmp_path, capsys):
    older = {"data": {"code": 64 * "1"}}
    path = write_run(tmp_path, more=[asked(**older)])
    status, lines = verify(capsys, path)
    assert status == 0  # the scores are the same all the same
    change_sample(path, 3, accuracy=1)
    change_results(path, **{"accuracy,none": 1.0})
    status, lines = verify(capsys, path)
    assert status == 1
    assert lines[2].startswith("scored by other code (code:111111111111 of jmedlora 0.2.0, here ")
    assert main(["table", str(path), "--resamples", "10", "--format", "markdown"]) == 0
    shown = capsys.readouterr()
    assert "stored otherwise than this version computes" in shown.out
    assert shown.err.startswith("jmed-report: warning: 1 value of igakuqa in ")


def test_a_scoring_function_of_ones_own(tmp_path, capsys):
    path = write_run(tmp_path, more=[asked(config={"process_results": "def mine(): ..."})])
    _, lines = verify(capsys, path)
    assert "a scoring function of its own" in lines[2]


def test_a_filter_of_ones_own(tmp_path, capsys):
    filters = [{"name": "none", "filter": [{"function": "regex", "regex_pattern": "x"}]}]
    given = scored_here("response")
    path = write_run(tmp_path, more=[asked(config={**given["config"], "filter_list": filters})])
    change_sample(path, 0, resps=[["答えは" + TEXTS[0]]])
    status, lines = verify(capsys, path)
    assert status == 0
    assert any("the task has a filter that is not of this project" in line for line in lines)


def test_answers_that_were_not_logged(run, capsys):
    samples_of(run).unlink()
    status, lines = verify(capsys, run)
    assert status == 1
    assert lines[1].startswith("igakuqa: its answers were not logged, nothing can be recomputed; ")
    assert lines[-1] == "1 of 1 run not confirmed: 1 task without logged answers"


def test_a_run_of_other_tasks_alone(tmp_path, capsys):
    other = Asked(protocol="", task="medqa", docs=DOCS, responses=TEXTS, scores=[{"acc": 1.0}] * 4)
    path = write_run(tmp_path, more=[other])
    assert main(["verify", str(path)]) == 1
    assert capsys.readouterr().err.endswith(
        "holds no task whose scores are known; name a run of this project's tasks\n"
    )


def lettered(folder: Path, protocol: str) -> Path:
    """A question that is answered with letters."""
    doc = PROTOCOLS[protocol].form(
        Question("L1", "どれか。", ("甲", "乙", "丙"), (("b",),), "igakuqa")
    )
    given = scored_here(protocol)
    if protocol == "chat":
        step = {"function": "custom", "filter_fn": "<function answers_behind_thinking at 0x7f>"}
        given["config"]["filter_list"] = [{"name": "none", "filter": [step]}]
    scores = [dict(PROTOCOLS[protocol].score(doc, ["【回答】b"]))]
    found = asked(protocol, docs=[doc], responses=["【回答】b"], scores=scores, **given)
    return write_run(folder, more=[found])


@pytest.mark.parametrize("protocol", ["letters", "chat"])
def test_letters(tmp_path, capsys, protocol):
    path = lettered(tmp_path, protocol)
    assert verify(capsys, path)[0] == 0
    change_sample(path, 0, resps=[["<think>b"]])  # its thinking never ended
    status, lines = verify(capsys, path)
    assert status == 1
    assert lines[2].startswith("igakuqa L1: the answer is stored as 5 characters (")


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (["【回答】b"], "1 answer scored again, all agree"),  # of before: the first alone
        ([["【回答】b", "【回答】a"]], "1 answer scored again, all agree"),
        ([["【回答】b", ""]], "not checked: 1 answer stored as cut off"),
        ([["【回答】b", "【回答】c"]], "igakuqa L1: the answer is stored as 10 characters ("),
        ([["【回答】b"]], "igakuqa L1: the answer is stored as 5 characters ("),
    ],
)
def test_several_answers_to_a_question(tmp_path, capsys, kept, said):
    path = lettered(tmp_path, "chat")
    logged = [["【回答】b", "<think>c</think>【回答】a"]]
    change_sample(path, 0, filtered_resps=kept, resps=logged)
    assert any(said in line for line in verify(capsys, path)[1])


def defective(protocol: str, more: str) -> Asked:
    """Two questions, the second with ``more``, as the tasks log them; each answered with c."""
    plain = Question("L1", "どれか。", ("甲", "乙", "丙"), (("b",),), "igakuqa")
    either = replace(plain, problem_id="L2", answers=(("a",), ("c",)))
    second = either if more == "accepted" else replace(plain, every_answer_right=True)
    published = [PROTOCOLS[protocol].form(each) for each in (plain, second)]
    docs = with_same_fields(published)
    data = {**scored_here(protocol)["data"], "sha256": content_hash(published)}
    scores = [dict(PROTOCOLS[protocol].score(doc, ["【回答】c"])) for doc in docs]
    assert [each["correct"] for each in scores] == [0, 1]
    return asked(protocol, docs=docs, responses=["【回答】c"] * 2, scores=scores, data=data)


@pytest.mark.parametrize("protocol", ["letters", "chat"])
@pytest.mark.parametrize("more", ["accepted", "every_answer_right"])
def test_what_few_questions_say_is_a_part_of_the_exam(tmp_path, capsys, protocol, more):
    path = write_run(tmp_path, more=[defective(protocol, more)])
    status, lines = verify(capsys, path)
    assert status == 0
    assert not any("the exam's hash" in line for line in lines)
    doc = {**defective(protocol, more).docs[1], more: None}
    change_sample(path, 1, doc=doc, doc_hash=doc_hash(doc))
    status, lines = verify(capsys, path)
    assert status == 1
    assert any("exam_hash is stored as" in line for line in lines)


def test_a_run_of_before_that_was_logged(tmp_path, capsys):
    """Then the samples did not hold it, and the second question was wrong."""
    given = defective("letters", "accepted")
    docs = [{key: each[key] for key in each if key != "accepted"} for each in given.docs]
    scores = [{**each, "correct": 0} for each in given.scores]
    path = write_run(tmp_path, more=[replace(given, docs=docs, scores=scores)])
    status, lines = verify(capsys, path)
    assert status == 0
    assert any(line.startswith("not checked: the exam's hash: the samples do") for line in lines)


def test_log_likelihoods(tmp_path, capsys):
    values = (-1.5, -2.25, -9.0, -9.0, -9.0)
    logged = [[str(value), "False"] for value in values]
    path = write_run(tmp_path, more=[asked("likelihood", responses=[values] * 4)])
    assert verify(capsys, path)[0] == 0
    changed = [["-3.5", "False"], *logged[1:]]
    change_sample(path, 1, filtered_resps=changed, resps=[[each] for each in changed])
    assert "igakuqa Q2: acc is stored as 1, recomputed 0" in verify(capsys, path)[1]
    change_sample(path, 1, filtered_resps=changed[:2])
    said = verify(capsys, path)[1]
    assert "igakuqa Q2: the sample is stored as not complete, recomputed nothing" in said


def test_the_bound_of_the_table(run, monkeypatch, capsys):
    """3 answers of 5 characters and one of 3: (4 * 200 + 18) / 2 = 409."""
    change_sample(run, 3, accuracy=1)
    change_results(run, **{"accuracy,none": 1.0})
    args = ["table", str(run), "--resamples", "10", "--format", "markdown"]
    monkeypatch.setattr(confirmed, "MOST", 408)
    assert main(args) == 0
    assert "not held against the responses, because there are many" in capsys.readouterr().out
    assert main([*args, "--verify"]) == 1
    monkeypatch.setattr(confirmed, "MOST", 409)
    assert main(args) == 1


def test_groups_are_pooled_again(tmp_path, capsys):
    docs = questions(2, year=2018)
    tasks = [asked(), asked(task="jjsimqa", docs=docs, responses=answers(docs, 0))]
    pooled = {"accuracy,none": 0.5, "accuracy_stderr,none": 0.2041241452319315}
    others = {f"{name},none": value for name, value in (("exact_match", 0.5),)}
    group = {**pooled, **others, "gestalt_score,none": 0.0}
    run = {"groups": {"jmed": group}, "group_subtasks": {"jmed": ["igakuqa", "jjsimqa"]}}
    path = write_run(tmp_path, more=tasks, run=run)
    status, lines = verify(capsys, path)
    assert status == 1
    wrong = [line for line in lines if line.startswith("jmed (all questions)")]
    # (3 * 4 * 0.25 ** 2 + 1 * 2 * 0 ** 2) / (6 - 2) / 6 is 0.03125, and its root 0.176777
    assert wrong[-1].endswith("accuracy_stderr is stored as 0.204124, recomputed 0.176777")
    assert not any("accuracy is" in line for line in wrong)
    assert len(wrong) == 2  # the made-up Gestalt score


def test_a_damaged_samples_file_is_one_line(run, capsys):
    samples_of(run).write_text("{", encoding="utf-8")
    assert main(["verify", str(run)]) == 1
    assert "not a complete JSON object" in capsys.readouterr().err
