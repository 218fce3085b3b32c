"""``jmed-report plot``: which points a figure has, how it looks in grey, and its fonts."""

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from PIL import Image, ImageColor

from jmedlora.report.cli import main
from jmedlora.report.compare.comparison import read_columns, table_of
from jmedlora.report.figures.captions import WORDS
from jmedlora.report.figures.curves import Curve, Panel, Picture, Point, pictures
from jmedlora.report.figures.drawing import file_stem, looks
from jmedlora.report.figures.fonts import DEFAULT, families
from jmedlora.report.figures.forest import forest
from tests.support.commands import ROOT, run
from tests.support.runs import Asked, answers, questions, write_run

DOCS = questions(10)
QUICK = ("--resamples", "50")


def write(
    folder: Path,
    model: str,
    *rights: int,
    steps: tuple[int | None, ...] = (0, 1000, 3000, 10_000),
    shots: int = 0,
    kind: str = "lora",
) -> None:
    """A model and its adapters, each with so many right answers of ten."""
    for number, (right, step) in enumerate(zip(rights, steps, strict=False)):
        adapter = f"out/{model}-{kind}-{number}" if step != 0 else None
        write_run(
            folder,
            model=f"models/{model}",
            adapter=adapter,
            step=step or None,
            kind=kind,
            shots=shots,
            stamp=f"2026-01-01T00-0{shots}-0{number}.{len(list(folder.rglob('results_*'))):06d}",
            docs=DOCS,
            responses=answers(DOCS, right),
        )


def plot(folder: Path, *args: str, out: str = "figures") -> dict[str, bytes]:
    assert main(["plot", str(folder / "results"), "--out", str(folder / out), *QUICK, *args]) == 0
    return {path.name: path.read_bytes() for path in sorted((folder / out).iterdir())}


def accuracy_curves(folder: Path) -> tuple[list[dict[str, list[tuple[int, float]]]], list[str]]:
    """(step, accuracy) by label, one dict a panel; and what was left out."""
    table = table_of(
        read_columns([folder / "results"], None), pooled=False, by=None, seed=1, resamples=50
    )
    ((picture,), left_out) = pictures(table, {"accuracy"})
    return [
        {curve.label: [(p.step, p.value) for p in curve.points] for curve in panel.curves}
        for panel in picture.panels
    ], left_out


def test_a_curve_begins_at_step_0_of_its_base(tmp_path):
    write(tmp_path, "calm", 2, 3, 5, 4)
    assert accuracy_curves(tmp_path) == (
        [{"calm, LoRA": [(0, 0.2), (1000, 0.3), (3000, 0.5), (10_000, 0.4)]}],
        [],
    )


def test_two_kinds_share_their_base_and_shots_have_panels(tmp_path):
    write(tmp_path, "calm", 2, 3)
    write(tmp_path, "calm", 5, steps=(1000,), kind="qlora")
    write(tmp_path, "calm", 1, 7, shots=1)
    panels, _ = accuracy_curves(tmp_path)
    assert panels == [
        {"calm, LoRA": [(0, 0.2), (1000, 0.3)], "calm, QLoRA": [(0, 0.2), (1000, 0.5)]},
        {"calm, LoRA": [(0, 0.1), (1000, 0.7)]},
    ]


def test_a_model_that_was_not_trained_is_a_level(tmp_path):
    write(tmp_path, "gpt", 6)
    write(tmp_path, "calm", 4, steps=(1000,))  # its base was not asked
    panels, _ = accuracy_curves(tmp_path)
    assert panels == [{"calm, LoRA": [(1000, 0.4)], "gpt": [(0, 0.6)]}]
    assert ">gpt, not trained</text>" in plot(tmp_path)["igakuqa-accuracy.svg"].decode()


def test_models_that_were_not_trained_are_the_rows_of_a_forest_plot(tmp_path):
    for name, right in (("gpt", 6), ("calm", 3), ("a-model-of-a-long-name-8B-Instruct", 9)):
        write(tmp_path, name, right)
        write(tmp_path, name, right, shots=1)
    svg = plot(tmp_path, "--metric", "accuracy")["igakuqa-accuracy.svg"].decode()
    assert "Training steps" not in svg
    assert "not trained" not in svg
    assert svg.count(">0-shot (··· chance 0.200)</text>") == 1
    for name, score in (("gpt", "0.600"), ("calm", "0.300")):
        assert svg.count(f">{name}</text>") == 1  # beside the first panel
        assert svg.count(f">{score}</text>") == 2
    assert svg.count("LineCollection") == 6  # an interval a model and panel
    assert "PolyCollection" not in svg  # no bands


