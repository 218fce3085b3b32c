"""The reward of an answer, worked out by hand, and what is said before a run that rewards."""

import json
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from jmedlora.core.errors import UserError
from jmedlora.train.resolve_config import resolve_config
from jmedlora.train.reward import REWARD_OF_OUTCOME, marker_reward
from jmedlora.train.reward_questions import all_rewards, check_reward
from tests.support.commands import write_jsonl
from tests.support.plugin import load, on, stopped
from tests.support.reward import answering_model, question, rewarded_card, write_questions

pytestmark = pytest.mark.usefixtures("alone")
ONE = {"question": "どれか。1つ選べ。", "choices": ["甲", "乙", "丙"], "answer": ["b"],
       "forbidden": ["c"]}  # fmt: skip
TWO = {"question": "どれか。2つ選べ。", "choices": ["甲", "乙", "丙", "丁"], "answer": ["a", "c"],
       "forbidden": ["d"]}  # fmt: skip
NUMBER = {"question": "いくらか。", "choices": [], "answer": ["2.1"], "forbidden": []}
PLAIN, THINKING = "<assistant>", "<assistant><think>\n"


def reward(doc, text, *, tokens=5, limit=8, asked=PLAIN):
    (found,) = marker_reward(
        completions=[text],
        completion_ids=[[1] * tokens],
        document=[json.dumps(doc)],
        asked=[asked],
        limit=[limit],
    )
    return found


@pytest.mark.parametrize(
    ("doc", "text", "expected"),
    [
        (ONE, "【回答】b", 1),
        (ONE, "乙は酸性である。\n【回答】b", 1),
        (ONE, "【回答】a", 0),
        (ONE, "【回答】c", -1),  # forbidden
        (ONE, "わかりません。", -0.5),
        (ONE, "", -0.5),
        (ONE, "【回答】a,b", 0),  # two where one is asked for
        (TWO, "【回答】a,c", 1),
        (TWO, "【回答】c,a", 1),  # a set
        (TWO, "【回答】a", 0),  # half of it
        (TWO, "【回答】a,b", 0),
        (TWO, "【回答】a,d", -1),  # one right, one forbidden
        (NUMBER, "【回答】2.1", 1),
        (NUMBER, "【回答】2.2", 0),
        (NUMBER, "【回答】多い", -0.5),
        (ONE, "<think>cかもしれない。\n【回答】c</think>\n【回答】b", 1),  # thinking is not read
        (ONE, "<think>【回答】b", -0.5),  # it never ended
    ],
)
def test_the_value_of_an_answer(doc, text, expected):
    assert reward(doc, text) == expected
    assert reward(doc, [{"role": "assistant", "content": text}]) == expected  # as TRL passes it


@pytest.mark.parametrize(
    ("text", "tokens", "asked", "expected"),
    [
        ("順に考える。\n正解はb", 8, PLAIN, -0.5),  # more might have followed
        ("順に考える。\n正解はb", 7, PLAIN, 1),
        ("正解。\n【回答】b", 8, PLAIN, 1),  # the answer was reached
        ("b", 8, PLAIN, 1),  # the whole first line
        ("b", 3, THINKING, -0.5),  # the template begins the thinking: it did not end
        ("bか。</think>\n【回答】b", 7, THINKING, 1),
    ],
)
def test_an_answer_that_was_cut_off(text, tokens, asked, expected):
    assert reward(ONE, text, tokens=tokens, asked=asked) == expected


def test_a_message_without_text_is_no_answer():
    assert reward(ONE, [{"role": "assistant", "content": None}]) == -0.5


def test_the_values_are_bounded_and_in_order():
    assert list(REWARD_OF_OUTCOME) == sorted(
        REWARD_OF_OUTCOME, key=REWARD_OF_OUTCOME.__getitem__, reverse=True
    )
    assert (max(REWARD_OF_OUTCOME.values()), min(REWARD_OF_OUTCOME.values())) == (1, -1)


def test_the_shares_of_a_step_are_logged():
    said = {}
    texts = ["【回答】b", "【回答】b", "【回答】c", "?"]
    found = marker_reward(
        completions=texts,
        completion_ids=[[1]] * 4,
        document=[json.dumps(ONE)] * 4,
        asked=[PLAIN] * 4,
        limit=[8] * 4,
        log_metric=said.__setitem__,
        trainer_state=None,  # TRL passes more than is taken
    )
    assert found == [1, 1, -1, -0.5]
    assert said == {
        "answers/right": 0.5, "answers/wrong": 0, "answers/unread": 0.25, "answers/forbidden": 0.25,
    }  # fmt: skip


