"""Runs that a table does not put side by side, and what it has to say of others."""

import pytest

from jmedlora.report.compare.comparability import warnings
from jmedlora.report.compare.comparison import read_columns
from jmedlora.report.load.results_file import ResultsError
from tests.support.commands import PAPER
from tests.support.compared import ask, table
from tests.support.runs import answers, question, questions, write_run


@pytest.mark.parametrize(
    ("caches", "said", "why"),
    [
        (("cache", "cache"), True, "lm-eval keeps answers by prompt, not by model"),
        (("cache", "other"), False, "each has its own"),
        ((None, None), False, "none was used"),
    ],
)
def test_two_models_with_one_cache_are_told(tmp_path, caches, said, why):
    docs = questions(4)
    for model, cache in zip(("a", "b"), caches, strict=True):
        config = {"model_args": {"pretrained": model}, "limit": None, "use_cache": cache}
        write_run(tmp_path, task="igakuqa", docs=docs, responses=answers(docs, 2), model=model,
                  run={"config": config})  # fmt: skip
    found = warnings(read_columns([tmp_path], None))
    assert any("evaluated with one --use_cache cache, which" in line for line in found) is said, why


REFUSED = [
    ({"docs": questions(19)}, "document set" , "data hash differs: "),
    ({"data": {"sha256": "b" * 64}}, "other data", "data hash differs: "),
    ({"docs": [question(f"R{n}") for n in range(20)], "data": {"sha256": "a" * 64}}, "other docs",
     "document set differs: 20 documents in "),
    ({"run": {"config": {"limit": 20.0, "model_args": {"pretrained": "m"}}}}, "limit",
     "(igakuqa, 20 questions) was not asked all questions (--limit or --samples): they cannot be"),
    ({"data": {"items": 30}}, "a part", "(igakuqa, 20 questions) was not asked all questions"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "_why", "message"), REFUSED)
def test_runs_that_cannot_be_compared(tmp_path, fields, _why, message):
    first = ask(tmp_path, 5, data={"sha256": "a" * 64} if "other" in _why else {})
    second = ask(tmp_path, 5, **{"model": "models/other", **fields})
    with pytest.raises(ResultsError) as error:
        table(tmp_path)
    assert message in str(error.value)
    assert str(second) in str(error.value)
    if "differs" in message:
        assert str(first) in str(error.value)
        assert "(base)" in str(error.value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"task": "igakuqa_alpaca", "template": "alpaca"},
            "igakuqa 0s: template differs: ja (base); alpaca (other)",
        ),
        (
            {"config": {"generation_kwargs": {**PAPER, "do_sample": False}}},
            "decoding differs: t0.1-p0.9-r1.05-256 (base); greedy-r1.05-256 (other",
        ),
        ({"run": {"lm_eval_version": "0.4.13"}}, "lm-eval version differs: 0.4.11 (base"),
        ({"data": {"jmed": "0.2.0"}}, "metric version differs: 0.1.0 (base"),
        ({"run": {"chat_template": "x", "chat_template_sha": "ab"}}, "chat template differs: none"),
    ],
)
def test_what_has_to_be_said(tmp_path, fields, message):
    ask(tmp_path, 5)
    ask(tmp_path, 6, model="models/other", **fields)
    found = table(tmp_path)
    assert any(message in warning for warning in found.warnings)
    assert len(found.columns) == 2


def test_other_worked_examples_have_to_be_said(tmp_path):
    ask(tmp_path, 5, shots=1, data={"examples": ["c" * 64]})
    ask(tmp_path, 6, shots=1, model="models/other", data={"examples": ["d" * 64]})
    [warning] = table(tmp_path).warnings
    assert warning.startswith("igakuqa 1s: worked examples differs: 1-cccccccccccc (base)")