def test_the_highest_score_is_on_top_of_a_forest_plot():
    """By the first panel; a model that it lacks follows."""

    def panel(shots, **scores):
        curves = (Curve(name, (Point(0, score, None, None),)) for name, score in scores.items())
        return Panel(shots, tuple(curves), 0.2)

    panels = panel(0, low=0.2, high=0.9, middle=0.5), panel(1, low=0.8, only_here=0.9)
    figure = forest(Picture("igakuqa", 10, "accuracy", panels), WORDS["en"])
    axis = figure.axes[0]
    names = [each.get_text() for each in axis.get_yticklabels()]
    assert names == ["high", "middle", "low", "only_here"]
    assert axis.get_ylim()[0] > axis.get_ylim()[1]  # the first is on top


def test_the_forest_plot_grows_with_its_rows(tmp_path):
    heights = []
    for number in range(3):
        write(tmp_path, f"m{number}", number)
        files = plot(tmp_path, "--metric", "accuracy", out=f"figures{number}")
        with Image.open(io.BytesIO(files["igakuqa-accuracy.png"])) as image:
            heights.append(image.size[1])
    assert heights[1] - heights[0] == heights[2] - heights[1] == 72  # 0.24 inches


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (
            (0, 1000, None),
            "left out: calm, ? steps of LoRA, of unknown step; name its steps in a labels file (",
        ),
        (
            (0, 1000, 1000),
            "calm-lora-1 is at this step; give it a model name of its own in a labels file (",
        ),
    ],
)
def test_what_has_no_place_is_left_out_and_named(tmp_path, capsys, steps, message):
    write(tmp_path, "calm", 2, 3, 5, steps=steps)
    assert accuracy_curves(tmp_path)[0] == [{"calm, LoRA": [(0, 0.2), (1000, 0.3)]}]
    plot(tmp_path)
    err = capsys.readouterr().err
    assert err.count("left out") == 1
    assert message in err
    assert err.rstrip().endswith("out/calm-lora-2)")