# Before a run


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    return answering_model(tmp_path_factory.mktemp("reward") / "model")


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_questions(tmp_path / "data" / "questions.jsonl", range(8))
    return tmp_path


def recipe(model, **changes):
    cfg = load("grpo_8b", base_model=str(model), **changes)
    resolve_config(cfg)
    return cfg


def test_what_is_said_of_good_questions(place, model, capsys):
    found = check_reward(recipe(model))
    assert capsys.readouterr().err.splitlines()[-3:] == [
        "jmed-train: data/questions.jsonl: 8 questions, the reward",
        "jmed-train:   200 steps of 8 x 8 answers: 200.00 epochs",
        "jmed-train:   no exam that holds one of them can be reported of this model",
    ]
    assert found.reward.count == len(found.reward.keys) == 8
    row = found.rows[0]
    assert [turn["role"] for turn in row["prompt"]] == ["system", "user"]
    assert row["asked"].endswith("【回答】a<assistant>")
    assert json.loads(row["document"])["forbidden"] == ["c"]


def test_the_shipped_sample(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = check_reward(recipe(model, reward_questions="jmed_sample"))
    assert (found.name, len(found.rows)) == ("jmed_sample", 40)


def test_what_the_base_was_rewarded_for_stays_known(place, model):
    """The base is a merged model; what is trained on it, rewarded or not, is known by its card."""
    earlier = {"questions": "old.jsonl", "sha256": "a" * 64, "count": 1, "keys": ["b" * 16]}
    rewarded_card(place / "merged", [earlier])
    own = check_reward(recipe(model))
    assert all_rewards(str(place / "merged"), None) == [earlier]
    assert all_rewards(str(place / "merged"), own) == [earlier, own.reward.model_dump()]
    assert all_rewards("org/name", None) == []


def fault(cfg) -> str:
    with pytest.raises(UserError) as caught:
        check_reward(cfg)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_questions_that_are_not_there(tmp_path, monkeypatch, model):
    monkeypatch.chdir(tmp_path)
    found = fault(recipe(model, reward_questions="igakuqa.jsonl"))
    assert found.startswith("igakuqa.jsonl: cannot be read (No such file or directory)")


def test_a_question_without_an_answer_key(place, model):
    record = question(1)
    del record["answer"]
    write_jsonl(place / "data" / "questions.jsonl", record)
    found = fault(recipe(model))
    assert found.startswith("data/questions.jsonl:1: own-01: answer is missing; give letters")


def test_fewer_questions_than_a_step_takes(place, model):
    write_questions(place / "data" / "questions.jsonl", range(3))
    assert fault(recipe(model)) == (
        "data/questions.jsonl: holds 3 questions, fewer than the 8 of one step; add some, or give"
        " --effective_batch=24"
    )


def test_a_question_too_long_for_its_answer(place, model):
    long = question(1) | {"problem_id": "long", "question": "検" * 4000}
    write_jsonl(place / "data" / "questions.jsonl", question(0), long, *map(question, range(2, 9)))
    found = fault(recipe(model))
    assert found.startswith("data/questions.jsonl: long: its prompt has ")
    assert "leaves 2048; raise sequence_len" in found


def with_template(model, folder, template):
    folder.mkdir()
    for path in model.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = template
    (folder / "chat_template.jinja").unlink(missing_ok=True)
    tokenizer.save_pretrained(folder)
    return folder


def test_a_base_without_a_chat_template(place, model):
    base = with_template(model, place / "base", None)
    assert fault(recipe(base)) == (
        f"{base}: its tokenizer has no chat template, so it cannot be asked as a chat; name an"
        " instruction model as base_model"
    )


def test_a_template_whose_answers_end_with_another_token(place, model):
    template = "{% for turn in messages %}{{ turn['content'] }}<|im_end|>{% endfor %}"
    base = with_template(model, place / "base", template)
    assert fault(recipe(base)) == (
        f"{base}: its chat template ends an answer with '<|im_end|>', but its end token is"
        " '<|endoftext|>': no answer would end; correct eos_token in its tokenizer_config.json"
    )


def test_a_template_without_a_system_message(place, model):
    base = with_template(
        model, place / "base", "{{ raise_exception('System role not supported') }}"
    )
    assert fault(recipe(base)) == (
        f"{base}: its chat template refuses the messages system, user, assistant (System role not"
        " supported); name another base_model"
    )


END = "{{ eos_token }}"
TURNS = "{% for turn in messages %}{{ turn['content'] }}" + END + "{% endfor %}"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (
            "{{ strftime_now('%d %b %Y') }}" + TURNS,
            "the chat template writes the date of the day, which TRL cannot be told to pin, so a"
            " run that goes on tomorrow would see other prompts; name another base_model, or write"
            " a date into the template",
        ),
        (
            TURNS.replace("in messages", "in messages if turn['role'] != 'system'"),
            "the chat template leaves out the system message; name another base_model, or repair"
            " the template",
        ),
        (
            TURNS + "{{ 1 // 0 }}",
            "its chat template refuses the messages system, user, assistant (ZeroDivisionError:"
            " integer division or modulo by zero); name another base_model",
        ),
    ],
)
def test_a_template_that_cannot_be_rewarded(place, model, template, said):
    base = with_template(model, place / "base", template)
    assert fault(recipe(base)) == f"{base}: {said}"


