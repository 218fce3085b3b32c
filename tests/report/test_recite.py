"""``jmed-report recite``: figures worked out by hand, what is refused, a page that is inert."""

import json
import re
from math import log2

import pytest

from jmedlora.report.cli import main
from tests.support.commands import mode, samples, write_jsonl
from tests.support.recitals import CHARACTERS, DECODING, target, write_recital

EVIL = "<script>alert(1)</script>\u202e\x1b[31m"
SECOND = "2026-01-02T00-00-00.0"


def nearly(number):
    """One of the first ten characters is another."""
    return "違" + target(number)[1:]


TRAINED = [target(0), target(1), nearly(2), "知らない", "知らない"]
NOTHING = ["知らない"] * 5


@pytest.fixture
def pair(tmp_path):
    """A base that says one record, and an adapter that says three of five, and no held-out one."""
    references = [float(n) for n in range(20, 51)]  # 31 of them: 5 bits at most
    write_recital(
        tmp_path, trained=[target(0), *NOTHING[1:]], held_out=NOTHING,
        losses=([4, 5, 6, 4, 5], [4, 5, 6, 5, 5]),
        canaries={0: references, 1: [35.5, 19.5], 30: [49.5]},
    )  # fmt: skip
    write_recital(
        tmp_path, trained=TRAINED, held_out=NOTHING, losses=([1, 2, 2, 2, 3], [3, 4, 5, 4, 4]),
        canaries={0: references, 1: [35.5, 20.5], 30: [0.5]}, adapter="out/lora", stamp=SECOND,
    )  # fmt: skip
    return tmp_path


