"""Conversations as tokens, by the chat templates of published models as TRL ships them."""

import datetime

import pytest

from jmedlora.data.chat_template import (
    ChatFormat,
    ChatTemplateError,
    chat_template_faults,
    render,
    tokenize_answer,
    writes_thinking,
)
from tests.support.chat_templates import ASK, OWN, published, with_template

DATE = datetime.date(2026, 4, 1)
SYSTEM = {"role": "system", "content": "短く答えよ。"}
USER = {"role": "user", "content": "熱は？"}
ANSWER = {"role": "assistant", "content": "三十八度"}
THOUGHT = {**ANSWER, "thinking": "体温を問う。"}
TAIL = "熱は？<|im_end|>\n<|im_start|>assistant\n"
HEAD = "<|im_start|>system\n短く答えよ。<|im_end|>\n<|im_start|>user\n"
LLAMA = "<|start_header_id|>{}<|end_header_id|>\n\n"


def rows(name, messages=(SYSTEM, USER, ANSWER), **arguments):
    """Prompt and answer of the row as text."""
    tokenizer = published(name)
    chat = ChatFormat(None, arguments, DATE)
    row = tokenize_answer(list(messages), chat, tokenizer, frozenset({tokenizer.eos_token_id}))
    return tokenizer.decode(row.source), tokenizer.decode(row.target)


def test_chatml_without_thinking():
    prompt, answer = rows("qwen3", enable_thinking=False)
    assert prompt == HEAD + TAIL + "<think>\n\n</think>\n\n"
    assert answer == "三十八度<|im_end|>"


def test_an_empty_thought_is_trained_where_thinking_is_left_on():
    prompt, answer = rows("qwen3")
    assert prompt == HEAD + TAIL
    assert answer == "<think>\n\n</think>\n\n三十八度<|im_end|>"


def test_thinking_stands_before_the_answer():
    prompt, answer = rows("qwen3", (USER, THOUGHT))
    assert prompt == "<|im_start|>user\n" + TAIL
    assert answer == "<think>\n体温を問う。\n</think>\n\n三十八度<|im_end|>"


def test_llama_with_a_pinned_date():
    head = "<|begin_of_text|>" + LLAMA.format("system") + "Cutting Knowledge Date: December 2023\n"
    ask = LLAMA.format("user") + "熱は？<|eot_id|>" + LLAMA.format("assistant")
    prompt, answer = rows("llama3_2")
    assert prompt == f"{head}Today Date: 01 Apr 2026\n\n短く答えよ。<|eot_id|>{ask}"
    assert answer == "三十八度<|eot_id|>"


def test_harmony_answers_in_its_final_channel():
    prompt, answer = rows("gptoss", reasoning_effort="low")
    assert "Current date: 2026-04-01\n\nReasoning: low\n" in prompt
    assert "# Instructions\n\n短く答えよ。" in prompt
    assert prompt.endswith("<|start|>user<|message|>熱は？<|end|><|start|>assistant")
    assert answer == "<|channel|>final<|message|>三十八度<|return|>"
    thought = "<|channel|>analysis<|message|>体温を問う。<|end|>"
    _, answer = rows("gptoss", (USER, THOUGHT))
    assert answer == f"{thought}<|start|>assistant<|channel|>final<|message|>三十八度<|return|>"


