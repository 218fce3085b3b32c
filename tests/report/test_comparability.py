"""Runs that a table does not put side by side, and what it has to say of others."""

import pytest

from jmedlora.report.compare.comparability import warnings
from jmedlora.report.compare.comparison import read_columns
from tests.support.runs import answers, questions, write_run


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
