"""The recipe of the reward as shipped, at tiny size: it learns, goes on, and is not reported."""

import json
import shutil

import pyarrow.parquet
import pytest

from jmedlora.exams.question_identity import all_keys
from jmedlora.exams.registry import load_exam
from jmedlora.exams.rewards import rewarded
from jmedlora.models.model_folder import check_model
from jmedlora.report.cli import main
from jmedlora.train.merge import merge
from jmedlora.train.quantize import quantize
from tests.support.commands import lm_eval, results, results_file, samples, write_jsonl
from tests.support.plugin import load
from tests.support.reward import workplace
from tests.support.training import card, same, train, weights

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("grpo_8b")]
OUTPUT = "outputs/grpo_8b-8"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the recipe was trained to its end: eight steps, four epochs."""
    folder = workplace(tmp_path_factory.mktemp("grpo_8b"))
    ended = train("grpo_8b", folder)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return folder


def test_it_learns_what_is_rewarded(folder):
    path = folder / OUTPUT / "checkpoint-8" / "trainer_state.json"
    logged = json.loads(path.read_text(encoding="utf-8"))["log_history"]
    steps = [entry for entry in logged if "reward" in entry]
    right = [entry["answers/right"] for entry in steps]
    assert len(steps) == 8
    assert sum(right[-3:]) > sum(right[:3])
    for entry in steps:
        shares = {name: entry[f"answers/{name}"] for name in ("right", "unread", "forbidden")}
        by_hand = shares["right"] - 0.5 * shares["unread"] - shares["forbidden"]
        assert entry["reward"] == pytest.approx(by_hand, abs=1e-6)


def test_the_card_names_the_questions(folder):
    found = card(folder / OUTPUT)
    assert (found["status"], found["step"], found["adapter"]) == ("complete", 8, "lora")
    assert -1 <= found["final_reward"] <= 1
    (reward,) = found["rewards"]
    questions = load_exam("jmed_own", file=str(folder / "data/questions.jsonl")).items
    assert (reward["questions"], reward["count"]) == ("data/questions.jsonl", 4)
    assert reward["keys"] == all_keys(questions)
    entry = {"sha256": reward["sha256"], "records": 4}
    assert found["data"] == {"data/questions.jsonl": entry}
    assert card(folder / OUTPUT / "checkpoint-2")["rewards"] == found["rewards"]
    assert (folder / OUTPUT / "training.png").read_bytes().startswith(b"\x89PNG")


def test_a_resumed_run_ends_with_the_same_weights(folder):
    """As a run that was killed behind checkpoint-4: two epochs, each with an order of its own."""
    killed = folder / "outputs/killed"
    shutil.copytree(folder / OUTPUT, killed)
    for later in ("checkpoint-6", "checkpoint-8"):
        shutil.rmtree(killed / later)
    (killed / "adapter_model.safetensors").unlink()
    shutil.copy(killed / "checkpoint-4" / "run_card.json", killed)
    ended = train("grpo_8b", folder, "--output_dir=outputs/killed")
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert "going on from outputs/killed/checkpoint-4" in ended.stderr
    assert card(killed)["starts"] == 2
    assert same(weights(killed), weights(folder / OUTPUT))


def ask(folder, out, model, **metadata):
    metadata = {"file": "data/exam.jsonl", **metadata}
    found = lm_eval(
        "--tasks", "jmed_own_chat", "--model", "hf", "--model_args", model, "--apply_chat_template",
        "--gen_kwargs", "do_sample=False,max_gen_toks=1", "--metadata", json.dumps(metadata),
        "--output_path", out, cwd=folder,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr[-3000:]
    return found


def test_the_adapter_is_asked_as_it_was_trained_and_not_reported(folder, capsys):
    ended = ask(folder, "adapter", f"pretrained=model,peft={OUTPUT}")
    assert "4 of 8 questions were the reward that this model was trained with" in ended.stderr
    (path,) = (folder / "outputs/prepared").glob("*/typed/reward.parquet")
    trained = {row["asked"] for row in pyarrow.parquet.read_table(path).to_pylist()}
    asked = {
        each["arguments"]["gen_args_0"]["arg_0"]
        for each in samples(folder / "adapter", "jmed_own_chat")
    }
    assert len(trained) == 4
    assert trained < asked
    path = str(results_file(folder / "adapter"))
    for command in ("scores", "table"):
        assert main([command, path]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.splitlines() == [
            f"jmed-report: {path}: 4 of the 8 questions of jmed_own_chat were the reward that this"
            " model was trained with (data/questions.jsonl), so the scores would measure its"
            " training; ask another exam, or leave them out: --metadata '{\"exclude\": LIST}'"
            " (recipes/README.md, Reward)"
        ]


def test_the_merged_model_is_known_too_and_other_questions_are_reported(folder):
    merge(folder / OUTPUT, folder / "merged", base=str(folder / "model"))
    assert card(folder / "merged")["rewards"] == card(folder / OUTPUT)["rewards"]
    questions = load_exam("jmed_own", file=str(folder / "data/exam.jsonl")).items
    found = rewarded(questions, {"pretrained": str(folder / "merged")})
    assert found.ids == ("own-00", "own-01", "own-02", "own-03")
    write_jsonl(
        folder / "list.jsonl", *({"exam": "exam", "problem_id": each} for each in found.ids)
    )
    ask(folder, "rest", "pretrained=merged", exclude="list.jsonl")
    scored = results(folder / "rest")
    assert "rewarded" not in scored["configs"]["jmed_own_chat"]["metadata"]["data"]
    assert scored["results"]["jmed_own_chat"]["correct,none"] == 1  # new questions, the same rule
    assert main(["scores", str(results_file(folder / "rest"))]) == 0


def test_a_4_bit_copy_of_the_merged_model_is_known_too(folder):
    merge(folder / OUTPUT, folder / "once-more", base=str(folder / "model"))
    quantize(str(folder / "once-more"), folder / "nf4")
    assert card(folder / "nf4")["rewards"] == card(folder / OUTPUT)["rewards"]
    assert check_model(folder / "nf4") == []  # the SHA-256 that the card states are its own


def test_questions_that_are_not_there_are_one_line(folder):
    ended = train("grpo_8b", folder, "--reward_questions=none.jsonl", "--output_dir=outputs/none")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("jmed-train: none.jsonl: cannot be read")
    assert "Traceback" not in ended.stderr


def test_what_trl_is_given_for_vllm():
    """vLLM itself is not tried: by these names and values TRL starts it."""
    from axolotl.core.trainers.grpo import GRPOStrategy
    from axolotl.utils.schemas.trl import TRLConfig
    from axolotl.utils.schemas.vllm import VllmConfig

    cfg = load("grpo_8b", context_parallel_size=1)
    cfg.trl = TRLConfig(**{**cfg.trl, "use_vllm": True})
    cfg.vllm = VllmConfig(**cfg.vllm)
    given = GRPOStrategy.set_training_args_kwargs(cfg)
    assert (given["use_vllm"], given["vllm_mode"]) == (True, "colocate")
    assert given["vllm_gpu_memory_utilization"] == 0.3
    assert given["vllm_tensor_parallel_size"] == 1
    assert given["vllm_enable_sleep_mode"] is False
