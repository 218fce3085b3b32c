"""The runs of lm-eval below some folders, and the answers that ``--log_samples`` kept of each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from jmedlora.core.jsonl import read_jsonl
from jmedlora.core.regular_file import read_regular
from jmedlora.report.load.results import TaskResult, task_results
from jmedlora.report.load.results_file import ResultsError, load_run

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One results file: its content, and this project's tasks in it."""

    path: Path
    content: Mapping[str, Any]
    ours: tuple[TaskResult, ...]

    @property
    def stamp(self) -> str:
        """When lm-eval wrote it: the part of the file's name that its samples share."""
        return self.path.stem.removeprefix("results_")


def find_runs(paths: Sequence[Path]) -> list[Run]:
    """Every run in ``paths``, results files or folders of them, oldest first.

    A file that is named twice, or copied, counts once. Raises ResultsError for a path without
    results and for a file that cannot be used.
    """
    files = {file.resolve(): file for path in paths for file in results_files(path)}
    runs: dict[tuple[str, str], Run] = {}
    for file in files.values():
        content = load_run(file)
        same = (file.name, sha256(read_regular(file)).hexdigest())
        runs.setdefault(same, Run(file, content, tuple(task_results(file, content))))
    return sorted(runs.values(), key=lambda run: (run.stamp, str(run.path)))


def results_files(path: Path) -> list[Path]:
    """Every results file in a folder, or the file itself. Raises ResultsError if there is none."""
    try:
        if not path.is_dir():
            return [path]
        found = sorted(path.rglob("results_*.json"))
    except OSError as error:
        reason = f"cannot be read ({error.strerror}); check the path and its permissions"
        raise ResultsError(f"{path}: {reason}") from error
    if found:
        return found
    raise ResultsError(
        f"{path}: no results_*.json in this folder; name the folder given to lm_eval as "
        "--output_path, or check whether the run came to its end"
    )


def samples_file(run: Run, task: str) -> Path:
    """Where lm-eval logged the answers to ``task``: beside the results file."""
    return samples_beside(run.path, task)


def samples_beside(results: Path, task: str) -> Path:
    """The same of the results file ``results``."""
    stamp = results.stem.removeprefix("results_")
    return results.with_name(f"samples_{task}_{stamp}.jsonl")


def read_samples(run: Run, task: str) -> list[Record]:
    """What lm-eval logged of each question of ``task``, in the order asked.

    Raises ResultsError if nothing was logged or if a record is not complete.
    """
    path = samples_file(run, task)
    if not path.is_file():
        raise ResultsError(
            f"{run.path}: the answers to {task} are not beside it ({path.name}); evaluate again "
            "with --log_samples, or copy that file here too"
        )
    numbered, faults = read_jsonl(path)
    for fault in faults:
        place = f"{path}:{fault.line}" if fault.line else str(path)
        raise ResultsError(f"{place}: {fault.what}; evaluate again")
    for line, record in numbered:
        if not isinstance(record.get("doc_hash"), str) or not isinstance(record.get("doc"), dict):
            raise ResultsError(f"{path}:{line}: no doc_hash or doc; evaluate again, with lm-eval "
                               "0.4.11 or newer")  # fmt: skip
    if not numbered:
        raise ResultsError(f"{path}: holds no answer; evaluate again")
    return [record for _, record in numbered]


def response_of(record: Record) -> str | None:
    """The text that the model answered, of several answers the first.

    None for a task that asks for likelihoods.
    """
    return next(iter(answers_of(record)), None)


def answers_of(record: Record) -> list[str]:
    """What a task's filter left of the responses; [] for a task that asks for likelihoods.

    With ``repeats`` a chat task keeps all answers, as a list in the list; other tasks the first.
    """
    found = record.get("filtered_resps")
    kept = found if isinstance(found, list) else []
    if len(kept) == 1 and isinstance(kept[0], list):
        kept = kept[0]
        return kept if all(isinstance(each, str) for each in kept) else []
    return [each for each in kept[:1] if isinstance(each, str)]


def refuse_zero_likelihoods(run: Run, task: str, records: Sequence[Record]) -> None:
    """Raises ResultsError if every log-likelihood that the model gave is exactly 0.

    Some servers answer so when they cannot compute any; lm-eval then counts whatever comes first,
    or every question, as right.
    """
    values = list(_likelihoods(records))
    if values and not any(values):
        raise ResultsError(
            f"{run.path}: all {len(values)} log-likelihoods of {task} are exactly 0: the server "
            "does not compute them, and the scores mean nothing; use another one"
        )


def _likelihoods(records: Iterable[Record]) -> Iterator[float]:
    """lm-eval logs each as a pair of texts, such as ["-12.5", "False"]."""
    for record in records:
        for pair in _pairs(record.get("filtered_resps")):
            try:
                yield float(pair[0])
            except (TypeError, ValueError):
                continue


def _pairs(responses: Any) -> list[Sequence[Any]]:
    found = responses if isinstance(responses, list) else []
    return [each for each in found if isinstance(each, list) and len(each) == 2]
