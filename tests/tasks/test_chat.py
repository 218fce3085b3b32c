"""The chat tasks: prompts, thinking, answers that were cut off, what lm-eval is told."""

import json
import logging
from pathlib import Path

import pytest

from jmedlora.exams.answer_warnings import warn_of_lost_answers
from jmedlora.exams.chat_answers import Generation, read_answers
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.report.cli import main as jmed_report
from tests.support.chat_server import answer, serving
from tests.support.commands import lm_eval, results, results_file, samples, write_jsonl
from tests.support.tasks import load, prompts

pytestmark = pytest.mark.lm_eval

GOLDEN = Path(__file__).parent.parent / "golden"
DOC = {"problem_id": "q", "question": "どれか。", "choices": ["甲", "乙", "丙"], "answer": ["b"],
       "forbidden": [], "case": "", "images": []}  # fmt: skip


def question(number: int, **more: object) -> dict[str, object]:
    return {"problem_id": f"q{number}", "question": f"問{number}。正しいのはどれか。",
            "choices": ["甲", "乙", "丙"], "answer": "b", **more}  # fmt: skip


@pytest.fixture
def own(tmp_path) -> Path:
    """An exam with a case, a number and an image."""
    (tmp_path / "x.png").write_bytes(b"")
    return write_jsonl(
        tmp_path / "own.jsonl",
        question(1),
        question(2, answer="a,c", case="次の文を読み、問いに答えよ。\n40歳の女性。発熱がある。"),
        question(3, choices=[], answer="2.1"),
        question(4, images=["x.png"]),
    )


# Prompts


@pytest.mark.parametrize(
    ("golden", "problem_id"),
    [("chat_0_shot", "q1"), ("chat_case_0_shot", "q2"), ("chat_numeric_0_shot", "q3")],
)
def test_golden_prompts(golden, problem_id, own):
    task = load("jmed_own_chat", file=str(own))
    found = prompts(task, 0)[problem_id]
    assert found.encode() == (GOLDEN / f"{golden}.txt").read_bytes()


def test_with_a_chat_template_there_is_a_system_message_and_one_turn(own):
    task = load("jmed_own_chat", file=str(own))
    turns = task.fewshot_context(
        task.eval_docs[0], 0, apply_chat_template=True, fewshot_as_multiturn=True,
        chat_template=lambda messages, **_: json.dumps(messages),
    )  # fmt: skip
    system, text = "日本の医療の試験問題に答えてください。\n", task.doc_to_text(task.eval_docs[0])
    assert json.loads(turns) == [
        {"role": "system", "content": system},
        {"role": "user", "content": text},
    ]


def test_a_follow_up_of_igakuqa_has_its_case_in_the_chat_tasks_alone(real_data):
    """112B41 and 112B42 are a series: the case is published with the first."""
    chat = {doc["problem_id"]: doc for doc in load("kokushi_112").eval_docs}
    paper = {doc["problem_id"]: doc for doc in load("igakuqa_exam", year=2018).eval_docs}
    follow_ups = [name for name, doc in chat.items() if doc["case"]]
    assert len(follow_ups) == 30  # 20 cases: ten pairs, ten triples
    for name in follow_ups:
        assert chat[name]["question"] == paper[name]["question"]
        assert chat[name]["case"] not in paper[name]["question"]


@pytest.mark.parametrize(
    ("task", "items"),
    [("jmle2026", 400), ("jmle2026_letters", 400), ("jmle2026_text", 299), ("jmle2026_mc", 276),
     ("igakuqa119", 397), ("igakuqa119_letters", 397), ("igakuqa_chat", 1455),
     ("jjsimqa_chat", 459), ("kokushi_116", 400)],
)  # fmt: skip
def test_how_many_questions_each_task_asks(task, items, real_recent):
    assert len(load(task).eval_docs) == items


def test_a_serial_question_of_the_120th_is_never_asked_without_its_case(real_recent):
    for task in ("jmle2026_letters", "jmle2026_text", "jmle2026_alpaca", "jmle2026_mc"):
        asked = {doc["problem_id"]: doc["question"] for doc in load(task).eval_docs}
        cases = {doc["problem_id"]: doc["case"] for doc in load("jmle2026").eval_docs}
        serial = [name for name in asked if cases[name]]
        assert serial
        assert all(asked[name].startswith(cases[name]) for name in serial), task


# Thinking, and answers that were cut off


LIMITED = Generation(limit=20, count=len)
"""A token a character, at most 20 of them."""


