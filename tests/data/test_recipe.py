"""``jmed-data check --for train|pretrain``: recipes and tokenizers that cannot be used."""

import json
import shutil

import pytest
import yaml

from jmedlora.core.errors import FileError
from jmedlora.data.recipe import read_recipe
from tests.support.commands import write_jsonl
from tests.support.training_data import GOOD, RECIPES, check, recipe, with_recipe

NOT_HERE = "is neither a folder nor a model that was downloaded to this machine"
COMPARE = "compare it with recipes/*.yml of this project"


def form(text, no_input="~{instruction}~"):
    """A recipe's ``prompt`` with these texts."""
    return {"prompt": {"format": text, "no_input_format": no_input}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read (No such file or directory); check the path"),
        (b"", "holds no settings; name one of recipes/*.yml"),
        (b"- a\n", "holds no settings; name one of recipes/*.yml"),
        (
            b"a: [",
            "not YAML (while parsing a flow node expected the node content, but found"
            " '<stream end>' in \"<unicode string>\", line 1, column 5: a: [ ^); repair the file",
        ),
        (
            b"\xff",
            "not YAML ('utf-8' codec can't decode byte 0xff in position 0: invalid start byte);"
            " repair the file",
        ),
        (
            b"base_model: a\n",
            f"has no 'datasets'; {COMPARE}",
        ),
    ],
)
def test_a_recipe_that_is_none(tiny_model, tmp_path, capsys, content, message):
    path, recipe_file = write_jsonl(tmp_path / "data.jsonl", GOOD), tmp_path / "recipe.yml"
    if content is not None:
        recipe_file.write_bytes(content)
    expected = f"jmed-data: {recipe_file}: {message}\n"
    assert check(capsys, *with_recipe(tiny_model, recipe_file), path) == (1, "", expected)


@pytest.mark.parametrize("key", ["datasets", "prompt", "source_len", "sequence_len", "base_model"])
def test_a_missing_key_is_named(tiny_model, tmp_path, capsys, key):
    path, recipe_file = write_jsonl(tmp_path / "data.jsonl", GOOD), recipe(tmp_path)
    content = yaml.safe_load(recipe_file.read_text(encoding="utf-8"))
    del content[key]
    recipe_file.write_text(yaml.safe_dump(content), encoding="utf-8")
    expected = f"jmed-data: {recipe_file}: has no '{key}'; {COMPARE}\n"
    assert check(capsys, *with_recipe(tiny_model, recipe_file), path) == (1, "", expected)


BOTH = "prompt.format must take {instruction} and {input}, and nothing else in braces"


ONE = "prompt.no_input_format must take {instruction}, and nothing else in braces"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"datasets": []}, "datasets is empty"),
        ({"datasets": [{"path": "a"}]}, "datasets has type None, not text"),
        ({"source_len": "many"}, "source_len is 'many', not a whole number above 0"),
        ({"target_len": True}, "target_len is True, not a whole number above 0"),
        ({"sequence_len": 0}, "sequence_len is 0, not a whole number above 0"),
        ({"effective_batch": 0}, "effective_batch is 0, not a whole number above 0"),
        ({"effective_batch": "8"}, "effective_batch is '8', not a whole number above 0"),
        ({"max_steps": -1}, "max_steps is -1, not a whole number above 0"),
        ({"max_steps": float("inf")}, "max_steps is inf, not a whole number above 0"),
        ({"prompt": {"format": "a"}}, "has no 'no_input_format'"),
        (form("{question}{input}"), BOTH),
        (form("{}{input}"), BOTH),
        (form("{instruction"), "prompt.format cannot be filled in (expected '}' before end"),
        (form("{instruction.x}{input}"), BOTH),
        (form("{instruction}"), BOTH),
        (form("{instruction}{input}", "a"), ONE),
        (form("{instruction}{input}", "{instruction}{input}"), ONE),  # would read None
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_named(tiny_model, tmp_path, capsys, changes, message):
    path, recipe_file = write_jsonl(tmp_path / "data.jsonl", GOOD), recipe(tmp_path, **changes)
    status, out, err = check(capsys, *with_recipe(tiny_model, recipe_file), path)
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert err.startswith(f"jmed-data: {recipe_file}: {message}")
    assert err.endswith(f"; {COMPARE}\n")


@pytest.mark.parametrize("key", ["datasets", "test_datasets", "prompt"])
def test_a_setting_of_another_type_is_named(tiny_model, tmp_path, capsys, key):
    path, recipe_file = write_jsonl(tmp_path / "data.jsonl", GOOD), recipe(tmp_path, **{key: 3})
    status, out, err = check(capsys, *with_recipe(tiny_model, recipe_file), path)
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert key in err.removeprefix(f"jmed-data: {recipe_file}: ")


