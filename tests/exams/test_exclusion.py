"""Questions left out by ``--metadata '{"exclude": LIST}'``: asked, noted, scored and reported."""

import hashlib
import json
from pathlib import Path
from statistics import fmean

import pytest
from lm_eval.tasks import TaskManager

from jmed_metrics import floors
from jmedlora.core.errors import FileError, UserError
from jmedlora.exams.documents import choices_document, content_hash, letters_document
from jmedlora.exams.exclude import ids_hash, without
from jmedlora.exams.provenance import Excluded
from jmedlora.exams.registry import load_exam
from jmedlora.exams.shuffle import permuted
from jmedlora.report.cli import main
from tests.support.commands import TASKS, lm_eval, results, results_file, samples, write_jsonl
from tests.support.published import publish, publish_notes
from tests.support.recent import publish_igakuqa119, publish_jmle2026
from tests.support.runs import Asked, answers, question, questions, write_run

TWO = [
    {"exam": "jmed_sample", "problem_id": "sample-03"},
    {"exam": "jmed_sample", "problem_id": "sample-01", "note": "other fields are ignored"},
    {"exam": "jmed_sample", "problem_id": "sample-03"},  # named twice
]
NOTED = {"questions": 2, "sha256": hashlib.sha256(b"sample-01\nsample-03\n").hexdigest()}
REST = [f"sample-{number:02}" for number in range(1, 41) if number not in (1, 3)]
OWN = {"question": "どれか。", "choices": ["甲", "乙"], "answer": ["b"]}


def listed(folder: Path, *lines: object) -> str:
    return str(write_jsonl(folder / "list.jsonl", *lines))


def ids(exam: str, *names: str) -> list[dict[str, str]]:
    return [{"exam": exam, "problem_id": name} for name in names]


def load(name: str, **metadata: object):
    manager = TaskManager(include_path=str(TASKS), include_defaults=False, metadata=metadata)
    return manager.load_task_or_group([name])[name]


def asked(task) -> list[str]:
    return [doc["problem_id"] for doc in task.eval_docs]


def noted(task) -> dict:
    return task.dump_config()["metadata"]["data"]


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Made-up exams: IgakuQA's 60 questions are 112A1, 112A2, 112B1 …, JJSIMQA's two 107_0-0 …"""
    monkeypatch.setenv("JMED_DATA", str(publish_notes(publish(tmp_path / "data", questions=2))))


def test_the_questions_of_the_list_are_not_asked(tmp_path):
    whole = load_exam("jmed_sample")
    left, found = without(whole, listed(tmp_path, *TWO), exam="jmed_sample")
    assert [item.problem_id for item in left.items] == REST
    assert left.examples == whole.examples
    assert found == Excluded(**NOTED)


def test_without_a_list_nothing_changes():
    whole = load_exam("jmed_sample")
    assert without(whole, None, exam="jmed_sample") == (whole, None)


@pytest.mark.lm_eval
def test_the_results_file_notes_what_is_left(tmp_path):
    data = noted(load("jmed_sample", exclude=listed(tmp_path, *TWO)))
    left = [item for item in load_exam("jmed_sample").items if item.problem_id in REST]
    assert data["excluded"] == NOTED
    assert data["items"] == 38
    assert data["sha256"] == content_hash(map(choices_document, left))
    expected = floors((item.choices, item.indices) for item in left)
    assert data["floors"]["accuracy"]["chance"] == expected.chance_accuracy
    assert data["floors"]["gestalt_score"]["all choices"] == expected.echo_gestalt_score
    assert "excluded" not in noted(load("jmed_sample"))


@pytest.mark.lm_eval
@pytest.mark.parametrize(
    ("name", "whole", "left_out"),
    [  # the list: 112A1 by each of the family's names, 113B2 twice, and one of JJSIMQA
        ("igakuqa", 59, 2),  # publish_notes made 112F2 numeric
        ("igakuqa_alpaca", 59, 2),
        ("igakuqa_en", 59, 2),
        ("igakuqa_shuffled", 59, 2),
        ("igakuqa_mc", 59, 2),
        ("igakuqa_exam", 60, 2),
        ("igakuqa_2018", 11, 1),
        ("igakuqa_2019", 12, 1),
        ("igakuqa_2022", 12, 0),  # a whole examination: as if without a list
        ("jjsimqa", 2, 1),
        ("jjsimqa_mc", 2, 1),
        ("jmed_sample", 40, 0),
    ],
)
def test_each_task_takes_the_ids_of_its_own_exam(name, whole, left_out, published, tmp_path):
    lines = [*ids("igakuqa", "112A1"), *ids("igakuqa_en", "112A1", "113B2"),
             *ids("igakuqa_exam", "112A1", "113B2"), *ids("jjsimqa", "107_1-1")]  # fmt: skip
    task = load(name, exclude=listed(tmp_path, *lines))
    assert len(asked(task)) == whole - left_out == noted(task)["items"]
    assert noted(task)["excluded"]["questions"] == left_out
    assert not {"112A1", "113B2", "107_1-1"} & set(asked(task))
    if not left_out:
        assert noted(task)["sha256"] == noted(load(name))["sha256"]
        assert noted(task)["excluded"]["sha256"] == ids_hash([])


@pytest.mark.lm_eval
def test_ids_that_only_another_task_asks_are_known(published, tmp_path):
    """112F2 is numeric: in igakuqa_exam, not in igakuqa; JJSIMQA's card leaves 107_64-4 out."""
    lines = [*ids("igakuqa", "112F2"), *ids("jjsimqa", "107_64-4")]
    for name in ("igakuqa", "igakuqa_2020", "jjsimqa"):
        assert noted(load(name, exclude=listed(tmp_path, *lines)))["excluded"]["questions"] == 0
    assert "112F2" not in asked(load("igakuqa_exam", exclude=listed(tmp_path, *lines)))


