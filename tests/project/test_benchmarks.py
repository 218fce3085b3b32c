"""The benchmarks run, and what they count is right. No test asserts a time.

The training comparison shows without a clock what would make a recipe slower: more steps, more
forward passes, other rows, more tokens, other losses than the plain loop's.
"""

import json
import sys

import pytest
import torch
from transformers import AutoTokenizer

from benchmarks import flops, shapes, statistics, training
from benchmarks.recipe_runs import RECIPES, Pair, Run
from benchmarks.rows import write_rows
from jmedlora.data.chat_template import tokenize_answer
from jmedlora.data.conversation import as_messages
from jmedlora.data.tokenize import tokenize_record
from jmedlora.train.quantize import load_base
from tests.support.chat_templates import published
from tests.support.commands import ROOT, run
from tests.support.tiny_model import build


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    return AutoTokenizer.from_pretrained(build(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """What ``python -m benchmarks --quick`` gathered: the figures by benchmark, and what it said.

    Without the exams scoring and overlap fail, which the others do not mind.
    """
    folder = tmp_path_factory.mktemp("quick")
    ended = run(sys.executable, "-m", "benchmarks", "--quick", "--json", "f.jsonl", cwd=folder)
    lines = (folder / "f.jsonl").read_text(encoding="utf-8").splitlines()
    return {found["benchmark"]: found for found in map(json.loads, lines)}, ended


@pytest.mark.slow
@pytest.mark.xdist_group("benchmarks")
def test_a_recipe_does_the_work_of_the_plain_loop_and_no_more(quick):
    figures, ended = quick
    assert "training" in figures, ended.stderr[-3000:]
    pair = figures["training"]["recipes"]["opencalm7b"]
    assert (figures["training"]["problems"], pair["same_rows"]) == ([], True)
    for loop in (pair["as shipped"], pair["plain"]):
        assert loop["forwards"] == [4, 4, 4]  # 8 rows a step, 2 at once
        assert loop["positions"] == loop["tokens"] == [8 * 1024] * 3  # full rows, nothing padded
        assert loop["trained"] == [8 * 512] * 3  # the answers
        assert loop["parameters"] == 8 * (32 + 96)  # r (in + out) of query_key_value
        assert loop["rates"] == pytest.approx([5e-5, 5e-5 * 2 / 3, 5e-5 / 3])
        assert all(5 < loss < 9 for loss in loop["losses"])  # log(1024) = 6.9: it knows nothing
        assert min(loop["seconds_a_step"], loop["cpu_seconds_a_step"], loop["startup_s"]) > 0
        assert loop["tokens_a_second"] > 0
        assert loop["peak"]["resident"] > 100 * 2**20
    assert pair["as shipped"]["losses"] == pytest.approx(pair["plain"]["losses"], rel=1e-6)


@pytest.mark.slow
@pytest.mark.xdist_group("benchmarks")
def test_questions_are_answered_in_both_ways(quick):
    """By a model of the way of the true shapes: drawn on the spot, in bf16."""
    found = quick[0]["throughput"]
    assert (found["questions"], found["shape"], found["dtype"]) == (3, "tiny-llama", "bfloat16")
    assert min(*found["batched_s"], *found["one_by_one_s"], found["ratio"]) > 0
    assert found["prompt_tokens"] > 50
    assert found["vllm_s"] is None


@pytest.mark.slow
@pytest.mark.xdist_group("benchmarks")
def test_the_coverage_of_the_intervals_is_counted(quick):
    found = quick[0]["statistics"]
    assert set(found["seconds"]) == {"bootstrap", "paired tests"}
    sizes = {str(size) for size in statistics.SIZES}
    assert all(set(row) == sizes for row in found["coverage"].values())
    rows = len(statistics.SCORES) + len(statistics.CHANGES) + 1
    shares = [share for row in found["coverage"].values() for share in row.values()]
    assert len(shares) == rows * len(sizes)
    assert all(0 <= share <= 1 for share in shares)


@pytest.mark.slow
@pytest.mark.xdist_group("benchmarks")
def test_scores_are_equal_to_difflibs_and_what_was_planted_is_found(quick, real_data):
    figures, ended = quick
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert (figures["scoring"]["questions"], figures["scoring"]["equal"]) == (100, True)
    recall = figures["overlap"]["recall"]
    assert recall["exact"] == recall["10 % edited"] == recall["long stem alone"] == 1.0
    assert [line.split()[-1] for line in ended.stdout.splitlines()[-6:-1]] == ["0"] * 5


NOT_MEASURED = {"llama70b_fsdp2", "grpo_8b", "gptoss20b"}


CLOCK = {
    "forwards": [4, 4], "positions": [8, 8], "tokens": [8, 8], "trained": [4, 4], "rows": [1, 2],
    "parameters": 10, "losses": [7.0, 6.9], "gradients": [0.5, 0.4], "rates": [2e-4, 1e-4],
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"losses": [7.0, 6.9 + 1e-6]}, ""),
        ({"losses": [7.0, 6.9 + 1e-4]}, "losses differ by 1.4e-05, relatively"),
        ({"losses": [7.0, float("nan")]}, "losses differ by inf, relatively"),
        ({"losses": [7.0]}, "losses differ by inf, relatively"),
        ({"gradients": [0.5, 0.41]}, "gradients differ by 2.5e-02, relatively"),
        ({"rates": [2e-4, 2e-4]}, "rates differ by 1.0e+00, relatively"),
        ({"rows": [2, 1]}, "the steps did not see the same rows in the same order"),
        ({"forwards": [8, 8]}, "forwards differ: [8, 8], by the plain loop [4, 4]"),
        ({"tokens": [9, 8]}, "tokens differ: [9, 8], by the plain loop [8, 8]"),
        ({"parameters": 11}, "parameters differ: 11, by the plain loop 10"),
    ],
)
def test_a_difference_in_the_work_is_a_problem(changed, said):
    plain, ours = Run(CLOCK, 1.0, 0.5), Run({**CLOCK, **changed}, 1.0, 0.5)
    assert list(Pair(RECIPES["opencalm7b"], ours, plain).problems()) == ([said] if said else [])


