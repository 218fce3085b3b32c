"""Three ways to have a model answer the same prompts with the same number of tokens."""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lm_eval import simple_evaluate
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over all prompts: its wall time in seconds, the answers, their numbers of tokens."""

    seconds: float
    answers: list[str]
    tokens: list[int]


class WatchedLM(HFLM):
    """lm-eval's own ``hf`` model, unchanged, with what it was asked and how long it took.

    prompts: of the latest run, in the order of the questions. run: the latest run.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prompts: list[str] = []
        self.run: Run | None = None
        self._tokens: list[int] = []

    def generate_until(self, requests: list[Instance], **_: Any) -> list[str]:
        self.prompts = [request.args[0] for request in requests]
        self._tokens = []
        start = time.perf_counter()
        answers = super().generate_until(requests, disable_tqdm=True)
        self.run = Run(time.perf_counter() - start, answers, self._tokens)
        return answers

    def _model_generate(self, context: torch.Tensor, **kwargs: Any) -> torch.Tensor:
        output = super()._model_generate(context=context, **kwargs)
        self._tokens += new_tokens(output, context, self.eot_token_id)
        return output


def new_tokens(output: torch.Tensor, prompt: torch.Tensor, end: int) -> list[int]:
    """The number of tokens of each answer in ``output``, up to the first end token."""
    answers = output[:, prompt.shape[1] :].tolist()
    return [answer.index(end) if end in answer else len(answer) for answer in answers]


def settings(tokens: int) -> dict[str, Any]:
    """Greedy decoding of exactly ``tokens`` tokens: until then the end token is never chosen."""
    return {"do_sample": False, "repetition_penalty": 1.05, "min_new_tokens": tokens}


def batched(lm: WatchedLM, manager: TaskManager, args: argparse.Namespace) -> Run:
    """All questions by lm-eval."""
    # None takes away a setting of the task that means nothing without sampling.
    without = {"temperature": None, "top_p": None}
    simple_evaluate(
        model=lm,
        tasks=[args.task],
        task_manager=manager,
        limit=args.limit,
        gen_kwargs={**settings(args.tokens), **without, "max_gen_toks": args.tokens},
        bootstrap_iters=0,
        log_samples=False,
    )
    if lm.run is None:
        raise SystemExit(f"{args.task}: lm-eval generated nothing")
    return lm.run


def one_by_one(lm: WatchedLM, prompts: Sequence[str], tokens: int) -> Run:
    """All prompts by a loop around ``model.generate``."""
    answers, counts = [], []
    start = time.perf_counter()
    for prompt in prompts:
        encoded = lm.tokenizer(prompt, return_tensors="pt").to(lm.device)
        output = lm.model.generate(
            **encoded,
            max_new_tokens=tokens,
            pad_token_id=lm.tokenizer.pad_token_id,
            **settings(tokens),
        )
        answer = output[0, encoded["input_ids"].shape[1] :]
        answers.append(lm.tokenizer.decode(answer, skip_special_tokens=True))
        counts += new_tokens(output, encoded["input_ids"], lm.eot_token_id)
    return Run(time.perf_counter() - start, answers, counts)


def with_vllm(folder: Path, prompts: Sequence[str], args: argparse.Namespace) -> Run:
    """All prompts by vLLM at once: the best of the runs, after a short warm-up."""
    from vllm import LLM, SamplingParams

    llm = LLM(model=str(folder), dtype=args.dtype, seed=0)
    asked = SamplingParams(
        temperature=0.0, repetition_penalty=1.05, min_tokens=args.tokens, max_tokens=args.tokens
    )

    def ask(some: Sequence[str]) -> Run:
        start = time.perf_counter()
        answers = [each.outputs[0] for each in llm.generate(list(some), asked, use_tqdm=False)]
        seconds = time.perf_counter() - start
        return Run(seconds, [a.text for a in answers], [len(a.token_ids) for a in answers])

    ask(prompts[:2])
    return min((ask(prompts) for _ in range(args.repeats)), key=lambda run: run.seconds)
