"""``jmed-data check --for train|pretrain``: what is said of training files, recipes and tokenizers.

In the tiny tokenizer "~" is one token wherever it stands, so lengths can be read off the texts.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import datasets
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, processors
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from jmedlora.data.cli import main
from jmedlora.data.dataset import read_training_file, write_parquet
from jmedlora.data.tokenize import PromptTemplate, TokenLimits, tokenize_record
from tests.conftest import ROOT, run, write_jsonl
from tests.support.tiny_model import END

RECIPES = ROOT / "recipes"
GOOD = {"instruction": "~~", "input": "~~~", "output": "~~~~"}
"""13 tokens with PROMPT: 3 + 2 + 3 of the prompt, 4 and the end token of the answer."""
PROMPT = {"format": "~{instruction}~{input}~", "no_input_format": "~{instruction}~"}
NOT_HERE = "is neither a folder nor a model that was downloaded to this machine"
COMPARE = "compare it with recipes/*.yml of this project"


@pytest.fixture(scope="session")
def tokenizer(tiny_model):
    found = AutoTokenizer.from_pretrained(tiny_model)
    assert len(found("~" * 300).input_ids) == 300
    return found


@pytest.fixture
def model(tiny_model, tmp_path):
    return shutil.copytree(tiny_model, tmp_path / "model")


def check(capsys, *args):
    """Exit status, standard output and standard error of ``jmed-data check``."""
    status = main(["check", *map(str, args)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def recipe(folder, name="opencalm7b", **changes):
    """A copy of a shipped recipe, with the short PROMPT."""
    content = yaml.safe_load((RECIPES / f"{name}.yml").read_text(encoding="utf-8"))
    path = folder / "recipe.yml"
    text = yaml.safe_dump({**content, "prompt": PROMPT, **changes}, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    return path


def form(text, no_input="~{instruction}~"):
    """A recipe's ``prompt`` with these texts."""
    return {"prompt": {"format": text, "no_input_format": no_input}}


def with_recipe(tiny_model, path, kind="train"):
    return ["--for", kind, "--recipe", path, "--tokenizer", tiny_model]


@pytest.mark.parametrize(
    ("kind", "records"),
    [
        ("train", [GOOD, {"instruction": "a", "output": "b"}]),  # without input
        ("train", [{**GOOD, "input": None}, {**GOOD, "input": ""}]),  # as if without
        ("train", [{**GOOD, "note": 1}, {**GOOD, "note": ["x"]}]),  # other fields are ignored
        ("pretrain", [{"text": "一"}, {"text": "a\u2028b\n"}]),
    ],
)
def test_a_good_file_without_a_recipe(tmp_path, capsys, kind, records):
    path = write_jsonl(tmp_path / "data.jsonl", *records)
    assert check(capsys, "--for", kind, path) == (
        0,
        f"{path}: 2 records, no fault\n  add --recipe to count what training would cut\n",
        "",
    )


def test_a_byte_order_mark_and_blank_lines_are_no_fault(tmp_path, capsys):
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\xef\xbb\xbf\r\n" + json.dumps(GOOD).encode() + b"\r\n\r\n")
    assert check(capsys, "--for", "train", path)[:2] == (
        0,
        f"{path}: 1 records, no fault\n  add --recipe to count what training would cut\n",
    )


