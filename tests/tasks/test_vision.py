"""The examinations with their images, asked of tiny random models that see, and of others."""

import base64
import hashlib
import io
import json
import re
from pathlib import Path

import pytest
import torch
import yaml
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.utils import apply_template
from PIL import Image
from transformers import AutoProcessor, LlavaForConditionalGeneration

from jmedlora.exams.images import ImageFolder, check_images
from jmedlora.exams.lm_eval_run import asked_model
from jmedlora.exams.registry import load_exam
from jmedlora.exams.vision_model import show_images
from jmedlora.report.cli import main as jmed_report
from tests.support.chat_server import answer, serving
from tests.support.commands import TASKS, lm_eval, results_file, samples, write_jsonl
from tests.support.recent import publish_igakuqa119, publish_jmle2026
from tests.support.tasks import load
from tests.support.tiny_vision_model import build_vision_model

pytestmark = pytest.mark.lm_eval

GREEDY = ("--gen_kwargs", "do_sample=False,max_gen_toks=8")
"""What the two likeliest tokens differ by is checked where texts are compared."""


@pytest.fixture(scope="module")
def seeing_model(tmp_path_factory) -> Path:
    return build_vision_model(tmp_path_factory.mktemp("models") / "tiny-llava", context=20_000)


@pytest.fixture
def own(tmp_path) -> Path:
    """An exam of four questions with two made pictures: a red ring and blue stripes."""
    draw_ring(tmp_path / "ring.png")
    draw_stripes(tmp_path / "stripes.jpg")
    return write_jsonl(
        tmp_path / "own.jsonl",
        question(1),
        question(2, images=["ring.png"]),
        question(3, images=["ring.png", "stripes.jpg"], case="次の文を読み、問いに答えよ。"),
        question(4, images=["stripes.jpg"]),
    )


def question(number: int, **more: object) -> dict[str, object]:
    return {"problem_id": f"q{number}", "question": f"問{number}。正しいのはどれか。",
            "choices": ["甲", "乙"], "answer": "a", **more}  # fmt: skip


def draw_ring(path: Path) -> None:
    image = Image.new("RGB", (48, 48), "white")
    for x in range(48):
        for y in range(48):
            if 200 < (x - 24) ** 2 + (y - 24) ** 2 < 400:
                image.putpixel((x, y), (255, 0, 0))
    image.save(path)


def draw_stripes(path: Path) -> None:
    image = Image.new("RGB", (64, 32), "black")
    for x in range(0, 64, 8):
        image.paste((0, 0, 255), (x, 0, x + 4, 32))
    image.save(path)


class Seeing:
    """The model itself, without lm-eval: its greedy answer to a prompt with pictures."""

    def __init__(self, folder: Path) -> None:
        self.processor = AutoProcessor.from_pretrained(folder)
        self.model = LlavaForConditionalGeneration.from_pretrained(folder)

    def answer(self, prompt: str, *paths: Path) -> str:
        """An answer of 8 tokens; each must clearly be likeliest, or it depends on the machine."""
        pictures = [Image.open(path) for path in paths] or None
        inputs = self.processor(images=pictures, text=[prompt], return_tensors="pt")
        found = self.model.generate(
            **inputs, max_new_tokens=8, output_scores=True, return_dict_in_generate=True
        )
        best = torch.stack(found.scores)[:, 0].topk(2).values
        assert (best[:, 0] - best[:, 1]).min() > 1e-3
        new = found.sequences[0, inputs["input_ids"].shape[1] :]
        return self.processor.decode(new, skip_special_tokens=True)


def ask(model: Path, cwd: Path, *args: str, tasks: str = "jmed_own_vision", kind="hf-multimodal"):
    return lm_eval(
        "--tasks", tasks, "--metadata", '{"file": "own.jsonl"}', "--model", kind,
        "--model_args", f"pretrained={model}", "--apply_chat_template", *GREEDY, *args, cwd=cwd,
    )  # fmt: skip


