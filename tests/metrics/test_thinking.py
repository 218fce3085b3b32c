"""What a model thinks, what it answers, and whether it came to an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmed_metrics.thinking import split_thinking


@pytest.mark.parametrize(
    ("text", "answer", "why"),
    [
        ("【回答】a", "【回答】a", "no thinking"),
        ("<think>b?</think>a", "a", "a tag"),
        ("<thinking>b?</thinking>a", "a", "a tag"),
        ("<thought>b?</thought>a", "a", "a tag"),
        ("<reasoning>b?</reasoning>\n<answer>a</answer>", "\n<answer>a</answer>", "a tag"),
        ("<seed:think>b?</seed:think>a", "a", "Seed"),
        ("[THINK]b?[/THINK]a", "a", "Magistral"),
        ("<THINK>b?</Think>a", "a", "capital letters"),
        ("b?</think>a", "a", "the prompt opened it"),
        ("<think>b?</think>c?</think>a", "a", "the last end"),
        ("<think>b?</think>c<think>d?</think>a", "a", "thought twice"),
        ("<think><think>b?</think>a", "a", "opened twice"),
        ("<think></think>a", "a", "nothing thought"),
        (
            "<|channel|>analysis<|message|>b?<|end|><|start|>assistant<|channel|>final<|message|>a",
            "a",
            "harmony",
        ),
        ("<|channel|>analysis<|message|>b?<|channel|>final <|constrain|>json<|message|>{}", "{}",
         "harmony that is told a format"),
        ("analysisWe need b.assistantfinala", "a", "harmony without special tokens"),
        ("analysis b?assistantcommentaryc?assistantfinala", "a", "two channels before it"),
        ("Analysis: fever. Answer: a", "Analysis: fever. Answer: a", "a heading is no channel"),
        ("a\n「<think>」は使わない", "a\n「<think>」は使わない", "a mention"),
        ("<think>「</think>」と書くか</think>a", "a", "a mention in the thinking"),
        ("a、なお`</think>`の後", "a、なお`</think>`の後", "a mention"),
    ],
)  # fmt: skip
def test_the_answer_behind_thinking(text, answer, why):
    assert split_thinking(text) == (text.removesuffix(answer), answer, True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<think>答えはa", "never ended"),
        ("<think>b?</think>c<think>d", "thinks again"),
        ("</think><think>a", "the other way round"),
        ("[THINK]a", "never ended"),
        ("<|channel|>analysis<|message|>a", "never ended"),
        ("analysisWe need a", "never ended, without special tokens"),
        ("analysisWe need aassistantcommentaryb", "the final channel was not reached"),
        ("<think>「</think>」と書くか。a", "ended only in a mention"),
        ("a。<think>の後に答える", "a mention without quotation marks counts as thinking"),
    ],
)
def test_unfinished_thinking_has_no_answer(text, why):
    assert split_thinking(text) == (text, "", False)


pieces = st.sampled_from(
    ["<think>", "</think>", "[THINK]", "[/THINK]", "<|channel|>analysis<|message|>", "analysis",
     "<|channel|>final<|message|>", "assistantfinal", "「", "」", "`", "a", "\n"]
)  # fmt: skip


@given(st.lists(pieces | st.text(max_size=4)).map("".join))
def test_nothing_of_a_text_is_lost(text):
    found = split_thinking(text)
    assert found.thinking + found.answer == text
    assert found.finished or not found.answer
    assert not split_thinking(f"。{found.answer}").thinking  # no mark is left in the answer
    assert split_thinking("<think>" + text).finished == found.finished or not found.thinking
