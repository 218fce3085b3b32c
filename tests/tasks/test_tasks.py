"""The tasks as lm-eval loads them: the matrix, the prompts byte for byte, the scoring."""

import json
from pathlib import Path

import pytest
import yaml

from jmed_metrics import score_response
from jmedlora.exams.decoding import Decoding
from jmedlora.exams.documents import content_hash
from jmedlora.exams.protocols import PROTOCOLS
from jmedlora.exams.registry import load_exam, native_form
from jmedlora.report.load.signature import EXAMPLES, SHOWN
from tests.support.commands import PAPER, TASKS
from tests.support.recent import publish_igakuqa119, publish_jmle2026
from tests.support.tasks import load, manager, prompts

pytestmark = pytest.mark.lm_eval

GOLDEN = Path(__file__).parent.parent / "golden"
YEARS = (2018, 2019, 2020, 2021, 2022)
MATRIX = {
    # the exam and the template of each task
    "igakuqa": ("igakuqa", "ja"),
    "igakuqa_alpaca": ("igakuqa", "alpaca"),
    "igakuqa_en": ("igakuqa_en", "alpaca"),
    "jjsimqa": ("jjsimqa", "ja"),
    "jjsimqa_alpaca": ("jjsimqa", "alpaca"),
    "jmed_sample": ("jmed_sample", "ja"),
    "jmed_sample_alpaca": ("jmed_sample", "alpaca"),
    **{f"igakuqa_{year}": ("igakuqa", "ja") for year in YEARS},
}
OWN = {"jmed_own", "jmed_own_alpaca"}
MORE = {  # tests/tasks/test_protocols.py
    "igakuqa_shuffled", "jjsimqa_shuffled", "igakuqa_mc", "jjsimqa_mc", "igakuqa_exam",
    "jmed_treatment", "jmed_treatment_alpaca",
    # tests/tasks/test_chat.py, test_vision.py
    *(f"{exam}{how}" for exam in ("jmle2026", "igakuqa119")
      for how in ("", "_letters", "_text", "_alpaca", "_mc", "_vision")),
    "igakuqa_chat", "jjsimqa_chat", "jmed_sample_chat",
    "jmed_own_chat", "jmed_own_letters", "jmed_own_vision",
    *(f"kokushi_{number}" for number in range(112, 117)),
    "igakuqa_case", "igakuqa_exam_case",  # tests/tasks/test_follow_ups.py
}  # fmt: skip
RECITED = {  # tests/tasks/test_recite.py
    "jmed_recite", "jmed_recite_trained", "jmed_recite_held_out", "jmed_recite_loss_trained",
    "jmed_recite_loss_held_out", "jmed_recite_canaries", "jmed_recite_canary_exposure",
    "jmed_recite_canary_said",
}  # fmt: skip
GROUPS = {
    "jmed": ["igakuqa", "jjsimqa"],
    "jmed_alpaca": ["igakuqa_alpaca", "jjsimqa_alpaca"],
    "kokushi": ["igakuqa119", "jmle2026", *(f"kokushi_{number}" for number in range(112, 117))],
}


def test_the_listing_is_the_matrix():
    assert set(manager().all_tasks) == {*MATRIX, *OWN, *MORE, *RECITED, *GROUPS}


def test_leaves_are_three_lines_and_fragments_share_no_key():
    fragments = sorted(TASKS.glob("_*.yaml"))
    recited = set(TASKS.glob("jmed_recite*.yaml"))
    for path in set(TASKS.glob("*.yaml")) - set(fragments) - recited:
        assert len(path.read_text(encoding="utf-8").splitlines()) == 3, path.name
    for prompt in ("ja", "alpaca"):
        keys = []
        for name in ("_exam", f"_prompt_{prompt}", "_protocol_response"):
            text = (TASKS / f"{name}.yaml").read_text(encoding="utf-8").replace("!function ", "")
            keys += yaml.safe_load(text)
        assert len(keys) == len(set(keys))


def test_every_protocol_has_its_fragment():
    fragments = {path.stem.removeprefix("_protocol_") for path in TASKS.glob("_protocol_*.yaml")}
    assert fragments == set(PROTOCOLS)
    assert all(name == each.name for name, each in PROTOCOLS.items())


@pytest.mark.parametrize("name", MATRIX)
def test_every_task_asks_its_exam_and_notes_which(name, published):
    task = load(name)
    exam, template = MATRIX[name]
    config = task.dump_config()
    assert config["metadata"]["template"] == template
    assert config["metadata"]["data"]["exam"] == exam
    assert config["metadata"]["data"]["items"] == len(task.eval_docs)
    assert len(config["metadata"]["data"]["sha256"]) == 64
    assert config.get("num_fewshot") is None  # so that --num_fewshot decides
    if name[-4:].isdigit():
        assert {doc["year"] for doc in task.eval_docs} == {int(name[-4:])}


