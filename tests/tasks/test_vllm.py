"""vLLM for real, on the CPU: offline, and as a server that lm_eval and ``jmed-data generate`` ask.

It has an environment of its own, which ``make test-vllm`` makes; in any other they are skipped.
"""

import json
import os
from importlib.util import find_spec

import pytest

from jmedlora.report.cli import main as jmed_report
from tests.support.commands import PAPER, lm_eval, results, results_file, samples, write_jsonl
from tests.support.generate import generate, lines
from tests.support.naive_scores import naive_scores
from tests.support.served import vllm_serve
from tests.support.tiny_model import build

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("vllm"),
    pytest.mark.skipif(
        find_spec("vllm") is None and "JMED_REQUIRE_VLLM" not in os.environ,
        reason="needs vLLM: make test-vllm",
    ),
]

SMALL = {"VLLM_CPU_KVCACHE_SPACE": "1"}
"""GiB for the keys and values; by default half of the machine's memory."""
GREEDY = ("--gen_kwargs", "do_sample=False,max_gen_toks=32")


@pytest.fixture(scope="module")
def server(smollm2):
    with vllm_serve(smollm2, VLLM_CACHE_ROOT=str(smollm2.parent / "vllm"), **SMALL) as url:
        yield url


def chat(model, url) -> tuple[str, ...]:
    return ("--model", "local-chat-completions", "--apply_chat_template",
            "--model_args", f"model={model},base_url={url}/chat/completions")  # fmt: skip


def signature(folder, capsys) -> str:
    assert jmed_report(["signature", str(results_file(folder))]) == 0
    return capsys.readouterr().out.rstrip()


def responses(folder) -> list[str]:
    """Without what is left of a character whose last bytes were cut: vLLM drops it, hf does not."""
    return [row["resps"][0][0].rstrip("\ufffd") for row in samples(folder, "jmed_sample")]


def test_offline_with_the_papers_decoding(tmp_path, capsys):
    model = build(tmp_path / "tiny-llama", family="llama")
    found = lm_eval("--tasks", "jmed_sample", "--model", "vllm", "--model_args",
                    f"pretrained={model},dtype=float32", cwd=tmp_path,
                    VLLM_CACHE_ROOT=str(tmp_path / "vllm"), **SMALL)  # fmt: skip
    assert found.returncode == 0, found.stderr
    outcome = results(tmp_path / "out")
    assert outcome["configs"]["jmed_sample"]["generation_kwargs"] == PAPER
    rows = samples(tmp_path / "out", "jmed_sample")
    assert len(rows) == 40
    expected = [naive_scores(row) for row in rows]
    metrics = ("accuracy", "exact_match", "gestalt_score")
    assert [tuple(row[metric] for metric in metrics) for row in rows] == expected
    found = signature(tmp_path / "out", capsys)
    assert "jmed_sample|template:ja|shots:0|n:40|data:" in found
    assert "|decode:t0.1-p0.9-r1.05-256|prompts:" in found
    assert f"|lm_eval:{outcome['lm_eval_version']}|jmed:" in found
    assert not found.endswith("truncated")


THOUGHT = {
    "Please answer in English: which is right?": (
        0,
        "<think>\nb. no\n</think>\n\nThe answer is a.",
    ),
    "Finish: The heart pumps": (
        1,
        "<think>\nb. no\n</think>\n\nThe heart pumps.\n\nThe heart pumps.",
    ),
    "What is your name?": (1, "アニ"),
}
"""Whether its answer reaches 64 tokens, and how that begins, if "no" ends the thinking."""


