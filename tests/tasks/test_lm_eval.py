"""The real ``lm_eval`` command, on tiny models built here and on a real server on this machine."""

import http.server
import json
import sys
import threading
from importlib.metadata import version
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from jmedlora.report.cli import main as jmed_report
from tests.support.commands import (
    TASKS,
    lm_eval,
    results,
    results_file,
    run,
    samples,
    write_jsonl,
)
from tests.support.naive_scores import naive_scores
from tests.support.published import publish
from tests.support.served import transformers_serve
from tests.support.tiny_model import END, build

pytestmark = [pytest.mark.lm_eval, pytest.mark.slow]

once = pytest.mark.skipif(
    version("lm_eval") != "0.4.11", reason="accelerate starts either lm-eval alike"
)
GREEDY = ("--gen_kwargs", "do_sample=False,max_gen_toks=32")
"""Whose texts are compared as they are: the tiny model's two likeliest tokens were 2e-4 apart at
least, and the texts of seeds 0 to 2 the same with AVX-512, AVX2 and neither."""


def hf(model: Path, *args: str) -> tuple[str, ...]:
    return ("--model", "hf", "--model_args", ",".join([f"pretrained={model}", *args]))


def responses(folder: Path, task: str = "jmed_sample") -> list[str]:
    return [row["resps"][0][0] for row in samples(folder, task)]


def test_both_templates_in_one_run_scored_as_the_paper_scores(tiny_model, tmp_path, capsys):
    tasks = ("jmed_sample", "jmed_sample_alpaca")
    found = lm_eval("--tasks", ",".join(tasks), "--num_fewshot", "1", "--batch_size", "20",
                    *hf(tiny_model), cwd=tmp_path)  # fmt: skip
    assert found.returncode == 0, found.stderr
    outcome = results(tmp_path / "out")
    for task in tasks:
        rows = samples(tmp_path / "out", task)
        assert [row["doc"]["problem_id"] for row in rows] == [
            f"sample-{i:02}" for i in range(1, 41)
        ]
        assert {"year", "section"} <= set(rows[0]["doc"])
        expected = [naive_scores(row) for row in rows]
        metrics = ("accuracy", "exact_match", "gestalt_score")
        assert [tuple(row[metric] for metric in metrics) for row in rows] == expected
        for metric, values in zip(metrics, zip(*expected, strict=True), strict=True):
            assert outcome["results"][task][f"{metric},none"] == pytest.approx(sum(values) / 40)
            assert outcome["results"][task][f"{metric}_stderr,none"] >= 0
        config = outcome["configs"][task]
        assert "{{question}}" in config["doc_to_text"]  # the template's text, not a function's name
    assert outcome["config"]["batch_size"] == "20"
    assert outcome["config"]["torch_seed"] == 1234
    assert jmed_report(["signature", str(results_file(tmp_path / "out"))]) == 0
    version = outcome["lm_eval_version"]
    lines = capsys.readouterr().out.splitlines()[::2]  # below each one the conditions of the run
    assert lines[0].startswith("jmed_sample: jmed_sample|template:ja|shots:1|n:40|data:")
    assert lines[1].startswith("jmed_sample_alpaca: jmed_sample|template:alpaca|shots:1|n:40|data:")
    assert all("|decode:t0.1-p0.9-r1.05-256|prompts:" in line for line in lines)
    assert all(f"|lm_eval:{version}|jmed:" in line for line in lines)


def test_a_group_weighs_its_exams_by_size_and_years_go_by_name(tiny_model, tmp_path):
    data = publish(tmp_path / "data", questions=1)
    found = lm_eval("--tasks", "jmed,igakuqa_2018", *hf(tiny_model), *GREEDY, "--batch_size", "31",
                    cwd=tmp_path, JMED_DATA=str(data))  # fmt: skip
    assert found.returncode == 0, found.stderr
    outcome = results(tmp_path / "out")
    scores = outcome["results"]
    assert outcome["n-samples"]["igakuqa"]["effective"] == 30
    assert outcome["n-samples"]["jjsimqa"]["effective"] == 1
    assert outcome["n-samples"]["igakuqa_2018"]["effective"] == 6
    for metric in ("accuracy,none", "exact_match,none", "gestalt_score,none"):
        pooled = (30 * scores["igakuqa"][metric] + scores["jjsimqa"][metric]) / 31
        assert scores["jmed"][metric] == pytest.approx(pooled)