@pytest.mark.parametrize(
    ("response", "how", "expected", "why"),
    [
        ("【回答】b", Generation(), "【回答】b", "no thinking"),
        ("<think>aかbか。</think>\n【回答】b", Generation(), "【回答】b", "behind its thinking"),
        ("<think>答えはbだ。", Generation(), "", "thinking without an end"),
        ("<THINK>答えはb", Generation(), "", "the same in capitals"),
        ("aか。</think>\n\nb", Generation(), "b", "the template began the thinking"),
        (None, Generation(), "", "a server whose parser kept the thinking, and nothing came"),
        (" \n", Generation(), "", "blank"),
        ("まず甲を考える。次に乙を考える。さらに丙を", LIMITED, "", "as long as allowed"),
        ("【回答】b\n解説: 乙が正しいのは、その", LIMITED, "【回答】b\n解説: 乙が正しいのは、その",
         "it had answered before"),
        ("b\n\n**解説:** 乙が正しいのは、", LIMITED, "b\n\n**解説:** 乙が正しいのは、", "the same"),
        ("bだと思う。", LIMITED, "bだと思う。", "shorter than allowed"),
        ("【回答】b と考えたが、実は違うかもしれない",
         Generation(limit=20, count=len, ends_known=True, stripped=True), "",
         "lm-eval would have taken finished thinking away"),
        ("【回答】b", Generation(limit=20, count=len, ends_known=True, stripped=True),
         "【回答】b", "taken away"),
    ],
)  # fmt: skip
def test_what_is_read_of_a_response(response, how, expected, why):
    assert read_answers([response], [DOC], ["問題"], how) == [expected]


def test_a_prompt_that_begins_the_thinking():
    prompts = ["<|user|>問題<|assistant|><think>\n"] * 2
    responses = ["乙が正しい。答えはb", "乙が正しい。</think>【回答】b"]
    found = read_answers(responses, [DOC] * 2, prompts, Generation())
    assert found == ["", "【回答】b"]
    closed = ["<|user|>問題<|assistant|><think>\n\n</think>\n\n"]
    assert read_answers(["答えはb"], [DOC], closed, Generation()) == ["答えはb"]


def test_another_response_tells_that_the_thinking_begins_in_the_prompt():
    responses = ["考える。</think>【回答】b", "答えはaだろうか、いや"]
    assert read_answers(responses, [DOC] * 2, ["?", "?"], Generation()) == ["【回答】b", ""]
    # Not so where a model begins its thinking itself, or answers on a channel of its own.
    for thought in ("<think>考える。</think>【回答】b", "analysis考える。assistantfinal【回答】b"):
        found = read_answers([thought, "答えはa"], [DOC] * 2, ["?", "?"], Generation())
        assert found == ["【回答】b", "答えはa"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("【回答】b", {"correct": 1, "unparsed": 0, "cut": 0, "forbidden": 0}),
        ("【回答】c", {"correct": 0, "unparsed": 0, "cut": 0, "forbidden": 1}),
        ("わかりません。", {"correct": 0, "unparsed": 1, "cut": 0, "forbidden": 0}),
        ("", {"correct": 0, "unparsed": 0, "cut": 1, "forbidden": 0}),
        (None, {"correct": 0, "unparsed": 0, "cut": 1, "forbidden": 0}),
        ("<think>b", {"correct": 0, "unparsed": 0, "cut": 1, "forbidden": 0}),
    ],
)
def test_the_scores(text, expected):
    assert PROTOCOLS["chat"].score({**DOC, "forbidden": ["c"]}, [text]) == expected


BEHAVIOUR = {
    "sample-01": answer("考えます。\n【回答】a"),
    "sample-02": answer("<think>答えはaだ。いや、", finish="length"),
    "sample-03": answer("<think>aか。</think>\n【回答】b"),
    "sample-04": None,  # a reasoning parser kept everything
    "sample-05": answer("まず答えはaのように見えます。", finish="length"),
    "sample-06": answer("順に検討します。\na. これは当てはまりません。"),  # no last line
}