def test_the_files(tmp_path, capsys):
    write(tmp_path, "calm", 2, 3)
    files = plot(tmp_path)
    names = [f"igakuqa-{metric}" for metric in ("accuracy", "exact_match", "gestalt_score")]
    assert list(files) == [f"{name}.{suffix}" for name in names for suffix in ("png", "svg")]
    assert capsys.readouterr().out.split() == [str(tmp_path / "figures" / name) for name in files]
    image = Image.open(tmp_path / "figures" / "igakuqa-accuracy.png")
    assert image.size[0] == 1080  # 3.6 inches
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_the_same_input_gives_the_same_bytes(tmp_path):
    write(tmp_path, "calm", 2, 3)
    write(tmp_path, "gpt", 6)
    here = plot(tmp_path)
    command = ("plot", "results", "--out", "again", *QUICK)
    ended = run(
        sys.executable, "-m", "jmedlora.report.cli", *command, cwd=tmp_path, PYTHONHASHSEED="7"
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == here


@pytest.mark.parametrize(
    ("metric", "has_chance"),
    [("accuracy", True), ("exact_match", False), ("gestalt_score", False)],
)
def test_the_chance_line_is_labelled_where_chance_is_known(tmp_path, metric, has_chance):
    write(tmp_path, "calm", 2, 3)
    svg = plot(tmp_path, "--metric", metric)[f"igakuqa-{metric}.svg"].decode()
    assert (">0.200</text>" in svg and ">chance</text>" in svg) == has_chance  # one of five


@pytest.mark.parametrize("steps", [(0, 1000), (0,)])
def test_the_gestalt_score_has_its_floor_and_the_exact_match_none(tmp_path, steps):
    """All choices in answer to every question: an exact match of 1, which bounds nothing."""
    write(tmp_path, "calm", *([3] * len(steps)), steps=steps)
    files = plot(tmp_path)
    shown = {
        name: files[f"igakuqa-{name}.svg"].decode() for name in ("gestalt_score", "exact_match")
    }
    table = table_of(
        read_columns([tmp_path / "results"], None), pooled=False, by=None, seed=1, resamples=50
    )
    (floor,) = {
        row.floors["all choices"] for row in table.sections[0].rows if row.metric == "gestalt_score"
    }
    assert f"{floor:.3f}" in shown["gestalt_score"]
    assert "all choices" in shown["gestalt_score"]
    assert "all choices" not in shown["exact_match"]


def test_lines_differ_in_grey(tmp_path):
    for number in range(8):
        write(tmp_path, f"m{number}", number, 9 - number)
    svg = plot(tmp_path, "--metric", "accuracy")["igakuqa-accuracy.svg"].decode()
    legend = svg[svg.index('id="legend') :]
    colors = dict.fromkeys(re.findall(r"stroke: (#[0-9a-f]{6}); stroke-width: 1.5", legend))
    greys = sorted(ImageColor.getcolor(color, "L") for color in colors)
    assert len(greys) == 8
    assert min(b - a for a, b in pairwise(greys)) >= 10
    assert greys[-1] <= 165  # still seen on white


def test_no_two_of_32_lines_look_alike():
    found = looks([str(number) for number in range(32)]).values()
    assert len({(str(look.dash), look.marker) for look in found}) == 32


@pytest.mark.parametrize(
    ("args", "stems"),
    [
        ((), ["igakuqa-accuracy", "jjsimqa-accuracy"]),
        (("--pooled",), ["igakuqa-jjsimqa-pooled-accuracy"]),
    ],
)
def test_exams_apart_or_pooled(tmp_path, args, stems):
    other = Asked(questions(5), answers(questions(5), 1), task="jjsimqa")
    write_run(tmp_path, docs=DOCS, responses=answers(DOCS, 3), more=[other])
    files = plot(tmp_path, "--metric", "accuracy", *args)
    assert [name for name in files if name.endswith(".svg")] == [f"{stem}.svg" for stem in stems]


def test_other_tasks_are_drawn_when_named(tmp_path):
    other = Asked(DOCS, [[-1.0, -2.0]] * 10, task="arc", protocol="", scores=[{"acc": 1.0}] * 10)
    write_run(tmp_path, docs=DOCS, responses=answers(DOCS, 3), more=[other])
    assert "arc-acc.svg" in plot(tmp_path, "--metric", "acc")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--metric", "bleu"], "--metric bleu: no such score in these runs; they have accuracy, "),
        (["--pooled"], "--pooled: these runs hold none of the paper's exams"),
        (["--metric", "acc"], "nothing to draw: no score of a model whose steps are known"),
    ],
)
def test_what_cannot_be_drawn(tmp_path, capsys, args, message):
    base = {"docs": DOCS, "task": "jmed_sample"}
    write_run(tmp_path, responses=answers(DOCS, 3), **base)
    other = Asked(DOCS, [[-1.0, -2.0]] * 10, task="arc", protocol="", scores=[{"acc": 1.0}] * 10)
    write_run(tmp_path, adapter="out/x", more=[other], stamp="2", docs=DOCS, task="jmed_sample",
              responses=answers(DOCS, 3))  # fmt: skip
    assert main(["plot", str(tmp_path / "results"), "--out", str(tmp_path), *QUICK, *args]) == 1
    assert f"jmed-report: {message}" in capsys.readouterr().err


def test_without_matplotlib(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["plot", str(tmp_path)]) == 1
    expected = "jmed-report: plot needs matplotlib; run: pip install 'jmedlora[report]'\n"
    assert capsys.readouterr().err == expected


def test_names_are_text_not_formulas(tmp_path):
    write(tmp_path, "_a$x_1$", 2)
    svg = plot(tmp_path, "--metric", "accuracy")["igakuqa-accuracy.svg"].decode()
    assert ">_a$x_1$</text>" in svg


