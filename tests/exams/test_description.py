"""The description of an examination: what is read of it, and what must fit its questions."""

from collections import Counter
from pathlib import Path

import pytest

from jmedlora.core.errors import FileError, UserError
from jmedlora.core.yaml_text import LARGEST
from jmedlora.exams.description import (
    Description,
    described,
    read_description,
    shipped,
    years_of,
)
from jmedlora.exams.description_check import check_description
from jmedlora.exams.examination import own_examination
from jmedlora.exams.schema import Question
from tests.support.exam import NURSING, own

PHARMACY = """\
name: pharmacy
title: 薬剤師の模擬試験
year: 2026
lines:
  必須: {title: 必須問題, sections: [必須], points: 8, pass: 6}
  全体: {sections: [必須, 理論], pass: 9.5}
points:
  必須: {1-2: 2, 3: 4}
most_forbidden: 1
struck_out: [理論2]
every_answer_right: [理論3]
several_answers: {理論1: [[a], [b, c]]}
lines_from: the school's own rules
"""


def question(name: str, section: str, **fields: object) -> Question:
    return Question(name, "?", ("甲", "乙", "丙"), (("a",),), "pharmacy", 2026, section, **fields)


QUESTIONS = [
    *(question(f"必須{number}", "必須") for number in (1, 2, 3)),
    *(question(f"理論{number}", "理論", points=1.5) for number in (1, 2, 3)),
]


def written(folder: Path, text: str) -> Path:
    path = folder / "pharmacy.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, old: str = "", new: str = "") -> Description:
    assert old in PHARMACY
    return read_description(written(folder, PHARMACY.replace(old, new) if old else PHARMACY))


def test_what_is_read(tmp_path):
    found = read(tmp_path)
    assert (found.name, found.title, found.year) == ("pharmacy", "薬剤師の模擬試験", 2026)
    assert {name: (line.sections, line.points, line.pass_from)
            for name, line in found.lines.items()} == {
        "必須": (("必須",), 8, 6), "全体": (("必須", "理論"), None, 9.5),
    }  # fmt: skip
    assert found.most_forbidden == 1
    assert check_description(found, QUESTIONS, tmp_path) == []


def test_points_and_answers_that_it_gives(tmp_path):
    found = {each.problem_id: each for each in described(QUESTIONS, read(tmp_path))}
    points = {name: each.points for name, each in found.items()}
    assert points == {"必須1": 2, "必須2": 2, "必須3": 4, "理論1": 1.5, "理論2": 0, "理論3": 1.5}
    assert found["理論1"].answers == (("a",), ("b", "c"))
    assert [name for name, each in found.items() if each.every_answer_right] == ["理論3"]


def test_ids_in_either_spelling(tmp_path):
    text = PHARMACY.replace("[理論2]", "[120A-1]").replace("{理論1:", "{120B-2:")
    found = read_description(written(tmp_path, text))
    assert found.struck_out == ("120A1",)
    assert list(found.several_answers) == ["120B2"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{理論1:", "{120A-1: [[a], [c]], 120A1:", "120A1: several_answers has it"),
        ("{理論1:", "{7: [[a], [c]], '7':", "7: several_answers has it"),
        ("3: 4", "3: 4, '3': 5", "3: points of '必須' has it"),
    ],
    ids=["ids", "number and text", "points"],
)
def test_a_key_in_two_spellings(tmp_path, old, new, expected):
    with pytest.raises(FileError) as caught:
        read(tmp_path, old, new)
    path = tmp_path / "pharmacy.yaml"
    assert str(caught.value) == f"{path}: {expected} in two spellings; keep one of them"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("lines_from: the school's own rules\n", "", "lines_from: it is missing"),
        ("year: 2026", "years: 2026", "years (2026): there is no such field"),
        ("pass: 6", "pass: six", "lines.必須.pass ('six'): input should be a valid number"),
        ("pass: 6", "pass: -1", "lines.必須.pass (-1): input should be greater than or equal to 0"),
        ("3: 4", "3: .nan", "points.必須.3 (nan): input should be"),
        ("1-2: 2", "x: 2", "points.必須.x.[key] ('x'): string should match pattern"),
        ("[a], [b, c]", "[a]", "several_answers.理論1 ([['a']]): tuple should have at least 2"),
        ("most_forbidden: 1", "most_forbidden: 1.5", "most_forbidden (1.5): input should be"),
        ("sections: [必須], ", "sections: [], ", "lines.必須.sections ([]): tuple should have at"),
        ("name: pharmacy", "name: 120", "name (120): input should be a valid string"),
    ],
)
def test_a_value_that_is_wrong(tmp_path, old, new, expected):
    with pytest.raises(FileError) as caught:
        read(tmp_path, old, new)
    path = tmp_path / "pharmacy.yaml"
    assert str(caught.value).startswith(f"{path}: {expected}")
    assert str(caught.value).endswith("; see docs/tasks.md, An examination of your own")