def responses(folder: Path, task: str = "jmed_own_vision") -> list[str]:
    return [row["resps"][0][0] for row in samples(folder / "out", task)]


def signature(folder: Path, capsys) -> str:
    assert jmed_report(["signature", str(results_file(folder / "out"))]) == 0
    return capsys.readouterr().out


@pytest.mark.slow
def test_a_model_is_shown_the_images_of_each_question(seeing_model, own, tmp_path, capsys):
    found = ask(seeing_model, tmp_path)
    assert found.returncode == 0, found.stderr
    ring, stripes = tmp_path / "ring.png", tmp_path / "stripes.jpg"
    pictures = [(), (ring,), (ring, stripes), (stripes,)]
    rows = samples(tmp_path / "out", "jmed_own_vision")
    seeing = Seeing(seeing_model)
    for row, paths in zip(rows, pictures, strict=True):
        prompt = row["arguments"]["gen_args_0"]["arg_0"]
        assert prompt.count("<image>") == len(paths)
        assert row["resps"][0][0] == seeing.answer(prompt, *paths)
        assert row["doc"]["image_sha256"] == [sha256(path) for path in paths]
        assert len(json.dumps(row)) < 5000  # the samples name pictures, and hold none
    before = signature(tmp_path, capsys)
    assert "jmed_own_vision" in before

    draw_stripes(tmp_path / "ring.png")  # the same name, another picture
    again = ask(seeing_model, tmp_path, "--batch_size", "4")
    assert again.returncode == 0, again.stderr
    changed = responses(tmp_path)
    old = [row["resps"][0][0] for row in rows]
    assert [a == b for a, b in zip(changed, old, strict=True)] == [True, False, False, True]
    assert signature(tmp_path, capsys) != before


def test_the_images_stand_before_the_prompt_of_the_chat_tasks(own):
    task = load("jmed_own_vision", file=str(own))
    asked = {doc["problem_id"]: task.doc_to_text(doc) for doc in task.eval_docs}
    chat = yaml.safe_load((TASKS / "_prompt_chat.yaml").read_text(encoding="utf-8"))
    text = {doc["problem_id"]: apply_template(chat["doc_to_text"], doc) for doc in task.eval_docs}
    one, two = "画像1\n<image>\n", "画像1\n<image>\n画像2\n<image>\n"
    assert asked["q1"] == text["q1"]
    assert asked["q2"] == one + text["q2"]
    assert asked["q3"] == two + text["q3"]
    assert text["q3"].startswith("次の文を読み、問いに答えよ。")
    assert task.config.description == chat["description"]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.slow
def test_a_task_of_text_can_be_asked_in_the_same_run(seeing_model, own, tmp_path):
    """lm-eval by itself takes all requests of a run for what the first one is."""
    tasks = ("jmed_own", "jmed_own_vision")
    for name, asked in {"apart": tasks, "together": [",".join(tasks)]}.items():
        (tmp_path / name).mkdir()
        for each in asked:
            options = ("--metadata", json.dumps({"file": str(own)}), "--batch_size", "3")
            found = ask(seeing_model, tmp_path / name, *options, tasks=each)
            assert found.returncode == 0, found.stderr
    for task in tasks:
        assert responses(tmp_path / "together", task) == responses(tmp_path / "apart", task)


@pytest.mark.slow
def test_a_model_that_does_not_see_is_one_line(tiny_model, own, tmp_path):
    found = ask(tiny_model, tmp_path, kind="hf")
    assert found.returncode == 1
    assert found.stderr.splitlines()[-1] == (
        "jmed: own: its questions have images, and this --model (HFLM) is shown none; use "
        "--model hf-multimodal, vllm-vlm, or local-chat-completions with a server whose model "
        "sees, or the task without _vision"
    )
    assert "Traceback" not in found.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_cache_that_holds_no_images_is_one_line(seeing_model, own, tmp_path):
    found = ask(seeing_model, tmp_path, "--use_cache", "answers.db")
    assert found.returncode == 1
    assert found.stderr.splitlines()[-1] == (
        "jmed: own: --use_cache cannot keep answers to images; leave it out"
    )
    assert "Traceback" not in found.stderr


