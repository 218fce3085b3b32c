"""Notes where no difference could be shown, however large: too few questions, or permutations."""

from collections.abc import Iterator, Sequence

from jmedlora.report.compare.differences import Difference

ALPHA = 0.05


def too_few_questions(
    sections: Sequence[tuple[str, int, Sequence[Difference]]], tests: int
) -> Iterator[str]:
    """A note for each section whose questions can tell no two columns apart.

    sections: title, questions and tested differences of each. tests: over how many Holm's
    correction is. A paired test of n questions gives 2 / 2^n at least: all of them changed, and all
    in one direction. Holm multiplies that by ``tests``, less those that have a smaller p.
    """
    for place, (title, questions, shown) in enumerate(sections):
        least = 2.0 ** (1 - questions)
        others = (found for at, (_, _, found) in enumerate(sections) if at != place)
        smaller = sum(each.p < least for found in others for each in found)
        if shown and (tests - smaller) * least >= ALPHA:
            yield (
                f"{title}: {questions} question{'s are' if questions > 1 else ' is'} too few to "
                f"tell these models apart: over {tests} test{'s' if tests > 1 else ''}, no "
                f"difference could fall below p = {ALPHA:g} after correction."
            )


def too_few_flips(shown: Sequence[Difference], tests: int, resamples: int) -> Iterator[str]:
    """A note if the correction, not the differences, may keep the permutation test from ALPHA.

    That is, if the least p that it can give was reached and is still not below ALPHA corrected.
    """
    at_least = [each for each in shown if each.test == "sign flip" and each.p * (resamples + 1) < 2]
    if at_least and min(each.p_holm for each in at_least) >= ALPHA:
        yield (
            f"{tests} tests are too many for {resamples:,} permutations: no difference in Gestalt "
            f"score could fall below p = {ALPHA:g} after correction; use --resamples "
            f"{int(2 * tests / ALPHA)} or more."
        )