@pytest.mark.parametrize(
    ("name", "changes", "records", "lines"),
    [
        (
            "opencalm7b",
            {},
            [GOOD] * 9 + [{**GOOD, "input": ""}],  # without input: a "~" and three less
            [
                "tokens a record: median 13, longest 13",
                "cut to their first tokens: 0 prompts longer than 512, 0 answers longer than 512",
                "1000 steps of 8 rows: 800.00 epochs of 10 rows",
            ],
        ),
        (
            "opencalm7b",
            {"effective_batch": 3},
            [  # 509 and 3 are 512, 511 and the end token are 512: one more of each is cut
                {"instruction": "~" * 506, "input": "~~~", "output": "~" * 511},
                {"instruction": "~" * 507, "input": "~~~", "output": "~" * 511},
                {"instruction": "~" * 508, "input": "~~~", "output": "~" * 512},
            ],
            [
                "tokens a record: median 1025, longest 1027",
                "cut to their first tokens: 2 prompts longer than 512, 1 answers longer than 512",
                "1000 steps of 3 rows: 1000.00 epochs of 3 rows",
            ],
        ),
        (
            "opencalm7b",
            {"sample_packing": True, "sequence_len": 20, "effective_batch": 7},
            [GOOD] * 10,  # 130 tokens in rows of 20
            [
                "tokens a record: median 13, longest 13",
                "cut to their first tokens: 0 prompts longer than 512, 0 answers longer than 512",
                "1000 steps of 7 rows: 1000.00 epochs of about 7 rows",
            ],
        ),
        (
            "medcalm7b_pretrain",
            {"effective_batch": 4},
            [{"text": "~" * 767}] * 4,  # with the end token one row each
            [
                "tokens a record: median 768, longest 768",
                "2000 steps of 4 rows: 2000.00 epochs of 4 rows",
            ],
        ),
        (
            "medcalm7b_pretrain",
            {"effective_batch": 2},
            [{"text": "~" * 768}, {"text": "~"}],
            [
                "tokens a record: median 386, longest 769",
                "texts longer than 768 go on in further rows; nothing is dropped",
                "2000 steps of 2 rows: 1333.33 epochs of 3 rows",
            ],
        ),
    ],
)  # fmt: skip
def test_what_a_recipe_makes_of_a_file(
    tiny_model, tokenizer, tmp_path, capsys, name, changes, records, lines
):
    path = write_jsonl(tmp_path / "data.jsonl", *records)
    kind = "pretrain" if "pretrain" in name else "train"
    options = with_recipe(tiny_model, recipe(tmp_path, name, **changes), kind)
    report = [f"{path}: {len(records)} records, no fault", *(f"  {line}" for line in lines)]
    assert check(capsys, *options, path) == (0, "\n".join(report) + "\n", "")


@pytest.mark.parametrize("name", ["opencalm7b", "llama70b", "llama70b_fsdp2", "swallow8b"])
def test_the_shipped_recipes_count_with_their_own_prompt(
    tiny_model, tokenizer, tmp_path, capsys, name
):
    content = yaml.safe_load((RECIPES / f"{name}.yml").read_text(encoding="utf-8"))
    path = write_jsonl(tmp_path / "data.jsonl", *[GOOD] * 400)  # swallow8b packs them
    prompt = content["prompt"]["format"].replace("{instruction}", "~~").replace("{input}", "~~~")
    length = len(tokenizer(prompt).input_ids) + 5
    status, out, _ = check(capsys, *with_recipe(tiny_model, RECIPES / f"{name}.yml"), path)
    assert status == 0
    assert out.splitlines()[1] == f"  tokens a record: median {length}, longest {length}"


SPELLINGS = ("data/{name}", "data/../data/{name}", "{folder}/data/{name}")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_evaluation_file_has_no_epochs(tiny_model, tmp_path, capsys, monkeypatch, spelling):
    monkeypatch.chdir(tmp_path)
    write_jsonl(tmp_path / "data" / "pretrain_eval.jsonl", {"text": "~"})
    path = spelling.format(folder=tmp_path, name="pretrain_eval.jsonl")
    options = with_recipe(tiny_model, recipe(tmp_path, "medcalm7b_pretrain"), "pretrain")
    report = f"{path}: 1 records, no fault\n  tokens a record: median 2, longest 2\n"
    assert check(capsys, *options, path) == (0, report, "")


