"""Every exam by name: its questions, its worked examples, and where they came from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from jmedlora.core.errors import Fault, FileError, UserError
from jmedlora.exams.cache import MissingDataError, locate
from jmedlora.exams.description import described, shipped, years_of
from jmedlora.exams.documents import Form, choices_document, letters_document
from jmedlora.exams.examination import own_examination
from jmedlora.exams.images import ImageFolder
from jmedlora.exams.manifest import IMAGE_FOLDER
from jmedlora.exams.readers import (
    igakuqa,
    igakuqa119,
    igakuqa119_defects,
    igakuqa_whole,
    jjsimqa,
    jmle2026,
)
from jmedlora.exams.readers.custom import read_exam
from jmedlora.exams.readers.defects import Defect
from jmedlora.exams.readers.free_text import read_free_questions
from jmedlora.exams.schema import Question

SAMPLE = Path(__file__).parent / "sample"
NAMES = (
    "igakuqa",
    "igakuqa_en",
    "jjsimqa",
    "jmed_sample",
    "jmed_own",
    "igakuqa_exam",
    "igakuqa119",
    "jmle2026",
    "jmed_treatment",
)
TAKE_A_FILE = ("jmed_own", "jmed_treatment")
OF_YEARS = ("igakuqa", "igakuqa_en", "igakuqa_exam")
"""The exams of which single years can be asked."""
ONE_YEAR = {
    igakuqa119.NAME: igakuqa119.read_questions,
    jmle2026.NAME: jmle2026.read_questions,
}
"""The published exams that are one whole examination, and their readers."""
DEFECTS: dict[str, tuple[Defect, ...]] = {
    igakuqa119.NAME: igakuqa119_defects.DEFECTS,
    jmle2026.NAME: jmle2026.DEFECTS,
}
"""What is wrong with questions of a published exam, in its order."""


@dataclass(frozen=True, slots=True)
class Exam:
    """The questions a task asks, and the pool its worked examples come from, first one first.

    source: "JMED_DATA", "cache", "package" or "file". no_examples: why the pool is empty, with the
    remedy; "" if it is not. images: where its images lie; None for an exam without. unseen: how
    many of its questions are not among the items, because they need an image. damaged: how many
    are not, because nobody can answer them as they are published.
    """

    name: str
    items: tuple[Question, ...]
    examples: tuple[Question, ...]
    source: str
    no_examples: str = ""
    images: ImageFolder | None = None
    unseen: int = 0
    damaged: int = 0

    def only(self, takes: Callable[[Question], bool]) -> "Exam":
        """The exam with only those questions and examples of which ``takes`` is true."""
        items, examples = (tuple(filter(takes, each)) for each in (self.items, self.examples))
        return replace(self, items=items, examples=examples)


def native_form(exam: str) -> Form:
    """The form in which the tasks of ``exam`` ask its questions, and in which it is hashed."""
    whole = exam == igakuqa_whole.EXAM or exam in ONE_YEAR
    return letters_document if whole else choices_document


def load_exam(
    name: str,
    *,
    years: Sequence[int] = (),
    file: str | None = None,
    examples: str | None = None,
    with_images: bool = False,
) -> Exam:
    """The exam called ``name`` (one of NAMES), complete and checked.

    years: only these examinations of IgakuQA. file, examples: paths of a user's own exam and of
    its worked examples; they belong to "jmed_own", the file also to "jmed_treatment". with_images:
    whether the questions of "jmed_own" that need an image belong to it. Raises MissingDataError,
    FileError, or UserError for an option that does not fit the exam.
    """
    _check_options(name, years, file, examples)
    loaders: dict[str, Callable[[], Exam]] = {
        "igakuqa": partial(_igakuqa, name, years),
        "igakuqa_en": partial(_igakuqa, name, years),
        "igakuqa_exam": partial(_examination, years),
        "igakuqa119": partial(_one_year, name),
        "jmle2026": partial(_one_year, name),
        "jjsimqa": _jjsimqa,
        "jmed_sample": _sample,
        "jmed_own": partial(_own, file, examples, with_images=with_images),
        "jmed_treatment": partial(_treatment, file),
    }
    if name not in loaders:
        raise UserError(f"exam={name}: use one of {', '.join(NAMES)}")
    return loaders[name]()


def _check_options(name: str, years: Sequence[int], file: str | None, examples: str | None) -> None:
    if years and name not in OF_YEARS:
        raise UserError(f"year={_listed(years)}: only igakuqa is selected by year, not {name}")
    if examples and name != "jmed_own":
        raise UserError(f"examples={examples}: only the task jmed_own takes them, not {name}")
    if file and name not in TAKE_A_FILE:
        raise UserError(
            f"file={file}: only the task jmed_own takes a file, or jmed_treatment, not {name}"
        )


def _known(years: Sequence[int]) -> Sequence[int]:
    known = years_of(igakuqa.NAME)
    if unknown := [year for year in years if year not in known]:
        raise UserError(f"year={_listed(unknown)}: IgakuQA has the years {_listed(known)}")
    return years


def _igakuqa(name: str, years: Sequence[int]) -> Exam:
    years = _known(years)
    place = locate("igakuqa")
    language = "en" if name == "igakuqa_en" else "ja"
    items = igakuqa.read_text_questions(place.root, years=years, language=language)
    examples = igakuqa.read_examples(place.root, language=language)
    return Exam(name, tuple(items), tuple(examples), place.source)


def _examination(years: Sequence[int]) -> Exam:
    years = _known(years)
    place = locate("igakuqa")
    questions = _as_described(igakuqa_whole.read_questions(place.root, years=years), igakuqa.NAME)
    examples = igakuqa_whole.read_prompt_examples(place.root)
    return Exam(igakuqa_whole.EXAM, tuple(questions), tuple(examples), place.source)


def _as_described(questions: Sequence[Question], exam: str) -> list[Question]:
    """``questions`` with what the descriptions of the examinations in ``exam`` say of them."""
    of_exam = [each for each in shipped().values() if each.questions == exam]
    return [
        question
        for each in of_exam
        for question in described((q for q in questions if q.year == each.year), each)
    ]


def _one_year(name: str) -> Exam:
    """A whole examination but for the questions that its defects leave out."""
    place = locate(name)
    left_out = {each.problem_id for each in DEFECTS[name] if each.left_out}
    asked = [each for each in ONE_YEAR[name](place.root) if each.problem_id not in left_out]
    items = tuple(_as_described(asked, name))
    exam = _with_igakuqas_examples(name, items, place.source, igakuqa_whole.read_prompt_examples)
    images = ImageFolder(place.root / IMAGE_FOLDER, f"jmed-data fetch --images {name}")
    return replace(exam, images=images, damaged=len(left_out))


def _jjsimqa() -> Exam:
    place = locate("jjsimqa")
    items = tuple(jjsimqa.read_questions(place.root))
    return _with_igakuqas_examples("jjsimqa", items, place.source, igakuqa.read_examples)


def _with_igakuqas_examples(
    name: str,
    items: tuple[Question, ...],
    source: str,
    read: Callable[[Path], Sequence[Question]],
) -> Exam:
    """An exam without a pool of its own: the paper's one-shot example is IgakuQA's for JJSIMQA."""
    try:
        pool = read(locate("igakuqa").root)
    except (MissingDataError, FileError) as error:
        return Exam(name, items, (), source, f"they are IgakuQA's, and {error}")
    return Exam(name, items, tuple(pool), source)


def _sample() -> Exam:
    items = read_exam(SAMPLE / "exam.jsonl", exam="jmed_sample")
    examples = read_exam(SAMPLE / "examples.jsonl", exam="jmed_sample")
    return Exam("jmed_sample", tuple(items), tuple(examples), "package")


def _own(file: str | None, examples: str | None, *, with_images: bool) -> Exam:
    if not file:
        raise UserError('jmed_own asks your own exam: add --metadata \'{"file": "exam.jsonl"}\'')
    path = Path(file).expanduser()
    every = own_examination(path).questions
    items = tuple(item for item in every if with_images or item.text_only)
    images, unseen = ImageFolder(path.parent), len(every) - len(items)
    if not items:
        remedy = "set text_only to true where no image is needed"
        raise FileError([Fault(path, None, None, "every question needs an image", remedy)])
    if not examples:
        hint = 'add "examples": "examples.jsonl" to --metadata'
        return Exam(path.stem, items, (), "file", hint, images, unseen)
    pool = tuple(item for item in read_exam(Path(examples).expanduser()) if item.text_only)
    asked = {(item.question, item.choices): item.problem_id for item in items}
    for example in pool:
        if same := asked.get((example.question, example.choices)):
            what = f"is also asked, as {same} of {path}"
            fault = Fault(Path(examples), None, example.problem_id, what, "use another example")
            raise FileError([fault])
    return Exam(path.stem, items, pool, "file", images=images, unseen=unseen)


def _treatment(file: str | None) -> Exam:
    path = Path(file).expanduser() if file else SAMPLE / "treatment.jsonl"
    name, source = (path.stem, "file") if file else ("jmed_treatment", "package")
    questions = tuple(read_free_questions(path, exam=name))
    return Exam(name, questions, (), source, "free questions have no correct answer to show")


def _listed(years: Sequence[int]) -> str:
    return ", ".join(map(str, years))
