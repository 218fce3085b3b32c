"""What a model generated before lm-eval cut it, and whether it ended at the token limit.

lm-eval hands on less than it got: it takes finished thinking away (``think_end_token``), passes
over the thinking that a server sends beside its answer, and does not say which responses ended at
the limit. So its model is watched while it generates.

What is noted of a response is found by the object that lm-eval hands on: another response may say
the same. Python has an empty text and a text of one Latin character only once, so of these nothing
is noted. In lm-eval's cache it is kept by request, for a run that takes its answers there.
"""

from collections import deque
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any, NamedTuple

from lm_eval.api.instance import Instance
from lm_eval.api.model import CachingLM, hash_args

from jmed_metrics.thinking import split_thinking
from jmedlora.exams.lm_eval_run import without_cache

NOTED = "jmed_whole_responses"
"""The attribute of lm-eval's model that keeps what was noted."""
GENERATES = ("_model_generate", "_model_multimodal_generate", "_multimodal_model_generate")
"""What lm-eval's hf and vllm call for a batch. They report each response to ``cache_hook`` then."""
KEPT = "jmed whole response "
"""What stands before a request's hash where its whole response is kept in lm-eval's cache."""
LATIN = "\xff"
"""The last character that Python has only once."""
REASONING = ("reasoning_content", "reasoning")
"""Where servers put the thinking that their parser took out of the answer."""


class Generated(NamedTuple):
    """A whole response. cut: whether it ended at the limit."""

    text: str
    cut: bool


@dataclass(slots=True)
class WholeResponses:
    """What was noted of the responses of one model.

    waiting: of the batch that lm-eval is working on. cut: the whole texts that ended at the limit.
    kept: lm-eval's cache; None without. _found: by the id of a response, which is kept beside it so
    that no other object gets its id.
    """

    waiting: deque[Generated] = field(default_factory=deque)
    cut: set[str] = field(default_factory=set)
    kept: MutableMapping[str, Any] | None = None
    _found: dict[int, tuple[str, str]] = field(default_factory=dict)

    def note(self, response: str, generated: Generated) -> None:
        """Keeps what lm-eval made ``response`` of."""
        whole = _whole(response, generated.text)
        if generated.cut:
            self.cut.add(whole)
        if _is_unique(response):
            self._found[id(response)] = (response, whole)

    def keep(self, request: Any, response: str) -> None:
        """Puts what ``response`` does not tell into lm-eval's cache, where there is one."""
        whole = self._found.get(id(response), (response, response))[1]
        cut = whole in self.cut
        if self.kept is not None and (cut or whole != response):
            self.kept[_key(request)] = (response, whole, cut)

    def whole(self, response: str | None, request: Any) -> str | None:
        """All that the model generated; None if it is not known."""
        if id(response) in self._found:
            return self._found[id(response)][1]
        if self.kept is None:
            return None
        answer, whole, cut = self.kept.get(_key(request), (None, None, False))
        if answer != response:
            return None
        self.cut |= {whole} if cut else set()
        return whole


def _key(request: Any) -> str:
    return KEPT + hash_args("generate_until", request)


def watch_responses(model: Any) -> None:
    """Has ``model`` note what it generates. A response from lm-eval's cache is not noted."""
    asked = without_cache(model)
    if asked is None or hasattr(asked, NOTED):
        return
    noted = WholeResponses(kept=model.dbdict if isinstance(model, CachingLM) else None)
    setattr(asked, NOTED, noted)
    if hasattr(asked, "parse_generations"):
        asked.parse_generations = _watched_parse(asked.parse_generations, noted)
    for name in GENERATES:
        if hasattr(asked, name):
            watched = _watched_generate(getattr(asked, name), asked, noted)
            setattr(asked, name, watched)
    hook = asked.cache_hook
    hook.add_partial = _watched_report(hook.add_partial, noted)


def put_back(model: Any, requests: Sequence[Instance]) -> tuple[bool, frozenset[str]]:
    """Makes the responses of ``requests`` whole again.

    Returns whether each was known, and the whole ones that ended at the limit.
    """
    noted = getattr(without_cache(model), NOTED, None) or WholeResponses()
    all_known = True
    for request in requests:
        wholes = [noted.whole(each, request.args) for each in request.resps]
        pairs = list(zip(request.resps, wholes, strict=True))
        all_known &= all(whole is not None or not response for response, whole in pairs)
        request.resps = [response if whole is None else whole for response, whole in pairs]
    return all_known, frozenset(noted.cut)


