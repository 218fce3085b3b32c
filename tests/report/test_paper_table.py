"""The paper's own table, which stands beside ours."""

import json

import pytest

from jmedlora.report.compare.table import Cell, with_best
from jmedlora.report.render import html, latex, markdown
from jmedlora.report.render import json_table as json_file
from jmedlora.report.render.paper_table import reference
from tests.support.made_up_table import TABLE, printed


@pytest.mark.parametrize(
    ("row", "model", "steps", "value"),
    [
        ("Accuracy (0s)", "OpenCALM-7B", "0", 0.222),
        ("Exact match (0s)", "OpenCALM-7B", "3k", 0.047),
        ("Gestalt score (0s)", "MedCALM", "10k", 0.085),
        ("Accuracy (1s)", "OpenCALM-7B", "1k", 0.244),
        ("Exact match (1s)", "MedCALM", "1k", 0),
        ("Gestalt score (1s)", "Llama2-70B", "0.9k", 0.331),
        ("Accuracy (0s)", "ChatGPT", "", 0.438),
        ("Accuracy (1s)", "ChatGPT", "", None),
    ],
)
def test_the_papers_scores(row, model, steps, value):
    paper = reference()
    place = [(each.model, each.steps) for each in paper.columns].index((model, steps))
    (found,) = (each for each in paper.rows if each.name == row)
    assert found.values[place] == value


def test_the_papers_table_is_whole():
    paper = reference()
    assert len(paper.columns) == len(paper.hours) == 12
    assert [len(row.values) for row in paper.rows] == [12] * 6
    assert paper.hours == (None, 4.6, 24.0, 37.0, None, 8.9, 23.7, 58.4, None, 12.7, 42.4, None)


@pytest.mark.parametrize("row", reference().rows, ids=lambda row: row.name)
def test_our_rule_marks_the_scores_that_the_paper_prints_bold(row):
    marked = with_best([None if value is None else Cell(value) for value in row.values])
    assert [cell.value for cell in marked if cell and cell.best] == [
        value for value in row.values if value in row.best
    ]


def test_the_paper_stands_apart_and_says_what_does_not_compare(capsys, monkeypatch):
    for text in (
        markdown.render(TABLE, reference()),
        latex.render(TABLE, reference()),
        html.render(TABLE, reference()),
        printed(capsys, monkeypatch, width=200, paper=True),
    ):
        ours, apart, paper = text.partition("Table 1 of the paper")
        assert apart
        assert "ChatGPT" in paper
        assert "ChatGPT" not in ours
        assert "Not comparable digit by digit" in paper
    assert len(json.loads(json_file.render(TABLE, reference()))["paper"]["rows"]) == 6