@pytest.mark.slow
def test_a_server_is_sent_the_images(own, tmp_path):
    """Each as a PNG of the same pixels before the text, whose last line asks for the answer."""
    with serving(lambda *_: answer("【回答】a")) as server:
        url = f"{server.url}/chat/completions"
        model = f"model=x,base_url={url},max_images=2"
        found = lm_eval(
            "--tasks", "jmed_own_vision", "--metadata", '{"file": "own.jsonl"}', "--model",
            "local-chat-completions", "--model_args", model, "--apply_chat_template",
            cwd=tmp_path,
        )  # fmt: skip
    assert found.returncode == 0, found.stderr
    sent = {text_of(body): pictures_in(body) for body in server.bodies}
    ring, stripes = (pixels(tmp_path / name) for name in ("ring.png", "stripes.jpg"))
    by_question = {re.search("問[1-4]", text)[0]: found for text, found in sent.items()}
    assert by_question == {
        "問1": [], "問2": [ring], "問3": [ring, stripes], "問4": [stripes],
    }  # fmt: skip
    rows = samples(tmp_path / "out", "jmed_own_vision")
    assert [row["correct"] for row in rows] == [1, 1, 1, 1]
    assert jmed_report(["verify", str(tmp_path / "out")]) == 0


def text_of(body: dict) -> str:
    content = body["messages"][-1]["content"]
    return content if isinstance(content, str) else content[-1]["text"]


def pictures_in(body: dict) -> list[tuple[tuple[int, int], bytes]]:
    content = body["messages"][-1]["content"]
    parts = [] if isinstance(content, str) else content[:-1]
    urls = [part["image_url"]["url"] for part in parts]
    assert all(url.startswith("data:image/png;base64,") for url in urls)
    return [pixels(io.BytesIO(base64.b64decode(url.partition(",")[2]))) for url in urls]


def pixels(file: Path | io.BytesIO) -> tuple[tuple[int, int], bytes]:
    image = Image.open(file).convert("RGB")
    return image.size, image.tobytes()


class FakeModel(LM):
    """A model of lm-eval that notes the kinds of the requests that it is given at a time."""

    MULTIMODAL = True
    max_images = 999

    def __init__(self) -> None:
        super().__init__()
        self.given: list[set[int]] = []

    def generate_until(self, requests, disable_tqdm=False):
        self.given.append({len(request.args) for request in requests})
        return [f"to {request.args[0]}" for request in requests]

    def loglikelihood(self, requests):
        raise NotImplementedError

    loglikelihood_rolling = loglikelihood


DOC = {"problem_id": "q1", "text_only": True, "image_sha256": []}


def test_requests_with_images_and_without_are_answered_apart_and_in_order():
    """A model does not get an empty list of images: vllm-vlm cannot be run here."""
    model = FakeModel()
    show_images(model, [DOC], "own")
    kinds = [("visual", []), ("visual", ["x"]), None, ("audio", ["y"]), ("visual", [])]
    arguments = [
        (f"{place}", {"until": []}, *([dict([kind])] if kind else []))
        for place, kind in enumerate(kinds)
    ]
    requests = [Instance("generate_until", {}, each, 0, (None, None, None)) for each in arguments]
    assert model.generate_until(requests) == [f"to {place}" for place in range(5)]
    assert model.given == [{3}, {2}]
    assert [request.arguments for request in requests] == arguments  # for the samples
    assert model.generate_until(requests[:1]) == ["to 0"]
    assert model.given[2:] == [{2}]


def test_the_model_of_the_run_is_found_and_none_without_a_run():
    def lm_evals_own_function(model, action):
        return action()

    model = FakeModel()
    assert lm_evals_own_function(model, asked_model) is model
    del model
    assert asked_model() is None


def stopped(name, **metadata) -> str:
    with pytest.raises(SystemExit) as caught:
        load(name, **metadata)
    return str(caught.value)


