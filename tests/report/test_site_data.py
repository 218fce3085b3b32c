"""What a site is made of: states, texts cut to a page, groups, inputs that are refused."""

import json
from math import log2

import pytest

from jmedlora.core.display import visible
from jmedlora.exams.cache import VARIABLE
from jmedlora.exams.protocols import METRICS
from jmedlora.exams.protocols.response import READINGS
from jmedlora.report.cli import main
from jmedlora.report.site.content import Options, content
from jmedlora.report.site.explorer_data import MOST_ANSWER, answer_texts, shortened
from jmedlora.report.site.groups import band
from jmedlora.report.site.inputs import read_inputs
from jmedlora.report.site.overlap_data import read_overlap
from jmedlora.report.site.recite_data import read_recited, recite_data
from jmedlora.report.site.terms import terms
from jmedlora.report.site.words import SCORES
from tests.support.commands import write_jsonl
from tests.support.compared import ask
from tests.support.published import YEARS, publish, publish_notes
from tests.support.recitals import target, write_recital
from tests.support.runs import answers, questions, write_run
from tests.support.site import chat_docs, write_site

VERBATIM = ("exact", "trained")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder; the published exams are nowhere on the machine."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere"))
    monkeypatch.setenv("JMED_CACHE", str(tmp_path / "empty"))
    return tmp_path


def index_of(*paths) -> dict:
    options = Options(with_texts=True, verify=None, seed=0, resamples=100)
    return content(read_inputs(paths, None), None, (), options).index


def test_the_states_of_answers(here):
    responses = ["答え: a", "答え: b", "", "？"] + ["答え: a"] * 8
    write_run(here, task="igakuqa_chat", protocol="chat", template="chat", docs=chat_docs(),
              responses=responses, data={"exam": "igakuqa"})  # fmt: skip
    (found,) = index_of(here / "results")["sets"]
    assert found["states"] == ["rwcu" + "r" * 8]
    assert found["chosen"][0][:4] == ["a", "b", "", ""]
    assert found["gold"] == ["a"] * 12


def test_questions_stand_in_the_order_asked(here):
    docs = questions(12)
    write_run(here, docs=docs, responses=answers(docs, [1]))
    (found,) = index_of(here / "results")["sets"]
    assert found["ids"] == [f"Q{number}" for number in range(1, 13)]
    assert found["states"] == ["wr" + "w" * 10]


def test_without_a_training_there_is_a_forest_and_no_curve(here):
    for model, right in (("one", 5), ("two", 15)):
        ask(here, right, model=f"models/{model}")
    found = index_of(here / "results")
    assert found["curves"] == []
    accuracy = found["forests"][0]
    assert [(each["model"], each["value"]) for each in accuracy["points"]] == [
        ("one", 0.25), ("two", 0.75),
    ]  # fmt: skip
    assert accuracy["floor"] == {"name": "chance", "value": 0.2}
    assert accuracy["tested"]
    assert (found["examinations"], found["consistency"], found["heatMaps"]) == ([], [], [])


def test_a_trained_model_has_a_curve_and_no_forest(trained):
    found = index_of(trained / "results")
    steps = [each["step"] for each in found["curves"][0]["panels"][0]["curves"][0]["points"]]
    assert steps == [0, 900, 3000]
    assert found["forests"] == []


def test_beside_a_trained_model_no_others_are_compared(trained):
    """All are compared with their own step 0, which these do not have."""
    for model, right in (("one", 5), ("two", 15)):
        ask(trained, right, model=f"models/{model}")
    found = index_of(trained / "results")
    assert found["curves"]
    assert [each["tested"] for each in found["forests"]] == [False] * len(found["forests"])
    names = [point["model"] for point in found["forests"][0]["points"]]
    assert {"one", "two"} <= set(names)


def test_published_answers_have_heat_maps(here, monkeypatch):
    """Right in three of six sections; every question is of one category and equally difficult."""
    monkeypatch.setenv(VARIABLE, str(publish_notes(publish(here / "exams", questions=6))))
    write_jsonl(here / "given.jsonl", *(
        {"model": model, "problem_id": f"{number}{section}{place}", "prediction": letter}
        for model in ("one", "two") for number in YEARS.values() for section in "ABCDEF"
        for place in range(1, 7) if model == "one" or number == 112
        for letter in ["a" if section in "ABC" else "b"]
    ))  # fmt: skip
    maps = index_of(here / "given.jsonl")["heatMaps"]
    found = {(each["exam"], each["by"]): (each["models"], each["groups"]) for each in maps}
    everything = "examinations 112, 113, 114, 115, 116"
    assert list(found)[:2] == [(everything, "category"), ("examination 112", "category")]
    assert found[everything, "category"] == (
        ["one"], [{"name": "内科", "questions": 180, "scores": [0.5]}],
    )  # fmt: skip
    assert found["examination 112", "difficulty"] == (
        ["one", "two"], [{"name": "50 to 70 % right", "questions": 36, "scores": [0.5, 0.5]}],
    )  # fmt: skip


