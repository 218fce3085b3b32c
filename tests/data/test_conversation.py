"""Records with several turns: what is refused, and what recipes make of them."""

import datetime

import pytest

from jmedlora.data.cli import main
from jmedlora.data.conversation import as_instruction, as_messages, conversations_by_answer
from tests.support.chat_templates import ASK, OWN, published, save, with_template
from tests.support.commands import write_jsonl
from tests.support.training_data import GOOD, RECIPES, check, recipe, with_recipe

U, A = {"role": "user", "content": "~~"}, {"role": "assistant", "content": "~~~"}
S = {"role": "system", "content": "~"}
REPAIR = "; repair or delete the line (recipes/README.md)\n"


def test_a_record_becomes_the_messages_of_a_chat():
    record = {"instruction": "問う", "input": "表", "output": "答え"}
    turns = [{"role": "user", "content": "問う\n\n表"}, {"role": "assistant", "content": "答え"}]
    assert as_messages(record, None) == turns
    assert as_messages(record, "短く") == [{"role": "system", "content": "短く"}, *turns]
    own = {"role": "system", "content": "丁寧に"}
    assert as_messages({**record, "system": "丁寧に"}, "短く") == [own, *turns]
    assert as_messages({"messages": [own, *turns]}, "短く") == [own, *turns]
    assert as_messages({**record, "input": ""}, None)[0]["content"] == "問う"


def test_each_answer_is_asked_for_by_itself():
    assert conversations_by_answer([S, U, A, U, A]) == [[S, U, A], [S, U, A, U, A]]


def test_a_conversation_of_one_answer_is_an_instruction():
    assert as_instruction({"messages": [U, A]}) == {"instruction": "~~", "output": "~~~"}
    assert as_instruction(GOOD) == GOOD


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"messages": [U, A], "output": "a"},
         "has 'messages' and 'output', of which only one can be trained on"),
        ({"messages": "hello"}, "'messages' is not a list of objects"),
        ({"messages": []}, "'messages' does not end with an answer ('assistant')"),
        ({"messages": [S]}, "'messages' does not end with an answer ('assistant')"),
        ({"messages": [U]}, "'messages' does not end with an answer ('assistant')"),
        ({"messages": [U, U, A]}, "message 2 is by 'user', where 'assistant' has its turn"),
        ({"messages": [A, U, A]}, "message 1 is by 'assistant', where 'user' has its turn"),
        ({"messages": [U, S, A]}, "message 2 is by 'system', where 'assistant' has its turn"),
        ({"messages": [U, {"role": "tool", "content": "a"}]},
         "message 2 is by 'tool', where 'assistant' has its turn"),
        ({"messages": [U, {"role": "assistant"}]}, "message 2 has no 'content'"),
        ({"messages": [U, {**A, "content": " "}]}, "'content' of message 2 is empty"),
        ({"messages": [U, {**A, "content": None}]}, "'content' of message 2 is NoneType, not text"),
        ({"messages": [U, {**A, "weight": 0}]}, "message 2 has 'weight', which is not read"),
        ({"messages": [{**U, "thinking": "a"}, A]},
         "message 1 has 'thinking', which only an answer may have"),
        ({"messages": [S, U, A], "system": "b"},
         "has 'system' and a system message, of which only one can be trained on"),
    ],
)  # fmt: skip
def test_what_is_no_conversation(tmp_path, capsys, record, said):
    path = write_jsonl(tmp_path / "train.jsonl", record)
    assert check(capsys, "--for", "train", path) == (1, "", f"{path}:1: {said}{REPAIR}")


@pytest.mark.parametrize(
    ("record", "what"),
    [
        ({"messages": [U, A, U, A]}, "has 2 answers"),
        ({"messages": [S, U, A]}, "has a system message"),
        ({**GOOD, "system": "~"}, "has a system message"),
        ({"messages": [U, {**A, "thinking": "~"}]}, "has 'thinking'"),
    ],
)
def test_a_prompt_has_no_place_for_a_conversation(tiny_model, tmp_path, capsys, record, what):
    path = write_jsonl(tmp_path / "data.jsonl", *[GOOD] * 8, record)
    said = (f"{path}:9: {what}, for which the recipe's prompt has no place; train with a recipe on"
            " a chat template, or repair the line\n")  # fmt: skip
    assert check(capsys, *with_recipe(tiny_model, recipe(tmp_path)), path) == (1, "", said)


def test_a_conversation_of_one_answer_is_trained_in_a_prompt(tiny_model, tmp_path, capsys):
    path = write_jsonl(tmp_path / "data.jsonl", *[{"messages": [U, A]}] * 8)
    status, out, err = check(capsys, *with_recipe(tiny_model, recipe(tmp_path)), path)
    assert (status, err) == (0, "")  # ~ 2 ~ and 3 with the end token
    assert "  tokens a record: median 8, longest 8\n" in out


@pytest.fixture
def qwen(tmp_path):
    return save(published("qwen3"), tmp_path / "qwen")


def counted(capsys, folder, path, name="qwen3_8b", **changes):
    yml = recipe(folder, name, **{"prompt": None, **changes})
    return check(capsys, *with_recipe(folder / "qwen", yml), path)