@pytest.mark.parametrize(
    ("exam", "stem"),
    [
        ("igakuqa", "igakuqa-acc"),
        ("igakuqa + jjsimqa, pooled", "igakuqa-jjsimqa-pooled-acc"),
        ("../../etc/passwd", "etc-passwd-acc"),
        ("心臓 A/B", "心臓-A-B-acc"),
    ],
)
def test_file_names_are_safe(tmp_path, exam, stem):
    table = _one_row(tmp_path, exam)
    ((picture,), _) = pictures(table, {"acc,none"})
    assert file_stem(picture) == stem


def _one_row(folder: Path, exam: str):
    task = Asked(DOCS, [[-1.0]] * 10, task="t", protocol="", scores=[{"acc": 1.0}] * 10)
    write_run(folder, more=[task])
    columns = read_columns([folder / "results"], None)
    table = table_of(columns, pooled=False, by=None, seed=1, resamples=50)
    return replace(table, sections=tuple(replace(each, title=exam) for each in table.sections))


@pytest.fixture
def only_default(monkeypatch) -> Iterator[pytest.MonkeyPatch]:
    """A machine that has matplotlib's own fonts and no other."""
    own = [entry for entry in font_manager.fontManager.ttflist if entry.name == DEFAULT]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", own)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    return monkeypatch


def font(path: Path, characters: str) -> Path:
    """A font that draws a square for each of ``characters``."""
    pen = TTGlyphPen(None)
    for place, move in enumerate([(0, 0), (0, 700), (700, 700), (700, 0)]):
        (pen.lineTo if place else pen.moveTo)(move)
    pen.closePath()
    square = pen.glyph()
    names = {character: f"g{place}" for place, character in enumerate(sorted(set(characters)))}
    order = [".notdef", *names.values()]
    builder = FontBuilder(1000)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({ord(character): name for character, name in names.items()})
    builder.setupGlyf(dict.fromkeys(order, square))
    builder.setupHorizontalMetrics(dict.fromkeys(order, (800, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


@pytest.mark.parametrize(
    ("has", "text", "expected"),
    [
        ("", "accuracy é", [DEFAULT]),  # nothing more is needed
        ("正解率", "正解率 10 %", [DEFAULT, "Squares"]),
        ("正解", "正解率", None),  # one character is not in its map
        ("", "正解率", None),
    ],
)
def test_a_font_is_taken_only_if_it_has_every_character(
    tmp_path, only_default, has, text, expected
):
    if has:
        path = font(tmp_path / "Squares.ttf", has)
        only_default.setattr(font_manager, "findSystemFonts", lambda: [str(path)])  # just installed
    assert families(text) == expected


def _characters(language: str) -> str:
    words = WORDS[language]
    fixed = [words.steps, words.untrained, words.shots, words.questions, words.chance]
    more = [words.listed, words.interval, words.whisker, *words.metrics.values()]
    return "".join([*fixed, *more])


def test_japanese_labels(tmp_path, only_default, capsys):
    write(tmp_path, "calm", 2, 3)
    path = font(tmp_path / "Squares.ttf", _characters("ja"))
    only_default.setattr(font_manager, "findSystemFonts", lambda: [str(path)])
    svg = plot(tmp_path, "--language", "ja")["igakuqa-accuracy.svg"].decode()
    assert "<text" not in svg  # its reader may lack the font
    assert "<!-- 正答率 -->" in svg
    assert capsys.readouterr().err == ""


def test_without_a_japanese_font_labels_are_english(tmp_path, only_default, capsys):
    write(tmp_path, "calm", 2, 3)
    svg = plot(tmp_path, "--language", "ja")["igakuqa-accuracy.svg"].decode()
    assert ">Training steps</text>" in svg
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "labels are in English; install one, such as the package fonts-noto-cjk" in err


@pytest.mark.filterwarnings("error")
def test_a_model_name_that_no_font_has_is_said(tmp_path, only_default, capsys):
    write(tmp_path, "医療", 2, 3)
    plot(tmp_path, "--metric", "accuracy")
    assert capsys.readouterr().err == (
        "jmed-report: no installed font has the characters 医療: they are shown as boxes; install "
        "one, such as the package fonts-noto-cjk\n"
    )


def test_the_module_has_no_display_of_its_own():
    source = "".join(path.read_text() for path in (ROOT / "jmedlora" / "report").rglob("*.py"))
    assert "pyplot" not in source
