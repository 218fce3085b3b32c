"""Signatures and score tables, from results files."""

import json
from html import unescape
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from jmedlora.exams.provenance import FORMAT
from jmedlora.report.cli import main
from jmedlora.report.load.group_results import groups
from jmedlora.report.load.results import Configuration, read_results
from jmedlora.report.load.results_file import ResultsError
from jmedlora.report.load.signature import EXAMPLES, TEMPLATES, decoding, signature, template_digest
from jmedlora.report.render.scores import group_sheet, print_sheet, score_sheet
from tests.support.commands import PAPER, TASKS

PUBLISHED = min(EXAMPLES) + 52 * "0"


def prompt(name: str) -> dict:
    """The prompt as lm-eval reads it: with what its file includes."""
    own = yaml.safe_load((TASKS / f"_prompt_{name}.yaml").read_text(encoding="utf-8"))
    included = own.pop("include", "").removeprefix("_prompt_").removesuffix(".yaml")
    return prompt(included) | own if included else own


def run_file(
    tmp_path: Path, *, config: dict | None = None, data: dict | None = None, **fields: object
) -> Path:
    """A results file as lm-eval 0.4.11 writes it, reduced to what is read."""
    noted = {
        "format": FORMAT,
        "exam": "igakuqa",
        "protocol": "response",
        "source": "cache",
        "items": 1455,
        "sha256": "d7a64c0aadc8" + 52 * "0",
        "jmed": "0.1.0",
        "code": 64 * "f",
        "examples": [PUBLISHED],
        "context": {"length": 2048, "longest": [1500, 1792]},
        "floors": {
            "accuracy": {"chance": 0.18467, "empty answer": 0.0, "all choices": 0.20893},
            "exact_match": {"empty answer": 0.0, "all choices": 1.0},
            "gestalt_score": {"empty answer": 0.0, "all choices": 0.35145},
        },
    }
    row = {"alias": "igakuqa", "accuracy,none": 0.239, "accuracy_stderr,none": 0.0112,
           "exact_match,none": 0.039, "exact_match_stderr,none": 0.005,
           "gestalt_score,none": 0.078, "gestalt_score_stderr,none": 0.004,
           "empty,none": 0.01, "tied,none": 0.02}  # fmt: skip
    task = {**prompt("ja"), "generation_kwargs": PAPER, **(config or {})}
    task["metadata"] = {
        **(config or {}).get("metadata", {}),
        "template": "ja",
        "data": {**noted, **(data or {})},
    }
    run = {
        "results": {"igakuqa": row, "arc_easy": {"alias": "arc_easy", "acc,none": 0.5}},
        "configs": {"igakuqa": task, "arc_easy": {"task": "arc_easy", "metadata": {"version": 1}}},
        "n-shot": {"igakuqa": 1, "arc_easy": 0},
        "n-samples": {"igakuqa": {"original": 1455, "effective": 1455}},
        "groups": {"jmed": row},
        "group_subtasks": {"jmed": ["igakuqa"]},
        "config": {"model_args": {"pretrained": "models/calm", "peft": "out/lora[1]"}},
        "task_hashes": {"igakuqa": 64 * "e"},
        "model_name": "models/calm",
        "lm_eval_version": "0.4.11",
        "chat_template": None,
        "chat_template_sha": None,
        "system_instruction_sha": None,
        "fewshot_as_multiturn": None,
        **fields,
    }
    path = tmp_path / "results_1.json"
    path.write_text(json.dumps(run, ensure_ascii=False), encoding="utf-8")
    return path


LINE = (
    "igakuqa|template:ja|shots:1|n:1455|data:d7a64c0aadc8|sim:gestalt|"
    f"decode:t0.1-p0.9-r1.05-256|prompts:{12 * 'e'}|scorer:?|code:{12 * 'f'}|"
    "lm_eval:0.4.11|jmed:0.1.0"
)


