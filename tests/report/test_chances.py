"""How likely a verdict is with other questions, held against exact binomial probabilities."""

from collections import Counter, defaultdict
from itertools import product

import numpy
import pytest
from scipy.stats import binom, multinomial

from jmed_metrics.marking import Mark
from jmedlora.exams.description import Description, PassLine
from jmedlora.exams.examination import load_examinations
from jmedlora.exams.schema import Question
from jmedlora.exams.series import series_numbers
from jmedlora.report.cli import main
from jmedlora.report.exam.chance import chances, design_effect
from jmedlora.report.exam.marked import Answered
from tests.support.exam import NURSING, given, own, printed_json, rows

NOISE = 0.02
"""Four standard errors of a share of 10,000 resamples."""
GPT4_2018 = {
    ("B", 1): (22, 24), ("B", 3): (21, 25), ("E", 1): (19, 26), ("E", 3): (19, 25),
    ("A", 1): (56, 74), ("C", 1): (48, 66), ("D", 1): (57, 75), ("F", 1): (60, 84),
}  # fmt: skip
"""Right answers of questions by section and points, by IgakuQA's own rule, from its published
predictions: 161 points of 160 in B and E, 221 of 208 in the others, no forbidden choice taken."""


def answered(
    section: str, points: float, *, correct: bool, forbidden: bool = False, case: str = ""
) -> Answered:
    question = Question("1", "?", ("甲", "乙"), (("a",),), "x", None, section, points, case=case)
    mark = Mark(("a",), correct, ("b",) if forbidden else ())
    return Answered(question, None, mark, None, mark)


def described(most_forbidden: int | None = None, **passes: float | None) -> Description:
    """Lines called as their sections: "BE" has the sections B and E."""
    lines = {
        name: PassLine(sections=tuple(name), pass_from=points) for name, points in passes.items()
    }
    return Description(
        name="x", title="x", lines=lines, most_forbidden=most_forbidden, lines_from="y"
    )


def answers_of(strata: dict) -> list[Answered]:
    return [
        answered(section, points, correct=place < right)
        for (section, points), (right, n) in strata.items()
        for place in range(n)
    ]


def distribution(strata: dict) -> numpy.ndarray:
    """The exact probability of each number of points: the strata's binomials, convolved."""
    found = numpy.ones(1)
    for (_, points), (right, n) in strata.items():
        steps = numpy.zeros(int(points) * n + 1)
        steps[:: int(points)] = binom.pmf(numpy.arange(n + 1), n, right / n)
        found = numpy.convolve(found, steps)
    return found


def test_161_points_of_160_are_reached_in_little_more_than_half_of_the_resamples():
    found = chances(answers_of(GPT4_2018), described(3, BE=160, ACDF=208))
    required = distribution({key: n for key, n in GPT4_2018.items() if key[0] in "BE"})
    general = distribution({key: n for key, n in GPT4_2018.items() if key[0] in "ACDF"})
    reached = required[160:].sum(), general[208:].sum()
    assert reached == pytest.approx((0.579, 0.961), abs=0.0005)
    assert found.lines["BE"].probability == pytest.approx(reached[0], abs=NOISE)
    assert found.lines["ACDF"].probability == pytest.approx(reached[1], abs=NOISE)
    assert found.every == pytest.approx(reached[0] * reached[1], abs=NOISE)
    assert (found.forbidden, found.close) == (1, True)
    limits = numpy.searchsorted(required.cumsum(), [0.025, 0.975])
    assert limits.tolist() == [143, 177]
    assert found.lines["BE"].interval == pytest.approx(limits, abs=1)


def test_points_and_forbidden_choices_are_drawn_together():
    """20 questions: 12 right, 3 with a forbidden choice, 5 wrong otherwise."""
    answers = [
        *(answered("A", 2, correct=True) for _ in range(12)),
        *(answered("A", 2, correct=False, forbidden=True) for _ in range(3)),
        *(answered("A", 2, correct=False) for _ in range(5)),
    ]
    found = chances(answers, described(2, A=26))
    both = sum(
        multinomial.pmf([right, taken, 20 - right - taken], 20, [0.6, 0.15, 0.25])
        for right, taken in product(range(13, 21), range(3))
        if right + taken <= 20
    )
    assert found.forbidden == pytest.approx(binom.cdf(2, 20, 0.15), abs=NOISE)
    assert found.lines["A"].probability == pytest.approx(binom.sf(12, 20, 0.6), abs=NOISE)
    assert found.every == pytest.approx(both, abs=NOISE)
    assert both > found.forbidden * found.lines["A"].probability + NOISE  # not independent


