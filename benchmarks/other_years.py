"""False positives: what is found of each year's questions in those of all other years."""

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

from jmedlora.data.overlap.input_files import Passage
from jmedlora.data.overlap.normalize import normalize
from jmedlora.data.overlap.search import Hit, Search
from jmedlora.data.overlap.sought_questions import SoughtQuestion, read_exams
from jmedlora.data.overlap.thresholds import Thresholds

LONG_STEM = 30
"""Characters from which the false positives of a question are promised to be few."""
REUSED = 40
"""Characters that a stem shares with another year's in one run, if the examiners reused it."""
AT_ONCE = 60
"""Questions that follow each other in a long text."""


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
            for hit in search.find_hits(passages):
                found[shape][mine[hit.question].problem_id] = hit
    long = {q.problem_id: q for q in questions if len(normalize(q.question)) >= LONG_STEM}
    return {shape: _false(hits, long, len(questions)) for shape, hits in found.items()}


def _false(hits: dict[str, Hit], long: dict[str, SoughtQuestion], total: int) -> dict:
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


def _run(question: SoughtQuestion, hit: Hit) -> int:
    """The longest run of characters that the stem and what was found have in common."""
    stem, text = normalize(question.question), normalize(hit.excerpt)
    return SequenceMatcher(None, stem, text, autojunk=False).find_longest_match().size


def _year(question: SoughtQuestion) -> str:
    return f"{question.exam} {question.problem_id[:3]}"


def _long_texts(questions: Sequence[SoughtQuestion]) -> Iterator[str]:
    for start in range(0, len(questions), AT_ONCE):
        yield "\n".join(each.text for each in questions[start : start + AT_ONCE])


SHAPES: dict[str, Callable[[Sequence[SoughtQuestion]], Iterator[str]]] = {
    "question with choices": lambda questions: (each.text for each in questions),
    "stem alone": lambda questions: (each.question for each in questions),
    f"long texts of {AT_ONCE} questions": _long_texts,
}