def test_the_median_step_leaves_out_the_warm_up_and_padding():
    clock = {"seconds": [60.0, 2.0, 4.0, 3.0], "cpu": [9.0, 1.0, 1.0, 2.0], "tokens": [90] * 4,
             "peak": {"gpu": None, "resident": 2**29}}  # fmt: skip
    run = Run(clock, 100.0, 20.0)
    assert (run.seconds(1), run.cpu(1), run.tokens(1), run.peak) == (3.0, 1.0, 30.0, 0.5)


@pytest.mark.parametrize("name", RECIPES)
def test_every_row_is_as_long_as_the_recipe_allows(name, tokenizer, tmp_path):
    plan = RECIPES[name].plan
    if plan.chat:
        tokenizer = published(shapes.TEMPLATES[RECIPES[name].tiny])
    assert write_rows(tmp_path, plan, tokenizer, 2) == 2 * plan.effective_batch
    (lines,) = [(tmp_path / path).read_text(encoding="utf-8") for path in plan.training_files]
    records = [json.loads(line) for line in lines.splitlines()]
    assert len(records) == 2 * plan.effective_batch
    if plan.kind == "pretrain":
        assert {len(tokenizer(each["text"]).input_ids) for each in records} == {
            plan.sequence_len - 1
        }
        return
    if plan.chat:
        stops = frozenset({tokenizer.eos_token_id})
        chats = [as_messages(each, plan.chat.system) for each in records]
        rows = [tokenize_answer(each, plan.chat, tokenizer, stops) for each in chats]
        assert {len(row.source + row.target) for row in rows} == {plan.sequence_len}
        return
    found = [tokenize_record(each, plan.template, plan.limits, tokenizer) for each in records]
    lengths = {(each.source_length, each.target_length) for each in found}
    assert lengths == {(plan.limits.source, plan.limits.target)}


@pytest.mark.parametrize(
    ("shape", "linear", "all_weights"),
    [  # of every layer attention and MLP; the head; then embeddings, norms and biases
        ("open-calm-7b", 32 * 12 * 4096**2 + 52_224 * 4096, 6_871_982_080),
        ("llama2-7b", 32 * (4 * 4096**2 + 3 * 4096 * 11_008) + 32_000 * 4096, 6_738_415_616),
        ("llama2-70b", 80 * (2 * 8192**2 + 2 * 8192 * 1024 + 3 * 8192 * 28_672) + 32_000 * 8192,
         68_976_648_192),
        ("swallow-8b", 32 * (2 * 4096**2 + 2 * 4096 * 1024 + 3 * 4096 * 14_336) + 128_256 * 4096,
         8_030_261_248),
        ("qwen3-8b", 36 * (2 * 4096**2 + 2 * 4096 * 1024 + 3 * 4096 * 12_288) + 151_936 * 4096,
         8_190_735_360),
        ("llama3.3-70b", 80 * (2 * 8192**2 + 2 * 8192 * 1024 + 3 * 8192 * 28_672) + 128_256 * 8192,
         70_553_706_496),
    ],
)  # fmt: skip
def test_the_shapes_are_those_of_the_models(shape, linear, all_weights):
    """All weights: the arithmetic of recipes/README.md and a last norm, the sums of model cards."""
    assert shapes.linear_parameters(shape) == linear
    assert sum(each.numel() for each in shapes.empty(shape).parameters()) == all_weights


