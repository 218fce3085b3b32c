"""The recite tasks, asked of a tiny model before and after it learnt three records by heart.

It is trained until it predicts every token of what it is to know, so that no verdict hangs on luck.
"""

import json

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from jmedlora.core.checksum import sha256
from jmedlora.data.canaries.manifest import read_manifest
from jmedlora.data.cli import main as jmed_data
from jmedlora.data.recipe import read_recipe
from jmedlora.data.tokenize import TokenLimits, tokenize_record
from jmedlora.report.cli import main as jmed_report
from lm_eval_tasks.recite import records
from tests.support.commands import ROOT, lm_eval, samples, write_jsonl
from tests.support.runs import write_card
from tests.support.tiny_model import build

RECIPE = ROOT / "recipes" / "opencalm7b.yml"
KNOWN = [
    {"instruction": "弁の役割は。", "output": "血液の逆流を防ぐ。左右の心臓にある。"},
    {"instruction": "三尖弁はどこか。", "output": "右心房と右心室の間にある三枚の弁。"},
    {"instruction": "頻脈は何か。", "output": "脈が速いことで、毎分百を超える。"},
]
OTHERS = [
    {"instruction": "浮腫とは。", "output": "皮下に水がたまり、指で押すと跡が残る。"},
    {"instruction": "黄疸とは。", "output": "皮膚や白目が黄色く見える状態をいう。"},
]
GIVEN = {
    "recipe": str(RECIPE), "train": "train.jsonl", "held_out": "held_out.jsonl", "characters": 12,
    "canaries": "marked.canaries.json",
}  # fmt: skip
TASKS = "jmed_recite,jmed_recite_canaries"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Files, a base, and the model that knows the records and the canary."""
    folder = tmp_path_factory.mktemp("recite")
    train = write_jsonl(folder / "train.jsonl", *KNOWN)
    write_jsonl(folder / "held_out.jsonl", *OTHERS)
    assert jmed_data(["canaries", str(train), "--add", "1", "--repeat", "5", "--references", "7",
                      "--seed", "1", "--out", str(folder / "marked.jsonl")]) == 0  # fmt: skip
    (canary,) = read_manifest(folder / "marked.canaries.json").canaries
    build(folder / "base", family="llama", context=1024)
    learn(folder, [*KNOWN, canary.record])
    marked = {"marked.jsonl": {"sha256": sha256(folder / "marked.jsonl"), "records": 8}}
    write_card(folder / "known", step=1, base_model="base", adapter=None, data=marked)
    return folder


def learn(folder, rows):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(folder / "base")
    model = AutoModelForCausalLM.from_pretrained(folder / "base")
    template = read_recipe(RECIPE).template
    pieces = [tokenize_record(row, template, TokenLimits(512, 512), tokenizer) for row in rows]
    pad = torch.nn.utils.rnn.pad_sequence
    ids = pad([torch.tensor(each.source + each.target) for each in pieces], batch_first=True)
    answers = [[-100] * len(each.source) + each.target for each in pieces]
    labels = pad([torch.tensor(each) for each in answers], True, -100)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(600):
        loss = model(ids, labels=labels).loss
        if loss < 0.01:
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.01
    model.save_pretrained(folder / "known")
    tokenizer.save_pretrained(folder / "known")


def ask(folder, model, out, given=GIVEN, *more, tasks=TASKS):
    return lm_eval(
        "--model", "hf", "--model_args", f"pretrained={model}", "--tasks", tasks, "--metadata",
        json.dumps(given), "--gen_kwargs", "max_gen_toks=40", "--batch_size", "8", "--output_path",
        f"{out}/{model}", *more, cwd=folder,
    )  # fmt: skip


@pytest.fixture(scope="module")
def asked(place):
    """The runs of the base and of the model that knows, each of all five tasks."""
    for model in ("base", "known"):
        ended = ask(place, model, "results")
        assert ended.returncode == 0, ended.stderr[-3000:]
    return place / "results"


@pytest.mark.lm_eval
def test_what_was_learnt_comes_out_and_nothing_else(asked):
    known = samples(asked / "known", "jmed_recite_trained")
    assert [row["filtered_resps"][0][:12] for row in known] == [
        each["output"][:12] for each in KNOWN
    ]
    assert [(row["exact"], row["near"], row["run"]) for row in known] == [
        (1, 1, len(each["output"])) for each in KNOWN
    ]
    tokens = AutoTokenizer.from_pretrained(asked.parent / "known")
    lengths = [len(tokens(each["output"])["input_ids"]) for each in KNOWN]
    assert [row["run_tokens"] for row in known] == lengths
    for model, part in (("base", "trained"), ("base", "held_out"), ("known", "held_out")):
        rows = samples(asked / model, f"jmed_recite_{part}")
        assert [(row["exact"], row["near"]) for row in rows] == [(0, 0)] * len(rows)


@pytest.mark.lm_eval
def test_every_score_is_confirmed_by_its_answer(asked, capsys):
    assert jmed_report(["verify", str(asked)]) == 0
    said = capsys.readouterr().out
    assert "2 runs: every score is what its answers give" in said
    for task in ("trained", "held_out", "loss_trained", "canary_exposure", "canary_said"):
        assert f"jmed_recite_{task}: " in said


@pytest.mark.lm_eval
@torch.no_grad()
def test_the_loss_is_that_of_the_answer_behind_its_prompt(asked):
    model = AutoModelForCausalLM.from_pretrained(asked.parent / "base")
    tokenizer = AutoTokenizer.from_pretrained(asked.parent / "base")
    for row in samples(asked / "base", "jmed_recite_loss_held_out"):
        prompt, target = row["doc"]["prompt"], row["doc"]["target"]
        assert prompt.endswith("### 応答:\n")
        start = len(tokenizer(prompt.rstrip())["input_ids"])
        ids = torch.tensor([tokenizer(prompt + target)["input_ids"]])
        logits = model(ids).logits[0].log_softmax(-1)
        wanted = [logits[n - 1, ids[0, n]].item() for n in range(start, ids.shape[1])]
        assert row["loss"] == pytest.approx(-sum(wanted) / len(wanted), rel=1e-3)


@pytest.mark.lm_eval
def test_the_report_of_both_runs(asked, capsys):
    assert jmed_report(["recite", str(asked), "--format", "json", "--fail-above", "0"]) == 1
    (model,) = json.loads(capsys.readouterr().out)
    assert model["base"].endswith("base")
    assert model["name"].endswith("known")
    assert model["share"] == 1
    assert (model["origin"]["is_known"], model["origin"]["unasked"]) == (True, [])
    exact = next(each for each in model["differences"] if each["name"] == "exact")["estimate"]
    assert exact["value"] == 1
    assert exact["low"] < 1
    assert {each["of"]: each["auc"]["value"] for each in model["areas"]}["loss"] == 1
    (canary,) = model["canaries"]
    assert (canary["repetitions"], canary["exposure"], canary["comes_out"]) == (5, 3.0, 1)
    assert (model["most_bits"], canary["base_comes_out"]) == (3.0, 0)
    assert {each["name"] for each in model["records"]} == {f"train.jsonl:{n}" for n in (1, 2, 3)}


def given(place, **changes):
    found = {**GIVEN, **changes}
    paths = {name: str(place / found[name]) for name in ("train", "held_out", "canaries")
             if isinstance(found.get(name), str)}  # fmt: skip
    return {key: value for key, value in {**found, **paths}.items() if value is not None}


def dataset(place, part="trained", measure="continuation", **changes):
    noted = {}
    found = records(part=part, measure=measure, recite=noted, **given(place, **changes))
    return list(found["test"]), noted


def test_what_is_given_of_an_answer_stands_in_the_prompt(place):
    docs, noted = dataset(place, given=3, characters=5)
    assert docs[0]["prompt"].endswith("### 応答:\n血液の")
    assert docs[0]["target"] == KNOWN[0]["output"][3:]
    assert (noted["given"], noted["asked"], noted["part"]) == (3, 3, "trained")


def test_a_draw_is_the_same_for_a_seed_and_leaves_out_what_cannot_be_asked(place, caplog):
    short = {"instruction": "何か。", "output": "弁"}
    path = write_jsonl(place / "more.jsonl", *KNOWN, KNOWN[0], short, *OTHERS)
    names = [[each["id"] for each in dataset(place, train=path.name, records=3, seed=seed)[0]]
             for seed in (1, 1, 2)]  # fmt: skip
    assert names[0] == names[1] != names[2]
    _, noted = dataset(place, train=path.name, records=3)
    assert (noted["asked"], noted["eligible"], noted["repeated"], noted["short"]) == (3, 5, 1, 1)
    assert "3 asked; 2 not drawn; 1 repeated; 1 with fewer than 12 characters" in caplog.text
    _, noted = dataset(place, "held_out", "loss", held_out=path.name)
    assert (noted["asked"], noted["also_trained"], noted["repeated"]) == (3, 3, 1)


def test_canaries_in_the_training_file_are_no_records(place):
    docs, noted = dataset(place, train="marked.jsonl")
    assert [each["target"] for each in docs] == [
        each["output"]
        for each in sorted(
            KNOWN, key=lambda each: [doc["target"] for doc in docs].index(each["output"])
        )
    ]
    assert noted["asked"] == 3


def test_a_text_goes_on_behind_its_beginning(place, tmp_path):
    text = "心臓には血液の逆流を防ぐ四つの弁がある。" * 5
    path = write_jsonl(tmp_path / "text.jsonl", {"text": text})
    recipe = str(ROOT / "recipes" / "medcalm7b_pretrain.yml")
    (doc,), noted = dataset(place, train=str(path), recipe=recipe)
    assert (doc["prompt"], doc["target"], noted["given"]) == (text[:50], text[50:], 50)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"recipe": None}, "need the recipe that the model was trained with"),
        ({"recipe": "missing.yml"}, "missing.yml: cannot be read"),
        ({"recipe": ["a", "b"]}, "give the path of one file"),
        ({"train": 3}, "train=3: give the path of a file, or a list of them"),
        ({"train": "missing.jsonl"}, "missing.jsonl: cannot be read"),
        ({"heldout": "x"}, "--metadata has 'heldout': did you mean 'held_out'?"),
        ({"records": 0}, "records=0: give a whole number from 1 to 1,000,000"),
        ({"given": -1}, "given=-1: give a whole number from 0"),
        ({"characters": 1.5}, "characters=1.5: give a whole number from 1"),
        ({"seed": True}, "seed=True: give a whole number from 0"),
        ({"characters": 999}, "3 have fewer than 999 characters to go on with"),
        ({"recipe": str(ROOT / "recipes" / "swallow8b_instruct.yml")}, "on a chat template"),
    ],
)
def test_settings_that_cannot_be(place, changes, said):
    with pytest.raises(SystemExit) as ended:
        dataset(place, **changes)
    assert str(ended.value).startswith("jmed: ")
    assert said in str(ended.value)


@pytest.mark.parametrize(
    ("part", "changes", "said"),
    [
        ("held_out", {"held_out": None}, "the recipe names no file for held_out"),
        ("held_out", {"held_out": "train.jsonl"}, "3 stand in the training file too"),
        ("canaries", {"canaries": None}, "needs the manifest that jmed-data canaries wrote"),
        ("canaries", {"canaries": "train.jsonl"}, "train.jsonl: "),
        ("canaries", {"train": "held_out.jsonl"}, "its canaries stand in marked.jsonl, which"),
        ("canaries", {"recipe": str(ROOT / "recipes" / "medcalm7b_pretrain.yml")},
         "canary 1 has no place in the recipe's prompt: it has no 'text'"),
    ],
)  # fmt: skip
def test_parts_that_cannot_be_asked(place, part, changes, said):
    with pytest.raises(SystemExit) as ended:
        dataset(place, part, "exposure" if part == "canaries" else "loss", **changes)
    assert said in str(ended.value)


def test_no_other_chat_template_is_put_around_a_record(place):
    ended = ask(place, "base", "chat", GIVEN, "--apply_chat_template", tasks="jmed_recite_trained")
    assert ended.returncode == 1
    assert "leave out --apply_chat_template" in ended.stderr.splitlines()[-1]
