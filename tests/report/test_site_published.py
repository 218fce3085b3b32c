"""``jmed-report site`` of published answers alone, in a real browser."""

import pytest

from jmedlora.exams.cache import VARIABLE
from jmedlora.report.cli import main
from tests.support.browser import chromium
from tests.support.commands import write_jsonl
from tests.support.published import publish, publish_notes
from tests.support.shown_page import Shown, cells

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
NUMBERS = (112, 113)
MOST = 8
"""Models in a chart."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two pages of nine models, of which ``few`` has only the first two.

    The model n takes the forbidden b in the first n questions of each of six sections, and else the
    right a. Four sections have their points in the line for general questions.
    """
    root = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(publish_notes(publish(root / "data", questions=9))))
        for name, models in (("few", 2), ("page", MOST + 1)):
            path = root / f"{name}.jsonl"
            write_jsonl(path, *(
                {"model": f"model {model}", "problem_id": f"{number}{section}{place}",
                 "prediction": "b" if place <= model else "a"}
                for model in range(models) for number in NUMBERS for section in "ABCDEF"
                for place in range(1, 10)
            ))  # fmt: skip
            assert main(["site", str(path), "--out", str(root / name)]) == 0
    return root


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def shown(browser, folder):
    """Opens one of the two pages; at its end it must have said and asked nothing."""
    found = []

    def open_page(name: str = "page") -> Shown:
        found.append(Shown(browser, folder / name / "index.html"))
        return found[-1]

    yield open_page
    for each in found:
        each.context.close()
        each.check()


def test_the_table_of_verdicts_names_what_a_model_failed_by(shown):
    tab = shown().go("examinations")
    name = "Verdicts by examination, points above (+) or below (−) each pass line, and forbidden "
    rows = tab.get_by_role("region", name=f"{name}choices").locator("tbody tr").all_inner_texts()
    told = [row.split() for row in rows]
    assert told[0][told[0].index("forbidden") + 2 :][:2] == ["≤", "3"]
    assert told[1][told[1].index("forbidden") :][:4] == ["forbidden", "6", ">", "3"]


def test_more_models_than_a_chart_has_colours_are_told(shown):
    tab = shown().go("examinations")
    told = "A chart of the points is drawn for at most 8 models. This page has 9"
    assert tab.get_by_text(told).is_visible()
    assert tab.locator("figure").count() == 0


def test_the_chart_of_the_points_has_their_ranges(shown):
    """Two models, two examinations, two lines: all have a range, that of 18 of 18 right a point."""
    tab = shown("few").go("examinations")
    tab.wait_for_selector("figure svg")
    assert tab.get_by_text("A chart of the points is drawn").count() == 0
    assert tab.locator("figure svg .mark-rule.role-mark line").count() == 8 + 1  # and the pass line


def test_the_overview_has_the_examinations_with_intervals_and_a_guess(shown):
    """Nine questions a section with one right choice of five; 53 of 54: one has no choices."""
    tab = shown("few").go()
    name = "All exams, one score of each"
    rows = cells(tab, name)
    assert [row[0] for row in rows] == ["model 0", "model 1"]
    assert [row[1:] for row in rows] == [["0.981", "1.000"], ["0.870", "0.889"]]  # 47, 48 of 54
    table = tab.get_by_role("region", name=name)
    heads = [each.split("\n") for each in table.locator("thead th").all_inner_texts()]
    assert heads[1] == [
        "examination 112",
        "Right, published answers",
        "guess 0.196",
    ]  # 53 × .2 / 54
    assert heads[2][-1] == "guess 0.200"
    assert "0.902–0.997" in table.inner_text()  # Wilson's, of 53 of 54
    assert table.locator("tbody .bar .mark").count() == 4
    assert tab.locator("thead + tbody strong").all_inner_texts() == ["0.981", "1.000"]


def test_the_share_right_stands_beside_a_guess(shown):
    tab = shown("few").go("examinations")
    verdicts = tab.get_by_role("region", name="Verdicts on 第113回医師国家試験")
    places = verdicts.locator("td:nth-child(4) .mark").evaluate_all(
        "all => all.map((each) => each.style.left)"
    )
    assert places == ["20%", "20%"]


def test_the_years_of_an_exam_are_one_list_with_a_filter(shown):
    page = shown("few")
    tab = page.go("questions/exam-igakuqa/112A1")
    assert tab.get_by_role("combobox", name="Exam", exact=True).locator("option").count() == 1
    assert page.count() == "108 questions"  # 2 × 54
    page.pick("Year", "2019")
    assert page.count() == "54 of 108 questions"
    page.pick("Right by", "model 0")
    page.pick("and wrong by", "model 1")
    assert page.count() == "6 of 108 questions"  # the first of each section
    tab.get_by_role("button", name="Clear filters").click()
    tab.get_by_label("Search").fill("113C9")
    assert page.count() == "1 of 108 questions"


def test_an_older_link_to_one_year_opens_its_question(shown):
    tab = shown("few").go("questions/examination-113/113B2")
    assert tab.inner_text(".detail h3").startswith("113B2")
