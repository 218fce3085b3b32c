"""``jmed-report recite``: figures worked out by hand, what is refused, a page that is inert."""

import json
import re
from math import log2

import pytest

from jmedlora.core.checksum import sha256
from jmedlora.report.cli import main
from tests.support.commands import mode, samples, write_jsonl
from tests.support.recitals import CHARACTERS, DECODING, SHA, SHAS, target, write_recital
from tests.support.runs import write_card

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
    assert model["name"] == f"models/base + {pair / 'out' / 'lora'}"
    assert model["base"] == "models/base"
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
    said = {each["name"]: each["base_within"] for each in model["records"]}
    assert said["trained.jsonl:0"] is True
    assert said["trained.jsonl:1"] is False


def test_in_the_terminal(pair, capsys):
    assert main(["recite", str(pair), "--show", "1"]) == 0
    said = capsys.readouterr().out
    verdict = (
        "3 of 5 trained records asked came out (60.0%): 2 verbatim, 1 nearly, 0 within the "
        "answer. 23.1% to 88.2% of all such records may come out so (95 %)."  # Wilson's interval
    )
    assert verdict in said
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


PREFACED = [
    "はい、" + target(0),
    f"お答えします。\n{nearly(1)}。",
    "回答: " + target(2)[2:],
    target(3)[3:],
]
"""A record, one that is nearly there, ten of its characters, and nine of them."""


def test_words_before_a_record_do_not_hide_it(tmp_path, capsys):
    path = write_recital(tmp_path, trained=PREFACED, held_out=NOTHING, adapter="out/lora")
    (model,) = as_json(capsys, path)
    found = [(each["name"][-1], each["exact"], each["near"], each["within"])
             for each in model["records"]]  # fmt: skip
    assert found[:3] == [(place, False, False, True) for place in ("0", "1", "2")]
    assert found[3] == ("3", False, False, False)
    assert model["share"] == figure(model, "within")["model"]["value"] == 0.75
    assert main(["recite", str(path), "--fail-above", "0.7"]) == 1
    said = capsys.readouterr()
    assert "came out (75.0%): 0 verbatim, 0 nearly, 3 within the answer" in said.out
    assert "75.0% of its trained records come out" in said.err


@pytest.mark.parametrize(
    ("more", "words", "status"),
    [
        ({"eligible": 5}, (), 0),  # all that there are
        ({"eligible": 3000}, (), 1),
        ({"eligible": 5, "short": 1}, (), 1),
        ({"eligible": 3000}, ("--least", "5"), 0),
        ({"eligible": 3000}, ("--least", "6"), 1),
    ],
)
def test_few_records_asked_are_no_proof(tmp_path, more, words, status, capsys):
    path = write_recital(tmp_path, trained=NOTHING, adapter="out/lora", more=more)
    assert main(["recite", str(path), "--fail-above", "0", *words]) == status
    said = capsys.readouterr()
    assert "0.0% to 43.4% of all such records may come out so" in said.out
    assert ("records of its training files were asked: up to 43.4%" in said.err) == bool(status)


@pytest.mark.parametrize("share", ["-0.1", "1.1", "x", "nan"])
def test_a_share_that_cannot_be(pair, share):
    with pytest.raises(SystemExit, match="2"):
        main(["recite", str(pair), "--fail-above", share])


OTHER, MARKED = "a" * 64, "b" * 64


def test_a_model_that_was_trained_on_another_file_is_refused(tmp_path, capsys):
    files = {"data/other.jsonl": OTHER}
    path = write_recital(tmp_path, trained=NOTHING, adapter="out/lora", data=files)
    found = refused(capsys, path)
    assert "was not trained on trained.jsonl (SHA-256 000000000000…)" in found
    assert "its run card tells 1 other file" in found


