"""The whole examination, asked as GPT-3 and ChatGPT were, read and marked."""

import json
import logging
import math
import string

import pytest
from lm_eval.api.instance import Instance

from jmedlora.exams.examination import load_examinations
from tests.support.commands import write_jsonl
from tests.support.tasks import load

INSTRUCTION = "医師国家試験を解きます。"


def gpt3_problem(record, demo=True):
    """``dict2problem`` of IgakuQA's scripts/generation/gpt3.py, written anew."""
    lines = ["問題: " + record["problem_text"]]
    if record["choices"]:
        letters = string.ascii_lowercase
        lines += [f"{letters[i]}: {text}" for i, text in enumerate(record["choices"])]
        lines.append(f"必ずa,b,c,d,eの中からちょうど{len(record['answer'])}個選んでください。")
        lines.append("答え:")
    return "\n".join(lines), ",".join(record["answer"])


def raw_records(folder, pattern):
    """Published records by problem_id, read without this project's code."""
    paths = sorted(folder.glob(pattern))
    rows = [json.loads(line) for path in paths for line in path.open(encoding="utf-8")]
    return {row["problem_id"]: row for row in rows}


def test_the_examination_is_asked_as_gpt3_was_for_all_2000_questions(real_data):
    records = raw_records(real_data, "igakuqa/data/*/*-[A-F].jsonl")
    examples = raw_records(real_data, "igakuqa/scripts/prompts/prompt.jsonl").values()
    task = load("igakuqa_exam")
    assert [doc["problem_id"] for doc in task.eval_docs] == list(records)
    assert len(records) == 2000
    for doc in task.eval_docs:
        assert task.doc_to_text(doc) == gpt3_problem(records[doc["problem_id"]])[0]
    head = "".join(f"{text}\n{answer}\n" for text, answer in map(gpt3_problem, examples))
    task.set_fewshot_seed(1234)
    for place in (0, 1, *numeric_places(task)):  # num_fewshot is the task's own
        doc = task.eval_docs[place]
        context = task.fewshot_context(doc, task.config.num_fewshot)
        assert context == head + gpt3_problem(records[doc["problem_id"]])[0]


def numeric_places(task):
    return [place for place, choices in enumerate(task.eval_docs["choices"]) if not choices]


def chatgpt_messages(examples, record):
    """``create_input`` of IgakuQA's scripts/generation/chatgpt.py, written anew."""
    messages = [{"role": "system", "content": INSTRUCTION}]
    for example in examples:
        text, answer = gpt3_problem(example)
        messages.append({"role": "user", "content": text})
        messages.append({"role": "assistant", "content": answer})
    return [*messages, {"role": "user", "content": gpt3_problem(record)[0]}]


@pytest.mark.lm_eval
@pytest.mark.parametrize("problem_id", ["112A1", "112F2"])
def test_with_a_chat_template_the_turns_are_chatgpts(problem_id, published, tmp_path):
    records = raw_records(tmp_path, "data/igakuqa/data/*/*-[A-F].jsonl")
    examples = raw_records(tmp_path, "data/igakuqa/scripts/prompts/prompt.jsonl").values()
    task = load("igakuqa_exam", year=2018)
    doc = next(doc for doc in task.eval_docs if doc["problem_id"] == problem_id)
    turns = task.fewshot_context(
        doc,
        task.config.num_fewshot,
        system_instruction=INSTRUCTION,
        apply_chat_template=True,
        fewshot_as_multiturn=True,
        chat_template=lambda messages, **_: json.dumps(messages),
    )
    assert json.loads(turns) == chatgpt_messages(examples, records[problem_id])


def test_the_examination_is_greedy_and_stops_before_a_next_question(published):
    assert load("igakuqa_exam").dump_config()["generation_kwargs"] == {
        "until": ["\n問題:"],
        "do_sample": False,
        "temperature": 0.0,
        "max_gen_toks": 256,
    }


@pytest.mark.parametrize("year", [2018, [2020, 2022]])
def test_years_of_the_examination(year, published):
    years = year if isinstance(year, list) else [year]
    docs = load("igakuqa_exam", year=year).eval_docs
    assert set(docs["year"]) == set(years)
    assert len(docs) == 12 * len(years)


RIGHT = {"correct": 1, "unparsed": 0, "forbidden": 0}
UNPARSED = {"correct": 0, "unparsed": 1, "forbidden": 0}


@pytest.mark.parametrize(
    ("problem_id", "response", "expected", "why"),
    [
        ("112A1", "a", RIGHT, "the letter"),
        ("112A1", " 正解はＡです。", RIGHT, "a sentence, full width"),
        ("112A1", "b", {"correct": 0, "unparsed": 0, "forbidden": 1}, "b is forbidden"),
        ("112A1", "わかりません。", UNPARSED, "no letter: never a guess"),
        ("112A1", "a: ○\nb: ×", UNPARSED, "a discussion: neither right nor forbidden"),
        ("112A1", "b: 乙\nd: 丁", {"correct": 0, "unparsed": 0, "forbidden": 1}, "b with its text"),
        ("112F2", "1.5", RIGHT, "a number"),
        ("112F2", "2.0", {"correct": 0, "unparsed": 0, "forbidden": 0}, "another one"),
    ],
)
def test_an_examination_response_is_read_and_marked(problem_id, response, expected, why, published):
    task = load("igakuqa_exam", year=2018)
    doc = next(doc for doc in task.eval_docs if doc["problem_id"] == problem_id)
    assert task.process_results(doc, [response]) == expected