@pytest.mark.parametrize("in_4bit", [False, True])
def test_a_base_is_written_that_loads_whole(in_4bit, tmp_path, capfd, monkeypatch):
    """In 4 bits through the writer that builds Llama-2-70B, in several files."""
    monkeypatch.setattr(shapes, "SHARD", 20_000)
    folder = shapes.build(
        tmp_path / "model", "tiny-llama", device="cpu", dtype=torch.bfloat16, in_4bit=in_4bit
    )
    assert (len(list(folder.glob("*.safetensors"))) > 2) == in_4bit
    model = load_base(str(folder), dtype=torch.bfloat16)
    said = capfd.readouterr()
    assert "MISSING" not in said.out + said.err
    assert "UNEXPECTED" not in said.out + said.err
    layer = model.model.layers[0].mlp.up_proj
    assert type(layer).__name__ == ("Linear4bit" if in_4bit else "Linear")
    ids = torch.arange(8)[None]
    logits = model(ids).logits
    assert logits.shape == (1, 8, 1024)
    assert logits.isfinite().all()
    assert logits.std() > 0.01


def test_operations_of_a_token_by_hand():
    """OpenCALM-7B: 6.6563 billion weights, rows of 1,024 tokens."""
    config, linear = shapes.config("open-calm-7b"), shapes.linear_parameters("open-calm-7b")
    attention = 3 * 2 * 32 * 4096 * 1024
    lora, every = 4 * linear + 6 * 4_194_304 + attention, 6 * linear + attention
    assert flops.per_token(config, linear, adapter=4_194_304, length=1024) == lora
    assert flops.per_token(config, linear, adapter=0, length=1024) == every
    assert every == pytest.approx(40.74e9, rel=1e-3)


@pytest.mark.parametrize(
    ("card", "bf16", "tera"),
    [  # names as torch gives them
        ("NVIDIA A100-SXM4-80GB", True, 312.0),
        ("NVIDIA A100-SXM4-80GB", False, 156.0),
        ("NVIDIA H100 80GB HBM3", True, 989.4),
        ("NVIDIA H100 PCIe", True, 756.0),
        ("NVIDIA H200", False, 494.7),
        ("NVIDIA GeForce RTX 3090", True, None),
    ],
)
def test_the_peak_of_a_card_is_its_own_or_unknown(card, bf16, tera):
    assert flops.peak(card, bf16=bf16) == (tera and pytest.approx(tera * 1e12))


def test_the_hours_beside_ours_are_those_of_the_paper():
    hours = {name: training.paper_hours(recipe.paper) for name, recipe in RECIPES.items()}
    assert hours["opencalm7b"] == {1000: 4.6, 3000: 24.0, 10_000: 37.0}
    assert hours["medcalm7b"] == {1000: 8.9, 3000: 23.7, 10_000: 58.4}
    assert hours["llama70b"] == {900: 12.7, 3000: 42.4}
    assert hours["medcalm7b_pretrain"] == hours["swallow8b"] == {}


def test_every_recipe_of_one_gpu_can_be_measured():
    shipped = {path.stem for path in (ROOT / "recipes").glob("*.yml")}
    assert {recipe.file for recipe in RECIPES.values()} == shipped - NOT_MEASURED


@pytest.mark.parametrize(
    ("module", "options", "said"),
    [
        ("throughput", ["--vllm"], "--vllm: vLLM is not installed; pip install vllm"),
        ("throughput", ["--device", "cuda"], "--device cuda: torch sees no GPU"),
        ("throughput", ["--dtype", "half-ish"], "--dtype half-ish: not a dtype of torch"),
        ("training", ["--shape", "true"], "--shape true needs a GPU; torch sees none"),
        ("training", ["--steps", "2"], "--steps must be more than 2"),
    ],
)
def test_what_this_machine_cannot_do_is_said_in_one_line(
    module, options, said, monkeypatch, capsys
):
    found = __import__(f"benchmarks.{module}", fromlist=["main"])
    monkeypatch.setattr(sys, "argv", [module, *options])
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    try:
        status = found.main()
    except SystemExit as ended:
        status = ended.code
    assert status
    assert said in capsys.readouterr().err.splitlines()[-1]


def test_one_that_fails_does_not_stop_the_others(tmp_path):
    """Without the exams scoring and overlap end with one line each."""
    options = ["--only", "scoring", "overlap", "--json", "figures.jsonl"]
    ended = run(sys.executable, "-m", "benchmarks", *options, cwd=tmp_path,
                JMED_DATA="", JMED_CACHE=str(tmp_path / "none"))  # fmt: skip
    assert ended.returncode == 1
    lines = ended.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "benchmarks.scoring", "benchmarks.overlap needs the real exam"
    ]  # fmt: skip
    assert (tmp_path / "figures.jsonl").read_text(encoding="utf-8") == ""