def test_ids_of_the_recent_examinations_in_either_spelling(tmp_path, monkeypatch, caplog):
    """119C18 is left out of the tasks: it is known, and nothing of it is asked."""
    monkeypatch.setenv("JMED_DATA", str(tmp_path))
    publish_jmle2026(tmp_path, {}, {}, {})
    publish_igakuqa119(tmp_path, {"119C18": {"question": ""}})
    lines = [*ids("jmle2026", "120A-1", "120A3"), *ids("igakuqa119", "119C18", "119F-2")]
    for name, gone in (("jmle2026", {"120A1", "120A3"}), ("igakuqa119", {"119F2"})):
        whole = load_exam(name)
        left, found = without(whole, listed(tmp_path, *lines), exam=name)
        assert {item.problem_id for item in whole.items} - gone == {
            item.problem_id for item in left.items
        }
        assert found.questions == len(gone)
    assert not caplog.text
    for name, unknown in (("jmle2026", "120A-4"), ("igakuqa119", "119A9")):
        with pytest.raises(FileError, match=f"is no question of {name}; correct the problem_id"):
            without(load_exam(name), listed(tmp_path, *ids(name, unknown)), exam=name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("jmle2026_vision", "jmle2026"), ("igakuqa119_letters", "igakuqa119"),
     ("igakuqa_chat", "igakuqa")],
)  # fmt: skip
def test_a_task_in_place_of_its_exam_is_recognised(tmp_path, name, meant):
    lines = [*ids("jmed_sample", "S1"), *ids(name, "120A1")]
    with pytest.raises(FileError, match=f"exam is '{name}'; did you mean '{meant}'"):
        without(load_exam("jmed_sample"), listed(tmp_path, *lines), exam="jmed_sample")


def test_a_question_of_a_year_that_is_not_here_may_exist(published, tmp_path):
    lines = ids("igakuqa", "116A1", "112A1")
    (tmp_path / "data" / "igakuqa" / "data" / "2022" / "116-A.jsonl").unlink()
    exam = load_exam("igakuqa", years=[2018])
    _, found = without(exam, listed(tmp_path, *lines), exam="igakuqa")
    assert found.questions == 1


def test_all_2000_ids_of_the_real_examination_are_known(real_data, monkeypatch, tmp_path):
    monkeypatch.setenv("JMED_DATA", str(real_data))
    names = [each.problem_id for each in load_exam("igakuqa_exam").items]
    path = listed(tmp_path, *ids("igakuqa", *names[:1999]))
    assert len(names) == 2000
    _, found = without(load_exam("igakuqa_exam"), path, exam="igakuqa_exam")
    assert found.questions == 1999
    path = listed(tmp_path, *ids("igakuqa", "112C66", "112A1", "116F74"))  # two are numeric
    _, found = without(load_exam("igakuqa"), path, exam="igakuqa")
    assert found.questions == ("112A1" in {
        each.problem_id for each in load_exam("igakuqa").items
    })  # fmt: skip


def own_exam(folder: Path, *, name: str = "kansen") -> str:
    records = [{"problem_id": f"Q{number}", **OWN} for number in (1, 2, 3)]
    return str(write_jsonl(folder / f"{name}.jsonl", *records, {
        "problem_id": "Q4", **OWN, "question": "図はどれか。", "text_only": False,
    }))  # fmt: skip