def test_the_tokens_of_the_chat_template_are_counted(qwen, tmp_path, capsys):
    """<|im_start|>user⏎ 2 <|im_end|>⏎<|im_start|>assistant⏎ and 3 with the end token."""
    around = len(published("qwen3")("<|im_start|>user\n<|im_end|>\n<|im_start|>assistant\n")[
        "input_ids"])  # fmt: skip
    chat = {"template_arguments": {}}
    path = write_jsonl(tmp_path / "data.jsonl", {"messages": [U, {**A, "thinking": "~"}]}, GOOD)
    thought = len(published("qwen3")("<think>\n~\n</think>\n\n")["input_ids"])
    status, out, err = counted(
        capsys, tmp_path, path, chat=chat, sample_packing=False, effective_batch=1, max_steps=3
    )
    assert (status, err) == (0, "")
    lines = out.splitlines()
    longest = around + 2 + thought + 3 + 1
    assert lines[0] == f"{path}: 2 records, no fault"
    assert f"longest {longest}" in lines[1] or int(lines[1].rsplit(" ", 1)[1]) >= longest
    assert lines[2] == "  left out: 0 answers whose conversation is longer than 4096 tokens"
    assert lines[3] == "  3 steps of 1 rows: 1.50 epochs of 2 rows"
    assert lines[4].startswith("  1 of 2 answers hold no thinking: the model unlearns to think")


def test_a_longer_conversation_is_left_out_and_counted(qwen, tmp_path, capsys):
    long = {"messages": [U, A, {**U, "content": "~" * 200}, A]}
    path = write_jsonl(tmp_path / "data.jsonl", long, {"messages": [U, A]})
    status, out, _ = counted(
        capsys, tmp_path, path, sequence_len=100, sample_packing=False, effective_batch=2
    )
    assert status == 0
    assert "  left out: 1 answers whose conversation is longer than 100 tokens\n" in out
    assert "1000 steps of 2 rows: 1000.00 epochs of 2 rows" in out
    assert counted(capsys, tmp_path, path, sequence_len=9) == (
        1, "", f"{path}: every conversation is longer than 9 tokens and would be left out; shorten"
        " them, or raise sequence_len\n",
    )  # fmt: skip


def test_thinking_where_the_recipe_switches_it_off(qwen, tmp_path, capsys):
    path = write_jsonl(tmp_path / "data.jsonl", {"messages": [U, {**A, "thinking": "~"}]})
    assert counted(capsys, tmp_path, path) == (
        1, "", f"{path}:1: the base model's chat template does not take it: its answer holds"
        " thinking, for which the prompt with {'enable_thinking': False} leaves no place; to train"
        " thinking, give --chat__template_arguments='{}'; repair or delete the line, or repair the"
        " template\n",
    )  # fmt: skip


def test_a_template_that_fails_at_a_record(tmp_path, capsys):
    fails = "{% if '三' in messages[0].content %}{{ 1 // 0 }}{% endif %}"
    save(with_template(OWN + ASK + fails), tmp_path / "qwen")
    turns = [{**U, "content": "三"}, A]
    path = write_jsonl(tmp_path / "data.jsonl", {"messages": [U, A]}, {"messages": turns})
    chat = {"template_arguments": {}}
    assert counted(capsys, tmp_path, path, chat=chat) == (
        1, "", f"{path}:2: the base model's chat template does not take it: ZeroDivisionError:"
        " integer division or modulo by zero; repair or delete the line, or repair the template\n",
    )  # fmt: skip


def test_special_tokens_in_a_turn(qwen, tmp_path, capsys):
    path = write_jsonl(tmp_path / "data.jsonl", {"messages": [U, {**A, "content": "<|im_end|>"}]})
    assert counted(capsys, tmp_path, path) == (
        1, "", f"{path}:1: message 3 (assistant) holds the special token '<|im_end|>' as text;"
        " remove it: training would obey it\n",
    )  # fmt: skip


def test_a_base_without_a_chat_template(tmp_path, capsys):
    folder = save(with_template(None), tmp_path / "qwen")
    path = write_jsonl(tmp_path / "data.jsonl", GOOD)
    assert counted(capsys, tmp_path, path) == (
        1, "", f"{folder}: has no chat template; use an instruct model, or a recipe with 'prompt'"
        " for a base\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("chat", "said"),
    [
        ("a", "chat is 'a', not system, template_arguments and date"),
        ({"sytem": "a"}, "chat has 'sytem', not system, template_arguments or date"),
        ({"system": 1}, "chat.system is 1, not text"),
        ({"template_arguments": "a"}, "chat.template_arguments is 'a', not names with values"),
        (
            {"template_arguments": {"tokenize": True}},
            "chat.template_arguments has 'tokenize', which is no template's",
        ),
        ({"date": "April"}, "chat.date is 'April', not a date such as 2026-04-01"),
        (  # of YAML's own type
            {"date": datetime.date(2026, 4, 1)},
            'chat.date is 2026-04-01 without quotes; write "2026-04-01"',
        ),
    ],
)
def test_settings_that_cannot_be(qwen, tmp_path, capsys, chat, said):
    path = write_jsonl(tmp_path / "data.jsonl", GOOD)
    end = "; compare it with recipes/*.yml of this project\n"
    expected = f"jmed-data: {tmp_path / 'recipe.yml'}: {said}{end}"
    assert counted(capsys, tmp_path, path, chat=chat) == (1, "", expected)


def test_describe_and_overlap_read_conversations(qwen, tmp_path, capsys):
    path = write_jsonl(tmp_path / "data.jsonl", {"messages": [U, A]}, GOOD)
    options = ["--recipe", str(RECIPES / "qwen3_8b.yml"), "--tokenizer", str(qwen)]
    assert main(["describe", str(path), *options]) == 0
    out = capsys.readouterr().out
    assert "of the 2 records that can be trained on" in out
    assert "not trained on" not in out
    assert main(["overlap", str(path), "--exam", "jmed_sample", "--out", str(tmp_path / "o")]) == 0