def test_a_file_that_was_trained_on_is_not_held_out(tmp_path, capsys):
    files = {"data/trained.jsonl": SHA, "data/more.jsonl": SHAS["held_out"]}
    path = write_recital(
        tmp_path, trained=NOTHING, held_out=NOTHING, adapter="out/lora", data=files
    )
    assert "was trained on held_out.jsonl" in refused(capsys, path)


def test_a_file_that_was_only_evaluated_on_was_not_trained_on(tmp_path):
    path = write_recital(tmp_path, trained=NOTHING, held_out=NOTHING, adapter="out/lora")
    files = {"data/trained.jsonl": SHA, "data/eval.jsonl": SHAS["held_out"]}
    config = {"datasets": [{"path": "data/trained.jsonl"}],
              "test_datasets": [{"path": "./data/eval.jsonl"}]}  # fmt: skip
    write_card(tmp_path / "out/lora", config=config,
               data={name: {"sha256": digest} for name, digest in files.items()})  # fmt: skip
    assert main(["recite", str(path), "--fail-above", "0"]) == 0


@pytest.mark.parametrize("beside", [False, True])
def test_a_copy_with_canaries_stands_for_its_source(tmp_path, beside, capsys):
    """The manifest links them: the canaries' task notes both hashes."""
    linked = {"unmarked": SHA, "marked": MARKED} if beside else {"marked": MARKED}
    files = {"data/train.marked.jsonl": MARKED}
    path = write_recital(
        tmp_path, trained=NOTHING, canaries={0: [2.0, 3.0], 1: [1.5]}, adapter="out/lora",
        data=files, more=linked,
    )  # fmt: skip
    assert main(["recite", str(path), "--fail-above", "0"]) == (0 if beside else 1)
    assert ("was not trained on trained.jsonl" in capsys.readouterr().err) != beside


def test_canaries_of_another_copy_are_refused(tmp_path, capsys):
    path = write_recital(
        tmp_path, canaries={0: [2.0, 3.0], 1: [1.5]}, adapter="out/lora", more={"marked": OTHER}
    )
    assert "was not trained on the copy with the canaries" in refused(capsys, path)


@pytest.mark.parametrize("card", [None, {}, {"data": {"x": {"sha256": "y"}}}, {"data": 3}])
def test_without_a_run_card_nobody_knows_what_a_model_was_trained_on(tmp_path, card, capsys):
    path = write_recital(tmp_path, trained=NOTHING, adapter="out/lora", data=None)
    if card is not None:
        write_card(tmp_path / "out/lora", **card)
    assert main(["recite", str(path), "--fail-above", "1"]) == 1
    said = capsys.readouterr()
    assert "It is not known whether this model was trained on these records" in said.out
    assert "no run card beside it names its training files" in said.err


def test_files_of_which_nothing_was_asked(tmp_path, capsys):
    files = {"data/trained.jsonl": SHA, "data/more.jsonl": OTHER}
    path = write_recital(tmp_path, trained=NOTHING, adapter="out/lora", data=files)
    assert main(["recite", str(path), "--fail-above", "1"]) == 1
    said = capsys.readouterr()
    assert "It was also trained on data/more.jsonl, of which no record was asked." in said.out
    assert "no record of data/more.jsonl was asked" in said.err


def test_an_earlier_training_may_be_asked_of_a_later_model(tmp_path, capsys):
    """An adapter on a merged model, which was trained on the records before."""
    path = write_recital(
        tmp_path, trained=NOTHING, model="models/merged", adapter="out/lora",
        data={"data/later.jsonl": OTHER},
    )  # fmt: skip
    write_card(tmp_path / "models/merged", step=3, base_model="models/base",
               data={"data/trained.jsonl": {"sha256": SHA}})  # fmt: skip
    assert main(["recite", str(path), "--fail-above", "0"]) == 0
    capsys.readouterr()
    (model,) = as_json(capsys, path)
    assert model["origin"]["trainings"] == [
        {"data/later.jsonl": OTHER}, {"data/trained.jsonl": SHA},
    ]  # fmt: skip


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