def _is_unique(response: str) -> bool:
    return len(response) > 1 or response > LATIN


def _whole(response: str, generated: str) -> str:
    """``generated``, in which ``response`` is told from its thinking by known marks."""
    if not generated.endswith(response):
        return response
    whole, alone = split_thinking(generated), split_thinking(response)
    same = whole.answer.strip() == alone.answer.strip() and whole.finished == alone.finished
    thinking = generated[: len(generated) - len(response)].strip()
    return generated if same else f"<think>\n{thinking}\n</think>\n\n{response}"


# A server


def _watched_parse(parse: Callable[..., list[Any]], noted: WholeResponses) -> Callable[..., Any]:
    @wraps(parse)
    def parse_generations(outputs: Any, **kwargs: Any) -> list[Any]:
        responses = parse(outputs=outputs, **kwargs)
        served = list(_served(outputs if isinstance(outputs, list) else [outputs]))
        if len(served) == len(responses):
            for response, generated in zip(responses, served, strict=True):
                if isinstance(response, str) and generated:
                    noted.note(response, generated)
        return responses

    return parse_generations


def _served(outputs: Sequence[Any]) -> Iterator[Generated | None]:
    """What a server sent, in lm-eval's order; None where it is no text."""
    for output in outputs:
        choices = output.get("choices") if isinstance(output, dict) else None
        named = [each for each in choices or () if isinstance(each, dict)]
        for choice in sorted(named, key=lambda each: each.get("index", 0)):
            yield _choice(choice)


def _choice(choice: dict[str, Any]) -> Generated | None:
    message = choice.get("message")
    apart = message if isinstance(message, dict) else {"content": choice.get("text")}
    text = apart.get("content")
    if not isinstance(text, str):
        return None
    thinking = next((each for name in REASONING if isinstance(each := apart.get(name), str)), "")
    if thinking.strip():
        text = f"<think>\n{thinking.strip()}\n</think>\n\n{text}"
    return Generated(text, choice.get("finish_reason") == "length")


# A model that lm-eval runs itself


def _watched_generate(
    generate: Callable[..., Any], model: Any, noted: WholeResponses
) -> Callable[..., Any]:
    @wraps(generate)
    def model_generate(*args: Any, **kwargs: Any) -> Any:
        batch = generate(*args, **kwargs)
        noted.waiting.clear()
        if hasattr(batch, "tolist"):
            inputs = args[0] if args else kwargs["context"]
            prompt = inputs if hasattr(inputs, "shape") else inputs["input_ids"]
            start = prompt.shape[1] if getattr(model, "backend", "causal") == "causal" else 0
            full = batch.shape[1] >= kwargs["max_length"]
            rows = (row[start:] for row in batch.tolist())
            noted.waiting.extend(_decoded(model, tokens, full=full) for tokens in rows)
        else:
            noted.waiting.extend(_of_vllm(batch))
        return batch

    return model_generate


def _watched_report(report: Callable[..., None], noted: WholeResponses) -> Callable[..., None]:
    @wraps(report)
    def add_partial(attr: str, request: Any, response: Any) -> None:
        if attr == "generate_until":
            if noted.waiting:
                noted.note(response, noted.waiting.popleft())
            noted.keep(request, response)
        report(attr, request, response)

    return add_partial


def _decoded(model: Any, tokens: list[int], *, full: bool) -> Generated:
    """full: whether the batch went on to the limit; a response that ended before is padded."""
    decode = partial(model.tok_decode, skip_special_tokens=True)
    end = getattr(model, "think_end_token", None)
    behind = 0
    if isinstance(end, int) and end in tokens:
        behind = len(tokens) - tokens[::-1].index(end)
    thinking = model.tok_decode(tokens[:behind], skip_special_tokens=False) if behind else ""
    return Generated(thinking + decode(tokens[behind:]), full and tokens[-1] not in _ends(model))


def _ends(model: Any) -> set[int | None]:
    """The tokens that end a response, and the one that fills it up."""
    tokenizer = model.tokenizer
    config = getattr(model.model, "generation_config", None)
    stated = getattr(config, "eos_token_id", None)
    known = stated if isinstance(stated, list) else [stated]
    return {tokenizer.pad_token_id, tokenizer.eos_token_id, model.eot_token_id, *known}


def _of_vllm(batch: Any) -> Iterator[Generated]:
    for output in batch:
        completions = getattr(output, "outputs", None)
        if completions:
            yield Generated(completions[0].text, completions[0].finish_reason == "length")