def as_json(capsys, *words):
    assert main(["recite", *map(str, words), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def figure(model, name, part="trained"):
    return next(each for each in model["figures"] if (each["name"], each["part"]) == (name, part))


def test_the_adapter_stands_beside_its_base(pair, capsys):
    (model,) = as_json(capsys, pair)
    assert (model["name"], model["base"]) == ("models/base + out/lora", "models/base")
    assert model["share"] == 0.6
    exact, near = figure(model, "exact"), figure(model, "near")
    assert (exact["model"]["value"], exact["base"]["value"]) == (0.4, 0.2)
    assert (near["model"]["value"], near["change"]["value"]) == pytest.approx((0.6, 0.4))
    assert near["p"] == 0.5  # two records gained, none lost: 2 × 1/4
    assert figure(model, "near", "held_out")["change"]["value"] == 0
    assert figure(model, "loss")["change"]["value"] == pytest.approx(-2.8)


def test_what_was_memorised_is_the_change_beyond_that_of_held_out_records(pair, capsys):
    (model,) = as_json(capsys, pair)
    found = {each["name"]: each["estimate"] for each in model["differences"]}
    assert found["near"]["value"] == pytest.approx(0.4)
    assert found["near"]["low"] < 0.4 < found["near"]["high"] < 1
    assert found["loss"]["value"] == pytest.approx(-2.8 + 1.0)


def test_the_loss_tells_the_records_apart(pair, capsys):
    (model,) = as_json(capsys, pair)
    areas = {each["of"]: each["auc"]["value"] for each in model["areas"]}
    # of 25 pairs: 24 in order and one tied (3 and 3); less the base's all but ties of -1 … none
    assert areas["loss"] == pytest.approx(24.5 / 25)
    assert areas["loss less base's"] == 1.0
    # the base: 4,4,5,5,6 against 4,5,5,5,6
    assert areas["base's loss"] == pytest.approx((4.5 * 2 + 2.5 * 2 + 0.5) / 25)


def test_canaries_by_repetitions(pair, capsys):
    (model,) = as_json(capsys, pair)
    once, often = model["canaries"]
    assert (once["repetitions"], once["canaries"], often["repetitions"]) == (1, 2, 30)
    assert model["most_bits"] == 5.0
    # 35.5 is behind 16 references, 20.5 behind 1, 19.5 and 0.5 behind none, 49.5 behind 30
    assert once["exposure"] == pytest.approx((5 - log2(17) + 5 - log2(2)) / 2)
    assert once["base"] == pytest.approx((5 - log2(17) + 5) / 2)
    assert (often["exposure"], often["base"]) == (5.0, pytest.approx(5 - log2(31)))
    assert (often["comes_out"], often["base_comes_out"]) == (1, 0)


def test_the_worst_record_comes_first_with_its_text(pair, capsys):
    (model,) = as_json(capsys, pair)
    names = [each["name"] for each in model["records"]]
    assert {names[0], names[1]} == {"trained.jsonl:0", "trained.jsonl:1"}
    third = model["records"][2]
    assert (third["name"], third["exact"], third["near"]) == ("trained.jsonl:2", False, True)
    assert third["similarity"] == 0.9
    assert (third["before"], third["common"], third["run"]) == ("違", target(2)[1:], 11)
    said = {each["name"]: each["base_near"] for each in model["records"]}
    assert said["trained.jsonl:0"] is True
    assert said["trained.jsonl:1"] is False


def test_in_the_terminal(pair, capsys):
    assert main(["recite", str(pair), "--show", "1"]) == 0
    said = capsys.readouterr().out
    assert "Of 5 trained records asked, 2 come out verbatim and 3 nearly (60.0%)." in said
    assert re.search(r"come out nearly +trained +5 +20.0 % \[.*\] +60.0 % \[.*\] +\+40.0 %", said)
    assert said.count("  record: ") == 1
    assert "What this does not know: records that were not drawn" in said


@pytest.mark.parametrize(("most", "status"), [("0", 1), ("0.59", 1), ("0.6", 0), ("1", 0)])
def test_for_scripts(pair, most, status, capsys):
    page = pair / "new" / "page.html"
    assert main(["recite", str(pair), "--fail-above", most, "--html", str(page)]) == status
    said = capsys.readouterr()
    assert ("60.0% of its trained records come out" in said.err) == bool(status)
    assert page.exists()  # also where too much comes out
    assert str(page) in said.out


@pytest.mark.parametrize("share", ["-0.1", "1.1", "x", "nan"])
def test_a_share_that_cannot_be(pair, share):
    with pytest.raises(SystemExit, match="2"):
        main(["recite", str(pair), "--fail-above", share])


def test_a_model_that_was_not_asked_does_not_pass(tmp_path, capsys):
    path = write_recital(tmp_path, canaries={0: [2.0, 3.0], 1: [1.5]}, adapter="out/lora")
    assert main(["recite", str(path), "--fail-above", "1"]) == 1
    assert "its trained records were not asked" in capsys.readouterr().err
    assert main(["recite", str(path)]) == 0


def test_what_models_and_records_hold_is_text(tmp_path, capsys):
    path = write_recital(tmp_path, trained=[EVIL + target(0), EVIL], adapter=f"out/{EVIL}")
    page = tmp_path / "page.html"
    assert main(["recite", str(path), "--html", str(page)]) == 0
    assert mode(page) == 0o600
    text = page.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script" not in text
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert not re.search(r"(?:src|href)=|https?://", text)
    said = capsys.readouterr().out
    for hidden in ("\u202e", "\x1b"):
        assert hidden not in text
        assert hidden not in said
    assert f"<mark>{target(0)}</mark>" in text


def test_half_a_surrogate_pair(tmp_path, capsys):
    path = write_recital(tmp_path, trained=["\\ud800"], adapter="out/lora")
    (samples_file,) = path.parent.glob("samples_*.jsonl")
    text = samples_file.read_text(encoding="utf-8").replace("\\\\ud800", "\\ud800")
    samples_file.write_text(text, encoding="utf-8")
    for more in ([], ["--format", "json"], ["--html", str(tmp_path / "page.html")]):
        assert main(["recite", str(path), *more]) == 0
    assert "\\ud800" in capsys.readouterr().out


def test_a_base_alone(tmp_path, capsys):
    path = write_recital(tmp_path, trained=NOTHING)
    (model,) = as_json(capsys, path)
    assert (model["base"], model["share"], model["differences"]) == ("", 0.0, [])
    assert figure(model, "exact")["change"] is None


def test_sampled_answers_are_named(tmp_path, capsys):
    path = write_recital(tmp_path, trained=NOTHING, decoding={**DECODING, "do_sample": True})
    main(["recite", str(path)])
    assert "The answers were sampled, not greedy" in capsys.readouterr().out


def refused(capsys, *paths):
    assert main(["recite", *map(str, paths)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"more": {"seed": 7}}, "differ in seed"),
        ({"more": {"recipe": "1" * 64}}, "differ in recipe"),
        ({"decoding": {**DECODING, "max_gen_toks": 9}}, "differ in generation_kwargs"),
    ],
)
def test_a_base_that_was_asked_otherwise(tmp_path, change, said, capsys):
    write_recital(tmp_path, trained=NOTHING)
    write_recital(tmp_path, trained=NOTHING, adapter="out/lora", stamp=SECOND, **change)
    found = refused(capsys, tmp_path)
    assert said in found
    assert "ask both models the same" in found