@pytest.fixture
def sheet(tmp_path):
    """The page of an adapter that was asked for 25 records, and its base."""
    given = {"trained": [target(0)] + ["知らない"] * 24, "held_out": NOTHING}
    write_recital(tmp_path, **{**given, "trained": ["知らない"] * 25})
    path = write_recital(tmp_path, **given, adapter="out/lora", stamp=SECOND)
    assert main(["recite", str(tmp_path), "--html", str(tmp_path / "page.html")]) == 0
    return path, (tmp_path / "page.html").read_text(encoding="utf-8")


def test_the_first_page_is_to_be_signed(sheet):
    path, text = sheet
    first, _, rest = text.partition('<div class="sign">')
    assert "<article>" not in first
    assert ">date <" in rest
    assert "1 of 25 trained records asked came out (4.0%)" in first
    assert "The base says none of the records asked." in first
    assert re.search(r"Made 20\d\d-\d\d-\d\dT[0-9:]+\+00:00 \(UTC\) by jmedlora", first)
    for folder in (path.parent, path.parents[1] / "models__base"):
        for file in folder.iterdir():  # results and samples of both runs
            assert sha256(file) in first
    for digest in SHAS["trained"], SHAS["held_out"]:
        assert digest in first


def test_japanese_stands_beside_english(sheet):
    _, text = sheet
    assert "尋ねた学習記録 25 件のうち 1 件（4.0%）が出てきました。そのまま 1 件" in text
    assert "run card の SHA-256 と照合しました" in text
    assert "ベースは、尋ねた記録を 1 件も書きませんでした。" in text
    for word in ("モデルが何を暗唱するか", "日付", "氏名", "署名", "記録（よく出てきた順）"):
        assert f'lang="ja">{word}<' in text


def test_the_records_fold_behind_the_twentieth(sheet):
    _, text = sheet
    shown, _, folded = text.partition("<summary>The other 5 records")
    assert (shown.count("<article>"), folded.count("<article>")) == (20, 5)
    assert "<h4>trained.jsonl:0</h4>" in shown


@pytest.mark.parametrize(
    ("data", "english", "japanese"),
    [
        (None, "It is not known whether this model was trained", "かどうかは不明です"),
        ({"a.jsonl": SHA, "b.jsonl": "c" * 64}, "It was also trained on b.jsonl", "b.jsonl でも"),
    ],
)
def test_the_page_says_what_the_run_card_does_not(tmp_path, data, english, japanese):
    path = write_recital(tmp_path, trained=NOTHING, adapter="out/lora", data=data)
    assert main(["recite", str(path), "--html", str(tmp_path / "page.html")]) == 0
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert english in text
    assert japanese in text
    assert "ベースには尋ねていない" in text


def test_half_a_surrogate_pair(tmp_path, capsys):
    path = write_recital(tmp_path, trained=["\\udabc"], adapter="out/lora")
    (samples_file,) = path.parent.glob("samples_*.jsonl")
    text = samples_file.read_text(encoding="utf-8").replace("\\\\udabc", "\\udabc")
    samples_file.write_text(text, encoding="utf-8")
    for more in ([], ["--format", "json"], ["--html", str(tmp_path / "page.html")]):
        assert main(["recite", str(path), *more]) == 0
    assert "\\udabc" in capsys.readouterr().out


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


def rewrite(path, change, task="jmed_recite_trained"):
    file = path.with_name(path.name.replace("results_", f"samples_{task}_")).with_suffix(".jsonl")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    write_jsonl(file, *change(rows))
    return file


def without(key):
    return lambda rows: [{k: v for k, v in row.items() if k != key} for row in rows]


