"""How ``make demo`` ends: its last part, on made-up scores of the models that it trains."""

import shutil
from pathlib import Path

import pytest

from jmedlora.exams.documents import choices_document, content_hash
from jmedlora.exams.registry import load_exam
from tests.support.commands import ROOT
from tests.support.demo import end, ending, start
from tests.support.runs import answers, write_run

DOCS = [choices_document(each) for each in load_exam("jmed_sample").items]
MEDCALM = "outputs/medcalm7b_pretrain-160"
LLAMA = "models/tiny-llama-nf4"


def asked(demo: Path, name: str, right: int, number: int, **of_model) -> None:
    """The results of a model that knows ``right`` of the 40 questions, asked without an example."""
    written = write_run(
        demo,
        docs=DOCS,
        responses=answers(DOCS, right),
        task="jmed_sample",
        data={"exam": "jmed_sample", "sha256": content_hash(DOCS)},
        stamp=f"2026-01-{number:02}T00-00-00.000000",
        **of_model,
    )
    (demo / "results" / name).mkdir()
    shutil.move(written.parent, demo / "results" / name)


def ends(folder: Path, *, learnt: int) -> list[str]:
    """What the report says of models of which the last checkpoint knows ``learnt`` questions."""
    for name in ("scripts", "recipes", "lm_eval_tasks", "jmedlora", "tests"):
        (folder / name).symlink_to(ROOT / name)
    demo = folder / "demo"
    demo.mkdir()
    asked(demo, "tiny-neox-0", 8, 1, model="models/tiny-neox")
    asked(demo, "tiny-medcalm-0", 8, 2, model=MEDCALM)
    asked(demo, "tiny-llama-0", 6, 3, model=LLAMA)
    adapter = "outputs/opencalm7b-300/checkpoint-300"
    asked(demo, "tiny-medcalm-300-0", learnt, 4, model=MEDCALM, adapter=adapter, step=300)
    adapter = "outputs/llama70b-450/checkpoint-450"
    qlora = {"model": LLAMA, "adapter": adapter, "step": 450, "kind": "qlora"}
    asked(demo, "tiny-llama-450-0", learnt, 5, **qlora)
    end(folder, start(folder, "data"))
    end(folder, start(folder, "report"))
    return ending((folder / "report.out").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_twelve_lines_of_which_the_last_are_the_paths(tmp_path):
    """The scores by hand: Wilson's intervals of 8, 36 and 6 of 40; a guess as the exam has it."""
    assert ends(tmp_path, learnt=36) == [
        "jmed_sample, 40 questions; a guess: Accuracy .175",
        "Steps        Accuracy (0s)",
        "tiny MedCALM",
        "  0          .200 [.105, .348]",
        "  300 LoRA   .900 [.769, .960] +",
        "tiny Llama",
        "  0          .150 [.071, .291]",
        "  450 QLoRA  .900 [.769, .960] +",
        "+ and -: above and below step 0 of the same model (p < .05, corrected).",
        "The training data holds 40 of 40 questions: the scores show memorising, not knowledge.",
        f"The table of every checkpoint, curves beside it: {tmp_path}/demo/report/table.html",
        f"One page to look at everything: {tmp_path}/demo/site/index.html",
    ]


@pytest.mark.slow
def test_models_that_learnt_nothing_have_no_marks(tmp_path):
    said = ends(tmp_path, learnt=8)
    assert len(said) == 11
    assert "+" not in "".join(said)
