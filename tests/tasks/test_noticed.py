"""Whatever changes a score is noticed: its signature differs, or the table warns of it."""

import shutil
from pathlib import Path

import pytest

from jmedlora.report.load.results_file import ResultsError
from tests.support.commands import TASKS, lm_eval
from tests.support.compared import table

pytestmark = [pytest.mark.slow, pytest.mark.lm_eval, pytest.mark.xdist_group("noticed")]

FILTER = """\
filter_list:
  - name: none
    filter:
      - function: regex
        regex_pattern: "(.)"
      - function: take_first
"""
SCORER = "process_results: !function own.score\n"
OWN = """\
def score(doc, results):
    return dict.fromkeys(("accuracy", "exact_match", "gestalt_score", "empty", "tied"), 1)
"""


def ask(folder: Path, model: Path, *options: str, args: str = "", tasks: Path = TASKS) -> Path:
    """The answers to four questions of ``jmed_sample``; where the run lies."""
    folder.mkdir()
    found = lm_eval("--model", "hf", "--tasks", "jmed_sample", "--model_args",
                    f"pretrained={model}{args}", "--gen_kwargs", "max_gen_toks=4",
                    "--include_path", tasks, *(options or ("--limit", "4")),
                    cwd=folder)  # fmt: skip
    assert found.returncode == 0, found.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def first(tiny_model, tmp_path_factory) -> Path:
    return ask(tmp_path_factory.mktemp("noticed") / "first", tiny_model)


def told(*runs: Path) -> str:
    found = table(*runs)
    return "\n".join([*found.warnings, *found.notes])


@pytest.mark.parametrize(
    ("options", "args", "expected"),
    [
        (("--seed", "7"), "", "mean of 2 samples (seed 0,1234, 7)"),
        (("--batch_size", "2"), "", "batch size differs: 1 ("),
        ((), ",dtype=bfloat16", "number format differs: "),
        ((), ",add_bos_token=True", "prompts as sent differs: "),
        ((), ",add_bos_token=True", "model arguments differs: "),
    ],
)
def test_what_a_run_is_given(first, tiny_model, tmp_path, options, args, expected):
    options = (*options, "--limit", "4") if options else ()
    assert expected in told(first, ask(tmp_path / "other", tiny_model, *options, args=args))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('gen_prefix: "答え"\n', "prompts as sent differs: "),
        (FILTER, "scorer or filters differs: "),
        (SCORER, "scorer or filters differs: "),
    ],
    ids=["prefix", "filter", "scorer"],
)
def test_what_a_task_is_given(first, tiny_model, tmp_path, more, expected):
    tasks = tmp_path / "tasks"
    shutil.copytree(TASKS, tasks)
    (tasks / "own.py").write_text(OWN, encoding="utf-8")
    task = tasks / "jmed_sample.yaml"
    task.write_text(task.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert expected in told(first, ask(tmp_path / "other", tiny_model, tasks=tasks))


def test_questions_that_were_chosen_are_counted(first, tiny_model, tmp_path):
    other = ask(tmp_path / "other", tiny_model, "--samples", '{"jmed_sample": [0, 3]}')
    assert [each.title for each in table(other).sections] == ["jmed_sample, trial: 2 of 40"]
    with pytest.raises(ResultsError, match=r"document set differs: .*2 documents \(trial: 2 of 40"):
        table(first, other)
