"""``python -m benchmarks.throughput``: questions answered per second, batched against one by one.

Batched is the real lm-eval (``simple_evaluate``, model ``hf``); one by one is a loop around
``model.generate``, as in the authors' harness. Both use the same tiny model in the same process,
the same prompts and greedy decoding, and give every answer exactly the same number of tokens. The
time of both runs from the prompts to the texts of the answers: tokenizer, generation, decoding;
not in it are loading the model, building the prompts and scoring. The model is so small that
Python's work per step outweighs the arithmetic, which is what batching saves, and all answers
are equally long, so that no batch waits for its longest one: how much batching saves for a large
model on a GPU is another matter. ``--shape open-calm-7b`` and ``llama2-7b`` measure that, with
random weights (benchmarks/shapes.py; 14 GB of disk while it runs), and ``--vllm`` also asks vLLM.
"""

import argparse
import logging
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

import torch
import transformers
from lm_eval.tasks import TaskManager

from benchmarks import shapes
from benchmarks.answering import Run, WatchedLM, batched, one_by_one, with_vllm
from benchmarks.report import show, show_json
from tests.support import tiny_model

TASKS = Path(__file__).parent.parent / "lm_eval_tasks"
LIBRARIES = ("lm_eval", "transformers", "torch", "tokenizers")
HEADER = ("answered by", "seconds", "questions/s", "ratio")
TINY = "tiny"
DTYPES = {"cpu": "float32", "cuda": "bfloat16"}
"""By device, where none is asked for."""


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
    with TemporaryDirectory(dir=args.folder) as name:
        folder = _build(Path(name), args)
        lm = WatchedLM(
            pretrained=name, device=args.device, dtype=args.dtype, batch_size=args.batch_size
        )
        together, single = measure(lm, args)
        prompts, length = lm.prompts, fmean(len(ids) for ids in lm.tokenizer(lm.prompts).input_ids)
        lm.model.to("meta")  # its memory is vLLM's
        torch.cuda.empty_cache()
        served = with_vllm(folder, prompts, args) if args.vllm else None
    _report(together, single, served, args, length)
    return 0


def _build(folder: Path, args: argparse.Namespace) -> Path:
    if args.shape == TINY:
        return tiny_model.build(folder)
    dtype = getattr(torch, args.dtype)
    return shapes.build(folder, args.shape, device=args.device, dtype=dtype)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.throughput",
        description="Questions per second, batched and one by one.",
        epilog="example: python -m benchmarks.throughput --shape open-calm-7b --device cuda",
    )
    add = parser.add_argument
    add("--task", default="jmed_sample", help="jmed_sample (default) or igakuqa")
    add("--limit", type=int, help="only the first so many questions")
    add("--tokens", type=int, default=64, help="tokens per answer (64)")
    add("--batch-size", type=int, default=32, help="questions per batch (32)")
    add("--threads", type=int, default=1, help="processor threads (1)")
    add("--repeats", type=int, default=5, help="runs of each (5)")
    add("--shape", choices=[TINY, *shapes.CONFIGS], default=TINY, metavar="SHAPE",
        help=f"form of the model: {TINY} (default), {', '.join(shapes.CONFIGS)}")  # fmt: skip
    add("--device", choices=sorted(DTYPES), default="cpu", help="cpu (default) or cuda")
    add("--dtype", help="format of the weights (float32; on cuda bfloat16)")
    add("--vllm", action="store_true", help="ask vLLM as well; it must be installed")
    add("--folder", type=Path, help="where there is room for the model, which is deleted")
    args = parser.parse_args()
    args.dtype = args.dtype or DTYPES[args.device]
    return _checked(args, parser)


def _checked(args: argparse.Namespace, parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The arguments, or the end of the run with one line, before a model is built."""
    if args.device == "cuda" and not torch.cuda.is_available():
        parser.error("--device cuda: torch sees no GPU")
    if not isinstance(getattr(torch, args.dtype, None), torch.dtype):
        parser.error(f"--dtype {args.dtype}: not a dtype of torch; use float32 or bfloat16")
    if args.vllm and find_spec("vllm") is None:
        parser.error("--vllm: vLLM is not installed; pip install vllm")
    return args


def _report(
    together: list[Run],
    single: list[Run],
    served: Run | None,
    args: argparse.Namespace,
    length: float,
) -> None:
    fast, slow = (min(run.seconds for run in runs) for runs in (together, single))
    questions, same = len(single[0].answers), identical(together[0], single[0])
    rows = [
        _row(f"lm_eval, batches of {args.batch_size}", fast, questions, slow / fast),
        _row("model.generate, one by one", slow, questions, 1.0),
    ]
    if served:
        rows.append(_row("vLLM", served.seconds, questions, slow / served.seconds))
    show(
        f"Answering {questions} questions of {args.task}, {args.shape} model on {args.device} in "
        f"{args.dtype}, best of {args.repeats} runs in turns",
        HEADER,
        rows,
        [f"Every answer has {args.tokens} tokens; {same} of {questions} are identical in both. "
         f"Tokens of a prompt: {length:.0f} on average."],
    )  # fmt: skip
    results = {
        "card": torch.cuda.get_device_name() if args.device == "cuda" else None,
        "questions": questions,
        "prompt_tokens": round(length, 1),
        "batched_s": [round(run.seconds, 3) for run in together],
        "one_by_one_s": [round(run.seconds, 3) for run in single],
        "vllm_s": round(served.seconds, 3) if served else None,
        "ratio": round(slow / fast, 2),
        "identical_answers": same,
        "distinct_answers": len(set(single[0].answers)),
    }
    sizes = {key: value for key, value in vars(args).items() if key != "folder"}
    show_json("throughput", LIBRARIES, sizes | results)


def _row(name: str, seconds: float, questions: int, ratio: float) -> tuple[str, ...]:
    return name, f"{seconds:.2f}", f"{questions / seconds:.1f}", f"{ratio:.1f}"


if __name__ == "__main__":
    sys.exit(main())