def without_own(folder: Path, *lines: object, name: str = "kansen"):
    file = own_exam(folder, name=name)
    exam = load_exam("jmed_own", file=file)
    return without(exam, listed(folder, *lines), exam="jmed_own", file=file)


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (ids("kansen", "Q2"), ["Q1", "Q3"]),
        (ids("kansen", "Q2", "Q4"), ["Q1", "Q3"]),  # Q4 needs an image and is never asked
        ([*ids("kansen", "Q2"), *ids("igakuqa", "112A1")], ["Q1", "Q3"]),
        ([*ids("kansen", "Q2"), *ids("another", "Q1")], ["Q1", "Q3"]),  # of another run
        (ids("igakuqa", "112A1"), ["Q1", "Q2", "Q3"]),
    ],
)
def test_an_own_exam_is_called_as_its_file(tmp_path, lines, left):
    exam, _ = without_own(tmp_path, *lines)
    assert [item.problem_id for item in exam.items] == left


def test_an_own_exam_may_have_a_published_name(tmp_path):
    exam, _ = without_own(tmp_path, *ids("igakuqa", "Q2"), name="igakuqa")
    assert [item.problem_id for item in exam.items] == ["Q1", "Q3"]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (ids("kansen", "Q9"), "1: Q9: is no question of kansen; correct the problem_id, or delete"),
        (ids("kansn", "Q1"), "1: Q1: exam is 'kansn'; here it is: kansen"),
        (ids("jmed_own", "Q1"), "1: Q1: exam is 'jmed_own'; name an exam of your own by its file"),
        (ids("igakqua", "Q1"), "1: Q1: exam is 'igakqua'; did you mean 'igakuqa'?"),
    ],
)
def test_a_list_that_an_own_exam_cannot_mean(tmp_path, lines, fault):
    with pytest.raises(UserError) as caught:
        without_own(tmp_path, *lines)
    assert str(caught.value).startswith(f"{tmp_path / 'list.jsonl'}:{fault}")


def test_lines_for_an_exam_of_another_run_are_said(published, tmp_path, caplog):
    path = listed(tmp_path, *ids("igakuqa", "112A1"), *ids("kansen", "Q1"))
    _, found = without(load_exam("igakuqa"), path, exam="igakuqa")
    assert found.questions == 1
    assert caplog.messages == [
        "the exclude list also has questions of kansen, which this run does not ask"
    ]


@pytest.mark.lm_eval
@pytest.mark.parametrize(
    ("name", "lines", "message"),
    [
        ("igakuqa", ids("igakuqa", "112A1", "112A9"), ":2: 112A9: is no question of igakuqa; corr"),
        ("igakuqa_en", ids("igakuqa_exam", "112X1"), ":1: 112X1: is no question of igakuqa_exam;"),
        ("igakuqa_2018", ids("igakuqa", "117A1"), ":1: 117A1: is no question of igakuqa; correct"),
        ("igakuqa", ids("igakuqa", "100E5"), ":1: 100E5: is no question of igakuqa; correct the "),
        ("jjsimqa", ids("jjsimqa", "107_9-9"), ":1: 107_9-9: is no question of jjsimqa; correct "),
        ("igakuqa", ids("igakqua", "112A1"), ":1: 112A1: exam is 'igakqua'; did you mean 'igakuqa"),
        ("jjsimqa", ids("IgakuQA", "112A1"), ":1: 112A1: exam is 'IgakuQA'; did you mean 'igakuqa"),
        ("igakuqa", ids("igakuqa_mc", "112A1"), ":1: 112A1: exam is 'igakuqa_mc'; did you mean 'i"),
        ("igakuqa", ids("igakuqa_2018", "112A1"), ":1: 112A1: exam is 'igakuqa_2018'; did you mea"),
        ("igakuqa", ids("jmed_own", "Q1"), ":1: Q1: exam is 'jmed_own'; name an exam of your own "),
        ("igakuqa", ids("kansen", "Q1"), ":1: Q1: exam is 'kansen'; here it is: igakuqa, igakuqa_"),
        ("igakuqa", [{"exam": "igakuqa"}], ":1: problem_id is missing; give problem_id as text"),
        ("igakuqa", [{"problem_id": "112A1"}], ":1: 112A1: exam is missing; give exam as text"),
        ("igakuqa", [{"exam": "igakuqa", "problem_id": 1}], ":1: problem_id is 1; give problem_id"),
        ("igakuqa", ["112A1"], ":1: a JSON object is needed, this is str; repair or delete the l"),
    ],
)
def test_faulty_lists_end_with_one_line(name, lines, message, published, tmp_path):
    path = listed(tmp_path, *lines)
    with pytest.raises(SystemExit) as caught:
        load(name, exclude=path)
    assert str(caught.value).startswith(f"jmed: {path}{message}")
    assert "\n" not in str(caught.value)


