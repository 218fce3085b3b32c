"""What the plugin checks of model and data before a run."""

import json
from pathlib import Path

import pytest
from pyarrow import parquet

from jmedlora.core.checksum import sha256
from jmedlora.core.errors import FileError
from jmedlora.data.dataset import read_training_file
from jmedlora.data.personal.finding import Kind
from jmedlora.data.personal.report_file import write_report_file
from jmedlora.data.recipe import data_plan
from tests.support.commands import QUIET, write_jsonl
from tests.support.plugin import load, on

pytestmark = pytest.mark.usefixtures("alone")

UNSEARCHED = "not searched for personal data as it is now; run: jmed-data personal"


@pytest.fixture(scope="module")
def check_inputs():
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        from jmedlora.train.check_inputs import check_inputs
    return lambda cfg: check_inputs(cfg, data_plan(cfg, Path(cfg.axolotl_config_path)))


@pytest.fixture
def place(tmp_path, tiny_model, monkeypatch):
    """A folder in which a recipe could start: data/train.jsonl, and the base in model/."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    for path in tiny_model.iterdir():
        (tmp_path / "model" / path.name).write_bytes(path.read_bytes())
    write_jsonl(tmp_path / "data" / "train.jsonl", *[{"instruction": "a", "output": "b"}] * 8)
    write_jsonl(tmp_path / "data" / "pretrain_train.jsonl", *[{"text": "a"}] * 63)
    write_jsonl(tmp_path / "data" / "pretrain_eval.jsonl", {"text": "a"})
    return tmp_path


def faults(check_inputs, cfg):
    with pytest.raises(FileError) as caught:
        check_inputs(cfg)
    return str(caught.value)


def test_what_is_said_of_good_data(check_inputs, place, capsys):
    found = check_inputs(load("medcalm7b_pretrain", base_model="model"))
    assert {str(file.path): len(file.records) for file in found} == {
        "data/pretrain_train.jsonl": 63,
        "data/pretrain_eval.jsonl": 1,
    }
    assert capsys.readouterr().err.splitlines() == [
        "jmed-train: data/pretrain_train.jsonl: 63 records",
        "jmed-train:   tokens a record: median 2, longest 2",
        "jmed-train:   2000 steps of 63 rows: 2000.00 epochs of 63 rows",
        f"jmed-train:   {UNSEARCHED} data/pretrain_train.jsonl",
        "jmed-train: data/pretrain_eval.jsonl: 1 records",
        "jmed-train:   tokens a record: median 2, longest 2",
        f"jmed-train:   {UNSEARCHED} data/pretrain_eval.jsonl",
    ]


def test_a_report_of_this_very_content_ends_the_warning(check_inputs, place, capsys):
    for name, findings in (("train", {}), ("eval", {Kind.DATE: 2, Kind.NAME: 1})):
        path = Path("data") / f"pretrain_{name}.jsonl"
        write_report_file(path, sha256(path), findings, {})
    check_inputs(load("medcalm7b_pretrain", base_model="model"))
    said = capsys.readouterr().err
    assert "personal data was found in it: 3 findings (NAME 1, DATE 2)\n" in said
    assert UNSEARCHED not in said
    with Path("data/pretrain_train.jsonl").open("a") as file:
        file.write('{"text": "b"}\n')
    check_inputs(load("medcalm7b_pretrain", base_model="model"))
    assert f"{UNSEARCHED} data/pretrain_train.jsonl\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("opencalm7b", "train.jsonl"),
        ("swallow8b", "train.jsonl"),
        ("medcalm7b_pretrain", "pretrain_train.jsonl"),
        ("medcalm7b_pretrain", "pretrain_eval.jsonl"),
    ],
)
def test_data_that_is_not_there(check_inputs, place, name, file):
    (place / "data" / file).unlink()
    assert faults(check_inputs, load(name, base_model="model")) == (
        f"data/{file}: cannot be read (No such file or directory);"
        " check the path and its permissions"
    )


def test_data_with_a_fault(check_inputs, place):
    write_jsonl(place / "data" / "train.jsonl", {"instruction": "a"})
    assert faults(check_inputs, load("opencalm7b", base_model="model")) == (
        "data/train.jsonl:1: has no 'output'; add 'output' or delete the line"
    )


def test_data_that_does_not_fill_a_step(check_inputs, place):
    assert faults(check_inputs, load("opencalm7b", base_model="model", effective_batch=9)) == (
        "data/train.jsonl: makes 8 rows, fewer than the 9 of one step;"
        " add records, or train with --effective_batch=8 --micro_batch_size=1"
    )


def unlink(name):
    return lambda model: (model / name).unlink()


def no_end_token(model):
    path = model / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    kept = {key: value for key, value in config.items() if not key.endswith("_token")}
    path.write_text(json.dumps(kept), encoding="utf-8")


def make_adapter(model):
    (model / "adapter_config.json").write_text('{"base_model_name_or_path": "base"}')


def cut_weights(model):
    path = model / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-9])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (unlink("tokenizer.json"), "model: holds no tokenizer; copy the tokenizer's files into it"),
        (
            no_end_token,
            "model: the tokenizer has no end token (eos_token), so the model would not learn to"
            " stop; name one in its tokenizer_config.json",
        ),
        (
            make_adapter,
            "model: is a LoRA adapter, not a model; merge it into its base first"
            " (recipes/README.md, After training)",
        ),
        (
            unlink("config.json"),
            "model/config.json: cannot be read (No such file or directory);"
            " copy the whole model folder",
        ),
        (
            unlink("model.safetensors"),
            "model: holds no .safetensors weights; copy the whole model folder",
        ),
        (cut_weights, "model/model.safetensors: the file is cut off; copy it again"),
    ],
)
def test_a_base_model_that_cannot_be_trained(check_inputs, place, damage, message):
    damage(place / "model")
    assert faults(check_inputs, load("opencalm7b", base_model="model")) == message


FETCH = "name a folder, or fetch it once where there is a network: hf download"


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("nowhere", f"{FETCH} nowhere"),
        ("jmed-no-such-owner/no-such-model", f"{FETCH} jmed-no-such-owner/no-such-model"),
        ("a/b/c", "check the path"),
        ("../nowhere", "check the path"),
        ("/nowhere", "check the path"),
    ],
)
def test_a_base_model_that_is_not_on_the_machine(check_inputs, place, name, remedy):
    what = "is neither a folder nor a model that was downloaded to this machine"
    assert faults(check_inputs, load("opencalm7b", base_model=name)) == f"{name}: {what}; {remedy}"


@pytest.mark.parametrize("unset", [True, False])
@pytest.mark.parametrize("key", ["prompt", "source_len", "sequence_len", "max_steps", "datasets"])
def test_a_missing_key_of_a_recipe_is_named(check_inputs, place, key, unset):
    cfg = load("opencalm7b", base_model="model")
    if unset:
        del cfg[key]
    else:
        cfg[key] = None
    assert faults(check_inputs, cfg) == (
        f"{cfg.axolotl_config_path}: has no '{key}'; compare it with recipes/*.yml of this project"
    )


def test_files_of_one_name_keep_their_own_typed_copy(check_inputs, place):
    from jmedlora.train.check_inputs import use_typed_copies

    texts = {"data/train/a.jsonl": "train", "data/eval/a.jsonl": "eval"}
    for path, text in texts.items():
        write_jsonl(place / path, {"text": text})
    train, evaluation = ([{"path": path, "type": "completion"}] for path in texts)
    cfg = load("medcalm7b_pretrain", datasets=train, test_datasets=evaluation)
    files = [read_training_file(Path(path), "pretrain") for path in texts]
    use_typed_copies(cfg, files, data_plan(cfg, Path("recipe.yml")))
    read = [parquet.read_table(each[0].path) for each in (cfg.datasets, cfg.test_datasets)]
    assert [table.to_pylist() for table in read] == [[{"text": text}] for text in texts.values()]


def test_a_packed_recipe_reads_in_an_order_that_the_seed_draws(check_inputs, place):
    """Axolotl would read in the file's order: one document after the other."""
    from jmedlora.train.check_inputs import use_typed_copies

    texts = [{"text": str(number)} for number in range(40)]
    path = write_jsonl(place / "data" / "pretrain_train.jsonl", *texts)

    def read(name, **changes):
        cfg = load(name, test_datasets=None, **changes)
        plan = data_plan(cfg, Path("recipe.yml"))
        use_typed_copies(cfg, [read_training_file(path, "pretrain")], plan)
        return parquet.read_table(cfg.datasets[0].path).to_pylist()

    drawn = read("swallow8b_pretrain")
    assert drawn != texts
    assert sorted(drawn, key=str) == sorted(texts, key=str)
    assert read("swallow8b_pretrain") == drawn != read("swallow8b_pretrain", seed=7)
    assert read("medcalm7b_pretrain") == texts  # the trainer draws the order of every epoch


