"""From a record to tokens: what is cut, and which tokens stand around it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from jmedlora.data.tokenize import PromptTemplate, TokenLimits, tokenize_record

WORDS = {word: number for number, word in enumerate(["<s>", "</s>", "Q", "I", "A", "w", "x", "y"])}


def word_tokenizer(*, starts=False):
    """One token a word; with ``starts`` it begins a text with <s>, as Llama's does."""
    words = Tokenizer(models.WordLevel(WORDS, unk_token="<s>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    if starts:
        words.post_processor = processors.TemplateProcessing("<s> $A", special_tokens=[("<s>", 0)])
    return PreTrainedTokenizerFast(tokenizer_object=words, bos_token="<s>", eos_token="</s>")


def ids(text):
    return [WORDS[word] for word in text.split()]


TEMPLATE = PromptTemplate("Q {instruction} I {input} A", "Q {instruction} A")


@pytest.mark.parametrize(
    ("limits", "source", "target"),
    [
        ((9, 9), "Q w w I x A", "y y y </s>"),
        ((6, 4), "Q w w I x A", "y y y </s>"),  # to the last token
        ((5, 4), "Q w w I x", "y y y </s>"),  # the line that asks for the answer is lost
        ((6, 3), "Q w w I x A", "y y y"),  # the end token is lost
        ((1, 1), "Q", "y"),
        ((9, 1), "Q w w I x A", "y"),  # what the prompt leaves free is not given to the answer
    ],
)
def test_prompt_and_answer_each_keep_their_first_tokens(limits, source, target):
    record = {"instruction": "w w", "input": "x", "output": "y y y"}
    tokens = tokenize_record(record, TEMPLATE, TokenLimits(*limits), word_tokenizer())
    assert (tokens.source, tokens.target) == (ids(source), ids(target))
    assert (tokens.source_length, tokens.target_length) == (6, 4)


@pytest.mark.parametrize(
    ("words", "source_length", "last"),
    [(510, 512, "A"), (511, 513, "w")],  # 2 of the template
)
def test_a_prompt_of_512_tokens_is_whole(words, source_length, last):
    record = {"instruction": "w " * words, "output": "y"}
    tokens = tokenize_record(record, TEMPLATE, TokenLimits(512, 512), word_tokenizer())
    assert (tokens.source_length, len(tokens.source)) == (source_length, 512)
    assert tokens.source[-1] == WORDS[last]


@pytest.mark.parametrize(
    ("words", "target_length", "last"),
    [(511, 512, "</s>"), (512, 513, "y")],  # 1 is the end token
)
def test_an_answer_of_512_tokens_counts_its_end_token(words, target_length, last):
    record = {"instruction": "w", "output": "y " * words}
    tokens = tokenize_record(record, TEMPLATE, TokenLimits(512, 512), word_tokenizer())
    assert (tokens.target_length, len(tokens.target)) == (target_length, 512)
    assert tokens.target[-1] == WORDS[last]


@pytest.mark.parametrize("given_input", [{}, {"input": None}, {"input": ""}])
def test_a_record_without_input_has_the_other_format(given_input):
    record = {"instruction": "w", "output": "y", **given_input}
    assert tokenize_record(record, TEMPLATE, TokenLimits(9, 9), word_tokenizer()).source == ids(
        "Q w A"
    )


def test_the_first_token_of_a_text_counts_and_stands_before_the_prompt_alone():
    record = {"instruction": "w", "output": "y"}
    tokens = tokenize_record(record, TEMPLATE, TokenLimits(3, 9), word_tokenizer(starts=True))
    assert (tokens.source, tokens.source_length) == (ids("<s> Q w"), 4)
    assert tokens.target == ids("y </s>")


def test_braces_of_a_record_are_text():
    assert TEMPLATE.fill({"instruction": "{input} {0}", "input": "{"}) == "Q {input} {0} I { A"


@settings(max_examples=100, deadline=None)
@given(
    instruction=st.text(max_size=40),
    given_input=st.none() | st.text(max_size=20),
    output=st.text(max_size=40),
    source=st.integers(1, 60),
    target=st.integers(1, 60),
)
def test_tokens_keep_to_their_limits(tokenizer, instruction, given_input, output, source, target):
    record = {"instruction": instruction, "input": given_input, "output": output}
    limited = tokenize_record(record, TEMPLATE, TokenLimits(source, target), tokenizer)
    whole = tokenize_record(record, TEMPLATE, TokenLimits(10**6, 10**6), tokenizer)
    assert len(limited.source) == min(source, limited.source_length)
    assert len(limited.target) == min(target, limited.target_length)
    assert limited.source == whole.source[:source]
    assert limited.target == whole.target[:target]
    assert whole.target[-1] == tokenizer.eos_token_id
