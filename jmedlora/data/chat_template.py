"""A conversation as tokens, by the chat template of the base model's tokenizer.

The prompt of a row is what lm-eval's ``--apply_chat_template`` sends for the same messages, token
for token, apart from the date that some templates write: the turns before the answer, up to where
the model goes on. The rest of the rendered conversation, up to the token at which generation stops,
is what is trained.
"""

import datetime
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import jinja2

from jmedlora.data.conversation import Message
from jmedlora.data.tokenize import RecordTokens

PROBE_ANSWER = "«a»"
DATED = "the chat template writes the date of the day"
LEFT_OUT = "the chat template leaves out the {} message"
PROBE_DATES = (datetime.date(2001, 2, 3), datetime.date(2022, 11, 12))
CALL_ARGUMENTS = (
    "tokenize", "add_generation_prompt", "chat_template", "strftime_now", "return_dict",
    "return_tensors", "padding", "truncation", "continue_final_message",
)  # fmt: skip
"""Arguments of apply_chat_template itself, which are no template's."""
THINKING = ("thinking", "reasoning_content")
"""Under these names templates look for what a model thought (gpt-oss; Qwen3 and others)."""


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """How a recipe turns records into the messages of a chat.

    system: the system message of records that have none. arguments: of the template, such as
    ``enable_thinking``. date: what a template that writes today's date is told.
    """

    system: str | None
    arguments: dict[str, Any] = field(default_factory=dict)
    date: datetime.date | None = None


class ChatTemplateError(Exception):
    """A conversation that the template does not take, or a template that cannot be trained on."""


def tokenize_answer(
    messages: list[Message], chat: ChatFormat, tokenizer: Any, stops: frozenset[int]
) -> RecordTokens:
    """``messages``, the last of which is the answer, as tokens. Nothing is cut.

    stops: ids of the tokens at which generation ends; the answer is trained up to the first one.
    Raises ChatTemplateError where the template refuses the messages or leaves one out, or where
    the answer is not found behind the prompt.
    """
    prompt = render(messages[:-1], chat, tokenizer, ask=True)
    whole = render(messages, chat, tokenizer)
    if not whole.startswith(prompt):
        if has_thinking(messages[-1]) and chat.arguments:
            raise ChatTemplateError(
                f"its answer holds thinking, for which the prompt with {chat.arguments} leaves no "
                "place; to train thinking, give --chat__template_arguments='{}'"
            )
        raise ChatTemplateError(
            "its prompt for an answer is not how the conversation with the answer begins, so the "
            "answer's tokens cannot be told apart"
        )
    if left_out := list(_left_out(messages, whole)):
        raise ChatTemplateError(f"it leaves out the {left_out[0]} message")
    source = _encode_prompt(prompt, tokenizer)
    target = _up_to_stop(whole[len(prompt) :], tokenizer, stops)
    return RecordTokens(source, target, len(source), len(target))


def render(messages: list[Message], chat: ChatFormat, tokenizer: Any, *, ask: bool = False) -> str:
    """``messages`` as text; with ``ask`` up to where the model is to go on.

    Raises ChatTemplateError with what the template said of the messages, or with the error that
    it made: a template is a program, and may divide by zero.
    """
    turns = [_with_thinking(message) for message in messages]
    date = {"strftime_now": chat.date.strftime} if chat.date else {}
    try:
        return tokenizer.apply_chat_template(
            turns, tokenize=False, add_generation_prompt=ask, **date, **chat.arguments
        )
    except Exception as error:
        if not _is_of_template(error):
            raise  # a bug of ours, which keeps its traceback
        raise ChatTemplateError(_described(error)) from error


def chat_template_faults(
    chat: ChatFormat, tokenizer: Any, stops: frozenset[int]
) -> Iterator[tuple[str, str]]:
    """What of the tokenizer's template would silently train something else, each with a remedy."""
    if not isinstance(tokenizer.chat_template, str):
        what = "has no chat template" if not tokenizer.chat_template else "has several templates"
        yield what, "use an instruct model, or a recipe with 'prompt' for a base"
        return
    other = "use a model whose template fits, or repair the template"
    try:
        yield from _rendering_faults(chat, tokenizer, stops, other)
    except ChatTemplateError as error:
        yield f"the chat template cannot be trained on: {error}", other


