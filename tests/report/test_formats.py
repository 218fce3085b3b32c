"""The formats of a table: golden files, escaping, what none may lose, and the paper's own table."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import count
from pathlib import Path

import pytest

from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.table import Cell, Difference, Row, Section, Table, with_best
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.runs import Run
from jmedlora.report.render import FILE_NAMES, FORMATS, html, latex, markdown
from jmedlora.report.render import csv_table as csv_file
from jmedlora.report.render import json_table as json_file
from jmedlora.report.render import number_format as numbers
from jmedlora.report.render.legend import signature_lines
from jmedlora.report.render.paper_table import reference
from jmedlora.report.render.sheet import sheet_of
from jmedlora.report.render.terminal import print_table

GOLDEN = Path(__file__).parent.parent / "golden"
SCRIPT = "<script>alert(1)</script>"
SPECIAL = r"a_b&c%|{x}^~$#\d*[e]"
JAPANESE = "日本語モデル-7B"
FORMULA = '=HYPERLINK("x")'
LINE = "igakuqa|version:1|shots:0|n:2|lm_eval:0.4.11"
SHOTS_1 = "igakuqa|version:1|shots:1|n:2|lm_eval:0.4.11"


def column(model: str, steps: str, step: int | None, kind: str = "", **more) -> Column:
    return Column(model, steps, step, kind, more.pop("hours", None), model, "", ("ja",), **more)


def asked(*subjects: tuple[str, int], version: int = 1) -> dict[tuple[str, int], Measured]:
    """What a column holds of two questions each, by subject and shots."""
    versions = {name: version for name, _ in subjects}
    run = Run(Path("results.json"), {"versions": versions, "lm_eval_version": "0.4.11"}, ())
    return {key: Measured(run, key[0], *key, {}, ("q1", "q2"), {}) for key in subjects}


def signatures(*columns: Column) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (each.title, subject, str(found.signature))
        for each in columns
        for (subject, _), found in each.measured.items()
    )


MEDQA = ("medqa_4options", 0)
IGAKUQA_0, IGAKUQA_1 = ("igakuqa", 0), ("igakuqa", 1)
COLUMNS = (
    column(JAPANESE, "0", 0, measured=asked(IGAKUQA_0, IGAKUQA_1, MEDQA)),
    column(JAPANESE, "1k", 1000, "LoRA", hours=4.61, measured=asked(IGAKUQA_0, IGAKUQA_1)),
    column(SPECIAL, "0", 0, measured=asked(IGAKUQA_0)),
    column(SPECIAL, "900", 900, "QLoRA", hours=0.01, note="alpaca",
           measured=asked(IGAKUQA_0, version=2)),
    column(SCRIPT, "?", None, note=FORMULA, measured=asked(IGAKUQA_0, IGAKUQA_1, MEDQA)),
)  # fmt: skip
CHANGE = Difference(-0.136, 0.0001, 0.006, "McNemar", 210, 185)
FLOORS = {"chance": 0.18467, "empty answer": 0.0, "all choices": 0.20893}
IGAKUQA = Section(
    "igakuqa",
    1455,
    (
        Row(
            "Accuracy (0s)",
            "accuracy",
            0,
            (
                Cell(0.2219, 0.2, 0.2434),
                # .239 twice: equal as shown, so both are second to none but .438
                Cell(0.2391, 0.2178, 0.2619, best=True,
                     difference=Difference(0.0172, 0.227, 0.227, "McNemar", 210, 185)),
                Cell(0.2388, 0.217, 0.261, best=True),
                Cell(0.18, 0.16, 0.2,
                     difference=Difference(-0.0591, 0.00001, 0.00003, "McNemar", 110, 196)),
                Cell(0.438, 0.412, 0.464, best=True),
            ),
            FLOORS,
        ),
        Row(
            "Tied (0s)",
            "tied",
            0,
            (Cell(0.0842, 0.0702, 0.0989), Cell(0.0907, 0.0763, 0.1058), Cell(0.02, 0.013, 0.028),
             Cell(0.0, 0.0, 0.0026), Cell(1.0, 0.9974, 1.0)),
            {},
            is_rate=True,
        ),
        Row(
            "Gestalt score (1s)",
            "gestalt_score",
            1,
            (
                Cell(0.0, None, None),
                Cell(0.186, 0.18, 0.192, best=True,
                     difference=Difference(0.186, 0.0061, 0.0122, "sign flip")),
                None,
                None,
                Cell(0.078, 0.07, 0.086, best=True),
            ),
            {"empty answer": 0.0, "all choices": 0.35145},
        ),
    ),
)  # fmt: skip
OTHER = Section(
    "medqa_4options", 1, (Row("perplexity (0s)", "perplexity,none", 0,
                              (Cell(12345.6789), None, None, None, Cell(-0.0004)), {}),)
)  # fmt: skip
TABLE = Table(
    columns=COLUMNS,
    sections=(IGAKUQA, OTHER),
    warnings=(f"igakuqa 0s: template differs: ja ({JAPANESE}); alpaca\n\\input{{x}} ({SPECIAL})",),
    notes=(f"not computed for {SCRIPT}\x1b[2J",),
    signatures=signatures(*COLUMNS),
    seed=1234,
    resamples=10_000,
)


def cells(table: Table) -> list[tuple[Section, Row, Column, Cell]]:
    return [
        (section, row, found, cell)
        for section in table.sections
        for row in section.rows
        for found, cell in zip(table.columns, row.cells, strict=True)
        if cell
    ]


def table_of(columns: Sequence[Column], *sections: Section, notes=()) -> Table:
    return Table(
        tuple(columns), sections, (), notes, signatures(*columns), seed=1, resamples=10_000
    )


def table_of_one(title: str, cell: Cell, *, shots: int = 0, **more) -> Table:
    section = Section(title, 9, (Row("acc", "acc", shots, (cell,), {}),))
    return table_of([column("model", "0", 0, **more)], section)


def table_of_many(models: Sequence[int], sections: int, rows: int = 6) -> Table:
    """A table of models with so many columns each; every score in it is another one."""
    columns = [
        column(f"model {letter}", f"{step}k", step * 1000)
        for letter, number in zip("abcdefghijkl", models, strict=False)
        for step in range(number)
    ]
    values = (n / 1000 for n in count())

    def cell(of: Column) -> Cell:
        value = next(values)
        return Cell(value, value - 0.1, value + 0.1, difference=CHANGE if of.step else None)

    def row(number: int) -> Row:
        return Row(f"Score ({number}s)", "score", number, tuple(map(cell, columns)), FLOORS)

    parts = [Section(f"part {n}", 9, tuple(map(row, range(rows)))) for n in range(sections)]
    return table_of(columns, *parts, notes=("A note.",))


def printed(capsys, monkeypatch, *, width: int, paper: bool = False) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    print_table(TABLE, reference() if paper else None)
    return capsys.readouterr().out


@pytest.mark.parametrize("name", FORMATS)
def test_golden_files(name):
    golden = (GOLDEN / FILE_NAMES[name]).read_bytes()
    assert FORMATS[name](TABLE, reference()).encode() == golden


def test_golden_terminal(capsys, monkeypatch):
    golden = (GOLDEN / "table.txt").read_text(encoding="utf-8")
    assert printed(capsys, monkeypatch, width=120, paper=True) == golden


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.2184, ".218"),
        (0.9996, "1.000"),  # rounded first
        (1, "1.000"),
        (0, ".000"),
        (-0.0101, "-.010"),
        (-0.0004, ".000"),  # no minus before nothing
        (10.05, "10.050"),
        (float("nan"), "n/a"),  # other harness tasks may have it
    ],
)
def test_scores_as_the_paper_prints_them(value, expected):
    assert numbers.fixed(value) == expected


@pytest.mark.parametrize(
    ("p", "expected"),
    [(0.0, "p<.001*"), (0.001, "p=.001*"), (0.0123, "p=.012*"), (0.05, "p=.050"), (0.31, "p=.31"),
     (1.0, "p=1.00")],
)  # fmt: skip
def test_p_values(p, expected):
    assert numbers.p_value(p) == expected


@pytest.mark.parametrize(
    ("hours", "expected"), [(None, "-"), (0.0, "0.0"), (0.01, "<0.1"), (4.61, "4.6")]
)
def test_hours(hours, expected):
    assert numbers.hours(hours) == expected


@pytest.mark.parametrize(
    ("width", "tables"),
    [
        (200, 1),  # all columns side by side
        (85, 3),  # one table a model
        (60, 4),  # without floors a model's two columns, with floors one
        (20, 5),  # narrower than any table: the terminal wraps
    ],
)
def test_a_narrow_terminal_loses_no_digit(width, tables, capsys, monkeypatch):
    out = printed(capsys, monkeypatch, width=width)
    assert out.count("Steps of (Q)LoRA") == tables
    assert out.count("answer   choices") == 1  # the floors beside the first
    assert [out.count(numbers.fixed(value)) for value in (0.18467, 0.35145)] == [1, 1]
    assert "…" not in out
    for _, row, _, cell in cells(TABLE):
        assert numbers.interval(cell, is_rate=row.is_rate) in out
        assert numbers.difference(cell.difference) in out


@pytest.mark.parametrize(
    ("models", "tables"),
    [([4, 4, 4], 6), ([1, 1], 2)],  # 1 beside the floors and 3 others, then 3 and 1; a model each
)
def test_a_terminal_of_80_columns(models, tables, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    print_table(table_of_many(models, 1))
    grids = [line for line in capsys.readouterr().out.splitlines() if not line.strip(" ─")]
    assert sum("─" in line for line in grids) == tables
    assert max(map(len, grids)) <= 80


def test_the_best_are_bold_in_a_terminal(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    out = printed(capsys, monkeypatch, width=200)
    assert set(re.findall(r"\x1b\[1m(\.\d+)\x1b", out)) == {".239", ".438", ".186", ".078"}


def test_without_rich(monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(ResultsError, match="table needs rich; run: pip install"):
        print_table(TABLE)


@pytest.mark.parametrize("name", ["markdown", "latex", "html"])
def test_names_hold_no_control_character_and_no_line_break(name):
    text = FORMATS[name](TABLE, None)
    assert "\x1b" not in text
    assert not [line for line in text.splitlines() if line.startswith("\\input{x}")]


def test_the_tests_are_counted_and_named():
    assert (
        "p: McNemar's exact test (Accuracy); sign-flip permutation test (Gestalt score), against "
        "step 0 of the same model, Holm-corrected over the 3 tests of this table; * p &lt; .05."
    ) in html.render(TABLE).replace("&#39;", "'")


def test_no_tests_no_sentence():
    text = markdown.render(table_of_one("medqa", Cell(0.5)))
    assert "p:" not in text
    assert "Bold:" not in text
    assert "Floors" not in text
    assert "Training hours" not in text
    assert "Signatures" not in text


@pytest.mark.parametrize(
    ("kinds", "label", "steps"),
    [
        (["", "LoRA", "QLoRA"], "Steps of (Q)LoRA", ["2k", "2k LoRA", "2k QLoRA"]),
        (["full", "LoRA"], "Steps of training", ["2k full", "2k LoRA"]),
    ],
)
def test_the_row_of_the_steps(kinds, label, steps):
    sheet = sheet_of(table_of([column("model", "2k", 2000, kind) for kind in kinds]))
    assert (sheet.steps_label, [head.steps for head in sheet.heads]) == (label, steps)


ZERO, FIRST, SECOND = "model, 0 steps", "model, 900 steps", "model, 3k steps"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([(ZERO, "x"), (FIRST, "x"), (SECOND, "x")], ["x (all columns)"]),
        # the order of the columns, not of the alphabet
        (
            [(ZERO, "y"), (FIRST, "y"), (SECOND, "x")],
            [f"y ({ZERO} · {FIRST})", f"x ({SECOND})"],
        ),
        ([(ZERO, "x")], [f"x ({ZERO})"]),
    ],
)
def test_signatures_name_their_columns(found, expected):
    of_another = ("another model, 0 steps", "medqa", "z")  # a column without the subject
    lines = [*((title, "igakuqa", line) for title, line in found), of_another]
    table = replace(TABLE, signatures=tuple(lines))
    assert signature_lines(table) == [*expected, "z (another model, 0 steps)"]


# Markdown


def test_markdown_has_the_same_columns_in_every_row():
    rows = [line for line in markdown.render(TABLE).splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {1 + 5 + 3 + 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a|b", r"a\|b"),
        (SCRIPT, "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("[x](y)", r"\[x\](y)"),
        (r"\|", r"\\\|"),  # a backslash must not undo the next one
        ("a_b*c*`d`", r"a\_b\*c\*\`d\`"),
    ],
)
def test_markdown_escape(text, expected):
    assert markdown.escape(text) == expected


# LaTeX


def body(text: str) -> str:
    """LaTeX without its comments and its escaped characters."""
    return re.sub(r"%.*", "", re.sub(r"\\[\\{}$&%#_]", "", text))


def test_latex_is_balanced():
    text = latex.render(TABLE, reference())
    assert body(text).count("{") == body(text).count("}")
    begins, ends = (re.findall(rf"\\{end}{{(\w+)}}", body(text)) for end in ("begin", "end"))
    assert sorted(begins) == sorted(ends) == ["table", "table", "tabular", "tabular"]


def test_latex_has_the_same_columns_in_every_row():
    (inside,) = re.findall(r"\\toprule(.*)\\bottomrule", latex.render(TABLE), re.DOTALL)
    plain = re.sub(r"\\[{}$&%#_]", "", inside)  # \\ ends a row and stays
    rows = [row for row in plain.split("\\\\") if row.replace("\\midrule", "").strip()]
    spans = [sum(int(n) - 1 for n in re.findall(r"\\multicolumn{(\d+)}", row)) for row in rows]
    widths = {row.count("&") + 1 + span for row, span in zip(rows, spans, strict=True)}
    assert len(rows) > 10
    assert widths == {1 + 5 + 3}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_b&c%", r"a\_b\&c\%"),
        ("{x}$#", r"\{x\}\$\#"),
        ("^~", r"\textasciicircum{}\textasciitilde{}"),
        ("\\input{x}", r"\textbackslash{}input\{x\}"),
        ("<|>", r"\textless{}\textbar{}\textgreater{}"),
        (JAPANESE, JAPANESE),
    ],
)
def test_latex_escape(text, expected):
    assert latex.escape(text) == expected


@pytest.mark.parametrize(
    ("engine", "packages", "is_ascii"),
    [
        ("pdflatex", "booktabs", True),  # it has no Japanese
        ("lualatex", "booktabs", False),
        ("tectonic", "booktabs", False),
    ],
)
def test_latex_compiles(engine, packages, is_ascii, tmp_path):
    text = latex.render(TABLE, reference())
    compiled(engine, text.replace(JAPANESE, "model") if is_ascii else text, packages, tmp_path)


@pytest.mark.parametrize(
    ("models", "sections", "rows"),
    [
        ([4, 4, 4], 2, 10),  # the paper's columns, both exams, scores and rates
        ([3, 3], 1, 6),  # as wide as a table becomes
        ([4, 4, 4], 24, 6),  # more tables than LaTeX keeps waiting
    ],
)
def test_latex_fits_a_page(models, sections, rows, tmp_path):
    text = latex.render(table_of_many(models, sections, rows), reference())
    log = compiled("pdflatex", text, "booktabs", tmp_path)
    assert "Overfull" not in log
    assert "too large" not in log


def compiled(engine: str, text: str, packages: str, folder: Path) -> str:
    """What the engine said of a page of A4 with ``text``; the test is skipped where it is not."""
    if not shutil.which(engine):
        pytest.skip(f"needs {engine}")
    (folder / "table.tex").write_text(text, encoding="utf-8")
    (folder / "all.tex").write_text(
        f"\\documentclass[a4paper]{{article}}\\usepackage{{{packages}}}"
        "\\usepackage[margin=2cm]{geometry}\\begin{document}\\input{table}\\end{document}"
    )
    options = [] if engine == "tectonic" else ["-halt-on-error", "-interaction=nonstopmode"]
    ended = subprocess.run(
        [engine, *options, "all.tex"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout[-2000:]
    assert (folder / "all.pdf").exists()
    return ended.stdout


@pytest.mark.parametrize(
    ("models", "sections", "rows", "columns"),
    [
        ([6], 2, 6, [6 + 3]),  # 3: the floors
        ([4, 4, 4], 2, 6, [4 + 3, 4, 4]),  # a model each, floors beside the first
        ([8], 1, 6, [6 + 3, 2]),  # one model alone is too wide
        ([1] * 12, 1, 6, [6 + 3, 6]),  # small neighbours share a table
        ([4, 1], 3, 6, [5 + 3] * 3),  # a section each
        ([4, 4], 3, 6, [4 + 3, 4] * 3),
        ([4], 12, 1, [4 + 3, 4 + 3]),  # 12 sections of four lines: 7 and 5 of them
    ],
)
def test_latex_in_pieces(models, sections, rows, columns):
    table = table_of_many(models, sections, rows)
    text = latex.render(table)
    assert [int(n) for n in re.findall(r"begin{tabular}{l\*{(\d+)}", text)] == columns
    last = len(columns)
    captions = [f" ({n} of {last})" for n in range(1, last + 1)] if last > 1 else [""]
    assert re.findall(r"from step 0(.*)}", text) == captions
    assert text.rpartition("\\begin{table}")[2].count("A note.") == text.count("A note.") == 1
    for _, _, _, cell in cells(table):
        assert text.count(f"& {numbers.fixed(cell.value)} ") >= 1


# HTML


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


# CSV and JSON


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
                       "gained": 110, "lost": 196},
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


# The paper's own table


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