def test_the_signature_line(tmp_path, capsys):
    assert main(["signature", str(run_file(tmp_path))]) == 0
    run = "igakuqa: run:?|model:models/calm|adapter:out/lora[1]"
    assert capsys.readouterr().out == f"igakuqa: {LINE}\n{run}\n"  # arc_easy is not ours


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"config": prompt("alpaca")}, LINE.replace("template:ja", "template:alpaca")),
        (
            {"n-samples": {"igakuqa": {"original": 1455, "effective": 10}}},
            LINE.replace("n:1455", "n:10/1455"),
        ),
        (
            {"chat_template": "{{x}}", "chat_template_sha": 64 * "a", "fewshot_as_multiturn": True},
            f"{LINE}|chat:{12 * 'a'}",
        ),
        (
            {"chat_template": "", "chat_template_sha": None, "fewshot_as_multiturn": False},
            f"{LINE}|chat:server-oneturn",
        ),
        ({"system_instruction_sha": 64 * "b"}, f"{LINE}|system:{12 * 'b'}"),
        (
            {"config": {"generation_kwargs": {**PAPER, "max_gen_toks": 257}}},
            LINE.replace("r1.05-256", "r1.05-257") + "|truncated",  # 1,792 + 257 > 2,048
        ),
        ({"data": {"examples": [64 * "c"]}}, LINE.replace("shots:1", f"shots:1-{12 * 'c'}")),
        ({"data": {"exam": "my|exam"}}, LINE.replace("igakuqa", "my/exam")),
        (
            {"config": {"generation_kwargs": {**PAPER, "do_sample": False}}},
            LINE.replace("t0.1-p0.9-r1.05", "greedy-r1.05"),
        ),
    ],
)
def test_a_signature_shows_every_departure(tmp_path, fields, expected):
    assert str(signature(read_results(run_file(tmp_path, **fields))[0])) == expected


def test_a_changed_prompt_is_a_custom_template(tmp_path):
    changed = {"doc_to_text": prompt("ja")["doc_to_text"] + " "}
    line = str(signature(read_results(run_file(tmp_path, config=changed))[0]))
    assert line.startswith("igakuqa|template:custom-")


@pytest.mark.parametrize("name", ["ja", "alpaca", "letters"])
def test_the_released_templates_are_the_tasks_own(name):
    fields = Configuration.model_validate(prompt(name))
    assert TEMPLATES[template_digest(fields)] == name


def test_the_likeliest_choice_is_asked_for_by_the_same_prompt():
    """Only the answer of a worked example is written otherwise, and comes out alike."""
    mc, ja = prompt("mc"), prompt("ja")
    assert TEMPLATES[template_digest(Configuration.model_validate(mc))] == "ja"
    assert {**mc, "doc_to_target": ja["doc_to_target"]} == ja


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (PAPER, "t0.1-p0.9-r1.05-256"),
        ({"do_sample": False, "temperature": 0.0, "max_gen_toks": 64}, "greedy-64"),
        ({"temperature": 0.7, "max_gen_toks": 64}, "t0.7-64"),  # lm-eval samples then
        ({"temperature": 0, "max_gen_toks": 64}, "greedy-64"),
        ({**PAPER, "top_k": 40, "min_p": 0.1}, "t0.1-p0.9-k40-r1.05-min_p=0.1-256"),
        ({**PAPER, "until": ["\n"]}, "t0.1-p0.9-r1.05-until=['\\n']-256"),
    ],
)
def test_decoding_in_short(settings, expected):
    assert decoding(settings) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"max_gen_toks": 64}, "server-64"),
        ({"top_p": 0.9, "max_gen_toks": 64}, "server-p0.9-64"),
        ({"temperature": 0.6, "max_gen_toks": 64}, "t0.6-64"),
        ({"do_sample": False, "temperature": 0.0, "max_gen_toks": 64}, "greedy-64"),
    ],
)
def test_a_server_that_chose_the_temperature(settings, expected):
    assert decoding(settings, servers=True) == expected


