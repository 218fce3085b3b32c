"""``python -m benchmarks.overlap``: what ``jmed-data overlap`` finds, how fast, in how much memory.

The 2,000 questions of IgakuQA are looked for in 77,422 records (as many as the paper's training
data has) by the real command in a process of its own. The records are made on the spot: a Markov
chain over the exam's own characters writes them, so that they share about three quarters of their
3-grams with the questions, more than real text does. Copies are planted among them, one kind at a
time for the same share of the questions.

False positives are counted in text that is clean though as similar as text gets: the questions of
each year of IgakuQA and JJSIMQA are looked for in those of all other years of both. Where a stem
shares a long run with what was found, the examiners reused it. All are listed by problem_id.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from random import Random

from benchmarks.report import show, show_json
from jmed_data.exams import load_exam
from jmed_data.faults import MissingDataError
from jmed_data.overlap.normal import normal
from jmed_data.overlap.questions import Sought, read_exams, weight
from jmed_data.overlap.search import Hit, Search
from jmed_data.overlap.stream import Passage
from jmed_data.overlap.thresholds import Thresholds

SEED = 0
RECORDS, PLANTED = 77_422, 500
LENGTHS = (80, 120, 180, 250, 350)
LIBRARIES = ("numpy", "rapidfuzz", "scipy")
LONG_STEM = 30
"""Characters from which the false positives of a question are promised to be few."""
REUSED = 40
"""Characters that a stem shares with another year's in one run, if the examiners reused it."""
AT_ONCE = 60
"""Questions that follow each other in a long text."""
LONG = "long stem alone"
"""For this kind of plant only stems are taken that are long enough to be looked for alone."""
ANSWERED = "question and right answer"
"""For this kind of plant only questions with choices are taken."""
Plant = Callable[[Sought, "Writer"], str]


class Writer:
    """Writes text like that of the questions: each character follows its one or two last ones."""

    def __init__(self, texts: Sequence[str], seed: int) -> None:
        self.random = Random(seed)
        self.characters = "".join(texts)
        self._next: dict[str, list[str]] = defaultdict(list)
        for text in texts:
            for place in range(len(text) - 2):
                self._next[text[place : place + 2]].append(text[place + 2])
                self._next[text[place]].append(text[place + 1])

    def text(self, length: int) -> str:
        """``length`` characters."""
        written = self.random.choice(self.characters) + self.random.choice(self.characters)
        letters = list(written)
        for _ in range(length - 2):
            pair = letters[-2] + letters[-1]
            context = pair if pair in self._next and self.random.random() < 0.7 else letters[-1]
            letters.append(self.random.choice(self._next.get(context) or self.characters))
        return "".join(letters)

    def edited(self, text: str, share: float) -> str:
        """``text`` after edits of a character: inserts, deletes, substitutions alike."""
        letters = list(text)
        for _ in range(round(len(text) * share)):
            place = self.random.randrange(len(letters))
            removed, added = self.random.choice([(0, 1), (1, 0), (1, 1)])
            letters[place : place + removed] = self.random.choices(self.characters, k=added)
        return "".join(letters)


def _embedded(question: Sought, writer: Writer) -> str:
    before, after = (writer.text(writer.random.randint(200, 600)) for _ in range(2))
    return before + question.text + after


def _labelled(question: Sought, _: Writer) -> str:
    choices = [
        f"{label}. {text}" for label, text in zip("abcdefgh", question.choices, strict=False)
    ]
    return "\n".join(["次の問題に答えなさい。", question.question, *choices])


def _answered(question: Sought, _: Writer) -> str:
    return f"質問: {question.question}\n回答: {'、'.join(question.answer)}"


def _shuffled(question: Sought, writer: Writer) -> str:
    clauses = question.text.replace("\n", "。").replace("、", "。").split("。")
    writer.random.shuffle(clauses)
    return "。".join(clauses)


PLANTS: dict[str, Plant] = {
    "exact": lambda question, _: question.text,
    "embedded in 400 to 1,200 characters": _embedded,
    "with labels and a lead-in": _labelled,
    "10 % edited": lambda question, writer: writer.edited(question.text, 0.10),
    "25 % edited": lambda question, writer: writer.edited(question.text, 0.25),
    f"{ANSWERED}, all questions": _answered,
    "stem alone, all questions": lambda question, _: question.question,
    LONG: lambda question, _: question.question,
    f"{LONG}, 10 % edited": lambda question, writer: writer.edited(question.question, 0.10),
    f"{LONG}, 25 % edited": lambda question, writer: writer.edited(question.question, 0.25),
    "clauses shuffled": _shuffled,
    "last 40 characters": lambda question, _: question.text[-40:],
}


