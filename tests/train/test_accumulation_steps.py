"""A step sees the rows that the recipe names, on any number of processes."""

import pytest
from axolotl.utils.dict import DictDefault

from jmedlora.train.resolve_config import (
    resolve_accumulation_steps,
)
from tests.support.plugin import on, stopped

pytestmark = pytest.mark.usefixtures("alone")


@pytest.mark.parametrize(
    ("processes", "batch", "micro", "steps"),
    [(1, 8, 2, 4), (2, 8, 2, 2), (4, 8, 2, 1), (8, 8, 1, 1),
     (1, 63, 7, 9), (3, 63, 7, 3), (9, 63, 7, 1)],
)  # fmt: skip
def test_a_step_sees_the_same_rows_on_any_number_of_processes(
    monkeypatch, processes, batch, micro, steps
):
    on(monkeypatch, processes)
    cfg = DictDefault(effective_batch=batch, micro_batch_size=micro)
    resolve_accumulation_steps(cfg)
    assert cfg.gradient_accumulation_steps == steps


@pytest.mark.parametrize("key", ["effective_batch", "micro_batch_size"])
@pytest.mark.parametrize("value", ["abc", 8.5, -8])
def test_a_number_of_rows_that_is_none(capsys, key, value):
    cfg = DictDefault({"effective_batch": 8, "micro_batch_size": 1, key: value})
    line = f"jmed-train: {key} is {value!r}, not a whole number above 0"
    assert stopped(capsys, resolve_accumulation_steps, cfg) == [line]


@pytest.mark.parametrize(
    ("processes", "batch", "micro", "line"),
    [
        (
            4, 63, 7,
            "effective_batch 63 cannot be made by 4 processes of micro_batch_size 7; "
            "processes that can: 1, 3"
            " or 9, or 7, 21 or 63 with another micro_batch_size",
        ),
        (
            8, 8, 2,
            "effective_batch 8 cannot be made by 8 processes of micro_batch_size 2; "
            "processes that can: 1, 2"
            " or 4, or 8 with another micro_batch_size",
        ),
        (
            2, 8, 3,
            "effective_batch 8 cannot be made by 2 processes of micro_batch_size 3; "
            "processes that can: 1, 2, 4"
            " or 8 with another micro_batch_size",
        ),
        (
            1, 8, 3,
            "effective_batch 8 cannot be made by 1 process of micro_batch_size 3; "
            "processes that can: 1, 2, 4"
            " or 8 with another micro_batch_size",
        ),
        (
            2, 1, 1,
            "effective_batch 1 cannot be made by 2 processes of micro_batch_size 1; "
            "processes that can: 1",
        ),
    ],
)  # fmt: skip
def test_a_batch_that_cannot_be_divided_says_what_can(
    monkeypatch, capsys, processes, batch, micro, line
):
    on(monkeypatch, processes)
    cfg = DictDefault(effective_batch=batch, micro_batch_size=micro)
    assert stopped(capsys, resolve_accumulation_steps, cfg) == [f"jmed-train: {line}"]


def test_accumulation_that_fits_the_batch_is_kept(monkeypatch):
    on(monkeypatch, 2)
    cfg = DictDefault(effective_batch=8, micro_batch_size=2, gradient_accumulation_steps=2)
    resolve_accumulation_steps(cfg)
    assert cfg.gradient_accumulation_steps == 2


@pytest.mark.parametrize(
    ("count", "steps", "made"),
    [(1, 3, "1 process make 6"), (2, 3, "2 processes make 12"), (3, 1, "3 processes make 6")],
)
def test_accumulation_that_does_not_fit_the_batch_is_named(monkeypatch, capsys, count, steps, made):
    on(monkeypatch, count)
    cfg = DictDefault(effective_batch=8, micro_batch_size=2, gradient_accumulation_steps=steps)
    assert stopped(capsys, resolve_accumulation_steps, cfg) == [
        f"jmed-train: gradient_accumulation_steps {steps} x micro_batch_size 2 x {made}, not"
        " effective_batch 8; leave gradient_accumulation_steps out, or set effective_batch as well"
    ]


@pytest.mark.parametrize("given", [{"micro_batch_size": 2}, {"effective_batch": 8}])
def test_a_recipe_without_a_batch_stops(capsys, given):
    assert stopped(capsys, resolve_accumulation_steps, DictDefault(given)) == [
        "jmed-train: the recipe must name micro_batch_size and effective_batch (rows a step in all)"
    ]


def test_only_the_first_process_speaks(monkeypatch, capsys):
    on(monkeypatch, 4, rank=1)
    monkeypatch.setattr("jmedlora.train.abort.WAIT", 0.0)
    cfg = DictDefault(effective_batch=63, micro_batch_size=7)
    assert stopped(capsys, resolve_accumulation_steps, cfg) == []
