"""A made-up table with hostile names, equal scores and gaps; others of one cell or of many."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path

from jmedlora.report.compare.baselines import BEST
from jmedlora.report.compare.columns import Column
from jmedlora.report.compare.differences import Difference
from jmedlora.report.compare.score_intervals import BOOTSTRAP, NORMAL, WILSON
from jmedlora.report.compare.table import Cell, Row, Section, Table
from jmedlora.report.load.measurements import Measured
from jmedlora.report.load.runs import Run
from jmedlora.report.render.paper_table import reference
from jmedlora.report.render.terminal import print_table

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
CHANGE = Difference(-0.136, 0.0001, 0.006, "McNemar", 210, 185, -0.181, -0.0914, "model, 0 steps")
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
                Cell(0.2219, 0.2, 0.2434, method=WILSON),
                # .239 twice: equal as shown, so both are second to none but .438
                Cell(0.2391, 0.2178, 0.2619, best=True,
                     difference=Difference(0.0172, 0.227, 0.227, "McNemar", 210, 185, -0.0096,
                                           0.0440, f"{JAPANESE}, 0 steps"), method=WILSON),
                Cell(0.2388, 0.217, 0.261, best=True, method=WILSON),
                Cell(0.18, 0.16, 0.2,
                     difference=Difference(-0.0591, 0.00001, 0.00003, "McNemar", 110, 196, -0.0825,
                                           -0.0357, f"{SPECIAL}, 0 steps"), method=WILSON),
                Cell(0.438, 0.412, 0.464, best=True, method=WILSON),
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
                     difference=Difference(0.186, 0.0061, 0.0122, "sign flip", None, None, 0.1801,
                                           0.1921, f"{JAPANESE}, 0 steps"), method=BOOTSTRAP),
                None,
                None,
                Cell(0.078, 0.07, 0.086, best=True, method=NORMAL),
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
    tests=3,
)


def change(value: float, p: float, low: float, high: float) -> Difference:
    return Difference(value, p, p, "McNemar", 1, 2, low, high, "A-7B")


UNTRAINED = tuple(column(model, "", 0, measured=asked(IGAKUQA_0)) for model in ("A-7B", "B", "C"))
"""Models none of which was trained: each is compared with the best of the row."""
FROM_BEST = Table(
    UNTRAINED,
    (
        Section(
            "igakuqa",
            40,
            (
                Row("Accuracy (0s)", "accuracy", 0, (
                    Cell(0.5, 0.352, 0.648, best=True, method=WILSON),
                    Cell(0.475, 0.329, 0.625, method=WILSON, not_told_apart=True,
                         difference=change(-0.025, 1.0, -0.1, 0.05)),
                    Cell(0.2, 0.105, 0.348, method=WILSON,
                         difference=change(-0.3, 0.004, -0.45, -0.15)),
                ), {}),
            ),
        ),
    ),
    (), (), signatures(*UNTRAINED), seed=1, resamples=10_000, against=BEST, tests=3,
)  # fmt: skip


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


def printed(capsys, monkeypatch, *, width: int, paper: bool = False, whole: bool = True) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    print_table(TABLE, reference() if paper else None, whole=whole)
    return capsys.readouterr().out