def test_beside_another_harness_task(tiny_model, tmp_path, capsys):
    """A plain harness task with data of its own, in the same run and in the same table."""
    data = write_jsonl(tmp_path / "plain.jsonl", {"q": "1+1=", "a": "2"}, {"q": "2+2=", "a": "4"})
    (tmp_path / "tasks").mkdir()
    for path in TASKS.iterdir():
        if path.is_file():
            (tmp_path / "tasks" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "tasks" / "plain.yaml").write_text(
        f"task: plain\ndataset_path: json\ndataset_kwargs: {{data_files: {{test: {data}}}}}\n"
        "test_split: test\noutput_type: multiple_choice\ndoc_to_text: '{{q}}'\n"
        "doc_to_choice: ['2', '4']\ndoc_to_target: a\nmetric_list: [{metric: acc}]\n",
        encoding="utf-8",
    )
    command = (sys.executable, "-m", "lm_eval", "run", "--include_path", "tasks", "--device", "cpu",
               "--tasks", "jmed_sample,plain", "--output_path", "out", "--log_samples",
               "--batch_size", "40", *hf(tiny_model), *GREEDY)  # fmt: skip
    found = run(*command, cwd=tmp_path, HF_DATASETS_CACHE=str(tmp_path / "cache"))
    assert found.returncode == 0, found.stderr
    scores = results(tmp_path / "out")["results"]
    assert "accuracy,none" in scores["jmed_sample"]
    assert jmed_report(["table", str(tmp_path / "out"), "--format", "json"]) == 0
    table = json.loads(capsys.readouterr().out)
    sample, plain = table["sections"]
    assert (sample["title"], sample["questions"]) == ("jmed_sample", 40)
    assert (plain["title"], plain["questions"]) == ("plain", 2)
    assert plain["rows"][0]["cells"][0]["value"] == scores["plain"]["acc,none"]
    cut = next(row for row in sample["rows"] if row["metric"] == "at_limit")
    # counted anew: how many random answers reach 95 % of 32 tokens is luck
    encoded = AutoTokenizer.from_pretrained(tiny_model)(responses(tmp_path / "out"))
    long = [len(ids) > 0.95 * 32 for ids in encoded["input_ids"]]
    assert cut["cells"][0]["value"] == pytest.approx(sum(long) / 40)
    assert any(long)


def test_an_adapter_and_its_base_answer_differently(tiny_model, tmp_path):
    adapter = train_nothing(tiny_model, tmp_path / "adapter")
    for name, args in {"base": (), "peft": (f"peft={adapter}",)}.items():
        (tmp_path / name).mkdir()
        found = lm_eval("--tasks", "jmed_sample", "--limit", "4", *hf(tiny_model, *args), *GREEDY,
                        cwd=tmp_path / name)  # fmt: skip
        assert found.returncode == 0, found.stderr
    assert responses(tmp_path / "base") != responses(tmp_path / "peft")