@pytest.mark.lm_eval
@pytest.mark.parametrize(
    ("name", "metadata", "message"),
    [
        ("jmed_sample", {"exclude": ["a"]}, "exclude=['a']: give the path of one file"),
        ("jmed_sample", {"exclude": True}, "exclude=True: give the path of one file"),
        (
            "jmed_sample",
            {"exclude": "no.jsonl"},
            "no.jsonl: cannot be read (No such file or direct",
        ),
        ("jmed_sample", {"exclude": ""}, "exclude='': give the path of one file"),
        (
            "jmed_sample",
            {"exclude_list": "a"},
            "--metadata has 'exclude_list': did you mean 'exclu",
        ),
        (
            "jmed_sample",
            {"exclude-list": "a"},
            "--metadata has 'exclude-list': did you mean 'exclu",
        ),
        ("jmed_sample", {"Excluded": "a"}, "--metadata has 'Excluded': did you mean 'exclude'?"),
        ("jmed_treatment", {"exclude": "a"}, "exclude=a: jmed_treatment scores nothing that quest"),
    ],
)
def test_an_option_that_does_not_fit_ends_with_one_line(name, metadata, message):
    with pytest.raises(SystemExit) as caught:
        load(name, **metadata)
    assert str(caught.value).startswith(f"jmed: {message}")


@pytest.mark.lm_eval
def test_a_list_that_leaves_nothing(published, tmp_path):
    path = listed(tmp_path, *ids("jjsimqa", "107_0-0", "107_1-1"))
    with pytest.raises(SystemExit) as caught:
        load("jjsimqa", exclude=path)
    expected = f"jmed: exclude={path}: leaves no question of jjsimqa; shorten the list"
    assert str(caught.value) == expected


GREEDY = ("--gen_kwargs", "do_sample=False,max_gen_toks=16", "--batch_size", "1")


@pytest.mark.lm_eval
@pytest.mark.slow
def test_a_run_scores_as_a_whole_run_restricted_to_the_rest(tiny_model, tmp_path, capsys):
    """By the real lm_eval; and what the reports show of it."""
    model = ("--model", "hf", "--model_args", f"pretrained={tiny_model}")
    path = listed(tmp_path, *TWO)
    runs = {"whole": (), "part": ("--metadata", json.dumps({"exclude": path}))}
    for name, more in runs.items():
        (tmp_path / name).mkdir()
        found = lm_eval("--tasks", "jmed_sample", "--num_fewshot", "1", *model, *GREEDY, *more,
                        cwd=tmp_path / name)  # fmt: skip
        assert found.returncode == 0, found.stderr
    whole, part = (samples(tmp_path / name / "out", "jmed_sample") for name in runs)
    kept = [row for row in whole if row["doc"]["problem_id"] in REST]
    assert [row["doc_hash"] for row in part] == [row["doc_hash"] for row in kept]
    assert [row["arguments"] for row in part] == [row["arguments"] for row in kept]
    row = results(tmp_path / "part" / "out")["results"]["jmed_sample"]
    for metric in ("accuracy", "exact_match", "gestalt_score", "empty", "tied"):
        assert row[f"{metric},none"] == pytest.approx(fmean(each[metric] for each in kept))

    assert main(["scores", str(results_file(tmp_path / "part"))]) == 0
    out = capsys.readouterr().out
    assert "jmed_sample, 1 shot, 38 questions, 2 left out (exclude list)\n" in out
    assert "|n:38|" in out
    assert f"|excluded:2-{NOTED['sha256'][:12]}\n" in out
    for written in ("text", "markdown", "latex", "html", "json"):
        chosen = [] if written == "text" else ["--format", written]
        assert main(["table", str(tmp_path / "part"), *chosen]) == 0
        shown = " ".join(capsys.readouterr().out.split()).replace(r"\_", "_")
        assert "jmed_sample: 2 questions left out by an exclude list; the scores are" in shown
    assert main(["table", str(tmp_path / "part"), "--format", "csv"]) == 0
    assert f"|excluded:2-{NOTED['sha256'][:12]}\n" in capsys.readouterr().out

    assert main(["table", str(tmp_path / "whole"), str(tmp_path / "part")]) == 1
    error = capsys.readouterr().err
    assert "jmed_sample: data hash differs: " in error
    assert "(2 questions left out by an exclude list) in " in error


