"""``jmed-report exam --out``: the page, and the picture of points against pass lines."""

import base64
import json
import re
import sys
from pathlib import Path

import pytest
from PIL import Image

from jmedlora.report.cli import main
from jmedlora.report.figures.pass_lines import FORBIDDEN, ExamRow, Reached, pass_lines_figure
from tests.support.exam import given, own, predicted
from tests.support.published import publish, publish_notes
from tests.support.recent import publish_jmle2026


@pytest.fixture
def made_up(tmp_path, monkeypatch) -> Path:
    """112 to 116 with a question a section, and the 120th with four questions."""
    root = publish_notes(publish(tmp_path / "exams", questions=1))
    publish_jmle2026(root, {}, {}, {}, {})
    monkeypatch.setenv("JMED_DATA", str(root))
    return tmp_path


def written(folder: Path, *answers: Path) -> dict[str, bytes]:
    out = folder / "report"
    assert main(["exam", *map(str, answers), "--out", str(out), "--format", "json"]) == 0
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def points_of(files: dict[str, bytes]) -> list[str]:
    """The texts of the picture, in its order."""
    svg = next(content for name, content in files.items() if name.endswith(".svg")).decode()
    return re.findall(r">([^<>]+)</text>", svg)


def test_the_files_say_the_same(made_up, capsys):
    answers = predicted(made_up / "a.jsonl", "calm", **{"120A1": "b", "120A2": "b"})
    files = written(made_up, answers)
    assert [*files] == ["exam-lines.png", "exam-lines.svg", "exam.html", "exam.json", "exam.md"]
    printed = capsys.readouterr()
    assert json.loads(files["exam.json"]) == json.loads(printed.out)
    assert (
        f"written: exam.html, exam.md, exam.json, exam-lines.svg, exam-lines.png in {made_up}"
        in (printed.err)
    )
    assert "calm" in files["exam.md"].decode()
    with Image.open(made_up / "report/exam-lines.png") as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_the_page_shows_the_picture_and_loads_nothing(made_up):
    files = written(made_up, predicted(made_up / "a.jsonl", "<b>x</b>", **{"120A1": "b"}))
    page = files["exam.html"].decode()
    (picture,) = re.findall(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)">', page)
    assert base64.b64decode(picture[0]) == files["exam-lines.svg"]
    assert picture[1] == (
        "&lt;b&gt;x&lt;/b&gt;: points and pass lines. Their numbers stand in the table above."
    )
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page
    assert "://" not in re.sub(r"base64,[^\"]+", "", page)
    assert "<b>" not in page


def test_one_model_has_a_row_a_year(made_up):
    ids = {f"{year}{section}1": "a" for year in (112, 113) for section in "ABCDEF"}
    shown = points_of(written(made_up, predicted(made_up / "a.jsonl", "calm", **ids)))
    assert {"calm", "112", "113", "required", "general", FORBIDDEN, "pass line"} <= {*shown}


def test_several_models_have_a_picture_an_examination(made_up):
    for number in (1, 2):
        predicted(made_up / f"in/{number}.jsonl", f"m{number}", **{"120A1": "b", "112A1": "a"})
    files = written(made_up, made_up / "in")
    assert [name for name in files if name.endswith(".svg")] == [
        "exam-lines-112.svg",
        "exam-lines-120.svg",
    ]
    assert {"m1", "m2", "112"} <= {*points_of(files)}


def test_a_model_alone_in_its_year_is_named_beside_several_models(made_up):
    predicted(made_up / "in/1.jsonl", "m1", **{"120A1": "b"})
    predicted(made_up / "in/2.jsonl", "m2", **{"112A1": "a"})
    assert {"m2", "112"} <= {*points_of(written(made_up, made_up / "in"))}


def test_an_examination_without_lines_has_no_picture(tmp_path):
    exam = own(tmp_path)
    answers = given(tmp_path / "a.jsonl", 1)
    assert main(["exam", str(answers), "--exam", f"jmed_own:{exam}", "--out",
                 str(tmp_path / "report")]) == 0  # fmt: skip
    assert not list((tmp_path / "report").glob("*.svg"))
    assert "<img" not in (tmp_path / "report/exam.html").read_text(encoding="utf-8")


def test_without_matplotlib_the_report_has_no_picture(made_up, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "jmedlora.report.figures.pass_lines", None)
    files = written(made_up, predicted(made_up / "a.jsonl", "calm", **{"120A1": "b"}))
    assert [*files] == ["exam.html", "exam.json", "exam.md"]
    assert "no picture is drawn: it needs matplotlib; run: pip" in capsys.readouterr().err


ROWS = [
    ExamRow("passes", {"required": Reached(170, 200, 160, 150, 185)}, "pass, .80"),
    ExamRow("fails", {"required": Reached(150, 200, 160, 135, 165)}, "fail, .10"),
    ExamRow("open", {"required": Reached(150, 200, None)}, "none"),
    ExamRow("forbidden", {FORBIDDEN: Reached(4, 4, 3, at_most=True)}, "fail, <.01"),
]


def test_what_is_missed_is_an_open_square():
    axes = pass_lines_figure("120", ROWS).axes
    faces = {
        (panel, line.get_ydata()[0]): line.get_markerfacecolor()
        for panel, axis in enumerate(axes)
        for line in axis.get_lines()
    }
    assert faces == {(0, 0): "black", (0, 1): "white", (0, 2): "black", (1, 3): "white"}


def test_points_intervals_and_lines_stand_where_they_are():
    required = pass_lines_figure("120", ROWS).axes[0]
    assert [line.get_xdata()[0] for line in required.get_lines()] == [170, 150, 150]
    drawn = [path.vertices.tolist() for each in required.collections for path in each.get_paths()]
    assert [[150, 0], [185, 0]] in drawn
    assert [[160, -0.42], [160, 0.42]] in drawn
    assert [[135, 1], [165, 1]] in drawn
    assert len(drawn) == 4  # the row whose line nobody knows has neither