PROGRAM = """
import sys
from jmed_data.cli import main
status = main(sys.argv[1:])
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak.split()[1], file=sys.stderr)
sys.exit(status)
"""
"""The command, and then its peak: getrusage would count what this process held when it forked."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command. seconds: by the clock. cpu: seconds of processor time, which other
    programs do not stretch. peak: MiB, resident, of the whole process. hits: those written.
    """

    seconds: float
    cpu: float
    peak: float
    hits: list[dict]


def write_records(path: Path, questions: Sequence[Sought], records: int) -> list[tuple[str, str]]:
    """Writes the training file; for each line the kind of plant and its problem_id, or ("", "")."""
    writer = Writer([question.text for question in questions], SEED)
    plan = [
        (kind, question)
        for kind in PLANTS
        for question in writer.random.sample(_planted(kind, questions), PLANTED)
    ]
    plan += [("", questions[0])] * (records - len(plan))
    writer.random.shuffle(plan)
    with path.open("w", encoding="utf-8") as file:
        for kind, question in plan:
            file.write(json.dumps(_record(kind, question, writer), ensure_ascii=False) + "\n")
    return [(kind, question.problem_id if kind else "") for kind, question in plan]


def _planted(kind: str, questions: Sequence[Sought]) -> Sequence[Sought]:
    """The questions of which some are planted."""
    if kind.startswith(LONG):
        least = Thresholds().min_stem
        return [each for each in questions if weight(normal(each.question)) >= least]
    return [each for each in questions if each.answer] if kind.startswith(ANSWERED) else questions


def _record(kind: str, question: Sought, writer: Writer) -> dict[str, str]:
    text = PLANTS[kind](question, writer) if kind else writer.text(writer.random.choice(LENGTHS))
    half = len(text) // 2 if not kind else len(text)
    return {"instruction": text[:half], "output": text[half:] or "a"}


def run(train: Path, exam: str, out: Path) -> Run:
    """Looks for ``exam`` in ``train`` with the command."""
    options = ["overlap", train, "--exam", exam, "--out", out]
    line = [sys.executable, "-c", PROGRAM, *map(str, options)]
    start, cpu = time.perf_counter(), _cpu()
    ended = subprocess.run(line, capture_output=True, text=True, check=False)
    seconds, cpu = time.perf_counter() - start, _cpu() - cpu
    if ended.returncode:
        raise SystemExit(ended.stderr)
    lines = (out / "hits.jsonl").read_text(encoding="utf-8").splitlines()
    peak = int(ended.stderr.split()[-1]) / 1024
    return Run(seconds, cpu, peak, [json.loads(each) for each in lines])


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def recall(hits: Sequence[dict], plan: Sequence[tuple[str, str]]) -> dict[str, float]:
    """For each kind the share of planted copies that were found as their own question."""
    found = {(hit["line"], hit["problem_id"]) for hit in hits}
    kinds: dict[str, list[bool]] = defaultdict(list)
    for line, (kind, problem_id) in enumerate(plan, start=1):
        if kind:
            kinds[kind].append((line, problem_id) in found)
    return {kind: sum(kinds[kind]) / len(kinds[kind]) for kind in PLANTS}


def other_years(thresholds: Thresholds) -> dict[str, dict]:
    """What is found of each year's questions in those of all other years, by shape of the text."""
    exams = read_exams(["igakuqa_exam", "jjsimqa"])
    questions = [each for exam in exams for each in exam.questions]
    found: dict[str, dict[str, Hit]] = {shape: {} for shape in SHAPES}
    for year in sorted({_year(each) for each in questions}):
        mine = [each for each in questions if _year(each) == year]
        others = [each for each in questions if _year(each) != year]
        search = Search(mine, thresholds)
        for shape, texts in SHAPES.items():
            passages = (Passage(line, text) for line, text in enumerate(texts(others), start=1))
            for hit in search.hits(passages):
                found[shape][mine[hit.question].problem_id] = hit
    long = {q.problem_id: q for q in questions if len(normal(q.question)) >= LONG_STEM}
    return {shape: _false(hits, long, len(questions)) for shape, hits in found.items()}