def test_a_section_may_count_for_two_lines_or_for_none():
    answers = answers_of({("A", 1): (6, 10), ("B", 1): (5, 10), ("C", 1): (0, 10)})
    found = chances(answers, described(None, A=6, AB=11))
    assert found.lines["A"].probability == pytest.approx(binom.sf(5, 10, 0.6), abs=NOISE)
    both = sum(
        binom.pmf(a, 10, 0.6) * binom.pmf(b, 10, 0.5)
        for a, b in product(range(6, 11), range(11))
        if a + b >= 11
    )
    assert found.every == pytest.approx(both, abs=NOISE)
    assert found.forbidden is None


@pytest.mark.parametrize(
    ("right", "probability", "close"),
    [(8, binom.sf(2, 5, 0.6), True), (7, binom.sf(2, 5, 0.4), True), (10, 1, False)],
)
def test_a_verdict_has_its_probability(tmp_path, capsys, right, probability, close):
    """All five of 必修 are right, and three of the five of 一般 are needed."""
    exam = own(tmp_path, description=NURSING)
    command = ["--exam", f"jmed_own:{exam}", given(tmp_path / "p.jsonl", right)]
    (found,) = printed_json(capsys, *command)
    assert found["probability"] == pytest.approx(probability, abs=NOISE)
    assert found["lines"]["一般"]["probability"] == found["probability"]
    assert found["lines"]["必修"]["interval"] == [5, 5]
    assert (found["close"], found["kinki_probability"]) == (close, None)
    verdict = "pass" if right >= 8 else "fail"
    number = ">.99" if right == 10 else f"{found['probability']:.2f}".removeprefix("0")
    shown = rows(capsys, *command)
    assert shown[4].endswith(f"{verdict}, {number}{', close' * close}")
    (legend,) = [line for line in shown if line.startswith("The number behind a verdict")]
    assert legend.endswith("it does not hold the spread over sampling seeds.")


@pytest.mark.parametrize(
    ("right", "constant"),
    [(10, "必修, 一般"), (8, "必修"), (5, "必修, 一般"), (3, "一般"), (0, "必修, 一般")],
)
def test_a_chance_without_spread_is_named(tmp_path, capsys, right, constant):
    exam = own(tmp_path, description=NURSING)
    shown = rows(capsys, "--exam", f"jmed_own:{exam}", given(tmp_path / "p.jsonl", right))
    (note,) = [line for line in shown if "every resample" in line]
    assert note.startswith(f"nursing: every resample has the same points in {constant}, because ")


def test_the_same_in_markdown_and_html(tmp_path, capsys):
    exam = own(tmp_path, description=NURSING)
    answers = given(tmp_path / "p.jsonl", 8)
    for form, cell in (("markdown", " pass, .68, close |"), ("html", ">pass, .68, close</td>")):
        assert main(["exam", "--exam", f"jmed_own:{exam}", str(answers), "--format", form]) == 0
        out = capsys.readouterr().out
        assert cell in out
        assert "The number behind a verdict is the probability" in out
        assert "With other questions of the same kind" in out


@pytest.mark.parametrize(
    ("right", "cut", "description", "verdict"),
    [
        (7, 2, NURSING, "undecided"),  # the answers that were cut could decide
        (10, 0, "", "none"),  # no line
    ],
)
def test_what_is_open_has_no_probability(tmp_path, capsys, right, cut, description, verdict):
    exam = own(tmp_path, description=description)
    command = ["--exam", f"jmed_own:{exam}", given(tmp_path / "p.jsonl", right, cut=cut)]
    (found,) = printed_json(capsys, *command)
    assert (found["verdict"], found["probability"], found["close"]) == (verdict, None, None)
    assert {line["interval"] for line in found["lines"].values()} <= {None}
    assert not any(line.startswith(("With other", "The number")) for line in rows(capsys, *command))


