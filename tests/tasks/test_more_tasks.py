"""The tasks beside the paper's: shuffled choices, likelihoods, free questions, the examination."""

import itertools
import json
import math
import string
from collections import Counter
from pathlib import Path

import pytest
import yaml
from lm_eval.utils import apply_template
from tokenizers.processors import TemplateProcessing
from transformers import AutoTokenizer

from jmedlora.core.errors import FileError
from jmedlora.exams.prompt_length import Prompt, Room
from jmedlora.exams.readers.free_text import read_free_questions
from jmedlora.exams.shuffle import inverse, order_of, original, permutation, permuted
from jmedlora.models.context_length import Context
from jmedlora.report.cli import main as jmed_report
from tests.conftest import PAPER, TASKS, lm_eval, results, samples, write_jsonl
from tests.support.published import publish
from tests.support.tiny_model import END
from tests.tasks.test_tasks import load, prompts

pytestmark = pytest.mark.usefixtures("compiled_once")

GOLDEN = Path(__file__).parent.parent / "golden"
INSTRUCTION = "医師国家試験を解きます。"


@pytest.mark.parametrize("path", sorted(TASKS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_fragments_that_a_task_includes_share_no_key(path):
    """Of two, lm-eval 0.4.11 takes the first and 0.4.13 the last."""
    text = path.read_text(encoding="utf-8").replace("!function ", "")
    included = yaml.safe_load(text).get("include")
    names = included if isinstance(included, list) else []
    keys = [
        key
        for name in names
        for key in yaml.safe_load((TASKS / name).read_text("utf-8").replace("!function ", ""))
    ]
    assert len(keys) == len(set(keys))


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Made-up exams, with the notes that the whole examination needs and one numeric question."""
    monkeypatch.setenv("JMED_DATA", str(publish_notes(publish(tmp_path / "data", questions=2))))


def publish_notes(root: Path) -> Path:
    for path in sorted(root.glob("igakuqa/data/*/*-?.jsonl")):
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        notes = [
            {"problem_id": record["problem_id"], "category": "内科", "kinki": ["b"],
             "human_accuracy": "50", "breakdown": ["50", "50", "0", "0", "0"]}
            for record in records
        ]  # fmt: skip
        if path.stem == "112-F":
            numeric = {"problem_text": "3/2を求めよ。\n解答：①.②", "choices": [], "answer": ["15"]}
            write_jsonl(path, *records[:-1], records[-1] | numeric)
            notes[-1]["kinki"] = []
        write_jsonl(path.with_name(f"{path.stem}_metadata.jsonl"), *notes)
    return root


@pytest.mark.parametrize(
    ("problem_id", "seed", "expected"),
    [  # the indices in the order of: printf SEED:ID:INDEX | sha256sum
        ("Q1", 0, (3, 1, 4, 0, 2)),  # 56… 7c… 8f… dd… e6…
        ("Q1", 1, (2, 1, 0, 4, 3)),  # another seed: 0c… 4c… 63… 7a… f2…
        ("112A1", 1, (4, 3, 0, 2, 1)),  # another question
    ],
)
def test_a_permutation_is_the_same_for_ever(problem_id, seed, expected):
    assert permutation(problem_id, 5, seed) == expected


def test_every_order_is_as_likely():
    found = Counter(permutation(f"Q{i}", 3, 0) for i in range(1200))
    assert set(found) == set(itertools.permutations(range(3)))
    assert all(150 < count < 250 for count in found.values())  # 200 expected, deviation 13


def test_a_shuffled_record_by_hand_and_back():
    record = {"problem_id": "Q1", "choices": ["あ", "い", "う", "え", "お"], "answer": [0, 3]}
    shown = permuted(record, 1)
    assert shown["choices"] == ["う", "い", "あ", "お", "え"]
    assert shown["answer"] == [2, 4]  # あ is third, え is last
    assert shown["permutation"] == [2, 1, 0, 4, 3]
    assert original(shown) == (record["choices"], record["answer"])
    assert original(record) == (record["choices"], record["answer"])
    assert (order_of(record), inverse([1, 2, 0])) == ([0, 1, 2, 3, 4], [2, 0, 1])


def test_the_shuffled_tasks_ask_the_published_questions_in_another_order(published):
    plain, seed_0, seed_1 = load("igakuqa"), load("igakuqa_shuffled"), shuffled_task(1)
    notes = [task.dump_config()["metadata"]["data"] for task in (plain, seed_0, seed_1)]
    assert [note.pop("shuffle_seed", None) for note in notes] == [None, 0, 1]
    assert notes[0] == notes[1] == notes[2]  # the same data, floors and worked examples
    for doc, shown in zip(plain.eval_docs, seed_1.eval_docs, strict=True):
        assert shown["permutation"] == list(permutation(doc["problem_id"], 5, 1))
        assert [shown["choices"][i] for i in inverse(shown["permutation"])] == doc["choices"]
    assert [doc["permutation"] for doc in seed_0.eval_docs] != seed_1.eval_docs["permutation"]


def shuffled_task(seed):
    return load("igakuqa_shuffled", shuffle_seed=seed)


@pytest.mark.parametrize(
    ("response", "accuracy", "exact_match", "tied", "why"),
    [
        ("甲", 1, 1, 0, "the correct text, shown third"),
        ("戊", 0, 0, 0, "the text shown first"),
        ("戊甲", 1, 1, 1, "a tie goes to the earlier published label, though 戊 is shown first"),
        ("", 0, 0, 0, "no answer"),
    ],
)
def test_a_shuffled_response_is_scored_on_the_published_labels(
    response, accuracy, exact_match, tied, why, published
):
    task = shuffled_task(1)
    doc = task.eval_docs[0]
    assert (doc["problem_id"], doc["choices"]) == ("112A1", ["戊", "丁", "甲", "丙", "乙"])
    found = task.process_results(doc, [response])
    assert (found["accuracy"], found["exact_match"], found["tied"]) == (accuracy, exact_match, tied)
    assert found == load("igakuqa").process_results(load("igakuqa").eval_docs[0], [response])


@pytest.mark.parametrize(
    ("name", "metadata", "message"),
    [
        ("igakuqa", {"shuffle_seed": 1}, "shuffle_seed=1: this task shuffles no choices; use igak"),
        ("igakuqa_mc", {"shuffle_seed": 0}, "shuffle_seed=0: this task shuffles no choices; use"),
        ("igakuqa_shuffled", {"shuffle_seed": -1}, "shuffle_seed=-1: give a whole number from 0 o"),
        ("igakuqa_shuffled", {"shuffle_seed": True}, "shuffle_seed=True: give a whole number from"),
        ("igakuqa_shuffled", {"shuffle_seed": "1"}, "shuffle_seed=1: give a whole number from 0 o"),
        ("igakuqa_shuffled", {"shufle_seed": 1}, "--metadata has 'shufle_seed': did you mean 'shu"),
        ("igakuqa_exam", {"year": 2017}, "year=2017: IgakuQA has the years 2018, 2019, 2020, 2021"),
        ("jmed_treatment", {"year": 2018}, "year=2018: only igakuqa is selected by year, not jmed"),
        ("jmed_treatment", {"examples": "x"}, "examples=x: only the task jmed_own takes them, not"),
        ("jmed_treatment", {"file": "no.jsonl"}, "no.jsonl: cannot be read (No such file or direc"),
    ],
)
def test_metadata_that_does_not_fit_ends_with_one_line(name, metadata, message, published):
    with pytest.raises(SystemExit) as caught:
        load(name, **metadata)
    assert str(caught.value).startswith(f"jmed: {message}")


@pytest.mark.lm_eval
@pytest.mark.parametrize(
    ("golden", "name", "shots", "problem_id"),
    [
        ("shuffled_1_shot", "igakuqa_shuffled", 1, "112A1"),  # the worked example stays as it is
        ("likelihood_2_shot", "igakuqa_mc", 2, "112A1"),  # without the two-answer example
        ("letters_3_shot", "igakuqa_exam", 3, "112A1"),
        ("letters_numeric_0_shot", "igakuqa_exam", 0, "112F2"),
        ("free_0_shot", "jmed_treatment", 0, "dvt"),
    ],
)
def test_golden_prompts(golden, name, shots, problem_id, published):
    task = shuffled_task(1) if name == "igakuqa_shuffled" else load(name)
    assert prompts(task, shots)[problem_id].encode() == (GOLDEN / f"{golden}.txt").read_bytes()


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


@pytest.mark.parametrize(("name", "count"), [("igakuqa_mc", 1232), ("jjsimqa_mc", 253)])
def test_likelihoods_are_asked_of_the_real_single_answer_questions(name, count, real_data):
    task = load(name)
    assert len(task.eval_docs) == count
    assert {len(doc["answer"]) for doc in task.eval_docs} == {1}
    assert [example["problem_id"] for example in task.fewshot_docs()] == ["100E5", "100A1"]
    chance = {"chance": pytest.approx(0.2)}
    found = task.dump_config()["metadata"]["data"]["floors"]
    assert found == {"acc": chance, "acc_norm": chance}


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
    ],
)
def test_faults_of_free_questions(tmp_path, content, message):
    path = tmp_path / "mine.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FileError, match=r"mine\.jsonl") as caught:
        read_free_questions(path)
    assert message in str(caught.value)


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
@pytest.mark.parametrize(
    ("name", "shots", "answer"),
    [
        ("igakuqa_shuffled", 1, 256),
        ("igakuqa_mc", 1, 0),  # nothing is generated: the longest choice stands behind the prompt
        ("igakuqa_exam", 3, 256),
        ("jmed_treatment", 0, 256),
    ],
)
def test_a_prompt_one_token_too_long_ends_the_run(name, shots, answer, published, tiny_model):
    longest = max(read_tokens(load(name, **year_of(name)), shots, tiny_model)) + answer
    fits = {"pretrained": str(tiny_model), "max_length": longest, **year_of(name)}
    task = load(name, **fits)
    assert prompts(task, shots)
    context = task.dump_config()["metadata"]["data"]["context"]
    assert (context["length"], context["longest"][shots]) == (longest, longest - answer)
    fits["max_length"] -= 1
    what = f"answer {answer}" if answer else "the longest choice counted with it"
    with pytest.raises(SystemExit) as caught:
        prompts(load(name, **fits), shots)
    assert f" longer than the {longest - answer - 1} tokens that the model " in str(caught.value)
    assert f"(context {longest - 1}, {what})" in str(caught.value)
    assert prompts(load(name, **fits, allow_truncation=True), shots)


def test_a_tokenizers_own_tokens_count_once(tiny_model):
    """Behind the prompt, the choice has no second start token."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single=f"{END} $A", special_tokens=[(END, 0)]
    )
    doc = {"problem_id": "Q1", "question": "どれか。\n", "choices": ["甲", "乙乙乙"]}
    prompt = Prompt("説明。\n", "{{question}}", "", "", "\n", render=apply_template)
    (counts,) = Room(Context(tokenizer, 100), answer=0).counts([doc], [], prompt)
    assert counts == [len(tokenizer("説明。\nどれか。\n乙乙乙")["input_ids"])]


def year_of(name):
    return {"year": 2018} if name.startswith("igakuqa") else {}


def read_tokens(task, shots, model):
    """The tokens of everything that lm-eval has the model read."""
    tokenizer = AutoTokenizer.from_pretrained(model)
    prompts(task, shots)
    mc = task.config.output_type == "multiple_choice"
    texts = ["".join(each.args) if mc else each.args[0] for each in task.instances]
    return [len(ids) for ids in tokenizer(texts)["input_ids"]]


NEW = ("igakuqa", "jjsimqa", "igakuqa_shuffled", "jjsimqa_shuffled", "igakuqa_mc", "jjsimqa_mc",
       "jmed_treatment", "igakuqa_exam")  # fmt: skip


@pytest.mark.lm_eval
@pytest.mark.slow
def test_every_task_in_one_run_and_its_consistency(published, tiny_model, tmp_path, capsys):
    found = lm_eval("--tasks", ",".join(NEW), "--model", "hf", "--model_args",
                    f"pretrained={tiny_model}", "--limit", "4", "--batch_size", "8",
                    "--gen_kwargs", "max_gen_toks=8,do_sample=False", cwd=tmp_path)  # fmt: skip
    assert found.returncode == 0, found.stderr
    out = tmp_path / "out"
    outcome = results(out)
    assert outcome["n-shot"]["igakuqa_exam"] == 3
    assert outcome["n-shot"]["igakuqa_mc"] == 0
    for name, metrics in {
        "igakuqa_shuffled": {"accuracy", "exact_match", "gestalt_score", "empty", "tied"},
        "igakuqa_mc": {"acc", "acc_norm"},
        "jmed_treatment": {"empty"},
        "igakuqa_exam": {"correct", "unparsed", "forbidden"},
    }.items():
        row = outcome["results"][name]
        keys = {key.removesuffix(",none") for key in row if "_stderr" not in key}
        assert metrics == keys & {*metrics, "accuracy", "acc", "correct", "bypass"}, name
        assert metrics <= set(samples(out, name)[0])
    (sample, *_) = samples(out, "igakuqa_shuffled")
    assert sample["doc"]["permutation"] == list(permutation("112A1", 5, 0))
    assert jmed_report(["consistency", str(out), "--format", "json"]) == 0
    exams = json.loads(capsys.readouterr().out)
    assert [exam["exam"] for exam in exams] == ["igakuqa", "jjsimqa"]
    assert [run["shuffle_seed"] for run in exams[0]["runs"]] == [None, 0]
    for run in exams[0]["runs"]:  # recomputed from the responses, equal to what lm-eval scored
        assert run["accuracy"] == outcome["results"][run["task"]]["accuracy,none"]
    assert jmed_report(["scores", str(next(out.rglob("results_*.json")))]) == 0