MERGED = "a0: &a0 {b: 1}\n" + "".join(
    f"a{n + 1}: &a{n + 1} {{<<: [*a{n}, *a{n}]}}\n" for n in range(25)
)
"""Each merge key stands for twice as many pairs as the one before it."""


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b"a: 1\nlines: [",
            ":2: is not usable YAML in UTF-8 (while parsing a flow node expected the",
        ),
        (
            "name: 薬剤師".encode("cp932"),
            ": is not usable YAML in UTF-8 ('utf-8' codec can't decode",
        ),
        (
            (PHARMACY + "lines: {必須: {sections: [必須], pass: 1}}\n").encode(),
            ":14: is not usable YAML in UTF-8 ('lines' stands twice); mend the file",
        ),
        (
            PHARMACY.replace("  全体:", "  必須:").encode(),
            ":6: is not usable YAML in UTF-8 ('必須' stands twice); mend the file",
        ),
        (b"- 1", ": the file ([1]): it must be names with values"),
        (b"", ": the file (None): it must be names with values"),
        (
            b"!!python/object:os.system {}",
            ":1: is not usable YAML in UTF-8 (could not determine a construct",
        ),
        (
            b"#" * (LARGEST + 1),
            ": is not usable YAML in UTF-8 (it is longer than 256 KiB); mend the file",
        ),
        (b"[" * 5000, ": is not usable YAML in UTF-8 (maximum recursion"),
        (
            MERGED.encode(),
            ": is not usable YAML in UTF-8 (with its aliases written out it has over",
        ),
    ],
    ids=[
        "cut",
        "cp932",
        "lines twice",
        "a line twice",
        "list",
        "empty",
        "object",
        "long",
        "deep",
        "alias",
    ],
)
def test_a_file_that_is_no_description(tmp_path, content, expected):
    path = tmp_path / "pharmacy.yaml"
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        read_description(path)
    assert str(caught.value).startswith(f"{path}{expected}")


def test_a_missing_file(tmp_path):
    with pytest.raises(FileError) as caught:
        read_description(tmp_path / "no.yaml")
    assert "cannot be read (No such file or directory)" in str(caught.value)


def test_a_description_that_would_be_passed_over(tmp_path):
    """A file by another name, and a link to a file that is gone."""
    exam = own(tmp_path)
    (tmp_path / "nursing.yml").write_text(NURSING, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        own_examination(exam)
    assert str(caught.value) == (
        f"{tmp_path / 'nursing.yml'}: is not read: the description of nursing.jsonl is "
        "nursing.yaml; rename it"
    )
    (tmp_path / "nursing.yaml").symlink_to(tmp_path / "gone.yaml")
    with pytest.raises(FileError) as caught:
        own_examination(exam)
    assert str(caught.value).startswith(f"{tmp_path / 'nursing.yaml'}: cannot be read (No such")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[理論2]", "[理論9]", "理論9: struck_out names no question"),
        ("[理論3]", "[理論9]", "理論9: every_answer_right names no question"),
        ("{理論1:", "{理論9:", "理論9: several_answers names no question"),
        ("  必須: {1-2", "  実践: {1-2", "points has the section '実践', which no question has"),
        ("[必須, 理論]", "[必須, 実践]", "line '全体' has the section '実践', which no question"),
        (
            "[必須, 理論]",
            "[必須, 必須]",
            "line '全体' has the section '必須' twice; name each once; "
            "the questions have the sections '必須', '理論'",
        ),
        ("[理論2]", "[理論2, 理論2]", "理論2: struck_out names it twice; name it once"),
        ("points: 8", "points: 9", "line '必須' has 9 points, its questions have 8"),
        ("3: 4}", "3: 4, 7-9: 1}", "points of '必須' has the numbers 7-9, which no question has"),
        ("3: 4}", "2-3: 4}", "必須2: points of '必須' has it twice: 1-2 and 2-3"),
        ("[b, c]]", "[b, q]]", "理論1: several_answers has 'q', which is none of its choices"),
        ("pass: 9.5", "pass: 11.5", "line '全体' passes from 11.5 points on, of 11 that there are"),
    ],
)
def test_what_does_not_fit_the_questions(tmp_path, old, new, expected):
    path = tmp_path / "pharmacy.yaml"
    faults = [str(each) for each in check_description(read(tmp_path, old, new), QUESTIONS, path)]
    assert any(each.startswith(f"{path}: {expected}") for each in faults), faults


def test_other_lines(tmp_path):
    found = read(tmp_path).with_lines({"必須": 7})
    assert (found.lines["必須"].pass_from, found.lines["全体"].pass_from) == (7, 9.5)
    assert found.lines_from == "--lines: 必須 7; the others: the school's own rules"
    both = read(tmp_path).with_lines({"必須": 7, "全体": 10})
    assert both.lines_from == "--lines: 必須 7, 全体 10"
    for lines, expected in (
        ({"general": 1}, "--lines general=1: pharmacy has the lines 必須, 全体"),
        ({"必須": 8.5}, "--lines 必須=8.5: there are 8 points; give at most so many"),
    ):
        with pytest.raises(UserError, match=expected):
            read(tmp_path).with_lines(lines)


# Those that are shipped


def test_the_shipped_ones():
    assert list(shipped()) == ["112", "113", "114", "115", "116", "119", "120"]
    assert years_of("igakuqa") == (2018, 2019, 2020, 2021, 2022)
    assert (years_of("igakuqa119"), years_of("jmle2026")) == ((2025,), (2026,))
    unknown = [name for name, each in shipped().items() if each.most_forbidden is None]
    assert unknown == ["119", "120"]


@pytest.mark.parametrize("name", ["112", "113", "114", "115", "116", "119", "120"])
def test_a_shipped_one_fits_the_real_questions(name, real_data, real_recent, monkeypatch):
    from jmedlora.exams.examination import load_examinations

    monkeypatch.setenv("JMED_DATA", str(real_data))
    (found,) = load_examinations(name)
    description = found.description
    assert description is not None
    assert len(found.questions) == 400
    assert check_description(description, found.questions, Path(name)) == []
    points: Counter[str] = Counter()
    for each in found.questions:
        points["required" if each.section in "BE" else "general"] += each.points
    assert points == {line: each.points for line, each in description.lines.items()}