DEFECTIVE = """\
name: own
title: 模擬試験
lines: {全体: {sections: [甲], pass: 1}}
lines_from: our own
every_answer_right: [q3]
several_answers: {q4: [[a, b], [c]]}
"""
PLAIN, EITHER, STRUCK_OUT, PAIRS = ("q1", "a"), ("q2", "b or c"), ("q3", "c"), ("q4", "a,b")


@pytest.mark.lm_eval
@pytest.mark.parametrize("task", ["jmed_own_letters", "jmed_own_chat"])
@pytest.mark.parametrize(
    "order", [(PLAIN, EITHER, STRUCK_OUT, PAIRS), (STRUCK_OUT, PAIRS, EITHER, PLAIN)]
)
def test_what_few_questions_say_reaches_the_marking(task, order, tmp_path):
    """lm-eval's dataset is a table, whose columns are those of its first row."""
    records = [
        {"problem_id": name, "question": f"{name}。どれか。", "choices": ["甲", "乙", "丙"],
         "answer": answer, "section": "甲"}
        for name, answer in order
    ]  # fmt: skip
    (tmp_path / "own.yaml").write_text(DEFECTIVE, encoding="utf-8")
    loaded = load(task, file=str(write_jsonl(tmp_path / "own.jsonl", *records)))
    docs = {doc["problem_id"]: doc for doc in loaded.eval_docs}
    right = {"q1": ["a"], "q2": ["b", "c"], "q3": ["a", "b", "c"], "q4": ["a,b", "c"]}
    for name, doc in docs.items():
        for response in ("a", "b", "c", "a,b"):
            correct = loaded.process_results(doc, [f"【回答】{response}"])["correct"]
            accepted = right[name] if name != "q3" else [response]
            assert correct == (response in accepted), (name, response)


@pytest.mark.parametrize(
    ("task", "right"),
    [("kokushi_112", {"112B30": ["a", "d"]}), ("kokushi_116", {"116A71": list("abcde")}),
     ("igakuqa_exam", {"112B30": ["a", "d"], "116A71": list("abcde")})],
)  # fmt: skip
def test_every_published_answer_to_a_defective_question_is_right(task, right, real_data):
    loaded = load(task)
    docs = {doc["problem_id"]: doc for doc in loaded.eval_docs}
    for name, accepted in right.items():
        marks = {text: loaded.process_results(docs[name], [text])["correct"] for text in "abcde"}
        assert marks == {text: int(text in accepted) for text in "abcde"}


def test_every_answer_that_the_119th_accepts_is_right(real_recent):
    """Its description and its own file of answers say which; one question has several."""
    loaded = load("igakuqa119")
    docs = {doc["problem_id"]: doc for doc in loaded.eval_docs}
    (exam,) = load_examinations("119")
    several = [each for each in exam.questions if len(each.answers) > 1 or each.every_answer_right]
    assert len(several) == 1
    for each in several:
        for answer in each.answers:
            text = "【回答】" + ",".join(answer)
            assert loaded.process_results(docs[each.problem_id], [text])["correct"] == 1


def test_what_guesses_at_the_examination_are_worth(published, real_data, monkeypatch):
    def floor():
        data = load("igakuqa_exam").dump_config()["metadata"]["data"]
        return data["floors"]["correct"]["chance"]

    assert floor() == pytest.approx((59 / 5 + 0) / 60)  # 59 of five choices; one number
    monkeypatch.setenv("JMED_DATA", str(real_data))
    guesses = {"116A71": 1, "112B30": 2 / 5}  # struck out; "a or d"
    for name, record in raw_records(real_data, "igakuqa/data/*/*-[A-F].jsonl").items():
        sets = math.comb(len(record["choices"]), len(record["answer"]))
        guesses.setdefault(name, 1 / sets if sets else 0)
    assert floor() == pytest.approx(sum(guesses.values()) / 2000)


@pytest.mark.lm_eval
@pytest.mark.parametrize(("unread", "warned"), [(0, False), (1, False), (2, True), (10, True)])
def test_a_run_of_which_many_answers_cannot_be_read_ends_with_the_remedy(
    unread, warned, tmp_path, caplog
):
    records = [
        {"problem_id": f"q{number}", "question": "どれか。", "choices": ["甲", "乙"], "answer": "a"}
        for number in range(10)
    ]
    task = load("jmed_own_letters", file=str(write_jsonl(tmp_path / "own.jsonl", *records)))
    texts = ["分かりません。"] * unread + ["a"] * (10 - unread)
    task._instances = [
        Instance("generate_until", doc, ("", {}), 0, ("jmed_own_letters", place, 1), resps=[text])
        for place, (doc, text) in enumerate(zip(task.eval_docs, texts, strict=True))
    ]
    with caplog.at_level(logging.WARNING):
        task.apply_filters()
    said = f"{unread} of 10 answers cannot be read; look at them: jmed-report audit; a chat or"
    assert (said in caplog.text) is warned