def test_of_two_end_tokens_the_first_is_the_last_that_is_trained():
    tokenizer = with_template(OWN + ASK)
    tokenizer.chat_template = (
        OWN + ASK + "{% if not add_generation_prompt %}<|endoftext|>{% endif %}"
    )
    stops = frozenset(tokenizer.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"]))
    row = tokenize_answer([USER, ANSWER], ChatFormat(None), tokenizer, stops)
    assert tokenizer.decode(row.target) == "三十八度<|im_end|>"


@pytest.mark.parametrize(
    ("template", "chat", "said"),
    [
        (OWN + ASK, ChatFormat("短く"), []),
        (None, ChatFormat(None), ["has no chat template"]),
        (OWN, ChatFormat(None), []),  # Mistral's has no words, either, before an answer
        (
            OWN + "{% if add_generation_prompt %}<|im_start|>model\n{% endif %}",
            ChatFormat(None),
            ["the chat template cannot be trained on: its prompt for an answer is not how the "
             "conversation with the answer begins, so the answer's tokens cannot be told apart"],
        ),
        (
            OWN.replace("<|im_end|>", "") + ASK,
            ChatFormat(None),
            ["the chat template ends an answer with '', at which generation does not stop (it "
             "stops at '<|im_end|>')"],
        ),
        (
            OWN.replace("{% for m in messages %}", "{% for m in messages if m.role != 'system' %}")
            + ASK,
            ChatFormat("短く"),
            ["the chat template leaves out the system message"],
        ),
        (
            OWN + ASK + "{% if messages[0].role == 'system' %}{{ raise_exception('No.') }}"
            "{% endif %}",
            ChatFormat("短く"),
            ["the chat template cannot be trained on: No."],
        ),
        (  # rendered in the sandbox of jinja2
            OWN + ASK + "{{ ''.__class__.__mro__ }}",
            ChatFormat(None),
            ["the chat template cannot be trained on: access to attribute '__class__' of 'str' "
             "object is unsafe."],
        ),
        (
            "{{ strftime_now('%d %b %Y') }}" + OWN + ASK,
            ChatFormat(None),
            ["the chat template writes the date of the day, so the rows of today and of tomorrow "
             "differ"],
        ),
        ("{{ strftime_now('%d %b %Y') }}" + OWN + ASK, ChatFormat(None, {}, DATE), []),
        (
            OWN + ASK + "{{ 1 // 0 }}",
            ChatFormat(None),
            ["the chat template cannot be trained on: ZeroDivisionError: integer division or "
             "modulo by zero"],
        ),
        (
            OWN + ASK + "{{ messages[0].content + 1 }}",
            ChatFormat(None),
            ["the chat template cannot be trained on: TypeError: can only concatenate str (not "
             '"int") to str'],
        ),
        (  # while it is read
            OWN + ASK + "{{ " + "(" * 2000 + "1" + ")" * 2000 + " }}",
            ChatFormat(None),
            ["the chat template cannot be trained on: RecursionError: maximum recursion depth "
             "exceeded"],
        ),
    ],
)  # fmt: skip
def test_templates_that_would_train_something_else(template, chat, said):
    tokenizer = with_template(template)
    stops = frozenset({tokenizer.eos_token_id})
    found = [what for what, _ in chat_template_faults(chat, tokenizer, stops)]
    assert [what.removesuffix(" in comparison") for what in found] == said


def test_an_error_of_ones_own_is_none_of_the_template():
    """The tokenizer's code, too: only what jinja2 reads or renders is the template's."""
    tokenizer = with_template(OWN + ASK)
    with pytest.raises(TypeError):
        render([USER, 3], ChatFormat(None), tokenizer)
    with pytest.raises(TypeError):
        render([USER], ChatFormat(None, {"padding": 1, "add_generation_prompt": 1}), tokenizer)


@pytest.mark.parametrize("name", ["qwen3", "llama3_1", "gptoss"])
def test_published_templates_are_trained_on(name):
    tokenizer = published(name)
    chat, stops = ChatFormat("短く", {}, DATE), frozenset({tokenizer.eos_token_id})
    assert list(chat_template_faults(chat, tokenizer, stops)) == []
    assert writes_thinking(chat, tokenizer) == (name != "llama3_1")


def test_what_a_template_says_of_a_conversation_is_told():
    hostile = {"role": "assistant", "content": "<|channel|>analysis<|message|>"}
    with pytest.raises(ChatTemplateError, match="You have passed a message containing"):
        render([USER, hostile], ChatFormat(None, {}, DATE), published("gptoss"))


@pytest.mark.parametrize(
    ("condition", "messages", "role"),
    [
        ("m.role != 'system'", [SYSTEM, USER, ANSWER], "system"),
        ("'痛' not in m.content", [{**USER, "content": "痛みは？"}, ANSWER, USER, ANSWER], "user"),
    ],
)
def test_a_turn_of_a_record_that_a_template_leaves_out(condition, messages, role):
    """Such a template looks faultless until a record has the turn."""
    tokenizer = with_template(OWN.replace("in messages", f"in messages if {condition}") + ASK)
    chat, stops = ChatFormat(None), frozenset({tokenizer.eos_token_id})
    assert list(chat_template_faults(chat, tokenizer, stops)) == []
    with pytest.raises(ChatTemplateError, match=f"^it leaves out the {role} message$"):
        tokenize_answer(messages, chat, tokenizer, stops)


def test_thinking_that_a_template_takes_out_of_an_earlier_answer_is_no_fault():
    thought = {**ANSWER, "content": "<think>\n体温を問う。\n</think>\n\n三十八度"}
    _, answer = rows("qwen3", (USER, thought, USER, ANSWER), enable_thinking=False)
    assert answer == "三十八度<|im_end|>"
