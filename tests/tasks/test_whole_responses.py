"""What a model generated, told from what lm-eval hands on of it."""

from types import SimpleNamespace
from typing import Any

import pytest
from lm_eval.api.model import CachingLM

from jmedlora.exams.chat_answers import generation, read_answers
from jmedlora.exams.decoding import Decoding, leave_temperature_to_server
from jmedlora.exams.whole_responses import put_back, watch_responses

pytestmark = pytest.mark.lm_eval

DOC = {"problem_id": "q", "question": "どれか。", "choices": ["甲", "乙", "丙"], "answer": ["b"],
       "forbidden": [], "case": "", "images": []}  # fmt: skip
END, PAD = 1, 0


class Run:
    """A model that lm-eval runs itself. A token is the number of a character."""

    backend = "causal"
    tokenizer = SimpleNamespace(pad_token_id=PAD, eos_token_id=END)
    model = SimpleNamespace(generation_config=SimpleNamespace(eos_token_id=[END]))
    eot_token_id = END

    def __init__(self, think_end_token: str | int | None, rows: list[str], limit: int) -> None:
        self.think_end_token, self.rows, self.limit = think_end_token, rows, limit
        self.cache_hook = SimpleNamespace(add_partial=lambda *_: None)

    def tok_decode(self, tokens: list[int], *, skip_special_tokens: bool = True) -> str:
        return "".join(chr(each) for each in tokens if each not in (END, PAD))

    def _model_generate(self, *, context: Any, max_length: int) -> Any:
        made = [[9, *map(ord, row)][:max_length] for row in self.rows]
        ended = [row if len(row) == max_length else [*row, END] for row in made]
        width = max(map(len, ended))
        padded = [row + [PAD] * (width - len(row)) for row in ended]
        return SimpleNamespace(shape=(len(padded), width), tolist=lambda: padded)

    def generate_until(self) -> list[str]:
        """As lm-eval's: it strips what stands up to the end of the thinking."""
        batch = self._model_generate(context=SimpleNamespace(shape=(1, 1)),
                                     max_length=self.limit + 1)  # fmt: skip
        found = []
        for row in batch.tolist():
            text = self.tok_decode(row[1:])
            end = self.think_end_token
            mark = chr(end) if isinstance(end, int) else end
            found.append(text.split(mark)[-1].lstrip() if mark else text)
            self.cache_hook.add_partial("generate_until", None, found[-1])
        return found


class Server:
    """A model behind a server."""

    def __init__(self) -> None:
        self.cache_hook = SimpleNamespace(add_partial=lambda *_: None)

    def set_cache_hook(self, hook: Any) -> None:
        self.cache_hook = hook

    def parse_generations(self, outputs: Any, **_: Any) -> list[str]:
        return [output["choices"][0]["message"]["content"] for output in outputs]

    def _create_payload(self, messages: Any, *, gen_kwargs: dict[str, Any]) -> dict[str, Any]:
        given = dict(gen_kwargs)
        return {"messages": messages, "temperature": given.pop("temperature", 0), **given}


def answers(model: Any, responses: list[str]) -> tuple[list[str], list[str]]:
    """The whole responses, and what is read of them."""
    requests = [SimpleNamespace(args=(f"問題{n}", {}), resps=[each])
                for n, each in enumerate(responses)]  # fmt: skip
    all_whole, cut = put_back(model, requests)
    how = generation(model, {"max_gen_toks": 16_384}, all_whole=all_whole, cut=cut)
    texts = [request.resps[0] for request in requests]
    return texts, read_answers(texts, [DOC] * len(texts), ["問題"] * len(texts), how)


ROWS = [
    "甲か。終【回答】b",
    "甲か。終選択肢を順に見る。aは正しい。なぜなら甲は常に",
    "甲か。終【回答】b\n解説: 乙が正しい。なぜなら乙は",
    "aが正しいように見える。しかしbかもしれない。まず甲を",
    "【回答】b と思うが、違うかもしれない。まず甲をよく見る",
    "答えはb",
]
CUT = [row[:24] for row in ROWS]
"""As a model with 24 tokens gives them: the second to the fifth reach that limit."""


@pytest.mark.parametrize("end", ["終", ord("終")])
def test_an_answer_cut_behind_its_thinking_is_not_read(end):
    model = Run(end, ROWS, 24)
    watch_responses(model)
    responses = model.generate_until()
    assert responses[1] == "選択肢を順に見る。aは正しい。なぜなら甲は常"[:20]
    texts, read = answers(model, responses)
    assert read == ["【回答】b", "", CUT[2][4:], "", "", "答えはb"]
    assert texts[0] == "<think>\n甲か。終\n</think>\n\n【回答】b"
    assert [text.replace("<think>\n", "").replace("\n</think>\n\n", "") for text in texts] == CUT


def test_without_stripping_the_marks_of_the_response_tell():
    model = Run(None, ["<think>甲か。</think>b", "<think>甲か。</think>甲と乙と丙とを見る。"], 24)
    watch_responses(model)
    texts, read = answers(model, model.generate_until())
    assert texts == ["<think>甲か。</think>b", "<think>甲か。</think>甲と乙と丙と"]
    assert read == ["b", ""]


def test_a_response_that_ends_with_its_last_token_is_whole():
    model = Run(None, ["答えはbである。"], 9)
    watch_responses(model)
    assert answers(model, model.generate_until())[1] == ["答えはbである。"]


def choice(text: str, finish: str = "stop", **more: str) -> dict[str, Any]:
    message = {"content": text, **more}
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_the_thinking_beside_a_servers_answer_is_kept(name):
    model = Server()
    watch_responses(model)
    outputs = [
        choice("【回答】b", **{name: "甲か。"}),
        choice("甲と乙では、aが", "length", **{name: "甲か。"}),
        choice("".join(["【回答】", "b"])),
    ]
    texts, read = answers(model, model.parse_generations(outputs=outputs))
    assert texts[0] == "<think>\n甲か。\n</think>\n\n【回答】b"
    assert texts[2] == "【回答】b"  # of another response that says the same
    assert read == ["【回答】b", "", "【回答】b"]


def test_what_comes_from_lm_evals_cache_is_whole_as_well(tmp_path):
    first, again = (CachingLM(Server(), str(tmp_path / "cache.db")) for _ in range(2))
    watch_responses(first)
    outputs = [choice("甲と乙では、aが", "length", reasoning="甲か。"), choice("【回答】b")]
    found = first.lm.parse_generations(outputs=outputs)
    for number, text in enumerate(found):
        first.lm.cache_hook.add_partial("generate_until", (f"問題{number}", {}), text)
    first.dbdict.commit()
    watch_responses(again)
    texts, read = answers(again, ["".join(text) for text in found])
    assert texts == ["<think>\n甲か。\n</think>\n\n甲と乙では、aが", "【回答】b"]
    assert read == ["", "【回答】b"]


def test_a_server_is_sent_the_temperature_that_was_given_and_no_other():
    model = Server()
    assert leave_temperature_to_server(model)
    assert leave_temperature_to_server(model)  # the second task of the run
    chat = Decoding(until=[], max_gen_toks=9)
    assert "temperature" not in model._create_payload([], gen_kwargs=chat)
    chat.update(temperature=0.6)
    assert model._create_payload([], gen_kwargs=chat)["temperature"] == 0.6
    chat.update(do_sample=False)
    assert model._create_payload([], gen_kwargs=chat)["temperature"] == 0
    assert model._create_payload([], gen_kwargs={"until": []})["temperature"] == 0
    assert not leave_temperature_to_server(Run(None, [], 1))
