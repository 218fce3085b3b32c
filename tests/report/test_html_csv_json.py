"""The table in HTML, CSV and JSON: nothing is lost, and nothing in it acts."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest

from jmedlora.report.compare.table import Cell, Row, Section
from jmedlora.report.render import csv_table as csv_file
from jmedlora.report.render import html
from jmedlora.report.render import json_table as json_file
from jmedlora.report.render.paper_table import reference
from tests.support.made_up_table import (
    COLUMNS,
    FLOORS,
    IGAKUQA_0,
    IGAKUQA_1,
    JAPANESE,
    LINE,
    SCRIPT,
    SHOTS_1,
    SPECIAL,
    TABLE,
    asked,
    cells,
    column,
    table_of,
    table_of_one,
)


class Page(HTMLParser):
    """The elements, attributes and text of a page; asserts that every element is closed."""

    VOID = ("meta",)

    def __init__(self, text: str):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_html_needs_nothing_else():
    page = Page(html.render(TABLE, reference()))
    assert "script" not in page.tags
    assert not {name for name, _ in page.attributes} & {"src", "href", "onload", "onclick", "style"}
    assert "http:" not in "".join(page.text)
    assert ("lang", "en") in page.attributes
    assert ("charset", "utf-8") in page.attributes


def test_html_shows_hostile_names_as_text():
    text = "".join(Page(html.render(TABLE)).text)
    assert all(name in text for name in (SCRIPT, SPECIAL, JAPANESE))


def number(text: str) -> float | None:
    return float(text) if text else None


def test_csv_holds_the_model():
    rows = list(csv.DictReader(io.StringIO(csv_file.render(TABLE))))
    for line, (section, row, found, cell) in zip(rows, cells(TABLE), strict=True):
        change = cell.difference
        assert (line["section"], int(line["questions"])) == (section.title, section.questions)
        assert (line["name"], line["metric"], int(line["shots"])) == (
            row.name,
            row.metric,
            row.shots,
        )
        assert (line["model"], line["steps"], line["note"].removeprefix("'")) == (
            found.model,
            found.steps,
            found.note,
        )
        assert number(line["hours"]) == found.hours
        assert (line["is_rate"] == "true", line["best"] == "true") == (row.is_rate, cell.best)
        assert tuple(number(line[key]) for key in ("value", "low", "high")) == (
            cell.value, cell.low, cell.high)  # fmt: skip
        assert number(line["difference"]) == (change.value if change else None)
        assert tuple(number(line[f"difference_{end}"]) for end in ("low", "high")) == (
            (change.low, change.high) if change else (None, None))  # fmt: skip
        assert line["against"] == (change.against if change else "")
        assert line["interval"] == cell.method
        assert number(line["p_holm"]) == (change.p_holm if change else None)
        assert number(line["lost"]) == (change.lost if change else None)
        assert number(line["all_choices"]) == row.floors.get("all choices")


def test_csv_has_line_feeds_and_quotes():
    text = csv_file.render(TABLE, reference())
    assert "\r" not in text
    assert "OpenCALM-7B" not in text  # the paper's scores never stand in one column with others


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((f"{sign}1+1", f"'{sign}1+1") for sign in "=+-@＝＋－＠"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        ("a\r\n=1", "a  =1"),  # no line, and no cell, of its own
        ('=HYPERLINK("http://x","best")', '\'=HYPERLINK("http://x","best")'),
        ("model=1", "model=1"),
        ("'=1", "'=1"),  # text already
        ("", ""),
    ],
)
def test_csv_holds_no_formula(text, expected):
    table = table_of_one("igakuqa", Cell(-0.5), note=text)
    (line,) = csv.DictReader(io.StringIO(csv_file.render(table), newline=""))
    assert (line["note"], line["value"]) == (expected, "-0.5")  # a number stays one


@pytest.mark.parametrize(
    ("title", "shots", "subjects", "expected"),
    [
        ("igakuqa", 0, [IGAKUQA_0, IGAKUQA_1], LINE),
        ("igakuqa", 1, [IGAKUQA_0, IGAKUQA_1], SHOTS_1),
        ("igakuqa, year 2018", 0, [IGAKUQA_0], LINE),
        ("igakuqa + jjsimqa, pooled", 0, [IGAKUQA_0, ("jjsimqa", 0)], ""),
        ("igakuqa, x", 0, [IGAKUQA_0, ("igakuqa, x", 0)], LINE.replace("igakuqa", "igakuqa, x")),
        ("igakuqa", 2, [IGAKUQA_0], ""),
    ],
)
def test_csv_names_a_signature_only_where_there_is_one(title, shots, subjects, expected):
    table = table_of_one(title, Cell(0.5), shots=shots, measured=asked(*subjects))
    (line,) = csv.DictReader(io.StringIO(csv_file.render(table)))
    assert line["signature"] == expected


def test_csv_tells_columns_of_one_title_apart():
    columns = [column("x", "0", 0, measured=asked(IGAKUQA_0, version=n)) for n in (1, 2)]
    row = Row("acc", "acc", 0, (Cell(0.5), Cell(0.6)), {})
    table = table_of(columns, Section("igakuqa", 2, (row,)))
    lines = csv.DictReader(io.StringIO(csv_file.render(table)))
    assert [line["signature"] for line in lines] == [LINE, LINE.replace("version:1", "version:2")]


def test_json_holds_the_model():
    found = json.loads(json_file.render(TABLE))
    first = found["sections"][0]["rows"][0]
    assert first["cells"][3] == {
        "value": 0.18, "low": 0.16, "high": 0.2, "best": False,
        "difference": {"value": -0.0591, "p": 0.00001, "p_holm": 0.00003, "test": "McNemar",
                       "gained": 110, "lost": 196, "low": -0.0825, "high": -0.0357,
                       "against": f"{SPECIAL}, 0 steps"},
        "method": "Wilson", "not_told_apart": False,
    }  # fmt: skip
    assert first["floors"] == FLOORS
    assert found["sections"][0]["rows"][2]["cells"][2] is None
    assert [each["title"] for each in found["columns"]] == [each.title for each in COLUMNS]
    assert "measured" not in found["columns"][0]  # it holds the answers
    assert (found["seed"], found["resamples"], found["paper"]) == (1234, 10_000, None)
    assert found["warnings"] == list(TABLE.warnings)
    assert found["notes"] == list(TABLE.notes)
    assert [tuple(each.values()) for each in found["signatures"]] == list(TABLE.signatures)


@pytest.mark.parametrize("render", [csv_file.render, json_file.render])
def test_what_is_no_number_is_unknown(render):
    text = render(table_of_one("medqa", Cell(float("nan"), float("inf"))))
    assert not re.search("nan|inf", text, re.IGNORECASE)