def excluded(number: int) -> dict:
    return {"excluded": {"questions": number, "sha256": 64 * "a"}}


def test_a_list_without_a_question_of_the_exam_leaves_no_mark(tmp_path, capsys):
    docs = questions(4)
    path = write_run(tmp_path, docs=docs, responses=answers(docs, 2), data=excluded(0))
    assert main(["scores", str(path)]) == 0
    out = capsys.readouterr().out
    assert "igakuqa, 0 shots, 4 questions\n" in out
    assert "excluded" not in out
    assert main(["table", str(tmp_path)]) == 0
    assert "exclude" not in capsys.readouterr().out


def test_a_group_counts_what_its_exams_left_out(tmp_path, capsys):
    docs = questions(4)
    tasks = [
        Asked(docs, answers(docs, 2), task=name, data=excluded(number))
        for name, number in (("igakuqa", 3), ("jjsimqa", 1))
    ]
    path = write_run(tmp_path, more=tasks)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["groups"] = {"jmed": content["results"]["igakuqa"]}
    content["group_subtasks"] = {"jmed": ["igakuqa", "jjsimqa"]}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert main(["scores", str(path)]) == 0
    out = capsys.readouterr().out
    assert "jmed: igakuqa and jjsimqa pooled, 8 questions, 4 left out (exclude list)\n" in out
    assert main(["table", str(tmp_path), "--pooled"]) == 0
    out = capsys.readouterr().out
    assert "igakuqa: 3 questions left out by an exclude list; the scores are over the oth" in out
    assert "jjsimqa: 1 question left out by an exclude list; the scores are over the othe" in out


def test_consistency_says_what_was_left_out(tmp_path, capsys):
    docs = questions(6)
    for seed in (0, 1):
        write_run(
            tmp_path / str(seed),
            task="igakuqa_shuffled",
            docs=[permuted(doc, seed) for doc in docs],
            responses=answers(docs, 3),
            data={"exam": "igakuqa", "shuffle_seed": seed, **excluded(2)},
        )
    assert main(["consistency", str(tmp_path)]) == 0
    assert ", 6 questions, 2 left out (exclude list)\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("noted", "field"),
    [
        (None, "excluded is missing"),
        ({"sha256": "a"}, "excluded.questions is missing"),
        ({"questions": -1, "sha256": "a"}, "excluded.questions is -1"),
        ({"questions": 1}, "excluded.sha256 is missing"),
    ],
)
def test_a_damaged_note_is_named(tmp_path, capsys, noted, field):
    docs = [question("Q1"), question("Q2")]
    path = write_run(tmp_path, docs=docs, responses=answers(docs, 1), data={"excluded": noted})
    assert main(["scores", str(path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"jmed-report: {path}: the field configs.igakuqa.metadata.data.{field}")


def test_an_examination_with_questions_left_out_has_no_verdict(published, tmp_path, capsys):
    """11 of the 12 questions of 2018, all right; the results file beside them tells why."""
    docs = [letters_document(each) for each in load_exam("igakuqa_exam", years=[2018]).items][1:]
    scores = [{"correct": 1, "unparsed": 0, "forbidden": 0}] * 11
    path = write_run(
        tmp_path, task="igakuqa_exam", protocol="letters", template="letters", docs=docs,
        responses=[",".join(doc["answer"]) for doc in docs], scores=scores, data=excluded(1),
    )  # fmt: skip
    (file,) = path.parent.glob("samples_*.jsonl")
    assert main(["exam", str(file)]) == 0
    out = capsys.readouterr().out
    assert "incomplete" in out
    assert "112: 11 of 12 answered; the others count as wrong, and there is no verdict\n" in out
    assert "1 question left out by an exclude list and not asked: the examination is not" in out
    path.unlink()
    assert main(["exam", str(file)]) == 0
    out = capsys.readouterr().out
    assert "incomplete" in out
    assert "exclude" not in out


def test_an_empty_list_leaves_the_exam_whole_and_says_so(tmp_path, caplog):
    """What ``jmed-data overlap`` writes where it finds nothing."""
    path = write_jsonl(tmp_path / "none.jsonl")
    exam = load_exam("jmed_sample")
    kept, noted = without(exam, str(path), exam="jmed_sample")
    assert kept.items == exam.items
    assert noted.questions == 0
    assert f"the exclude list {path} is empty: no question is left out" in caplog.text