@pytest.mark.slow
def test_a_server_whose_answers_are_cut_or_lack_their_last_line(tmp_path, capsys):
    docs = {doc["problem_id"]: doc for doc in load("jmed_sample_chat").eval_docs}
    replies = {docs[name]["question"]: reply for name, reply in BEHAVIOUR.items()}

    def behave(content, _):
        (found,) = [reply for text, reply in replies.items() if text in content]
        return found or answer(None, finish="length")

    with serving(behave) as server:
        found = lm_eval(
            "--tasks", "jmed_sample_chat", "--model", "local-chat-completions",
            "--apply_chat_template", "--limit", "6", "--model_args",
            f"model=served,base_url={server.url}/chat/completions", cwd=tmp_path,
        )  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert "3 of 6 answers were cut off before they were given" in found.stderr + found.stdout
    body = server.bodies[0]
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert body["max_tokens"] == 16_384
    assert results(tmp_path / "out")["results"]["jmed_sample_chat"]["cut,none"] == 0.5
    rows = {row["doc"]["problem_id"]: row for row in samples(tmp_path / "out", "jmed_sample_chat")}
    assert rows["sample-03"]["filtered_resps"] == ["【回答】b"]
    assert rows["sample-03"]["resps"] == [["<think>aか。</think>\n【回答】b"]]
    assert [rows[name]["cut"] for name in BEHAVIOUR] == [0, 1, 0, 1, 1, 0]
    assert [rows[name]["unparsed"] for name in BEHAVIOUR] == [0, 0, 0, 0, 0, 1]
    assert jmed_report(["audit", str(tmp_path / "out")]) == 0
    assert "3" in capsys.readouterr().out.split("cut")[1].split()[0]
    assert jmed_report(["verify", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "6 answers scored again, all agree" in said
    assert "1 answer stored as cut off" in said  # the server said so; its text does not show it


# What lm-eval is told


def test_the_examples_of_the_examination_hold_whatever_num_fewshot_says(published, caplog):
    task = load("igakuqa_exam", year=2018)
    with caplog.at_level(logging.WARNING):
        task.set_config("num_fewshot", 0)
    assert task.config.num_fewshot == 3
    assert "--num_fewshot 0 is not for this task, which shows its own 3 worked ex" in caplog.text
    caplog.clear()
    task.set_config("num_fewshot", 3)
    task.set_config("generation_kwargs", {"max_gen_toks": 9}, update=True)
    assert not caplog.text
    assert task.config.generation_kwargs["max_gen_toks"] == 9


def test_an_exam_of_ones_own_shows_as_many_examples_as_it_has(own, tmp_path):
    examples = write_jsonl(tmp_path / "examples.jsonl", question(8), question(9))
    task = load("jmed_own_letters", file=str(own), examples=str(examples))
    assert task.config.num_fewshot == 2


def test_an_answer_is_as_long_as_the_context_allows(tiny_model, caplog):
    with caplog.at_level(logging.WARNING):
        task = load("jmed_sample_chat", pretrained=str(tiny_model), max_length=2048)
    limit = task.config.generation_kwargs["max_gen_toks"]
    assert 64 <= limit < 2048 - 256
    assert f"the model's context leaves {limit} tokens for an answer" in caplog.text
    for given, expected in ((32_768, limit), (limit, limit), (32, 32)):
        task.set_config("generation_kwargs", {"max_gen_toks": given}, update=True)
        assert task.config.generation_kwargs["max_gen_toks"] == expected
    cut = load("jmed_sample_chat", pretrained=str(tiny_model), max_length=330,
               allow_truncation=True)  # fmt: skip
    assert cut.config.generation_kwargs["max_gen_toks"] == 64
    cut.set_config("generation_kwargs", {"max_gen_toks": 128}, update=True)
    assert cut.config.generation_kwargs["max_gen_toks"] == 128  # more of the prompts is cut
    with pytest.raises(SystemExit) as caught:
        load("jmed_sample_chat", pretrained=str(tiny_model), max_length=330)
    assert "tokens that the model leaves for one" in str(caught.value)


def test_the_models_own_settings_are_used(tiny_model, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    for path in tiny_model.iterdir():
        (folder / path.name).symlink_to(path)
    (folder / "generation_config.json").unlink(missing_ok=True)
    settings = {"do_sample": True, "temperature": 0.6, "top_p": 0.95, "top_k": 20}
    (folder / "generation_config.json").write_text(json.dumps(settings), encoding="utf-8")
    task = load("jmed_sample_chat", pretrained=str(folder))
    found = task.config.generation_kwargs
    assert {name: found[name] for name in settings} == settings
    assert "temperature" not in load("jmed_sample_chat").config.generation_kwargs


def test_questions_that_are_left_out_are_counted(own, tiny_model, caplog):
    with caplog.at_level(logging.WARNING):
        task = load("jmed_own", file=str(own))
    data = task.config.metadata["data"]
    assert (data["items"], data["whole"]) == (2, 4)
    assert "own: 2 of 4 questions are left out: 1 need an image" in caplog.text
    assert "1 ask for a number" in caplog.text
    assert "whole" not in load("jmed_sample").config.metadata["data"]


@pytest.mark.slow
def test_the_signature_counts_them(own, tiny_model, tmp_path, capsys):
    with own.open("a", encoding="utf-8") as file:
        file.write(json.dumps(question(5, answer="a or c")) + "\n")
    metadata = json.dumps({"file": str(own)})
    found = lm_eval("--tasks", "jmed_own,jmed_own_chat", "--metadata", metadata,
                    "--model", "hf", "--model_args", f"pretrained={tiny_model}",
                    "--gen_kwargs", "max_gen_toks=8,do_sample=False", cwd=tmp_path)  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert jmed_report(["signature", str(results_file(tmp_path / "out"))]) == 0
    out = capsys.readouterr().out
    assert "|n:2/5|" in out
    assert "|n:4/5|" in out
    row = results(tmp_path / "out")["results"]["jmed_own_chat"]
    assert row["cut,none"] + row["unparsed,none"] + row["correct,none"] <= 1
    logged = {row["doc"]["problem_id"]: row for row in samples(tmp_path / "out", "jmed_own_chat")}
    assert logged["q5"]["doc"]["accepted"] == [["a"], ["c"]]
    assert logged["q1"]["doc"]["accepted"] is None
    assert jmed_report(["verify", str(tmp_path / "out")]) == 0
    assert "the exam's hash" not in capsys.readouterr().out  # it was checked


@pytest.mark.parametrize(
    ("task", "counted", "said"),
    [
        ("igakuqa119", (397, 400), "3 of 400 questions are left out: 3 are damaged"),
        ("jmle2026_text", (299, 400), "101 of 400 questions are left out: 98 need an image"),
        ("igakuqa119_text", (289, 400), "111 of 400 questions are left out: 3 are damaged"),
    ],
)
def test_questions_of_a_whole_examination_that_are_left_out(
    task, counted, said, real_recent, caplog
):
    with caplog.at_level(logging.WARNING):
        data = load(task).config.metadata["data"]
    assert (data["items"], data["whole"]) == counted
    assert said in caplog.text
    caplog.clear()
    assert "whole" not in load("jmle2026").config.metadata["data"]
    assert "left out" not in caplog.text


@pytest.mark.parametrize("templated", [True, False])
def test_the_warning_of_unread_answers_names_the_template_where_it_is_missing(templated, caplog):
    with caplog.at_level(logging.WARNING):
        warn_of_lost_answers("t", [["わかりません。"]], [DOC], Generation(), templated=templated)
    assert "t: 1 of 1 answers cannot be read" in caplog.text
    assert "look at them: jmed-report audit" in caplog.text
    assert ("--apply_chat_template" in caplog.text) is not templated


@pytest.mark.parametrize(
    ("how", "remedy"),
    [
        (Generation(), "allow longer ones: --gen_kwargs max_gen_toks=N, or have"),
        (Generation(limit=9), "allow longer ones (now 9): --gen_kwargs max_gen_toks=N, or have"),
        (Generation(limit=9, fills_context=True), "use a model with a longer context"),
    ],
)
def test_the_warning_of_cut_answers_names_what_can_be_longer(how, remedy, caplog):
    with caplog.at_level(logging.WARNING):
        warn_of_lost_answers("t", [[""]], [DOC], how, templated=True)
    assert "t: 1 of 1 answers were cut off before they were given; " in caplog.text
    assert remedy in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize("task", ["jmed_sample_chat", "jmed_sample"])
def test_a_limit_above_the_models_context(task, tiny_model, tmp_path):
    """lm-eval would end with a traceback."""
    found = lm_eval("--tasks", task, "--limit", "2", "--model", "hf", "--model_args",
                    f"pretrained={tiny_model},max_length=1024", "--gen_kwargs",
                    "max_gen_toks=4096,do_sample=False", cwd=tmp_path)  # fmt: skip
    assert "Traceback" not in found.stderr
    if task == "jmed_sample":
        assert found.returncode == 1
        assert found.stderr.splitlines()[-1] == (
            "jmed: jmed_sample: --gen_kwargs max_gen_toks=4096 leaves no room for a prompt in the "
            "model's context of 1024 tokens; give a lower one"
        )
        return
    assert found.returncode == 0, found.stderr
    limit = results(tmp_path / "out")["configs"][task]["generation_kwargs"]["max_gen_toks"]
    assert f"context leaves {limit} tokens for an answer, thinking included" in found.stderr
    assert f"the model's context holds no longer ones than {limit} tokens" in found.stderr


@pytest.mark.slow
def test_a_chat_server_without_messages_is_not_asked(tmp_path):
    with serving() as server:
        found = lm_eval(
            "--tasks", "jmed_sample_chat", "--model", "local-chat-completions", "--limit", "2",
            "--model_args", f"model=served,base_url={server.url}/chat/completions", cwd=tmp_path,
        )  # fmt: skip
    assert found.returncode == 1
    assert "takes messages: add --apply_chat_template" in found.stderr
    assert "Traceback" not in found.stderr
    assert not server.bodies