def train_nothing(model: Path, folder: Path) -> Path:
    """A LoRA adapter on ``model`` with random weights, so that it changes every answer."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    config = LoraConfig(target_modules=["query_key_value"], init_lora_weights=False)
    get_peft_model(AutoModelForCausalLM.from_pretrained(model), config).save_pretrained(folder)
    return folder


def test_batch_size_auto_answers_as_one_by_one(tiny_model, tmp_path):
    for size in ("1", "auto"):
        (tmp_path / size).mkdir()
        model = hf(tiny_model, "max_length=512")
        found = lm_eval("--tasks", "jmed_sample", "--limit", "6", "--batch_size", size,
                        *model, *GREEDY, cwd=tmp_path / size)  # fmt: skip
        assert found.returncode == 0, found.stderr
    one, auto = responses(tmp_path / "1"), responses(tmp_path / "auto")
    assert len(auto) == len(one) == 6
    assert sum(a == b for a, b in zip(one, auto, strict=True)) >= 4  # padding may turn a near-tie


@once
def test_two_processes_answer_as_one(tiny_model, tmp_path):
    """lm-eval splits the questions between processes on GPUs only; the helper does so on a CPU."""
    args = ("--include_path", TASKS, "--tasks", "jmed_sample", "--limit", "7", "--device", "cpu",
            "--model_args", f"pretrained={tiny_model}", *GREEDY, "--output_path", "out",
            "--log_samples")  # fmt: skip
    for name, launch in {
        "one": (sys.executable, "-m", "lm_eval", "run", "--model", "hf"),
        "two": (sys.executable, "-m", "torch.distributed.run", "--standalone",
                "--nproc_per_node", "2", "-m", "tests.support.two_processes", "run",
                "--model", "hf-cpu-ranks"),
    }.items():  # fmt: skip
        (tmp_path / name).mkdir()
        found = run(*launch, *args, cwd=tmp_path / name, ACCELERATE_USE_CPU="true")
        assert found.returncode == 0, found.stderr
    assert responses(tmp_path / "two") == responses(tmp_path / "one")
    one, two = (results(tmp_path / name)["results"]["jmed_sample"] for name in ("one", "two"))
    assert two["gestalt_score,none"] == pytest.approx(one["gestalt_score,none"])
    assert two["accuracy,none"] == one["accuracy,none"]


@once
def test_accelerate_launch(tiny_model, tmp_path):
    """The literal launch line; without a GPU accelerate starts one process, whatever it is told."""
    found = run(sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2",
                "-m", "lm_eval", "run", "--include_path", TASKS, "--tasks", "jmed_sample",
                "--limit", "4", *hf(tiny_model), *GREEDY, "--output_path", "out", "--log_samples",
                cwd=tmp_path)  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert len(responses(tmp_path / "out")) == 4


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """``transformers serve`` with a tiny chat model: (address, model folder)."""
    model = build(tmp_path_factory.mktemp("served") / "tiny-chat", chat=True)
    with transformers_serve(model) as url:
        yield url, model


OPENAI = ("--gen_kwargs", '{"repetition_penalty": null, "max_gen_toks": 32, "do_sample": false}')


@pytest.mark.xdist_group("served")
def test_local_completions_answers_as_hf(server, tmp_path):
    url, model = server
    served = f"model={model},base_url={url}/completions,tokenizer_backend=None,eos_string={END}"
    for name, args in {
        "hf": hf(model),
        "served": ("--model", "local-completions", "--model_args", served),
    }.items():
        (tmp_path / name).mkdir()
        found = lm_eval("--tasks", "jmed_sample", "--limit", "4", "--num_fewshot", "1", *OPENAI,
                        *args, cwd=tmp_path / name)  # fmt: skip
        assert found.returncode == 0, found.stderr
    assert responses(tmp_path / "served") == responses(tmp_path / "hf")


@pytest.mark.xdist_group("served")
def test_local_chat_completions(server, tmp_path, capsys):
    url, model = server
    task = "jmed_sample_alpaca"
    served = f"model={model},base_url={url}/chat/completions,eos_string={END}"
    for name, args in {
        "hf": hf(model),
        "served": ("--model", "local-chat-completions", "--model_args", served),
    }.items():
        (tmp_path / name).mkdir()
        found = lm_eval("--tasks", task, "--limit", "3", "--num_fewshot", "1", *OPENAI,
                        "--apply_chat_template", *args, cwd=tmp_path / name)  # fmt: skip
        assert found.returncode == 0, found.stderr
    assert responses(tmp_path / "served", task) == responses(tmp_path / "hf", task)
    (row, *_) = samples(tmp_path / "served", task)
    messages = row["arguments"]["gen_args_0"]["arg_0"][0]
    assert [f'"role": "{role}"' in messages for role in ("system", "user", "assistant")] == [
        True
    ] * 3
    assert jmed_report(["signature", str(results_file(tmp_path / "served"))]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("|chat:server")


class Recorder(http.server.BaseHTTPRequestHandler):
    """A completions server that notes what it was asked and answers with the first choice."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(json.loads(body))
        answer = json.dumps({"choices": [{"index": 0, "text": "三尖弁"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: object) -> None:
        pass


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ((), {"temperature": 0.1, "top_p": 0.9, "repetition_penalty": 1.05, "max_tokens": 256}),
        # A server knows no do_sample: greedy must be said by the temperature.
        (
            ("--gen_kwargs", "do_sample=False"),
            {"temperature": 0.0, "repetition_penalty": 1.05, "max_tokens": 256},
        ),
    ],
    ids=["the paper's", "greedy"],
)
def test_a_server_is_sent_the_decoding(tmp_path, change, expected):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as recorder:
        recorder.asked = []
        threading.Thread(target=recorder.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{recorder.server_port}/v1/completions"
        model = f"model=x,base_url={url},tokenizer_backend=None"
        found = lm_eval("--tasks", "jmed_sample", "--limit", "2", *change, "--model",
                        "local-completions", "--model_args", model, cwd=tmp_path)  # fmt: skip
        recorder.shutdown()
    assert found.returncode == 0, found.stderr
    assert len(recorder.asked) == 2
    keys = {"temperature", "top_p", "top_k", "repetition_penalty", "max_tokens"}
    sent = {key: value for key, value in recorder.asked[0].items() if key in keys}
    assert sent == expected
    assert results(tmp_path / "out")["results"]["jmed_sample"]["exact_match,none"] == 0.5


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--tasks", "igakuqa"), "jmed: igakuqa is not in the cache ("),
        (
            ("--tasks", "jmed_sample", "--num_fewshot", "4"),
            "jmed: --num_fewshot 4: the pool has 1 worked example",
        ),
        (
            ("--tasks", "jmed_own", "--metadata", '{"file": "empty.csv"}'),
            "jmed: empty.csv: holds no question; write one record per question",
        ),
    ],
)
def test_bad_input_ends_with_one_line(tiny_model, no_data, tmp_path, args, message):
    (tmp_path / "empty.csv").write_text("problem_id,question,choice_a,choice_b,answer\n")
    found = lm_eval(*args, *hf(tiny_model), cwd=tmp_path)
    assert found.returncode == 1
    assert found.stderr.splitlines()[-1].startswith(message)
    assert "Traceback" not in found.stderr
    assert not (tmp_path / "out").exists()


def test_a_prompt_too_long_for_the_model(tmp_path):
    model = build(tmp_path / "short", context=400)
    found = lm_eval("--tasks", "jmed_sample", "--num_fewshot", "1", *hf(model), cwd=tmp_path)
    assert found.returncode == 1
    last = found.stderr.splitlines()[-1]
    assert last.startswith("jmed: jmed_sample at ")
    assert (
        "longer than the 144 tokens that the model leaves for one (context 400, answer 256)" in last
    )
    assert "Traceback" not in found.stderr


def test_a_longer_answer_than_was_checked_shows_as_truncated(tmp_path, capsys):
    model = build(tmp_path / "short", context=700)
    found = lm_eval("--tasks", "jmed_sample", "--limit", "2", "--num_fewshot", "1", *hf(model),
                    "--gen_kwargs", "do_sample=False,max_gen_toks=600", cwd=tmp_path)  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert "Left truncation applied" in found.stderr
    assert jmed_report(["signature", str(results_file(tmp_path / "out"))]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("|truncated")


def test_a_model_folder_that_does_not_exist(tmp_path):
    """lm-eval's own error, before any task is loaded; the README names jmed-data check-model."""
    found = lm_eval("--tasks", "jmed_sample", *hf(tmp_path / "missing"), cwd=tmp_path)
    assert found.returncode != 0
    assert str(tmp_path / "missing") in found.stderr.splitlines()[-1]
    check = run(sys.executable, "-m", "jmedlora.data.cli", "check-model", "missing", cwd=tmp_path)
    assert check.returncode == 1
    assert check.stderr == (
        "missing: there is no such model folder; "
        "check the path; a name on the Hub must be downloaded first\n"
    )