def test_a_model_that_is_shown_too_few_images_is_one_line(own):
    """lm-eval leaves out further images without a word; behind a server it shows one."""
    lm = FakeModel()
    lm.max_images = 1
    assert stopped("jmed_own_vision", file=str(own)) == (
        "jmed: own: q3 has 2 images, and this --model (FakeModel) is shown 1 of them; "
        "add max_images=2 to --model_args"
    )
    lm.max_images = 2
    assert len(load("jmed_own_vision", file=str(own)).eval_docs) == 4


def test_where_lm_eval_would_cut_the_prompts_is_one_line(own, seeing_model):
    """For some models lm-eval 0.4.11 takes 2048 tokens, whatever their configuration says."""
    lm = FakeModel()
    lm.tok_batch_multimodal_encode, lm.max_length = None, 330
    line = stopped("jmed_own_vision", file=str(own), pretrained=str(seeing_model))
    assert line.startswith("jmed: own at 0 shot: 4 prompts longer than the ")
    assert "(context 330, answer 320)" in line
    lm.max_length = 2048
    task = load("jmed_own_vision", file=str(own), pretrained=str(seeing_model))
    assert 64 < task.config.generation_kwargs["max_gen_toks"] < 2048


def test_images_that_were_not_fetched_are_one_line(tmp_path, monkeypatch):
    folder = publish_jmle2026(
        tmp_path, {}, {"clinical_images": ["120A-2_1.png"], "requires_image": True}
    )
    monkeypatch.setenv("JMED_DATA", str(tmp_path))
    path = folder / "images" / "120A-2_1.png"
    assert stopped("jmle2026_vision") == (
        f"jmed: {path}: 120A2: the image is missing; run: jmed-data fetch --images jmle2026"
    )
    path.parent.mkdir()
    draw_ring(path)
    docs = load("jmle2026_vision").eval_docs
    assert docs["image_sha256"] == [[], [sha256(path)]]


def test_an_image_of_ones_own_that_is_missing_is_one_line(own, tmp_path):
    (tmp_path / "ring.png").unlink()
    line = stopped("jmed_own_vision", file=str(own)).splitlines()[0]
    assert line == (
        f"jmed: {own}:2: q2: image 'ring.png' is missing; "
        f"put it into {tmp_path}, or correct its name"
    )


def test_a_question_whose_image_is_not_published_is_named(tmp_path, monkeypatch, caplog):
    publish_igakuqa119(tmp_path, {"119C15": {"has_image": True}})
    monkeypatch.setenv("JMED_DATA", str(tmp_path))
    lm = FakeModel()
    assert len(load("igakuqa119_vision").eval_docs) == 13
    assert lm.given == []
    assert caplog.messages[-1] == (
        "igakuqa119: needs an image that is not there, asked without it: 119C15"
    )


def test_worked_examples_are_not_shown(own, tmp_path):
    task = load("jmed_own_vision", file=str(own))
    task.set_config("num_fewshot", 1)
    task.set_fewshot_seed(1234)
    with pytest.raises(SystemExit) as caught:
        task.build_all_requests()
    assert str(caught.value).startswith("jmed: --num_fewshot 1: the pool has 0 worked examples")


def test_the_tasks_without_images_leave_out_questions_that_need_one(own):
    assert load("jmed_own", file=str(own)).eval_docs["problem_id"] == ["q1"]
    assert load("jmed_own_vision", file=str(own)).eval_docs["problem_id"] == [
        "q1", "q2", "q3", "q4",
    ]  # fmt: skip


@pytest.mark.parametrize("exam", ["jmle2026", "igakuqa119"])
def test_every_real_image_can_be_shown(exam, real_recent):
    """Where they were fetched: jmed-data fetch --images."""
    items = load_exam(exam).items
    folder = real_recent / exam / "images"
    if not folder.is_dir():
        pytest.skip("needs the real images")
    found = check_images(items, ImageFolder(folder))
    assert len(found) == {"jmle2026": 123, "igakuqa119": 149}[exam]