@pytest.mark.parametrize("spelling", [*SPELLINGS, "{name}"])  # also a file that no recipe names
def test_fewer_rows_than_a_step_are_too_few(tiny_model, tmp_path, capsys, monkeypatch, spelling):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    path = spelling.format(folder=tmp_path, name="train.jsonl")
    write_jsonl(Path(path), *[GOOD] * 7)
    message = "makes 7 rows, fewer than the 8 of one step; add records, or lower effective_batch"
    options = with_recipe(tiny_model, recipe(tmp_path))
    assert check(capsys, *options, path) == (1, "", f"{path}: {message}\n")


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"instruction": "a"}, "has no 'output'; add 'output' or delete the line"),
        ({"output": "a"}, "has no 'instruction'; add 'instruction' or delete the line"),
        ({**GOOD, "output": ""}, "'output' is empty; give 'output' as text"),
        ({**GOOD, "output": "\u3000\n"}, "'output' is empty; give 'output' as text"),
        ({**GOOD, "output": None}, "'output' is NoneType, not text; give 'output' as text"),
        ({**GOOD, "output": ["a"]}, "'output' is list, not text; give 'output' as text"),
        ({**GOOD, "instruction": 3}, "'instruction' is int, not text; give 'instruction' as text"),
        ({**GOOD, "input": 0}, "'input' is int, not text; give text or leave 'input' out"),
        ({**GOOD, "input": " "}, "'input' is empty; give text or leave 'input' out"),
        (
            {**GOOD, "input": {"a": 1}},
            "'input' is dict, not text; give text or leave 'input' out",
        ),
        (
            {**GOOD, "output": "\ud83d"},
            "'output' holds half of a surrogate pair; give 'output' as text",
        ),
        (["a"], "a JSON object is needed, this is list; repair or delete the line"),
    ],
)
def test_every_faulty_record_is_named(tmp_path, capsys, record, message):
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + json.dumps(record) + "\n", encoding="utf-8")
    assert check(capsys, "--for", "train", path) == (1, "", f"{path}:2: {message}\n")


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"txt": "a"}, "has no 'text'; add 'text' or delete the line"),
        ({"text": " "}, "'text' is empty; give 'text' as text"),
        ({"text": 1.5}, "'text' is float, not text; give 'text' as text"),
        (GOOD, "has no 'text'; add 'text' or delete the line"),  # the other kind of file
    ],
)
def test_every_faulty_text_is_named(tmp_path, capsys, record, message):
    path = write_jsonl(tmp_path / "pretrain.jsonl", record)
    assert check(capsys, "--for", "pretrain", path) == (1, "", f"{path}:1: {message}\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": holds no record; write one per line, with instruction, output"),
        (b"\n \r\n", ": holds no record; write one per line, with instruction, output"),
        (
            "\u3000\n".encode(),  # blank for Python, but not for JSON
            ":1: not a complete JSON object (Expecting value at column 1);"
            " repair or delete the line",
        ),
        (
            b'{"instruction": "a", "outp',
            ":1: not a complete JSON object (Unterminated string starting at at column 22);"
            " repair or delete the line",
        ),
        (
            b'{"output": "a", "output": "b"}',
            ":1: not usable JSON (the field 'output' stands twice); repair or delete the line",
        ),
        (
            '\n{"instruction": "問"}'.encode("cp932"),
            ":2: byte 0x96 is not UTF-8 (it decodes as Shift_JIS); save the file as UTF-8",
        ),
        (
            '{"instruction": "a"}'.encode("utf-16"),
            ":1: byte 0xff is not UTF-8 (it is UTF-16); save the file as UTF-8",
        ),
    ],
)
def test_files_that_cannot_be_read(tmp_path, capsys, content, message):
    path = tmp_path / "train.jsonl"
    path.write_bytes(content)
    assert check(capsys, "--for", "train", path) == (1, "", f"{path}{message}\n")