def _false(hits: dict[str, Hit], long: dict[str, Sought], total: int) -> dict:
    wrong = {name: hit for name, hit in hits.items() if name in long}
    reused = [name for name, hit in wrong.items() if _run(long[name], hit) >= REUSED]
    return {
        "questions": len(long),
        "found": sorted(wrong),
        "rate": len(wrong) / len(long),
        "of these reused": sorted(reused),
        "shorter stems": total - len(long),
        "found with shorter stems": sorted(set(hits) - set(wrong)),
    }


def _run(question: Sought, hit: Hit) -> int:
    """The longest run of characters that the stem and what was found have in common."""
    stem, text = normal(question.question), normal(hit.excerpt)
    return SequenceMatcher(None, stem, text, autojunk=False).find_longest_match().size


def _year(question: Sought) -> str:
    return f"{question.exam} {question.problem_id[:3]}"


def _long_texts(questions: Sequence[Sought]) -> Iterator[str]:
    for start in range(0, len(questions), AT_ONCE):
        yield "\n".join(each.text for each in questions[start : start + AT_ONCE])


SHAPES: dict[str, Callable[[Sequence[Sought]], Iterator[str]]] = {
    "question with choices": lambda questions: (each.text for each in questions),
    "stem alone": lambda questions: (each.question for each in questions),
    f"long texts of {AT_ONCE} questions": _long_texts,
}


def _half_exam(folder: Path) -> str:
    """A file of the first half of the questions, as far as a file may hold them."""
    items = load_exam("igakuqa").items[:1000]
    lines = [json.dumps({**item.as_record(), "exam": "half"}, ensure_ascii=False) for item in items]
    path = folder / "half.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def _half_file(train: Path) -> Path:
    lines = train.read_bytes().splitlines(keepends=True)
    path = train.with_name("half-train.jsonl")
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    return path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overlap")
    parser.add_argument("--records", type=int, default=RECORDS)
    args = parser.parse_args()
    try:
        questions = read_exams(["igakuqa_exam"])[0].questions
    except MissingDataError as error:
        raise SystemExit(f"benchmarks.overlap needs the real exam: {error}") from error
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train = folder / "train.jsonl"
        plan = write_records(train, questions, args.records)
        runs = {
            f"2,000 questions x {args.records:,} records": run(train, "igakuqa_exam", folder / "a"),
            "half the records": run(_half_file(train), "igakuqa_exam", folder / "b"),
            "1,000 questions": run(train, _half_exam(folder), folder / "c"),
        }
    _show(runs, plan, args.records)


def _show(runs: dict[str, Run], plan: Sequence[tuple[str, str]], records: int) -> None:
    first = next(iter(runs.values()))
    counts = [records, records // 2, records]
    rows = [
        (
            name,
            f"{each.seconds:.1f}",
            f"{each.cpu:.1f}",
            f"{count / each.seconds:,.0f}",
            f"{each.peak:.0f}",
        )
        for (name, each), count in zip(runs.items(), counts, strict=True)
    ]
    show("jmed-data overlap", ("run", "seconds", "CPU seconds", "records/s", "peak MiB"), rows)
    found = recall(first.hits, plan)
    print()
    title = f"copies found, of {PLANTED} planted of each kind"
    show(title, ("kind", "recall"), [(kind, f"{share:.3f}") for kind, share in found.items()])
    stray = len({hit["line"] for hit in first.hits if not plan[hit["line"] - 1][0]})
    false = other_years(Thresholds())
    print()
    show(
        "false positives: questions in other years' text (IgakuQA and JJSIMQA), with stems from "
        f"{LONG_STEM} characters | shorter",
        ("other years as", "questions", "found", "of these reused", "share found",
         "| shorter", "found"),
        [
            (shape, str(each["questions"]), str(len(each["found"])),
             str(len(each["of these reused"])), f"{each['rate']:.2%}",
             str(each["shorter stems"]), str(len(each["found with shorter stems"])))
            for shape, each in false.items()
        ],
        [f"records of the training file found without a copy in them: {stray}"],
    )  # fmt: skip
    show_json(
        "overlap",
        LIBRARIES,
        {
            "runs": {
                name: {"seconds": run.seconds, "cpu": run.cpu, "peak_mib": run.peak}
                for name, run in runs.items()
            },
            "recall": found,
            "false_positives": false,
            "stray_records": stray,
        },
    )


if __name__ == "__main__":
    main()