def writes_date_of_the_day(chat: ChatFormat, tokenizer: Any) -> bool:
    """Whether what the template makes of a conversation depends on the day, which ``chat`` does
    not pin. Raises ChatTemplateError where the template refuses the probe.
    """
    probe = probe_conversation(chat)
    first, second = (
        render(probe, ChatFormat(None, chat.arguments, date), tokenizer) for date in PROBE_DATES
    )
    return first != second and chat.date is None


def left_out_of_probe(chat: ChatFormat, tokenizer: Any) -> list[str]:
    """Whose messages of the probe the template leaves out. Raises ChatTemplateError likewise."""
    probe = probe_conversation(chat)
    return list(_left_out(probe, render(probe, chat, tokenizer)))


def probe_conversation(chat: ChatFormat) -> list[Message]:
    """A conversation that ends with PROBE_ANSWER."""
    turns: list[Message] = [
        {"role": "user", "content": "«u»"},
        {"role": "assistant", "content": PROBE_ANSWER},
    ]
    return [{"role": "system", "content": chat.system}, *turns] if chat.system else turns


def writes_thinking(chat: ChatFormat, tokenizer: Any) -> bool:
    """Whether the template has a place for what the model thought before an answer."""
    marked: list[Message] = [
        {"role": "user", "content": "u"},
        {"role": "assistant", "content": "a", "thinking": "«t»"},
    ]
    dated = ChatFormat(None, {}, chat.date or PROBE_DATES[0])
    try:
        return "«t»" in render(marked, dated, tokenizer)
    except ChatTemplateError:  # it takes no such conversation
        return False


def has_thinking(message: Message) -> bool:
    """Whether an answer of a record holds what the model thought."""
    return "thinking" in message or "</think>" in message["content"]


def _rendering_faults(
    chat: ChatFormat, tokenizer: Any, stops: frozenset[int], other: str
) -> Iterator[tuple[str, str]]:
    if writes_date_of_the_day(chat, tokenizer):
        yield (
            f"{DATED}, so the rows of today and of tomorrow differ",
            ('say which it is to write: chat.date "2026-04-01"'),
        )
    if left_out := left_out_of_probe(chat, tokenizer):
        yield from ((LEFT_OUT.format(name), other) for name in left_out)
        return
    probe = probe_conversation(chat)
    tokens = tokenize_answer(probe, chat, tokenizer, stops)
    if PROBE_ANSWER not in tokenizer.decode(tokens.target):
        yield "the chat template has an end token before the answer", other
    elif tokens.target[-1] not in stops:
        end = render(probe, chat, tokenizer).rpartition(PROBE_ANSWER)[2].strip()
        known = ", ".join(repr(tokenizer.decode([stop])) for stop in sorted(stops))
        yield (
            f"the chat template ends an answer with {end!r}, at which generation does not stop "
            f"(it stops at {known})",
            "name the token at the end of an answer as eos_token_id in generation_config.json",
        )


def _left_out(messages: list[Message], whole: str) -> Iterator[str]:
    """Whose message is not in ``whole``, the conversation as text, for each such message.

    For an answer, the part after its thinking is enough: templates take the thinking out of
    earlier turns.
    """
    for message in messages:
        if message["content"].rpartition("</think>")[2].strip() not in whole:
            yield message["role"]


def _is_of_template(error: Exception) -> bool:
    """Whether ``error`` was raised while the template was read or rendered: within jinja2."""
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    return any(
        str(frame.f_globals.get("__name__")).partition(".")[0] == "jinja2" for frame in frames
    )


def _described(error: Exception) -> str:
    """What ``error`` says, in one line; of an error that is not the template's own, its class."""
    text = " ".join(str(error).split())
    if isinstance(error, jinja2.TemplateError):
        return text or repr(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _with_thinking(message: Message) -> Message:
    if "thinking" not in message:
        return message
    return {**message, **dict.fromkeys(THINKING, message["thinking"])}


def _encode_prompt(prompt: str, tokenizer: Any) -> list[int]:
    """As lm-eval encodes it: the tokenizer's own start token only where the text has none."""
    begins = tokenizer.bos_token is not None and prompt.startswith(tokenizer.bos_token)
    return tokenizer(prompt, add_special_tokens=not begins, verbose=False).input_ids


def _up_to_stop(answer: str, tokenizer: Any, stops: frozenset[int]) -> list[int]:
    """The tokens of ``answer`` up to the first at which generation stops, or all of them."""
    ids = tokenizer(answer, add_special_tokens=False, verbose=False).input_ids
    last = next((place for place, token in enumerate(ids) if token in stops), len(ids) - 1)
    return ids[: last + 1]