def joined_with(here, monkeypatch, docs) -> list[dict]:
    """The sets of a run that is right on the first nine of ``docs``, and of published answers to
    112 (all wrong) and, by "one" alone, to 113 (all right)."""
    monkeypatch.setenv(VARIABLE, str(publish_notes(publish(here / "exams", questions=6))))
    write_run(here, task="igakuqa_chat", protocol="chat", template="chat", docs=docs,
              responses=["答え: a"] * 9 + ["答え: b"] * 3, data={"exam": "igakuqa"})  # fmt: skip
    write_jsonl(here / "given.jsonl", *(
        {"model": model, "problem_id": f"{number}{section}{place}", "prediction": letter}
        for model, number, letter in (("one", 112, "b"), ("two", 112, "b"), ("one", 113, "a"))
        for section in "ABCDEF" for place in range(1, 7)
    ))  # fmt: skip
    return index_of(here / "results", here / "given.jsonl")["sets"]


def test_runs_and_published_answers_of_an_exam_are_side_by_side(here, monkeypatch):
    (found,) = joined_with(here, monkeypatch, chat_docs())
    assert found["title"] == "igakuqa: all answers"
    assert [each.rpartition(", ")[2] for each in found["models"]] == [
        "published answers", "published answers", "0 shots",
    ]  # fmt: skip
    assert len(found["ids"]) == len(set(found["ids"])) == 72
    assert set(found["years"]) == {"2018", "2019"}
    of = {name: [each[at] for each in found["states"]] for at, name in enumerate(found["ids"])}
    assert of["112A1"] == ["w", "w", "r"]
    assert of["113B6"] == ["r", "n", "w"]  # the run is wrong on the last three of its twelve
    assert of["113F1"] == ["r", "n", "n"]
    chosen = {name: found["chosen"][2][at] for at, name in enumerate(found["ids"])}
    assert (chosen["112A1"], chosen["113B6"], chosen["113F1"]) == ("a", "b", "")
    assert "igakuqa_chat/0" in found["keys"]


def test_a_run_with_other_choices_stays_apart(here, monkeypatch):
    docs = [{**doc, "choices": doc["choices"][::-1]} for doc in chat_docs()]
    run, published = joined_with(here, monkeypatch, docs)
    assert run["key"] == "igakuqa_chat/0"
    assert published["title"] == "igakuqa: published answers"
    assert published["models"] == ["one", "two"]


def test_the_words_of_a_table_are_explained(here):
    ask(here, 5)
    told = index_of(here / "results")["table"]["words"]
    assert [each.partition(":")[0] for each in told[:5]] == [
        "Accuracy", "Exact match", "Gestalt score", "Empty", "Tied",
    ]  # fmt: skip
    assert set(METRICS) <= set(SCORES) | {each.name for each in READINGS}


def test_answers_to_questions_that_are_not_here_are_told(here, monkeypatch):
    runs, published = write_site(here / "made")
    (note,) = index_of(runs, published)["notes"]
    assert note.startswith("no verdict on an examination: jmle2026 is not in")


def test_one_order_alone_is_told(here):
    runs, _ = write_site(here / "made")
    for stamp in ("12", "13"):
        (path,) = runs.rglob(f"results_2026-01-{stamp}*.json")
        path.unlink()
    found = index_of(runs)
    assert found["consistency"] == []
    (note,) = found["notes"]
    assert "the only order of the choices of igakuqa" in note


@pytest.mark.parametrize(
    ("percent", "name"),
    [
        (None, "not published"),
        (0.0, "under 50 % right"),
        (49.9, "under 50 % right"),
        (50.0, "50 to 70 % right"),
        (70.0, "70 to 85 % right"),
        (85.0, "85 % or more right"),
        (100.0, "85 % or more right"),
    ],
)
def test_a_band_of_difficulty(percent, name):
    assert band(percent) == name


def test_a_long_text_keeps_its_beginning_and_its_end():
    assert shortened("abcdefgh", 8) == "abcdefgh"
    assert shortened("abcdefghi", 8) == ("abcdef\n[… 1 characters are not on this page …]\nhi")
    (answer,) = answer_texts("あ" * (MOST_ANSWER + 1000))
    assert "[… 1,000 characters are not on this page …]" in answer


