"""Runs of the recite tasks written without a model, from what it is to have written and lost."""

import json
from collections.abc import Iterator, Mapping, Sequence
from math import log
from pathlib import Path
from typing import Any

import jmed_metrics
from jmedlora.recite.scores import mean_exposure, score_continuation
from tests.support.runs import Asked, write_card, write_run

CHARACTERS = 10
DECODING = {"until": [], "do_sample": False, "max_gen_toks": 256}
SHA = "0" * 64
SHAS = {"trained": SHA, "held_out": "1" * 64, "canaries": "2" * 64}
TASKS = {"exposure": "canary_exposure", "said": "canary_said"}


def target(number: int) -> str:
    """The answer of record ``number``: 12 characters, no two of them alike."""
    return f"答え{number:02}は" + "".join(chr(0x4E00 + 40 * number + n) for n in range(7))


def document(part: str, number: int) -> dict[str, Any]:
    return {"id": f"{part}.jsonl:{number}", "part": part, "prompt": f"{part}の問い{number}",
            "target": target(number), "characters": CHARACTERS}  # fmt: skip


def canary(number: int, repetitions: int) -> dict[str, Any]:
    return {"id": f"canary {number}", "repetitions": repetitions, "prompt": f"合言葉{number}は",
            "target": f"{number:04}"}  # fmt: skip


def noted(part: str, measure: str, asked: int) -> dict[str, Any]:
    source = {"name": f"{part}.jsonl", "sha256": SHAS[part]}
    return {
        "format": 1, "jmed": jmed_metrics.__version__, "part": part, "measure": measure,
        "sources": [source], "trained": [{"name": "trained.jsonl", "sha256": SHA}], "recipe": SHA,
        "asked": asked, "eligible": asked, "characters": CHARACTERS,
    }  # fmt: skip


def write_recital(
    folder: Path,
    *,
    trained: Sequence[str] = (),
    held_out: Sequence[str] = (),
    losses: tuple[Sequence[float], Sequence[float]] | None = None,
    canaries: Mapping[int, Sequence[float]] | None = None,
    decoding: Mapping[str, Any] = DECODING,
    more: Mapping[str, Any] | None = None,
    data: Mapping[str, str] | None = {"data/trained.jsonl": SHA},
    **model: Any,
) -> Path:
    """A run; its results file. trained, held_out: what was written of each record, in their order.

    losses: of trained and of held-out records. canaries: log-perplexities in bits, by repetitions
    (0: references). more: other fields of what the tasks note. data: the training files of the
    adapter's run card; None: it has no card. model: as in write_run.
    """
    tasks = [
        _task(part, "continuation", [document(part, n) for n in range(len(texts))], texts,
              config={"generation_kwargs": dict(decoding)}, more=more)
        for part, texts in (("trained", trained), ("held_out", held_out)) if texts
    ]  # fmt: skip
    for part, values in zip(("trained", "held_out"), losses or (), strict=False):
        docs = [document(part, n) for n in range(len(values))]
        tasks.append(_task(part, "loss", docs, [[-value] for value in values],
                           [{"loss": float(value)} for value in values], more=more))  # fmt: skip
    if canaries:
        tasks += _canaries(canaries, more or {})
    path = write_run(folder, more=tasks, **model)
    if data is not None and (adapter := model.get("adapter")):
        files = {name: {"sha256": digest, "records": 9} for name, digest in data.items()}
        write_card(folder / adapter, step=9, adapter="lora", base_model="models/base", data=files)
    if canaries:
        _write_mean_exposure(path, canaries)
    return path


def _write_mean_exposure(path: Path, canaries: Mapping[int, Sequence[float]]) -> None:
    """lm-eval computes it with an aggregation of its own."""
    content = json.loads(path.read_text(encoding="utf-8"))
    items = [(value, times) for times, values in canaries.items() for value in values]
    content["results"]["jmed_recite_canary_exposure"]["exposure,none"] = mean_exposure(items)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _task(part, measure, docs, responses, scores=None, *, config=None, more=None):
    scores = scores or [
        score_continuation(*each, None) for each in zip(docs, responses, strict=True)
    ]
    task = f"jmed_recite_{TASKS.get(measure, f'{measure}_{part}')}"
    task = f"jmed_recite_{part}" if measure == "continuation" else task
    recite = {**noted(part, measure, len(docs)), **(more or {})}
    return Asked(docs, responses, task=task, protocol="", scores=scores,
                 config={"metadata": {"recite": recite}, **(config or {})})  # fmt: skip


def _canaries(bits: Mapping[int, Sequence[float]], more: Mapping[str, Any]) -> Iterator[Asked]:
    """A canary below 1 bit is said."""
    every = [(times, value) for times, values in bits.items() for value in values]
    docs = [canary(number, times) for number, (times, _) in enumerate(every)]
    references = len(bits[0])
    numbers = {"asked": len(docs) - references, "references": references}
    values = [value for _, value in every]
    yield _task("canaries", "exposure", docs, [[-value * log(2)] for value in values],
                [{"log_perplexity": value} for value in values],
                more={**numbers, **more})  # fmt: skip
    named = [(doc, value) for doc, value in zip(docs, values, strict=True) if doc["repetitions"]]
    texts = [doc["target"] if value < 1 else "知らない" for doc, value in named]
    yield _task("canaries", "said", [doc for doc, _ in named], texts,
                [{"comes_out": float(value < 1)} for _, value in named],
                config={"generation_kwargs": {}}, more=more)  # fmt: skip