def test_offline_the_thinking_is_kept_and_an_answer_at_the_limit_is_cut(smollm2, tmp_path):
    """vLLM itself says which reached it. A context of 1,024 tokens holds no longer answers."""
    exam = write_jsonl(tmp_path / "own.jsonl", *(
        {"problem_id": asked, "question": asked, "choices": ["yes", "no"], "answer": "a"}
        for asked in THOUGHT
    ))  # fmt: skip
    found = lm_eval(
        "--tasks", "jmed_own_chat", "--metadata", json.dumps({"file": str(exam)}), "--model",
        "vllm", "--apply_chat_template", "--model_args",
        f"pretrained={smollm2},dtype=float32,enforce_eager=True,think_end_token=no",
        "--gen_kwargs", "do_sample=False,max_gen_toks=64", "--batch_size", "auto", cwd=tmp_path,
        VLLM_CACHE_ROOT=str(tmp_path / "vllm"), **SMALL,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    rows = samples(tmp_path / "out", "jmed_own_chat")
    assert len(rows) == len(THOUGHT)
    for row in rows:
        cut, begins = THOUGHT[row["doc"]["question"]]
        (whole,), (answer,) = row["resps"][0], row["filtered_resps"]
        assert whole.startswith(begins)
        assert (row["cut"], row["correct"]) == (cut, 1 - cut)
        assert answer == ("" if cut else "The answer is a.")


def test_the_server_takes_the_papers_decoding_as_it_is(server, smollm2, tmp_path, capsys):
    found = lm_eval("--tasks", "jmed_sample", "--limit", "2", *chat(smollm2, server), cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert results(tmp_path / "out")["configs"]["jmed_sample"]["generation_kwargs"] == PAPER
    assert all(responses(tmp_path / "out"))
    found = signature(tmp_path / "out", capsys)
    assert "|decode:t0.1-p0.9-r1.05-256|" in found
    assert "|chat:server" in found.splitlines()[0]


def test_the_server_refuses_longer_answers_than_its_context(server, smollm2, tmp_path):
    """SmolLM2's context is 8,192 tokens; a chat task asks for answers of up to 16,384."""
    found = lm_eval("--tasks", "jmed_sample_chat", "--limit", "2", *chat(smollm2, server),
                    cwd=tmp_path)  # fmt: skip
    assert found.returncode == 1
    (line,) = (each for each in found.stderr.splitlines() if each.startswith("jmed: "))
    assert "max_tokens=16384 cannot be greater than max_model_len=8192" in line
    assert line.endswith(": --gen_kwargs max_gen_toks=N")
    assert "Traceback" not in found.stderr


def test_the_server_answers_as_hf(server, smollm2, tmp_path):
    """A real model through its chat template, with the repetition penalty: ten answers of ten.

    Two are spared: at a near-tie, another order of additions chooses another token.
    """
    hf = ("--model", "hf", "--apply_chat_template",
          "--model_args", f"pretrained={smollm2},dtype=float32")  # fmt: skip
    for name, args in {"hf": hf, "served": chat(smollm2, server)}.items():
        (tmp_path / name).mkdir()
        found = lm_eval("--tasks", "jmed_sample", "--limit", "10", *GREEDY, *args,
                        cwd=tmp_path / name)  # fmt: skip
        assert found.returncode == 0, found.stderr
    one, other = responses(tmp_path / "hf"), responses(tmp_path / "served")
    assert all(one)
    assert sum(a == b for a, b in zip(one, other, strict=True)) >= 8


def test_generate_asks_the_server(server, smollm2, tmp_path, capsys):
    """It obeys the schema of the run, and its number; what comes is about the document."""
    texts = {
        "asthma": "Asthma is an inflammatory disease of the airways. Its symptoms are wheezing and "
        "coughing. Inhaled corticosteroids reduce the inflammation.",
        "insulin": "Insulin is a hormone that the beta cells of the pancreas release. It lowers "
        "the glucose in the blood.",
    }
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, text in texts.items():
        (docs / f"{name}.txt").write_text(text)
    options = ("--prompt", "en", "--pairs", "3", "--temperature", "0", "--max-chars", "1000",
               "--model", str(smollm2), "--params", '{"max_tokens": 160}')  # fmt: skip
    status = generate(docs, server, *options)
    found = lines(tmp_path / "out" / "responses.jsonl")
    assert {each["source"]: each["answered_by"] for each in found} == {
        str(docs / f"{name}.txt"): str(smollm2) for name in texts
    }
    for each in found:
        assert each["source"].removesuffix(".txt").rpartition("/")[2] in each["content"].lower()
        assert each["finish_reason"] in ("stop", "length")
        assert 0 < each["usage"]["completion_tokens"] <= 160
        assert each["format"] == "json"
        if each["finish_reason"] == "stop":
            assert len(json.loads(each["content"])["pairs"]) == 3
    captured = capsys.readouterr()
    assert "format: json (the server obeys a schema)\n" in captured.out
    said = captured.err
    assert (status == 0) == (tmp_path / "out" / "train.jsonl").exists()
    assert status == 0 or "none of the 2 responses holds a pair that can be used" in said
