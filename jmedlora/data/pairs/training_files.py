"""Writing ``train.jsonl``, ``eval.jsonl`` and what explains them, from a folder's responses."""

import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import Any

from jmedlora.core.atomic_write import write_file
from jmedlora.core.errors import Fault, FileError
from jmedlora.data.generate.response_store import RESPONSES_FILE
from jmedlora.data.instruction_pair import Pair, Reject
from jmedlora.data.pairs.dataset_card import Summary, by_count, card_text
from jmedlora.data.pairs.response_file import Response, Responses, keep_planned, read_responses
from jmedlora.data.pairs.select_pairs import ParseSettings, Selection, select_pairs
from jmedlora.data.pairs.support import find_support

TRAIN, EVAL = "train.jsonl", "eval.jsonl"
PROVENANCE, REJECTED, CARD = "provenance.jsonl", "rejected.jsonl", "card.md"

ChunkStart = tuple[str, int]
"""A document's source and the character where the chunk begins."""
Used = tuple[Response, Pair]
Files = dict[str, list[Used]]


def write_training_files(folder: Path, settings: ParseSettings) -> Summary:
    """Makes the training files of ``folder`` from those of its responses that are in its plan.

    The same responses and settings give the same bytes. The caller holds the folder's lock. Raises
    FileError for a broken line and where no pair can be used (rejected.jsonl is written even so),
    WriteError, and UserError if datasketch is needed and missing.
    """
    read = keep_planned(read_responses(folder / RESPONSES_FILE), folder)
    if not read.responses:
        what, remedy = "holds no response", "run jmed-data generate"
        raise FileError([Fault(folder / RESPONSES_FILE, None, None, what, remedy)])
    selection = select_pairs(read.responses, settings)
    _write_lines(folder / REJECTED, map(_rejected_record, selection.rejected), private=True)
    if not selection.kept:
        raise FileError([_no_pair_fault(folder, read, selection)])
    files = _split_train_eval(selection.kept, settings.eval_share)
    found = _write_pairs(folder, files)
    summary = _make_summary(folder, read, selection, files, found)
    write_file(folder / CARD, card_text(summary, read.responses, settings))
    return summary


def chunks_for_eval(chunks: Iterable[ChunkStart], share: float) -> set[ChunkStart]:
    """About ``share`` (0 to below 1) of ``chunks``; the others are for training.

    Each is chosen by its own hash, so that it stays on its side when documents are added. If there
    are two chunks or more, each side gets at least one. A share of 0 leaves none for evaluation.
    """
    ranked = sorted(set(chunks), key=_eval_rank)
    if len(ranked) < 2 or not share:
        return set()
    count = sum(_eval_rank(chunk) < share for chunk in ranked)
    return set(ranked[: min(max(count, 1), len(ranked) - 1)])


def _eval_rank(chunk: ChunkStart) -> float:
    """A number from 0 to 1, the same for the same chunk from wherever its folder is named."""
    source, start = chunk
    digest = hashlib.sha256(f"{start} {PurePath(source).name}".encode(errors="replace")).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _write_pairs(folder: Path, files: Files) -> Counter[str]:
    """Writes the pairs and where they come from; how many of them hold what is strange."""
    for name, used in files.items():
        _write_lines(folder / name, (_training_record(pair) for _, pair in used))
    if EVAL not in files:
        with contextlib.suppress(FileNotFoundError):  # one of an earlier run
            (folder / EVAL).unlink()
    provenance = [
        _provenance_record(name, line, *each)
        for name, used in files.items()
        for line, each in enumerate(used, start=1)
    ]
    _write_lines(folder / PROVENANCE, provenance, private=True)
    return Counter(
        {
            "strange": sum(bool(each["strange"]) for each in provenance),
            "unchecked": sum(each["support"] is None for each in provenance),
        }
    )


def _make_summary(
    folder: Path, read: Responses, selection: Selection, files: Files, found: Counter[str]
) -> Summary:
    return Summary(
        folder=folder,
        responses=len(read.responses),
        fewer=sum(count < response.pairs for response, count in selection.pair_counts),
        more=sum(count > response.pairs for response, count in selection.pair_counts),
        repeated=read.repeated,
        unplanned=read.unplanned,
        half_written=read.half_written,
        rules=selection.rules,
        reasons=selection.reasons,
        train=len(files[TRAIN]),
        evaluation=len(files.get(EVAL, ())),
        strange=found["strange"],
        unchecked=found["unchecked"],
        files=(*files, PROVENANCE, REJECTED, CARD),
    )


def _split_train_eval(kept: Sequence[Used], share: float) -> Files:
    """The pairs of each file; without evaluation there is only that for training."""
    chosen = chunks_for_eval(((each.source, each.start) for each, _ in kept), share)
    files: Files = {TRAIN: [], EVAL: []} if chosen else {TRAIN: []}
    for response, pair in kept:
        name = EVAL if (response.source, response.start) in chosen else TRAIN
        files[name].append((response, pair))
    return files


def _write_lines(path: Path, records: Iterable[dict[str, Any]], *, private: bool = False) -> None:
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    # Half a surrogate pair in a path or a parameter cannot be written as it is.
    write_file(path, "".join(lines).encode(errors="backslashreplace"), private=private)


def _training_record(pair: Pair) -> dict[str, Any]:
    return {"instruction": pair.instruction, "output": pair.output}


def _provenance_record(name: str, line: int, response: Response, pair: Pair) -> dict[str, Any]:
    support = find_support(pair.instruction, pair.output, response.text)
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
        "format": response.format,
        "personal": response.personal,
        "support": support.score,
        "sentences": support.sentences,
        "strange": support.strange,
    }


def _rejected_record(each: tuple[Response, Reject]) -> dict[str, Any]:
    response, reject = each
    return {
        "key": response.key,
        "source": response.source,
        "line": reject.line,
        "reason": reject.reason,
        "text": reject.text,
    }


def _no_pair_fault(folder: Path, read: Responses, selection: Selection) -> Fault:
    reason, count = by_count(selection.reasons)[0] if selection.reasons else ("no text", 0)
    first = read.responses[0]
    what = (
        f"none of the {len(read.responses)} responses holds a pair that can be used (mostly: "
        f"{reason}, {count} times)"
    )
    kept = f"; {TRAIN} is still that of an earlier run" if (folder / TRAIN).exists() else ""
    remedy = f"see {folder / REJECTED}; try another model or prompt{kept}"
    return Fault(folder / RESPONSES_FILE, first.line, None, what, remedy)