@pytest.mark.parametrize(
    ("processes", "at_once", "said"),
    [
        (1, 1, []),
        (4, 1, ["jmed-train:   not evaluated: 2 of 6 rows, a rest of less than 4"]),
        (3, 2, []),
    ],
)
def test_rows_that_packing_leaves_out_of_the_evaluation_are_counted(
    check_inputs, place, capsys, monkeypatch, processes, at_once, said
):
    """Five texts, of which one goes on in a second row. The others could fill one row together."""
    on(monkeypatch, processes)
    texts = [{"text": "~" * 250}, *[{"text": "~"}] * 4]
    write_jsonl(place / "data" / "pretrain_eval.jsonl", *texts)
    sizes = {"sequence_len": 128, "effective_batch": 1, "eval_batch_size": at_once}
    check_inputs(load("swallow8b_pretrain", base_model="model", **sizes))
    assert capsys.readouterr().err.splitlines()[7 + 1 :] == said


@pytest.mark.parametrize(("rank", "local", "refused"), [(0, 0, True), (1, 1, False), (2, 0, True)])
def test_rows_are_checked_on_each_machine(check_inputs, place, monkeypatch, rank, local, refused):
    """Two machines of two processes each: the first one's, its second one's, the other's."""
    on(monkeypatch, 4, rank)
    monkeypatch.setenv("LOCAL_RANK", str(local))
    cfg = load("opencalm7b", base_model="model", effective_batch=9)
    if refused:
        assert "makes 8 rows, fewer than the 9 of one step" in faults(check_inputs, cfg)
    else:
        check_inputs(cfg)


def test_an_evaluation_that_packing_would_leave_out_is_refused(check_inputs, place, monkeypatch):
    on(monkeypatch, 2)
    cfg = load("swallow8b_pretrain", base_model="model", sequence_len=128, effective_batch=1)
    assert faults(check_inputs, cfg) == (
        "data/pretrain_eval.jsonl: makes 1 row, fewer than the 2 that are evaluated at once; add "
        "texts, or lower eval_batch_size: none would be evaluated"
    )
