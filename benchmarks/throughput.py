"""``python -m benchmarks.throughput``: questions answered per second, batched against one by one.

Batched is the real lm-eval (``simple_evaluate``, model ``hf``); one by one is a loop around
``model.generate``, as in the authors' harness. Both use the same tiny model in the same process,
the same prompts and greedy decoding, and give every answer exactly the same number of tokens. The
time of both runs from the prompts to the texts of the answers: tokenizer, generation, decoding;
not in it are loading the model, building the prompts and scoring. The model is so small that
Python's work per step outweighs the arithmetic, which is what batching saves, and all answers
are equally long, so that no batch waits for its longest one: how much batching saves for a large
model on a GPU is another matter.
"""

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
import transformers
from lm_eval import simple_evaluate
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager

from benchmarks.report import show, show_json
from tests import tiny_model

TASKS = Path(__file__).parent.parent / "lm_eval_tasks"
LIBRARIES = ("lm_eval", "transformers", "torch", "tokenizers")
HEADER = ("answered by", "seconds", "questions/s", "ratio")


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


def check(run: Run, questions: int, tokens: int) -> None:
    """Ends the benchmark unless every question has an answer of exactly ``tokens`` tokens."""
    if run.tokens != [tokens] * questions:
        raise SystemExit(f"not every answer has {tokens} tokens: {sorted(set(run.tokens))}")


def identical(one: Run, other: Run) -> int:
    """How many questions have the same answer in both; padding may change some."""
    return sum(a == b for a, b in zip(one.answers, other.answers, strict=True))


def measure(lm: WatchedLM, args: argparse.Namespace) -> tuple[list[Run], list[Run]]:
    """Batched and one-by-one runs, in turns, after one short warm-up of each."""
    manager = TaskManager(include_path=str(TASKS))
    batched(lm, manager, args)
    one_by_one(lm, lm.prompts[:2], args.tokens)
    together, single = [], []
    for _ in range(args.repeats):
        together.append(batched(lm, manager, args))
        single.append(one_by_one(lm, lm.prompts, args.tokens))
        for run in (together[-1], single[-1]):
            check(run, len(lm.prompts), args.tokens)
    return together, single


def main() -> int:
    args = _arguments()
    # One thread unless asked: several wait for each other wherever something else is running.
    torch.set_num_threads(args.threads)
    logging.disable(logging.WARNING)
    transformers.utils.logging.disable_progress_bar()
    with TemporaryDirectory() as folder:
        tiny_model.build(Path(folder))
        lm = WatchedLM(pretrained=folder, device="cpu", batch_size=args.batch_size)
        together, single = measure(lm, args)
    _report(together, single, args)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Questions per second, batched and one by one.")
    parser.add_argument("--task", default="jmed_sample", help="jmed_sample (default) or igakuqa")
    parser.add_argument("--limit", type=int, help="only the first so many questions")
    parser.add_argument("--tokens", type=int, default=64, help="tokens per answer (64)")
    parser.add_argument("--batch-size", type=int, default=32, help="questions per batch (32)")
    parser.add_argument("--threads", type=int, default=1, help="processor threads (1)")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each (5)")
    return parser.parse_args()


def _report(together: list[Run], single: list[Run], args: argparse.Namespace) -> None:
    fast, slow = (min(run.seconds for run in runs) for runs in (together, single))
    questions, same = len(single[0].answers), identical(together[0], single[0])
    show(
        f"Answering {questions} questions of {args.task}, best of {args.repeats} runs in turns",
        HEADER,
        [
            _row(f"lm_eval, batches of {args.batch_size}", fast, questions, slow / fast),
            _row("model.generate, one by one", slow, questions, 1.0),
        ],
        [f"Every answer has {args.tokens} tokens; {same} of {questions} are identical in both."],
    )
    results = {
        "questions": questions,
        "batched_s": [round(run.seconds, 3) for run in together],
        "one_by_one_s": [round(run.seconds, 3) for run in single],
        "ratio": round(slow / fast, 2),
        "identical_answers": same,
        "distinct_answers": len(set(single[0].answers)),
    }
    show_json("throughput", LIBRARIES, vars(args) | results)


def _row(name: str, seconds: float, questions: int, ratio: float) -> tuple[str, ...]:
    return name, f"{seconds:.2f}", f"{questions / seconds:.1f}", f"{ratio:.1f}"


if __name__ == "__main__":
    sys.exit(main())
