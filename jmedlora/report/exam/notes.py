"""What stands below a table of verdicts: whose lines they are, and why there is which verdict."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from jmedlora.core.display import counted
from jmedlora.exams.description import DOCUMENTED
from jmedlora.exams.examination import Examination
from jmedlora.report.compare.statistics import RESAMPLES
from jmedlora.report.exam.chance import CLOSE, probability_in_words
from jmedlora.report.exam.verdict import FAIL, INCOMPLETE, NONE, PASS, UNDECIDED, ExamResult
from jmedlora.report.render.plain_sheet import name, some_of

OWN_EXAM, VISION = "jmed_own", "jmed_own_vision"
"""A user's own examination, and the one task that asks its questions with images."""
TOKENS = (
    "raise max_gen_toks (and the limit of the server, if there is one), or use a model with a "
    "longer context, and evaluate again"
)

PROBABILITY = (
    "The number behind a verdict is the probability of reaching all lines with other questions of "
    f"the same kind ({RESAMPLES:,} resamples of the questions; close: {CLOSE[0]:g} to "
    f"{CLOSE[1]:g}); it does not hold the spread over sampling seeds."
)
CHANCES = (
    f"95 % of the points, and the share of {RESAMPLES:,} resamples that reach each line; questions "
    "are resampled within section and points. Design effect: the variance with the questions of a "
    "case drawn together, over that with each drawn alone."
)


def examination_notes(examination: Examination) -> Iterator[str]:
    """Where the lines come from, and what is not known of the examination."""
    description, label = examination.description, name(examination.name)
    if not description:
        what = "no verdict, because no description says what it takes to pass"
        yield f"{label}: {what}; write {label}.yaml beside its questions ({DOCUMENTED})"
        return
    yield from origin_of_lines(examination)
    if description.most_forbidden is None and (why := _not_counted(examination)):
        yield f"{label}: forbidden choices are not counted: {why}"
    for line, each in description.lines.items():
        if each.pass_from is None:
            remedy = f"give it with --lines {line}=POINTS"
            yield f"{label}: no verdict, because the line {line} is not known; {remedy}"


def _not_counted(examination: Examination) -> str:
    """Why nobody counts forbidden choices; "" for a user's own questions that forbid none."""
    if examination.exam != OWN_EXAM:
        return "which ones they are is not published"
    if any(each.forbidden for each in examination.questions):
        return "its description gives no limit (most_forbidden)"
    return ""


def origin_of_lines(examination: Examination) -> Iterator[str]:
    """Whose pass lines a verdict uses."""
    if description := examination.description:
        yield f"{name(examination.name)}: pass lines: {description.lines_from}"


def result_notes(result: ExamResult, label: str) -> Iterator[str]:
    """Why the verdict of the row ``label`` is what it is."""
    asked = len(result.answers)
    if ids := result.not_asked:
        what = f"{counted(len(ids), 'question')} damaged where published, and not asked"
        yield f"{label}: {what} ({some_of(ids)}); counted as wrong"
    if result.verdict == INCOMPLETE:
        yield (
            f"{label}: {result.answered} of {asked} answered; the others count as wrong, and there "
            f"is no verdict ({_without_answer(result)})"
        )
    elif result.verdict == UNDECIDED:
        yield f"{label}: undecided, {_open(result)}"
    elif result.verdict == FAIL or (result.verdict == NONE and result.missed):
        yield f"{label}: fails by {', '.join(result.missed)}"
    yield from _without_spread(result, label)


def _without_spread(result: ExamResult, label: str) -> Iterator[str]:
    """The lines that have the same points in every resample, and so a chance of 0 or 1."""
    found = result.chances.lines.items()
    if lines := [name(line) for line, each in found if each.interval[0] == each.interval[1]]:
        yield (
            f"{label}: every resample has the same points in {', '.join(lines)}, because "
            "answers are all right or all wrong in each section: with few questions, do not rely "
            "on the chance"
        )


def sample_notes(results: Sequence[ExamResult]) -> Iterator[str]:
    """What the samples of one model's examination show together: other seeds, lm-eval's repeats.

    The chance is that of one more run, with other questions and another seed: the mean of those of
    the samples.
    """
    found: dict[tuple[str, str], list[ExamResult]] = {}
    for each in results:
        if each.sampled:
            found.setdefault((each.sampled, each.examination.name), []).append(each)
    for (model, examination), runs in found.items():
        passes = sum(each.verdict == PASS for each in runs)
        reached = ", ".join(_range_of(line, runs) for line in runs[0].lines)
        known = [each.chances.every for each in runs if each.chances.every is not None]
        chance = probability_in_words(fmean(known) if len(known) == len(runs) else None)
        yield (
            f"{name(model)}, {name(examination)}: {passes} of {len(runs)} samples pass; chance to "
            f"pass, seeds included: {chance} ({reached})"
        )


def _range_of(line: str, runs: Sequence[ExamResult]) -> str:
    points = [each.lines[line].points for each in runs]
    low, high = min(points), max(points)
    return f"{name(line)} {low:g}" if low == high else f"{name(line)} {low:g} to {high:g}"


def _without_answer(result: ExamResult) -> str:
    """Which questions have no answer, and which task asks them if all of them need an image."""
    without = [each.question for each in result.answers if not each.mark]
    ids = f"without an answer: {some_of([each.problem_id for each in without])}"
    if result.examination.exam == OWN_EXAM and not any(each.text_only for each in without):
        return f"{ids}, which need an image: {VISION} asks them"
    return ids


def _open(result: ExamResult) -> str:
    """Why a missed line may yet be reached, with the remedy."""
    missed = f"not reached: {', '.join(result.missed)}"
    if not result.cut:
        return f"because the questions not asked could decide ({missed})"
    cut = f"because {result.cut} of {result.answered} answers were cut off before their end"
    return f"{cut} ({missed}); {TOKENS}"
