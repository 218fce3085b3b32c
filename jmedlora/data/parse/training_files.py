"""Writing ``train.jsonl``, ``eval.jsonl`` and what explains them, from a folder's responses."""

import contextlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jmedlora.core.atomic_write import write_file
from jmedlora.core.errors import Fault, FileError
from jmedlora.data.parse.dataset_card import card
from jmedlora.data.parse.response_file import NAME, Response, Responses, planned, read_responses
from jmedlora.data.parse.selection import Selection, select
from jmedlora.data.parse.settings import ParseSettings
from jmedlora.data.parse.summary import Summary, by_count
from jmedlora.data.parse.train_eval_split import chunks_for_eval
from jmedlora.data.parse.types import Pair, Reject

TRAIN, EVAL = "train.jsonl", "eval.jsonl"
PROVENANCE, REJECTED, CARD = "provenance.jsonl", "rejected.jsonl", "card.md"
SHOWN = 100  # characters of a response in an error

Used = tuple[Response, Pair]
Files = dict[str, list[Used]]


def write_training_files(folder: Path, settings: ParseSettings) -> Summary:
    """Makes the training files of ``folder`` from those of its responses that are in its plan.

    The same responses and settings give the same bytes. The caller holds the folder's lock. Raises
    FileError for a broken line and where no pair can be used (rejected.jsonl is written even so),
    WriteError, and UserError if datasketch is needed and missing.
    """
    read = planned(read_responses(folder / NAME), folder)
    if not read.responses:
        what, remedy = "holds no response", "run jmed-data generate"
        raise FileError([Fault(folder / NAME, None, None, what, remedy)])
    selection = select(read.responses, settings)
    _write_lines(folder / REJECTED, map(_rejected, selection.rejected))
    if not selection.kept:
        raise FileError([_nothing_usable(folder, read, selection)])
    files = _split(selection.kept, settings.eval_share)
    _write_used(folder, files)
    summary = _summary(folder, read, selection, files)
    write_file(folder / CARD, card(summary, read.responses, settings))
    return summary


def _write_used(folder: Path, files: Files) -> None:
    for name, used in files.items():
        _write_lines(folder / name, (_record(pair) for _, pair in used))
    if EVAL not in files:
        with contextlib.suppress(FileNotFoundError):  # one of an earlier run
            (folder / EVAL).unlink()
    provenance = (
        _provenance(name, line, *each)
        for name, used in files.items()
        for line, each in enumerate(used, start=1)
    )
    _write_lines(folder / PROVENANCE, provenance)


def _summary(folder: Path, read: Responses, selection: Selection, files: Files) -> Summary:
    return Summary(
        folder=folder,
        responses=len(read.responses),
        fewer=sum(count < response.pairs for response, count in selection.read),
        more=sum(count > response.pairs for response, count in selection.read),
        repeated=read.repeated,
        unplanned=read.unplanned,
        half_written=read.half_written,
        rules=selection.rules,
        reasons=selection.reasons,
        train=len(files[TRAIN]),
        evaluation=len(files.get(EVAL, ())),
        files=(*files, PROVENANCE, REJECTED, CARD),
    )


def _split(kept: Sequence[Used], share: float) -> Files:
    """The pairs of each file; without evaluation there is only that for training."""
    chosen = chunks_for_eval(((each.source, each.start) for each, _ in kept), share)
    files: Files = {TRAIN: [], EVAL: []} if chosen else {TRAIN: []}
    for response, pair in kept:
        name = EVAL if (response.source, response.start) in chosen else TRAIN
        files[name].append((response, pair))
    return files


def _write_lines(path: Path, records: Iterable[dict[str, Any]]) -> None:
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    # Half a surrogate pair in a path or a parameter cannot be written as it is.
    write_file(path, "".join(lines).encode(errors="backslashreplace"))


def _record(pair: Pair) -> dict[str, Any]:
    return {"instruction": pair.instruction, "output": pair.output}


def _provenance(name: str, line: int, response: Response, pair: Pair) -> dict[str, Any]:
    return {
        "file": name,
        "line": line,
        "rule": pair.rule,
        "response_line": pair.line,
        "key": response.key,
        "source": response.source,
        "source_sha256": response.source_sha256,
        "start": response.start,
        "end": response.end,
        "prompt": response.prompt,
        "prompt_sha256": response.prompt_sha256,
        "model": response.model,
        "host": response.host,
        "parameters": response.parameters,
        "sample": response.sample,
        "finish_reason": response.finish_reason,
        "usage": response.usage,
    }


def _rejected(each: tuple[Response, Reject]) -> dict[str, Any]:
    response, reject = each
    return {
        "key": response.key,
        "source": response.source,
        "line": reject.line,
        "reason": reject.reason,
        "text": reject.text,
    }


def _nothing_usable(folder: Path, read: Responses, selection: Selection) -> Fault:
    reason, count = by_count(selection.reasons)[0] if selection.reasons else ("no text", 0)
    first = read.responses[0]
    begins = " ".join(first.content[: 4 * SHOWN].split())
    shown = begins if len(begins) <= SHOWN else begins[:SHOWN] + "…"
    what = (
        f"none of the {len(read.responses)} responses holds a pair that can be used (mostly: "
        f"{reason}, {count} times); the first begins '{shown}'"
    )
    kept = f"; {TRAIN} is still that of an earlier run" if (folder / TRAIN).exists() else ""
    remedy = f"see {folder / REJECTED}; try another model or prompt{kept}"
    return Fault(folder / NAME, first.line, None, what, remedy)