def test_an_incomplete_examination_has_no_probability(tmp_path, capsys):
    exam = own(tmp_path, description=NURSING)
    answers = given(tmp_path / "p.jsonl", 9)
    kept = answers.read_text(encoding="utf-8").splitlines()[:-1]
    answers.write_text("\n".join(kept), encoding="utf-8")
    (found,) = printed_json(capsys, "--exam", f"jmed_own:{exam}", answers)
    assert (found["verdict"], found["probability"]) == ("incomplete", None)


def test_a_known_line_has_a_probability_where_another_is_not_known(tmp_path, capsys):
    exam = own(tmp_path, description=NURSING.replace(", pass: 3", ""))
    (found,) = printed_json(capsys, "--exam", f"jmed_own:{exam}", given(tmp_path / "p.jsonl", 8))
    assert (found["verdict"], found["probability"]) == ("none", None)
    assert found["lines"]["必修"]["probability"] == 1
    assert found["lines"]["一般"]["probability"] is None
    assert found["lines"]["一般"]["interval"] == [1, 5]


# The design effect


@pytest.mark.parametrize(
    ("pairs", "alone", "effect"),
    [
        # Cases of 2 and 0 points: 2 × 2; single ones of 1, 1, 0, 0: 4 × 1/3.
        ([(1, 1), (0, 0)], [], 3.0),
        # 1 and 1: no variance. The other two: 2 × 1/2; alone 6 values, half of them 1: 6 × 3/10.
        ([(1, 0), (0, 1)], [1, 0], 1 / 1.8),
        ([], [1, 0], None),  # no case
        ([(1, 0)], [1, 0], None),  # a case that is alone cannot be drawn in place of another
        # A case of three, alone: its questions are drawn one by one. 2 × 2 + 3 × 1/3 to 7 × 2/7.
        ([(1, 1), (0, 0), (1, 1, 0)], [], 2.5),
        ([(1, 1), (1, 1)], [], None),  # nothing varies
    ],
)
def test_the_design_effect(pairs, alone, effect):
    answers = [
        answered("A", 1, correct=bool(right), case=f"症例{number}。")
        for number, pair in enumerate(pairs)
        for right in pair
    ]
    answers += [answered("A", 1, correct=bool(right)) for right in alone]
    found = design_effect(answers, PassLine(sections=("A",)))
    assert found == (None if effect is None else pytest.approx(effect))


def test_a_question_without_points_is_no_part_of_its_case():
    """116B45 was struck out: its case is left with one question that counts."""
    answers = [
        answered("A", points, correct=right, case=case)
        for points, right, case in [(1, True, "一"), (1, True, "一"), (1, False, "二"),
                                    (1, False, "二"), (1, True, "三"), (0, True, "三"),
                                    (1, False, "")]
    ]  # fmt: skip
    alone = 6 * numpy.var([1, 1, 0, 0, 1, 0], ddof=1)
    found = design_effect(answers, PassLine(sections=("A",)))
    assert found == pytest.approx((2 * 2 + 2 * 0.5) / alone)


@pytest.mark.parametrize("name", ["112", "113", "114", "115", "116", "119", "120"])
def test_every_national_examination_has_twenty_cases(real_data, real_recent, name):
    (examination,) = load_examinations(name)
    numbers = Counter(series_numbers(examination.questions))
    sizes = defaultdict(list)
    for question, number in zip(
        examination.questions, series_numbers(examination.questions), strict=True
    ):
        if numbers[number] > 1:
            sizes[question.section].append(number)
    found = {section: sorted(Counter(each).values()) for section, each in sizes.items()}
    assert found == {"B": 5 * [2], "C": 5 * [3], "E": 5 * [2], "F": 5 * [3]}


def test_a_published_model_against_the_exact_probabilities(real_recent, capsys):
    """gpt-oss-20b: 158 points of 160, 225 of 221."""
    found = printed_json(capsys, "--official", real_recent / "jmle2026")[2]
    assert (found["model"], found["verdict"]) == ("gpt-oss-20b (low)", "fail")
    assert found["probability"] == pytest.approx(0.32, abs=NOISE)
    assert found["lines"]["required"]["probability"] == pytest.approx(0.45, abs=NOISE)
    assert found["lines"]["general"]["design_effect"] == pytest.approx(0.95, abs=0.005)
