"""``jmed-data check --for train|pretrain`` with ``--recipe``: what it would cut or refuse.

In the tiny tokenizer "~" is one token wherever it stands, so lengths can be read off the texts.
"""

from pathlib import Path

import pytest
import yaml
from tokenizers import AddedToken
from transformers import AutoTokenizer

from tests.support.commands import write_jsonl
from tests.support.tiny_model import END
from tests.support.training_data import GOOD, RECIPES, check, recipe, with_recipe

FEWER = "add records, or train with --effective_batch=4 --micro_batch_size=1"


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
            [{"text": "~" * 769}, {"text": "~"}],
            [
                "tokens a record: median 386, longest 770",
                "texts longer than 768 go on in further rows; nothing is dropped",
                "2000 steps of 2 rows: 1333.33 epochs of 3 rows",
            ],
        ),
        (
            "medcalm7b_pretrain",
            {"effective_batch": 2},
            [{"text": "~" * 768}, {"text": "~"}],  # a row of one token is dropped
            [
                "tokens a record: median 386, longest 769",
                "texts longer than 768 go on in further rows; 1 end tokens, each alone in a row, "
                "are dropped",
                "2000 steps of 2 rows: 2000.00 epochs of 2 rows",
            ],
        ),
        (
            "swallow8b_pretrain",
            {"sequence_len": 20, "effective_batch": 7},
            [{"text": "~" * 12}] * 10,  # 130 tokens in rows of 20
            [
                "tokens a record: median 13, longest 13",
                "500 steps of 7 rows: 500.00 epochs of about 7 rows",
            ],
        ),
        (
            "swallow8b_pretrain",
            {"sequence_len": 20, "effective_batch": 3},
            [{"text": "~" * 20}, {"text": "~" * 25}],  # 21 tokens, of which 20 are kept, and 26
            [
                "tokens a record: median 24, longest 26",
                "texts longer than 20 go on in further rows; 1 end tokens, each alone in a row, "
                "are dropped",
                "500 steps of 3 rows: 500.00 epochs of about 3 rows",
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
    message = f"makes 7 rows, fewer than the 8 of one step; {FEWER}"
    options = with_recipe(tiny_model, recipe(tmp_path))
    assert check(capsys, *options, path) == (1, "", f"{path}: {message}\n")


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
            [f": makes 7 rows, fewer than the 8 of one step; {FEWER}"],
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
                " add records, or train with --effective_batch=1 --micro_batch_size=1",
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