@pytest.mark.parametrize("group", GROUPS)
def test_groups(group, published, tmp_path):
    publish_jmle2026(tmp_path / "data", {})
    publish_igakuqa119(tmp_path / "data")
    (members,) = manager().load_task_or_group([group]).values()
    assert sorted(members) == GROUPS[group]


@pytest.mark.parametrize("shots", [0, 1])
@pytest.mark.parametrize("template", ["ja", "alpaca"])
def test_golden_prompts(template, shots):
    name = "jmed_sample" if template == "ja" else "jmed_sample_alpaca"
    golden = (GOLDEN / f"{template}_{shots}_shot.txt").read_bytes()
    assert prompts(load(name), shots)["sample-01"].encode() == golden


FIGURE_1 = {
    "ja": (
        "以下は、タスクを説明する指示と、文脈のある入力の組み合わせです。要求を適切に満たす応答を書きなさい。\n",
        "### 指示:\n{}\n### 入力:\n{}\n### 応答:\n",
    ),
    "alpaca": (
        "Below is an instruction that describes a task, paired with an input that provides further "
        "context. Write a response that appropriately completes the request.\n",
        "### Instruction:\n{}\n### Input:\n{}\n### Response:\n",
    ),
}


def figure_1(template, doc, examples):
    """The prompt as section 3.2 and Figure 1 describe it, put together without Jinja."""
    preamble, block = FIGURE_1[template]
    text = preamble
    for example in examples:
        gold = ",".join(example["choices"][i] for i in example["answer"])
        text += block.format(example["question"], ",".join(example["choices"])) + gold + "\n"
    return text + block.format(doc["question"], ",".join(doc["choices"]))


@pytest.mark.parametrize("shots", [0, 1])
@pytest.mark.parametrize("name", ["igakuqa", "igakuqa_alpaca", "igakuqa_en", "jjsimqa"])
def test_every_real_prompt_is_figure_1(name, shots, real_data):
    task = load(name)
    examples = list(task.fewshot_docs())[:shots]
    assert [example["problem_id"] for example in examples] == ["100E5", "100A60", "100A1"][:shots]
    built = prompts(task, shots)
    assert len(built) == len(task.eval_docs)
    for doc in task.eval_docs:
        expected = figure_1(MATRIX[name][1], doc, examples)
        assert built[doc["problem_id"]] == expected, doc["problem_id"]


def test_decoding_is_the_papers():
    settings = load("jmed_sample").dump_config()["generation_kwargs"]
    assert settings == PAPER


def test_null_takes_a_decoding_setting_out():
    task = load("jmed_sample")
    change = {"repetition_penalty": None, "do_sample": False}
    task.set_config("generation_kwargs", change, update=True)
    assert "repetition_penalty" not in task.dump_config()["generation_kwargs"]
    greedy = {"until": [], "do_sample": False, "temperature": 0.0, "max_gen_toks": 256}
    assert task.dump_config()["generation_kwargs"] == greedy  # servers see the temperature only
    assert load("jmed_sample").dump_config()["generation_kwargs"]["repetition_penalty"] == 1.05
    settings = Decoding(a=1)
    settings.update(a=None, b=2)
    assert settings == {"b": 2}


def test_a_response_is_scored_as_jmed_metrics_scores_it():
    task = load("jmed_sample")
    for doc in task.eval_docs:
        response = "答えは" + doc["choices"][0]
        score = score_response(response, doc["choices"], doc["answer"])
        assert task.process_results(doc, [response]) == {
            "accuracy": score.accuracy,
            "exact_match": score.exact_match,
            "gestalt_score": score.gestalt_score,
            "empty": 0,
            "tied": int(score.tied),
        }


@pytest.mark.parametrize("name", ["igakuqa", "igakuqa_en"])
def test_year_selects_by_metadata_in_every_language(name, published):
    assert {doc["year"] for doc in load(name, year=2020).eval_docs} == {2020}
    assert {doc["year"] for doc in load(name, year=[2018, 2022]).eval_docs} == {2018, 2022}
    assert len(load(name, year=[2020, 2020]).eval_docs) == len(load(name, year=2020).eval_docs)