@pytest.mark.parametrize(
    ("name", "use", "trains_on"),
    [
        ("opencalm7b", "pretrain", "train"),
        ("opencalm7b", "exam", "train"),
        ("medcalm7b_pretrain", "train", "pretrain"),
    ],
)
def test_a_recipe_for_the_other_kind_of_file(tiny_model, tmp_path, capsys, name, use, trains_on):
    path, recipe_file = write_jsonl(tmp_path / "data.jsonl", GOOD), RECIPES / f"{name}.yml"
    assert check(capsys, *with_recipe(tiny_model, recipe_file, use), path) == (
        1,
        "",
        f"jmed-data: {recipe_file} trains on --for {trains_on}, not on --for {use}\n",
    )


def test_a_recipe_that_trains_on_questions(tmp_path, capsys):
    path, recipe_file = write_jsonl(tmp_path / "data.jsonl", GOOD), RECIPES / "grpo_8b.yml"
    assert check(capsys, "--recipe", recipe_file, path) == (
        1,
        "",
        f"jmed-data: {recipe_file}: trains on questions, not on records; check them as an exam: no"
        " --recipe\n",
    )


@pytest.mark.parametrize(
    ("name", "record"), [("opencalm7b", GOOD), ("medcalm7b_pretrain", {"text": "~"})]
)
def test_the_use_is_the_recipes(tiny_model, tmp_path, capsys, name, record):
    path = write_jsonl(tmp_path / "data.jsonl", record)
    options = ["--recipe", recipe(tmp_path, name, effective_batch=1), "--tokenizer", tiny_model]
    status, out, err = check(capsys, *options, path)
    assert (status, out.splitlines()[0], err) == (0, f"{path}: 1 records, no fault", "")


@pytest.mark.parametrize("use", [[], ["--for", "train"]])
def test_a_tokenizer_without_a_recipe_is_refused(tmp_path, capsys, use):
    path = write_jsonl(tmp_path / "data.jsonl", GOOD)
    message = "jmed-data: --tokenizer needs --recipe, whose lengths are counted with it\n"
    assert check(capsys, *use, "--tokenizer", tmp_path, path) == (1, "", message)


def remove(name):
    return lambda folder: (folder / name).unlink()


def rewrite(name, content):
    return lambda folder: (folder / name).write_text(content, encoding="utf-8")


def without_end_token(folder):
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    kept = {key: value for key, value in config.items() if not key.endswith("_token")}
    path.write_text(json.dumps(kept), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (shutil.rmtree, f": {NOT_HERE}; check the path\n"),
        (remove("tokenizer.json"), ": holds no tokenizer; copy the tokenizer's files into it\n"),
        (rewrite("tokenizer.json", "{}"), "/tokenizer.json: has no model; copy the file again\n"),
        (rewrite("tokenizer.json", "{"), "/tokenizer.json: not complete JSON (Expecting property"),
        (rewrite("tokenizer_config.json", "{"), ": the tokenizer cannot be loaded (Expecting prop"),
        (
            without_end_token,
            ": the tokenizer has no end token (eos_token), so the model would not learn to stop;"
            " name one in its tokenizer_config.json\n",
        ),
        (
            rewrite("tokenizer.json", '{"model": {"type": "?"}, "added_tokens": []}'),
            ": the tokenizer cannot be loaded (",
        ),
        (
            rewrite("tokenizer.json", '{"model": {}}'),
            "/tokenizer.json: has no model; copy the file again\n",
        ),
        (rewrite("tokenizer_config.json", "[]"), ": the tokenizer cannot be loaded ("),
    ],
)
def test_a_tokenizer_that_cannot_be_used(model, tmp_path, capsys, damage, message):
    path = write_jsonl(tmp_path / "data.jsonl", GOOD)
    damage(model)
    status, out, err = check(capsys, *with_recipe(model, recipe(tmp_path)), path)
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert err.startswith(f"jmed-data: {model}{message}")


def test_the_recipes_own_base_that_was_never_downloaded(tmp_path, capsys):
    name = "jmed-no-such-owner/no-such-model"
    path = write_jsonl(tmp_path / "data.jsonl", GOOD)
    options = ["--for", "train", "--recipe", recipe(tmp_path, base_model=name)]
    assert check(capsys, *options, path) == (
        1,
        "",
        f"jmed-data: {name}: {NOT_HERE}; name a folder, or fetch it once where there is a network:"
        f" hf download {name}\n",
    )


def test_a_base_that_was_downloaded_is_found_by_its_name(tiny_model, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    cache = tmp_path / "cache" / "models--jmed--tiny"
    shutil.copytree(tiny_model, cache / "snapshots" / "1")
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text("1")
    path = write_jsonl(tmp_path / "data.jsonl", *[GOOD] * 8)
    options = ["--for", "train", "--recipe", recipe(tmp_path, base_model="jmed/tiny"), path]
    status, out, said = check(capsys, *options)
    assert (status, said) == (0, "")
    assert "tokens a record: median 13, longest 13" in out


@pytest.mark.parametrize("text", ["datasets: " + "[" * 3000, "- " * 2000, "a: " + "9" * 5000])
def test_yaml_that_nests_too_deep_or_is_too_long_a_number(text, tmp_path):
    path = tmp_path / "recipe.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match=r"recipe\.yml: not YAML"):
        read_recipe(path)