def test_thinking_stands_apart():
    assert answer_texts("<think>まず</think>\n答え: a") == ["答え: a", "<think>まず</think>"]
    assert answer_texts("<think>まず") == ["", "<think>まず"]


@pytest.mark.parametrize(
    "text", ["甲　乙\n丙\t", "a\u200bb", "\ufeffx", "\u115f", "a\r\nb", "👩\u200d⚕️"]
)
def test_what_shows_is_kept_and_the_rest_is_named(text):
    """The quick way round and the slow one agree: the slow one runs behind a hidden character."""
    assert visible(text + "\u202e") == visible(text) + "⟨U+202E⟩"


def test_terms_name_each_source_once():
    told = terms(["igakuqa", "igakuqa_exam", "mine", "jmed_sample"], with_texts=True)
    assert len(told) == 3
    assert "states no licence" in told[1]
    assert told[2].startswith("mine: your own questions")
    assert terms(["jmed_sample"], with_texts=True) == []
    assert len(terms(["igakuqa"], with_texts=False)) == 1


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (None, "cannot be read"),
        ("{", "is not JSON"),
        ("[]", "the field (all) is []"),
        ('{"exams": {"igakuqa": {"questions": "many"}}}', "exams.igakuqa.questions is 'many'"),
        ('{"exams": {"\\u001b[2J": 1}}', r"exams.\x1b[2J is 1"),
    ],
)
def test_an_overlap_that_is_none_is_refused(written, told, here, capsys):
    ask(here, 5)
    folder = here / "overlap"
    folder.mkdir()
    if written is not None:
        (folder / "summary.json").write_text(written)
    made = ["site", str(here / "results"), "--out", str(here / "out"), "--overlap", str(folder)]
    assert main(made) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "summary.json" in line
    assert told in line
    assert not (here / "out").exists()


def test_an_overlap_is_read(tmp_path):
    exam = {"questions": 4, "found": 1, "share": 0.25, "too_short": [],
            "records_by_problem_id": {"Q1": 2}}  # fmt: skip
    summary = {"exams": {"igakuqa": exam}, "files": [], "not_found": []}
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    assert read_overlap(tmp_path).found_in("igakuqa") == {"Q1"}
    assert read_overlap(tmp_path).found_in("jjsimqa") == frozenset()


def test_what_recite_prints_is_shown_without_its_records(here, capsys):
    nothing = ["知らない"] * 5
    canaries = {0: [20.0, 30.0, 40.0], 1: [35.0], 8: [10.0]}
    write_recital(here, trained=nothing, held_out=nothing, canaries=canaries)
    said = [target(0), target(1), *nothing[2:]]
    write_recital(here, trained=said, held_out=nothing, canaries=canaries, adapter="out/lora",
                  stamp="2026-01-02T00-00-00.0")  # fmt: skip
    assert main(["recite", str(here), "--format", "json"]) == 0
    (here / "recited.json").write_text(capsys.readouterr().out, encoding="utf-8")
    (model,) = recite_data(read_recited(here / "recited.json"))
    assert model["share"] == 0.4
    exact = next(each for each in model["figures"] if (each["name"], each["part"]) == VERBATIM)
    assert (exact["model"]["value"], exact["base"]["value"], exact["isShare"]) == (0.4, 0, True)
    assert [(each["repetitions"], each["exposure"]) for each in model["canaries"]] == [
        (1, pytest.approx(2 - log2(3))), (8, 2.0),
    ]  # fmt: skip
    assert model["most_bits"] == 2.0
    assert target(0) not in json.dumps(model, ensure_ascii=False)
    index = index_of(here / "results")  # the same from the runs themselves
    assert index["recited"] == [model]
    assert index["table"] is None


def test_a_page_with_nothing_to_show_is_refused(here, capsys):
    runs, published = write_site(here / "made")
    (order,) = runs.rglob("results_2026-01-12*.json")
    for path, told in ((published, "no verdict on an examination"), (order, "the only order")):
        assert main(["site", str(path), "--out", str(here / "out")]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert told in line
    assert not (here / "out").exists()


def test_a_folder_with_nothing_is_refused(here, capsys):
    publish(here / "exam", questions=1)
    (here / "empty").mkdir()
    for name in ("empty", "not-there"):
        assert main(["site", str(here / name), "--out", str(here / "out")]) == 1
        assert name in capsys.readouterr().err


def test_the_help_names_published_answers(capsys):
    with pytest.raises(SystemExit):
        main(["site", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "or a results_*.json; or published answers to an examination" in told