def test_a_question_at_which_a_template_fails(place, model):
    write_questions(place / "data" / "questions.jsonl", range(8))
    fails = "{% if '検査値3' in messages[-1].content %}{{ 1 // 0 }}{% endif %}"
    base = with_template(model, place / "base", TURNS + fails)
    assert fault(recipe(base)) == (
        "data/questions.jsonl: own-03: the base model's chat template does not take it:"
        " ZeroDivisionError: integer division or modulo by zero; repair or delete the question, or"
        " repair the template"
    )


@pytest.mark.parametrize("group", [1, 7, 65])
def test_groups_that_do_not_divide_a_step(model, capsys, group):
    cfg = load("grpo_8b")
    cfg.trl.num_generations = group
    assert stopped(capsys, resolve_config, cfg) == [
        f"jmed-train: trl.num_generations {group} does not divide effective_batch 64 into groups of"
        " two answers or more; those that do: 2, 4, 8, 16, 32, 64"
    ]


@pytest.mark.parametrize(
    "key", ["num_generations", "max_completion_length", "generation_batch_size"]
)
@pytest.mark.parametrize("value", ["abc", "8", 8.5, -1, True])
def test_a_number_of_answers_that_is_none(capsys, key, value):
    cfg = load("grpo_8b")
    cfg.trl[key] = value
    assert stopped(capsys, resolve_config, cfg) == [
        f"jmed-train: trl.{key} is {value!r}, not a whole number above 0"
    ]


@pytest.mark.parametrize("at_once", [4, 24, 128])
def test_answers_at_once_that_do_not_fit_a_step(capsys, at_once):
    cfg = load("grpo_8b")
    cfg.trl.generation_batch_size = at_once
    assert stopped(capsys, resolve_config, cfg) == [
        f"jmed-train: trl.generation_batch_size {at_once} (answers written at once) must divide"
        " effective_batch 64 and be a multiple of 8; those that do: 8, 16, 32, 64"
    ]


@pytest.mark.parametrize("changes", [{"rl": "dpo"}, {"rl": None}, {"reward_questions": None}])
def test_a_recipe_that_rewards_by_half(capsys, changes):
    (line,) = stopped(capsys, resolve_config, load("grpo_8b", **changes))
    assert line.endswith("a recipe of this plugin has rl: grpo and reward_questions, or neither")


@pytest.mark.parametrize("key", ["reward_funcs", "num_generations", "max_completion_length"])
def test_a_recipe_without_what_a_reward_needs(capsys, key):
    cfg = load("grpo_8b")
    cfg.trl[key] = None
    (line,) = stopped(capsys, resolve_config, cfg)
    assert line.startswith("jmed-train: the recipe must name trl.reward_funcs")


def test_vllm_that_is_not_there_is_said_before_a_model_is_loaded(capsys):
    cfg = load("grpo_8b")
    cfg.trl.use_vllm = True
    (line,) = stopped(capsys, resolve_config, cfg)
    assert line.startswith("jmed-train: trl.use_vllm needs vLLM, which is not installed")


@pytest.mark.parametrize(("processes", "accumulation"), [(1, 8), (2, 4), (4, 2), (8, 1)])
def test_a_step_has_as_many_answers_on_any_number_of_gpus(monkeypatch, processes, accumulation):
    on(monkeypatch, processes)
    cfg = load("grpo_8b")
    resolve_config(cfg)
    assert cfg.gradient_accumulation_steps == accumulation
    assert cfg.trl.generation_batch_size == 64