def test_scores_stand_beside_their_floors(tmp_path, capsys):
    assert main(["scores", str(run_file(tmp_path))]) == 0
    out = capsys.readouterr().out
    assert "igakuqa, 1 shot, 1455 questions\nmodels/calm + out/lora[1]\n" in out
    assert "jmed: igakuqa pooled, 1455 questions\n" in out
    rows = [line.split() for line in out.splitlines()]
    assert ["accuracy", ".239", ".218", "to", ".262", ".185", ".000", ".209"] in rows
    assert ["exact_match", ".039", ".030", "to", ".050", ".000", "1.000"] in rows
    assert ["gestalt_score", ".078", ".070", "to", ".086", ".000", ".351"] in rows
    assert [LINE] in rows
    assert out.count("gestalt_score: the normal interval, from lm-eval's standard error") == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"results": {"igak', ": not complete JSON (Unterminated string starting at"),
        ("", ": not complete JSON (Expecting value"),
        ("[]", ": not a results file of lm-eval; name a results_*.json"),
        ('{"results": {}}', ": not a results file of lm-eval; name a results_*.json"),
        (
            '{"results": {"a": {}}, "configs": {"a": {}}, "n-shot": {}, "n-samples": {}}',
            ": holds no jmed task, passed over",
        ),
        ("[" * 100_000, ": not complete JSON (maximum recursion depth exceeded"),
        (
            '{"results": {"a": {}}, "configs": {"a": {"metadata": {"data": {"jmed": "0"}}}}, '
            '"n-shot": {}, "n-samples": {}}',
            ": a was written in an older form; this jmedlora reads form 1: evaluate again with it",
        ),
        (
            '{"results": {"a": {}}, "configs": {"a": {"metadata": {"data": {"jmed": "9", '
            '"format": 2}}}}, "n-shot": {}, "n-samples": {}}',
            ": a was written in form 2; this jmedlora reads form 1: update it",
        ),
        (
            '{"results": {"a": {}}, "configs": {"a": {"metadata": {"data": {"jmed": "0", '
            '"format": 1}}}}, "n-shot": {}, "n-samples": {}}',
            ": the field configs.a.metadata.data.exam is missing; evaluate again, with lm-",
        ),
    ],
)
def test_files_that_are_no_results(tmp_path, capsys, content, message):
    path = tmp_path / "results_1.json"
    path.write_text(content, encoding="utf-8")
    assert main(["scores", str(path)]) == 1
    assert capsys.readouterr().err.startswith(f"jmed-report: {path}{message}")


def test_results_of_other_tasks_are_passed_over(tmp_path, capsys):
    other = tmp_path / "results_other.json"
    other.write_text('{"results": {}, "configs": {}, "n-shot": {}, "n-samples": {}}')
    ours = run_file(tmp_path)
    assert main(["signature", str(other), str(ours)]) == 0
    found = capsys.readouterr()
    assert found.err == f"jmed-report: {other}: holds no jmed task, passed over\n"
    assert found.out.startswith(f"{ours}:\nigakuqa: {LINE}\n")


def test_a_score_without_spread_has_no_interval(tmp_path, capsys):
    path = run_file(tmp_path)
    run = json.loads(path.read_text(encoding="utf-8"))
    run["results"]["igakuqa"] |= {"gestalt_score,none": 0.0, "gestalt_score_stderr,none": 0.0}
    path.write_text(json.dumps(run), encoding="utf-8")
    assert main(["scores", str(path)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["gestalt_score", ".000", "n/a", ".000", ".351"] in rows


def test_a_missing_results_file(tmp_path, capsys):
    path = tmp_path / "results_2.json"
    assert main(["signature", str(path)]) == 1
    expected = f"jmed-report: {path}: cannot be read (No such file or directory); check the path\n"
    assert capsys.readouterr().err == expected


def places(value, path=()):
    """The path of every value inside ``value``."""
    inner = value.items() if isinstance(value, dict) else ()
    for key, child in inner:
        yield (*path, key)
        yield from places(child, (*path, key))


odd_values = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800")
    | st.just(10**400) | st.lists(st.integers() | st.text()) | st.dictionaries(st.text(), st.text())
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damaged_results_give_one_line_and_no_traceback(tmp_path_factory, data):
    path = run_file(tmp_path_factory.mktemp("damaged"))
    run = json.loads(path.read_text(encoding="utf-8"))
    *parents, last = data.draw(st.sampled_from(sorted(places(run))))
    target = run
    for key in parents:
        target = target[key]
    if data.draw(st.booleans()):
        del target[last]
    else:
        target[last] = data.draw(odd_values)
    path.write_text(json.dumps(run), encoding="utf-8")
    try:
        for result in read_results(path):
            signature(result)
            print_sheet(score_sheet(result))
        for group in groups(read_results(path)):
            print_sheet(group_sheet(group))
    except ResultsError as error:
        assert str(error).startswith(f"{path}: ")


def test_the_page_says_what_the_terminal_says(tmp_path, capsys):
    path = run_file(tmp_path)
    assert main(["scores", str(path), "--html", str(tmp_path / "scores.html")]) == 0
    page = unescape((tmp_path / "scores.html").read_text(encoding="utf-8"))
    said = set(capsys.readouterr().out.split())
    assert len(said) > 20
    assert [word for word in said if word not in page and "─" not in word] == []
    assert "default-src 'none'" in page
    assert "<script" not in page


def test_a_folder_of_results(tmp_path, capsys):
    run_file(tmp_path)
    assert main(["signature", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith(f"igakuqa: {LINE}\n")