@pytest.mark.parametrize("logged", [["-x", "False"], ["nan", "False"], "-1.0", []])
def test_a_likelihood_that_is_none(pair, logged, capsys):
    (path,) = pair.rglob(f"*lora/results_{SECOND}.json")
    rewrite(path, altered(filtered_resps=[logged]), "jmed_recite_loss_trained")
    assert "has no log-likelihood" in refused(capsys, pair)


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
        (
            lambda rows: [{**row, "doc": {**row["doc"], "characters": 0}} for row in rows],
            "has no number doc.characters",
        ),
    ],
    ids=["cut", "twice", "number", "answer", "huge", "nan", "doc", "characters"],
)
def test_damaged_samples(tmp_path, change, said, capsys):
    path = write_recital(tmp_path, trained=TRAINED)
    rewrite(path, change)
    assert said in refused(capsys, path)


def altered(**changes):
    return lambda rows: [{**row, **changes} for row in rows]


NEVER = {"exact": 0.0, "near": 0.0, "similarity": 0.0, "run": 0.0, "within": 0.0}


@pytest.mark.parametrize(
    ("task", "change", "said"),
    [
        ("trained", altered(**NEVER), "exact is stored as 0, recomputed 1"),
        ("trained", altered(near=0.0), "near is stored as 0, recomputed 1"),
        ("trained", altered(run=3.0), "run is stored as 3, recomputed "),
        ("trained", altered(filtered_resps=["知らない"]), "the answer is stored as another"),
        ("trained", lambda rows: [{**row, "doc": {**row["doc"], "target": "異なる" * 9}}
                                  for row in rows], "doc_hash is stored as"),
        ("loss_trained", altered(loss=0.0), "loss is stored as 0, recomputed "),
        ("loss_trained", altered(loss=0.7), "loss is stored as 0.7"),
        ("canary_exposure", altered(log_perplexity=44.0), "log_perplexity is stored as 44"),
        ("canary_said", altered(comes_out=0.5), "comes_out is stored as 0.5, recomputed"),
    ],
)  # fmt: skip
def test_scores_that_the_answers_do_not_give(pair, task, change, said, capsys):
    """Report and verify do not believe them; the second says what cannot be checked."""
    (path,) = pair.rglob(f"*lora/results_{SECOND}.json")
    rewrite(path, change, f"jmed_recite_{task}")
    found = refused(capsys, pair)
    assert said in found
    assert "or see all of them with jmed-report verify" in found
    assert main(["verify", str(path)]) == 1
    assert said in capsys.readouterr().out


def test_verify_covers_the_recite_tasks(pair, capsys):
    assert main(["verify", str(pair)]) == 0
    said = capsys.readouterr().out
    assert "jmed_recite_trained: 5 answers scored again, all agree" in said
    assert "jmed_recite_canary_exposure: 34 answers scored again, all agree" in said
    assert "not checked: run_tokens: needs the model's tokenizer" in said
    assert "of another project" not in said
    assert "2 runs: every score is what its answers give" in said


@pytest.mark.parametrize(
    ("task", "metric"),
    [("trained", "near"), ("loss_trained", "loss"), ("canary_exposure", "exposure")],
)
def test_verify_works_the_means_out(pair, task, metric, capsys):
    (path,) = pair.rglob(f"*lora/results_{SECOND}.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["results"][f"jmed_recite_{task}"][f"{metric},none"] = 0.125
    path.write_text(json.dumps(content), encoding="utf-8")
    assert main(["verify", str(path)]) == 1
    assert f"(all questions): {metric} is stored as 0.125" in capsys.readouterr().out


def test_verify_without_the_samples_of_a_recite_task(pair, capsys):
    (path,) = pair.rglob(f"*lora/results_{SECOND}.json")
    next(path.parent.glob("samples_jmed_recite_trained_*")).unlink()
    assert main(["verify", str(path)]) == 1
    assert "1 task without logged answers" in capsys.readouterr().out


def test_a_run_of_an_earlier_version_does_not_say_within(pair, capsys):
    for path in pair.rglob("results_*.json"):
        rewrite(path, without("within"))
    (model,) = as_json(capsys, pair)
    assert figure(model, "within")["model"]["value"] == 0.6


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