def test_all_faults_and_all_files_at_once(tmp_path, capsys):
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"instruction": 1}\n{"a\n{"output": "a"}\n', encoding="utf-8")
    good = write_jsonl(tmp_path / "good.jsonl", GOOD)
    (tmp_path / "folder.jsonl").mkdir()
    missing, folder = tmp_path / "missing.jsonl", tmp_path / "folder.jsonl"
    assert check(capsys, "--for", "train", bad, missing, good, folder) == (
        1,
        f"{good}: 1 records, no fault\n  add --recipe to count what training would cut\n",
        f"{bad}:1: 'instruction' is int, not text; give 'instruction' as text\n"
        f"{bad}:1: has no 'output'; add 'output' or delete the line\n"
        f"{bad}:2: not a complete JSON object (Unterminated string starting at at column 2);"
        " repair or delete the line\n"
        f"{bad}:3: has no 'instruction'; add 'instruction' or delete the line\n"
        f"{missing}: cannot be read (No such file or directory);"
        " check the path and its permissions\n"
        f"{folder}: cannot be read (Is a directory); check the path and its permissions\n",
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path, capsys):
    path = write_jsonl(tmp_path / "train.jsonl", GOOD)
    path.chmod(0)
    message = f"{path}: cannot be read (Permission denied); check the path and its permissions\n"
    assert check(capsys, "--for", "train", path) == (1, "", message)


@pytest.mark.parametrize(
    ("changes", "records", "messages"),
    [
        (
            {},
            [GOOD] * 7 + [{**GOOD, "output": f"a{END}b"}],
            [f":8: 'output' holds the special token '{END}' as text;"
             " remove it: training would obey it"],
        ),
        (
            {},
            [{**GOOD, "instruction": END, "input": END * 2}] * 2,
            [f":{line}: '{field}' holds the special token '{END}' as text;"
             " remove it: training would obey it"
             for line in (1, 2) for field in ("instruction", "input")],
        ),
        (
            {"source_len": 7},
            [GOOD] * 8,  # 8 tokens each
            [": every prompt is longer than 7 tokens and would be cut;"
             " shorten them, or raise source_len"],
        ),
        (
            {"target_len": 4},
            [GOOD] * 8,  # 5 tokens each
            [": every answer is longer than 4 tokens and would be cut;"
             " shorten them, or raise target_len"],
        ),
        (
            {"sample_packing": True, "sequence_len": 20},
            [GOOD] * 10,  # 130 tokens in rows of 20
            [": makes 7 rows, fewer than the 8 of one step; add records, or lower effective_batch"],
        ),
        (
            {"source_len": 7, "target_len": 4},
            [GOOD],
            [
                ": every prompt is longer than 7 tokens and would be cut;"
                " shorten them, or raise source_len",
                ": every answer is longer than 4 tokens and would be cut;"
                " shorten them, or raise target_len",
                ": makes 1 row, fewer than the 8 of one step;"
                " add records, or lower effective_batch",
            ],
        ),
    ],
)  # fmt: skip
def test_files_that_a_recipe_must_not_train_on(
    tiny_model, tokenizer, tmp_path, capsys, changes, records, messages
):
    path = write_jsonl(tmp_path / "data.jsonl", *records)
    expected = "".join(f"{path}{message}\n" for message in messages)
    options = with_recipe(tiny_model, recipe(tmp_path, **changes))
    assert check(capsys, *options, path) == (1, "", expected)


def test_special_tokens_in_ignored_fields_are_no_fault(tiny_model, tmp_path, capsys):
    path = write_jsonl(tmp_path / "data.jsonl", *[{**GOOD, "text": END, "note": [END]}] * 8)
    assert check(capsys, *with_recipe(tiny_model, recipe(tmp_path)), path)[0] == 0


def test_an_added_special_token_is_one(model, tmp_path, capsys):
    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.add_tokens([AddedToken("<|im_start|>", special=True), AddedToken("<plain>")])
    tokenizer.save_pretrained(model)
    assert "<|im_start|>" not in AutoTokenizer.from_pretrained(model).all_special_tokens
    path = write_jsonl(
        tmp_path / "data.jsonl",
        *[{**GOOD, "output": "<plain>"}] * 7,
        {**GOOD, "output": "<|im_start|>"},
    )
    message = "'output' holds the special token '<|im_start|>' as text"
    assert check(capsys, *with_recipe(model, recipe(tmp_path)), path) == (
        1, "", f"{path}:8: {message}; remove it: training would obey it\n",
    )  # fmt: skip


def test_one_prompt_and_one_answer_that_fit_are_enough(tiny_model, tmp_path, capsys):
    path = write_jsonl(
        tmp_path / "data.jsonl",
        *[GOOD] * 7,
        {"instruction": "~", "input": "~", "output": "~"},
    )
    options = with_recipe(tiny_model, recipe(tmp_path, source_len=7, target_len=4))
    status, out, err = check(capsys, *options, path)
    cut = "  cut to their first tokens: 7 prompts longer than 7, 7 answers longer than 4"
    assert (status, out.splitlines()[2], err) == (0, cut, "")


def test_a_text_of_64_rows_is_read_and_a_longer_one_refused(
    tiny_model, tokenizer, tmp_path, capsys
):
    path = write_jsonl(
        tmp_path / "data.jsonl",
        {"text": "~" * 255},  # with the end token 64 rows of 4
        {"text": "~" * 256},
    )
    changes = {"sequence_len": 4, "effective_batch": 1}
    options = with_recipe(tiny_model, recipe(tmp_path, "medcalm7b_pretrain", **changes), "pretrain")
    message = "'text' has 257 tokens, of which 256 would be read; split it into several records"
    assert check(capsys, *options, path) == (1, "", f"{path}:2: {message}\n")


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


def test_a_base_that_was_downloaded_is_found_by_its_name(tiny_model, tmp_path):
    cache = tmp_path / "cache" / "models--jmed--tiny"
    shutil.copytree(tiny_model, cache / "snapshots" / "1")
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text("1")
    path = write_jsonl(tmp_path / "data.jsonl", *[GOOD] * 8)
    options = ["--for", "train", "--recipe", recipe(tmp_path, base_model="jmed/tiny"), path]
    command = [sys.executable, "-m", "jmedlora.data.cli", "check", *options]
    found = run(*command, cwd=tmp_path, HF_HUB_CACHE=str(tmp_path / "cache"))
    assert (found.returncode, found.stderr) == (0, "")
    assert "tokens a record: median 13, longest 13" in found.stdout


@pytest.mark.parametrize(
    ("kind", "records"),
    [
        ("train", [{"instruction": "2024-01-01", "output": "2024-01-01T00:00:00Z"}] * 2),
        ("train", [{**GOOD, "input": "1"}, {**GOOD, "input": None, "note": 1}]),
        ("train", [{"instruction": "a", "output": "b"}] * 39_999 + [GOOD]),
        ("pretrain", [{"text": "2024-01-01"}]),
    ],
    ids=["dates", "numbers", "late", "texts"],
)
def test_the_typed_copy_holds_texts(tmp_path, monkeypatch, kind, records):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    copy = tmp_path / "typed" / "data.parquet"
    write_parquet(read_training_file(write_jsonl(tmp_path / "data.jsonl", *records), kind), copy)
    assert list(copy.parent.iterdir()) == [copy]
    cache = str(tmp_path / "cache")
    read = datasets.load_dataset("parquet", data_files=str(copy), split="train", cache_dir=cache)
    fields = ["instruction", "output", "input"] if kind == "train" else ["text"]
    assert read.features == dict.fromkeys(fields, datasets.Value("string"))
    assert read.to_list() == [{name: each.get(name) for name in fields} for each in records]


WORDS = {word: number for number, word in enumerate(["<s>", "</s>", "Q", "I", "A", "w", "x", "y"])}


def word_tokenizer(*, starts=False):
    """One token a word; with ``starts`` it begins a text with <s>, as Llama's does."""
    words = Tokenizer(models.WordLevel(WORDS, unk_token="<s>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    if starts:
        words.post_processor = processors.TemplateProcessing("<s> $A", special_tokens=[("<s>", 0)])
    return PreTrainedTokenizerFast(tokenizer_object=words, bos_token="<s>", eos_token="</s>")


def ids(text):
    return [WORDS[word] for word in text.split()]


TEMPLATE = PromptTemplate("Q {instruction} I {input} A", "Q {instruction} A")


@pytest.mark.parametrize(
    ("limits", "source", "target"),
    [
        ((9, 9), "Q w w I x A", "y y y </s>"),
        ((6, 4), "Q w w I x A", "y y y </s>"),  # to the last token
        ((5, 4), "Q w w I x", "y y y </s>"),  # the line that asks for the answer is lost
        ((6, 3), "Q w w I x A", "y y y"),  # the end token is lost
        ((1, 1), "Q", "y"),
        ((9, 1), "Q w w I x A", "y"),  # what the prompt leaves free is not given to the answer
    ],
)
def test_prompt_and_answer_each_keep_their_first_tokens(limits, source, target):
    record = {"instruction": "w w", "input": "x", "output": "y y y"}
    tokens = tokenize_record(record, TEMPLATE, TokenLimits(*limits), word_tokenizer())
    assert (tokens.source, tokens.target) == (ids(source), ids(target))
    assert (tokens.source_length, tokens.target_length) == (6, 4)


@pytest.mark.parametrize(
    ("words", "source_length", "last"),
    [(510, 512, "A"), (511, 513, "w")],  # 2 of the template
)
def test_a_prompt_of_512_tokens_is_whole(words, source_length, last):
    record = {"instruction": "w " * words, "output": "y"}
    tokens = tokenize_record(record, TEMPLATE, TokenLimits(512, 512), word_tokenizer())
    assert (tokens.source_length, len(tokens.source)) == (source_length, 512)
    assert tokens.source[-1] == WORDS[last]


@pytest.mark.parametrize(
    ("words", "target_length", "last"),
    [(511, 512, "</s>"), (512, 513, "y")],  # 1 is the end token
)
def test_an_answer_of_512_tokens_counts_its_end_token(words, target_length, last):
    record = {"instruction": "w", "output": "y " * words}
    tokens = tokenize_record(record, TEMPLATE, TokenLimits(512, 512), word_tokenizer())
    assert (tokens.target_length, len(tokens.target)) == (target_length, 512)
    assert tokens.target[-1] == WORDS[last]


@pytest.mark.parametrize("given_input", [{}, {"input": None}, {"input": ""}])
def test_a_record_without_input_has_the_other_format(given_input):
    record = {"instruction": "w", "output": "y", **given_input}
    assert tokenize_record(record, TEMPLATE, TokenLimits(9, 9), word_tokenizer()).source == ids(
        "Q w A"
    )


def test_the_first_token_of_a_text_counts_and_stands_before_the_prompt_alone():
    record = {"instruction": "w", "output": "y"}
    tokens = tokenize_record(record, TEMPLATE, TokenLimits(3, 9), word_tokenizer(starts=True))
    assert (tokens.source, tokens.source_length) == (ids("<s> Q w"), 4)
    assert tokens.target == ids("y </s>")


def test_braces_of_a_record_are_text():
    assert TEMPLATE.fill({"instruction": "{input} {0}", "input": "{"}) == "Q {input} {0} I { A"


@settings(max_examples=100, deadline=None)
@given(
    instruction=st.text(max_size=40),
    given_input=st.none() | st.text(max_size=20),
    output=st.text(max_size=40),
    source=st.integers(1, 60),
    target=st.integers(1, 60),
)
def test_encode_keeps_to_its_limits(tokenizer, instruction, given_input, output, source, target):
    record = {"instruction": instruction, "input": given_input, "output": output}
    limited = tokenize_record(record, TEMPLATE, TokenLimits(source, target), tokenizer)
    whole = tokenize_record(record, TEMPLATE, TokenLimits(10**6, 10**6), tokenizer)
    assert len(limited.source) == min(source, limited.source_length)
    assert len(limited.target) == min(target, limited.target_length)
    assert limited.source == whole.source[:source]
    assert limited.target == whole.target[:target]
    assert whole.target[-1] == tokenizer.eos_token_id


texts = st.text(st.characters(), max_size=8)  # with lone surrogates
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.just(END),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=6,
)
fields = st.sampled_from([*GOOD, "text"]) | texts
bad_lines = st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode())
lines = bad_lines | st.dictionaries(fields, json_values, max_size=4).map(
    lambda changes: json.dumps({**GOOD, "text": "~", **changes}).encode()
)


@settings(max_examples=200, deadline=None)
@given(
    content=st.lists(lines, max_size=4).map(b"\n".join), kind=st.sampled_from(["train", "pretrain"])
)
def test_malformed_files_give_faults_or_a_report_but_no_traceback(tmp_path_factory, content, kind):
    path = tmp_path_factory.mktemp("bytes") / "data.jsonl"
    path.write_bytes(content)
    assert main(["check", "--for", kind, str(path)]) in (0, 1)


@settings(max_examples=40, deadline=None)
@given(changes=st.lists(st.dictionaries(fields, json_values, max_size=2), min_size=1, max_size=3))
def test_malformed_records_are_counted_or_refused(tiny_model, tmp_path_factory, changes):
    folder = tmp_path_factory.mktemp("records")
    path = folder / "data.jsonl"
    path.write_text("".join(json.dumps({**GOOD, **each}) + "\n" for each in changes))
    options = with_recipe(tiny_model, recipe(folder, effective_batch=1))
    assert main(["check", *map(str, options), str(path)]) in (0, 1)
