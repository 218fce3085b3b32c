"""Runs that a table does not put side by side, and what it has to say of others."""

import json

import pytest

from jmedlora.report.compare.comparability import warnings
from jmedlora.report.compare.comparison import read_columns
from jmedlora.report.load.results import read_results
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
    ({"docs": questions(9), "data": {"sha256": "a" * 64, "items": 20}}, "other limit",
     "document set differs: 20 documents in "),
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
        ({"data": {"jmed": "0.1.0"}}, "metric version differs: 0.2.0 (base"),
        ({"run": {"chat_template": "x", "chat_template_sha": "ab"}}, "chat template differs: none"),
        ({"data": {"code": "c" * 64}}, "scoring code differs: 000000000000 (base); cc"),
        (
            {"run": {"task_hashes": {}}},
            "not known whether they are alike: prompts as sent of other; evaluate again",
        ),
        ({"data": {"vllm": "0.32.0"}}, "vLLM version differs: none (base); 0.32.0"),
        ({"run": {"transformers_version": "5.0"}}, "transformers version differs: none (base"),
        (
            {"run": {"pretty_env_info": "PyTorch version: 2.13.0+cpu\nOS: x"}},
            "PyTorch version differs: none (base); 2.13.0+cpu (other)",
        ),
        (
            {"run": {"config": {"model": "vllm", "model_args": {"pretrained": "models/other"}}}},
            "model class of lm-eval differs: hf (base); vllm (other)",
        ),
        (
            {"config": {"process_results": "def score(doc, results): return 1"}},
            "scorer or filters differs: ",
        ),
        ({"run": {"task_hashes": {"igakuqa": "e" * 64}}}, "prompts as sent differs: "),
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


def test_two_revisions_under_one_name_have_to_be_said(tmp_path):
    for stamp, revision in (("2026-01-01T00", "abc"), ("2026-01-02T00", "def")):
        config = {"model_args": {"pretrained": "models/base"}, "model_sha": revision}
        ask(tmp_path, 5, stamp=stamp, run={"config": config})
    expected = "models/base: revision differs: abc (base, 2026-01-01T00); def (base"
    assert any(expected in warning for warning in table(tmp_path).warnings)


def test_other_prompts_are_no_news_where_the_template_differs(tmp_path):
    ask(tmp_path, 5, run={"task_hashes": {"igakuqa": "d" * 64}})
    ask(tmp_path, 6, model="models/other", task="igakuqa_alpaca", template="alpaca",
        run={"task_hashes": {"igakuqa_alpaca": "e" * 64}})  # fmt: skip
    assert not any("prompts as sent" in warning for warning in table(tmp_path).warnings)


def test_a_trial_says_so(tmp_path):
    ask(tmp_path, 5, data={"items": 1455})
    ask(tmp_path, 6, model="models/other", data={"items": 1455})
    found = table(tmp_path)
    assert [each.title for each in found.sections] == ["igakuqa, trial: 20 of 1,455"]
    assert table(tmp_path, pooled=True).sections[0].title == "igakuqa (trial: 20 of 1,455), pooled"


def test_no_key_of_a_server_is_shown(tmp_path):
    args = {"model": "m", "base_url": "http://user:pw@host/v1", "auth_token": "SECRET",
            "header": {"Authorization": "Bearer SECRET"}, "add_bos_token": True}  # fmt: skip
    ask(tmp_path, 5, run={"config": {"model": "local-completions", "model_args": args}})
    shown = " ".join(line for _, _, line in table(tmp_path).signatures)
    assert "run:local-completions|model:m|arguments:add_bos_token=true" in shown
    assert "SECRET" not in shown
    assert "pw@" not in shown


def test_an_older_run_is_counted_by_its_samples_or_refused(tmp_path):
    path = ask(tmp_path, 5)
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["configs"]["igakuqa"]["metadata"]["data"]["code"]
    content["n-samples"]["igakuqa"] = {"original": 40, "effective": 40}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert read_results(path)[0].scored == 20
    next(path.parent.glob("samples_*")).unlink()
    with pytest.raises(ResultsError, match="does not say itself how many questions --samples"):
        read_results(path)
