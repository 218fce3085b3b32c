"""A prompt that does not fit into the model's context ends the run before it starts."""

import pytest
from lm_eval.utils import apply_template
from tokenizers.processors import TemplateProcessing
from transformers import AutoTokenizer

from jmedlora.exams.prompt_length import Prompt, Room
from jmedlora.models.context_length import Context
from tests.support.tasks import load, prompts
from tests.support.tiny_model import END


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


@pytest.mark.lm_eval
@pytest.mark.parametrize("shots", [0, 1])
@pytest.mark.parametrize("name", ["jmed_sample", "jmed_sample_alpaca"])
def test_the_length_check_counts_the_prompts_that_lm_eval_sends(name, shots, tiny_model):
    """One token too little room for the longest prompt stops the run and names it."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    lengths = {
        problem_id: len(tokenizer(prompt)["input_ids"])
        for problem_id, prompt in prompts(load(name), shots).items()
    }
    longest = max(lengths, key=lengths.__getitem__)
    room = lengths[longest] - 1
    with pytest.raises(SystemExit) as caught:
        prompts(load(name, pretrained=str(tiny_model), max_length=room + 256), shots)
    assert str(caught.value) == (
        f"jmed: jmed_sample at {shots} shot: 1 prompt longer than the {room} tokens that the model "
        f"leaves for one (context {room + 256}, answer 256): {longest} ({room + 1} tokens); use "
        "fewer shots or a model with a longer context, or accept that lm-eval cuts the "
        "instruction off: --metadata '{\"allow_truncation\": true}'"
    )
    fits = {"pretrained": str(tiny_model), "max_length": room + 257}
    assert len(prompts(load(name, **fits), shots)) == 40
    cut = load(name, pretrained=str(tiny_model), max_length=room + 256, allow_truncation=True)
    assert len(prompts(cut, shots)) == 40
    context = cut.dump_config()["metadata"]["data"]["context"]
    assert (context["length"], context["longest"][shots]) == (room + 256, room + 1)