@pytest.mark.parametrize(
    ("name", "metadata", "message"),
    [
        (
            "igakuqa",
            {"year": 2017},
            "year=2017: IgakuQA has the years 2018, 2019, 2020, 2021, 2022",
        ),
        ("igakuqa", {"year": 2018.0}, "year=2018.0: give a year or a list of years, such as [2021"),
        ("igakuqa", {"year": []}, "year=[]: give a year or a list of years, such as [2021, 2022]"),
        ("igakuqa", {"years": [2018]}, "--metadata has 'years': did you mean 'year'?"),
        ("igakuqa", {"Year": 2018}, "--metadata has 'Year': did you mean 'year'?"),
        ("jmed_own", {"file": ["a"]}, "file=['a']: give the path of one file"),
        ("jmed_sample", {"allow_truncation": "no"}, "allow_truncation=no: give true or false"),
        ("igakuqa", {"year": "2018"}, "year=2018: give a year or a list of years, such as [2021"),
        ("igakuqa_2018", {"year": 2019}, "year=2019: this task asks 2018 alone; use the task igak"),
        ("jjsimqa", {"year": 2018}, "year=2018: only igakuqa is selected by year, not jjsimqa"),
        ("jmed_own", {}, 'jmed_own asks your own exam: add --metadata \'{"file": "exam.jsonl"}\''),
        ("jmed_own", {"file": "no.jsonl"}, "no.jsonl: cannot be read (No such file or directory)"),
    ],
)
def test_metadata_that_does_not_fit_ends_with_one_line(name, metadata, message, published):
    with pytest.raises(SystemExit) as caught:
        load(name, **metadata)
    assert str(caught.value).startswith(f"jmed: {message}")


def test_missing_data_ends_with_one_line(no_data, tmp_path):
    with pytest.raises(SystemExit) as caught:
        load("igakuqa")
    assert str(caught.value) == (
        f"jmed: igakuqa is not in the cache ({tmp_path / 'empty-cache' / 'igakuqa'}); run: "
        "jmed-data fetch igakuqa (or set JMED_DATA to a folder that holds igakuqa/)"
    )


@pytest.mark.parametrize(
    ("name", "shots", "message"),
    [
        ("igakuqa", 4, "--num_fewshot 4: the pool has 3 worked examples"),
        ("jmed_sample", 2, "--num_fewshot 2: the pool has 1 worked example"),
    ],
)
def test_more_shots_than_the_pool_has(name, shots, message, published):
    with pytest.raises(SystemExit) as caught:
        prompts(load(name), shots)
    assert str(caught.value) == f"jmed: {message}"


def test_an_own_exam_with_worked_examples(tmp_path):
    record = {"problem_id": "Q1", "question": "どれか。", "choices": ["甲", "乙"], "answer": ["b"]}
    exam, shots = tmp_path / "exam.jsonl", tmp_path / "shots.jsonl"
    exam.write_text(json.dumps(record) + "\n", encoding="utf-8")
    shots.write_text(
        json.dumps({**record, "problem_id": "E1", "question": "例。"}) + "\n", encoding="utf-8"
    )
    assert prompts(load("jmed_own", file=str(exam), examples=str(shots)), 1)["Q1"] == (
        FIGURE_1["ja"][0]
        + "### 指示:\n例。\n### 入力:\n甲,乙\n### 応答:\n乙\n"
        + "### 指示:\nどれか。\n### 入力:\n甲,乙\n### 応答:\n"
    )
    with pytest.raises(SystemExit) as caught:
        prompts(load("jmed_own", file=str(exam)), 1)
    assert str(caught.value) == (
        "jmed: --num_fewshot 1: the pool has 0 worked examples; "
        'add "examples": "examples.jsonl" to --metadata'
    )


def test_an_own_exam_that_does_not_pass_is_refused(tmp_path):
    record = {"problem_id": "Q1", "question": "どれか。", "choices": ["甲", "乙"], "answer": ["f"]}
    exam = tmp_path / "exam.jsonl"
    exam.write_text(json.dumps(record) + "\n", encoding="utf-8")
    with pytest.raises(SystemExit) as caught:
        load("jmed_own", file=str(exam))
    expected = f"jmed: {exam}:1: Q1: answer 'f' is none of the 2 choices; use a to b"
    assert str(caught.value) == expected


def test_the_signature_knows_the_published_examples(real_data):
    names = ("igakuqa", "igakuqa_en", "jmed_sample", "igakuqa_exam")
    pools = [list(map(native_form(name), load_exam(name).examples)) for name in names]
    likelihood = PROTOCOLS["likelihood"]
    pools.append(list(map(likelihood.form, load_exam("igakuqa").only(likelihood.takes).examples)))
    known = {content_hash(pool[:n])[:SHOWN] for pool in pools for n in range(1, len(pool) + 1)}
    assert known == EXAMPLES


@pytest.mark.parametrize("path", sorted(TASKS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_fragments_that_a_task_includes_share_no_key(path):
    """If two did, lm-eval 0.4.11 would take the first and 0.4.13 the last."""
    text = path.read_text(encoding="utf-8").replace("!function ", "")
    included = yaml.safe_load(text).get("include")
    names = included if isinstance(included, list) else []
    keys = [
        key
        for name in names
        for key in yaml.safe_load((TASKS / name).read_text("utf-8").replace("!function ", ""))
    ]
    assert len(keys) == len(set(keys))
