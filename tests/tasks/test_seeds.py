"""One evaluation with several seeds: what each run is given, and the column that they make."""

import pytest

from tests.support.commands import ROOT, TASKS, run
from tests.support.compared import table, titles
from tests.support.warm_programs import warm_programs

SCRIPT = ("sh", ROOT / "scripts/run_seeds.sh")


def told(tmp_path, *words: str):
    """What the commands were given, a line each; ``echo`` stands where lm_eval would."""
    return run(*SCRIPT, *words, cwd=tmp_path)


def test_every_seed_is_a_run(tmp_path):
    ended = told(tmp_path, "3", "7", "--", "echo", "--tasks", "igakuqa")
    assert ended.stdout == (
        "--tasks igakuqa --log_samples --seed 3\n--tasks igakuqa --log_samples --seed 7\n"
    )


@pytest.mark.parametrize("model", [("--model", "vllm"), ("--model=local-completions",)])
def test_vllm_and_servers_take_the_seed_from_their_arguments(tmp_path, model):
    ended = told(tmp_path, "3", "--", "echo", *model)
    assert ended.stdout == f"{' '.join(model)} --log_samples --seed 3 --model_args seed=3\n"


def test_a_run_that_fails_ends_the_others_and_says_how_to_go_on(tmp_path):
    ended = told(tmp_path, "1", "2", "3", "--", "sh", "-c", 'echo "$2"; [ "$2" != 2 ]')
    assert ended.returncode == 1
    assert ended.stdout == "1\n2\n"
    assert ended.stderr.splitlines()[-1] == (
        "run_seeds.sh: seed 2 failed; go on with: sh scripts/run_seeds.sh 2 3 -- …"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("x", "--", "echo"), "run_seeds.sh: 'x' is no seed; give whole numbers, then --, then"),
        (("--", "echo"), "usage: sh scripts/run_seeds.sh SEED... -- lm_eval OPTIONS"),
        (("1", "--"), "usage: sh scripts/run_seeds.sh SEED... -- lm_eval OPTIONS"),
    ],
)
def test_a_wrong_call_is_refused(tmp_path, words, message):
    ended = told(tmp_path, *words)
    assert ended.returncode == 2
    assert ended.stderr.startswith(message)


@pytest.mark.slow
@pytest.mark.lm_eval
def test_real_runs_with_two_seeds_are_one_column(tmp_path, tiny_model):
    with warm_programs(["lm_eval"]) as programs:
        ended = run(
            *SCRIPT, "1", "2", "--", programs / "lm_eval", "run", "--include_path", TASKS,
            "--device", "cpu", "--model", "hf", "--model_args", f"pretrained={tiny_model}",
            "--tasks", "jmed_sample", "--gen_kwargs", "max_gen_toks=8", "--output_path", "out",
            cwd=tmp_path,
        )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    found = table(tmp_path / "out")
    assert len(titles(found)) == 1
    assert any("jmed_sample 0s: mean of 2 samples (seed 1, 2)." in note for note in found.notes)
