"""The table in LaTeX and Markdown: columns, escaping, what compiles and fits a page."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from jmedlora.report.render import latex, markdown
from jmedlora.report.render import number_format as numbers
from jmedlora.report.render.paper_table import reference
from tests.support.made_up_table import JAPANESE, SCRIPT, TABLE, cells, table_of_many


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
    found = re.findall(r"caption{Scores with 95 \\% intervals(?: and .* step 0)?(.*)}", text)
    assert found == captions
    assert text.rpartition("\\begin{table}")[2].count("A note.") == text.count("A note.") == 1
    for _, _, _, cell in cells(table):
        assert text.count(f"& {numbers.fixed(cell.value)} ") >= 1