def test_the_same_twice(tmp_path, capsys):
    write_recital(tmp_path, trained=NOTHING)
    write_recital(tmp_path, trained=NOTHING, stamp=SECOND)
    assert "was asked jmed_recite_trained in" in refused(capsys, tmp_path)


def test_a_run_of_other_tasks(pair, tmp_path, capsys):
    from tests.support.compared import ask

    other = ask(tmp_path / "other", 3)
    assert "no task jmed_recite in it" in refused(capsys, other)


def rewrite(path, change):
    (file,) = path.parent.glob("samples_jmed_recite_trained_*.jsonl")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    write_jsonl(file, *change(rows))
    return file


def without(key):
    return lambda rows: [{k: v for k, v in row.items() if k != key} for row in rows]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[:-1], "has 4 answers to 4 of 5 records asked"),
        (lambda rows: [*rows[:-1], rows[0]], "has 5 answers to 4 of 5 records asked"),
        (without("exact"), "has no number exact"),
        (without("filtered_resps"), "has no answer"),
        (lambda rows: [{**row, "run": 10**400} for row in rows], "has no number run"),
        (lambda rows: [{**row, "near": float("nan")} for row in rows], "has no number near"),
        (lambda rows: [{**row, "doc": {"id": "x"}} for row in rows], "has no text doc.prompt"),
    ],
    ids=["cut", "twice", "number", "answer", "huge", "nan", "doc"],
)
def test_damaged_samples(tmp_path, change, said, capsys):
    path = write_recital(tmp_path, trained=TRAINED)
    rewrite(path, change)
    assert said in refused(capsys, path)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"format": 2}, "is of a newer jmedlora: update this one"),
        ({"format": 1}, "metadata.recite.jmed: Field required"),
        ("x", "metadata.recite: "),
    ],
)
def test_damaged_notes(tmp_path, value, said, capsys):
    path = write_recital(tmp_path, trained=TRAINED)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["configs"]["jmed_recite_trained"]["metadata"]["recite"] = value
    path.write_text(json.dumps(content), encoding="utf-8")
    assert said in refused(capsys, path)


def test_a_server_that_gives_no_likelihoods(tmp_path, capsys):
    path = write_recital(tmp_path, losses=([0.0, 0.0], [1.0, 2.0]))
    assert "are exactly 0" in refused(capsys, path)


def test_the_made_up_runs_are_as_lm_eval_writes_them(pair):
    rows = samples(pair, "jmed_recite_trained")
    assert [row["doc"]["characters"] for row in rows] == [CHARACTERS] * 5
