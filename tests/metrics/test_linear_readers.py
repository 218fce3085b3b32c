"""What models write is read in a time that grows with its length only, however often it repeats."""

import sys
from time import process_time

import pytest

from jmed_metrics.read_letters import read_letters
from jmed_metrics.read_number import read_number
from jmedlora.data.instruction_pair import RejectReason
from jmedlora.data.parse.read_response import read_response
from tests.support.commands import ROOT, run, write_jsonl
from tests.support.hostile import LIMIT, READERS, UNITS
from tests.support.published import publish

FIVE = tuple("abcde")


@pytest.mark.parametrize("reader", READERS)
def test_no_repeated_unit_hangs(reader):
    assert len(UNITS) >= 40
    done = run(sys.executable, "-m", "tests.support.hostile", reader, cwd=ROOT)
    last = done.stdout.splitlines()[-1:]
    assert done.returncode == 0, f"takes more than {LIMIT} s or fails: {last}\n{done.stderr}"


def in_no_time(read, *args):
    """What ``read`` returns; before, each of these texts took seconds or did not end."""
    began = process_time()
    found = read(*args)
    assert process_time() - began < 1
    return found


@pytest.mark.parametrize(
    ("before", "unit", "times", "behind", "expected"),
    [
        ("1mg", "/kg", 20, "?", ""),
        ("", "①=", 20, "だ", ""),
        ("1mg", "/kg", 20, "", "1"),
        ("答え: 1mg", "/kg", 2000, "", "1"),
        ("", "約", 2000, "3倍です", "3"),
        ("", "1です", 2000, "", "1"),
        ("", "1です", 2000, "とはいえない", ""),
        ("", "1です。", 2000, "2ですとはいえない", "1"),
        ("", "男:1,", 1000, "1です", ""),
        ("day ", "5 is ", 1, "3.", "3"),  # "is" is no unit of 5
    ],
)
def test_repeats_in_numbers(before, unit, times, behind, expected):
    assert in_no_time(read_number, before + unit * times + behind) == expected


@pytest.mark.parametrize(
    ("before", "unit", "times", "behind", "expected"),
    [
        ("", "a\n", 2000, "", "a"),
        ("", "a,", 2000, "c", "ac"),
        ("", '"a" "b" "d"', 1, "", "abd"),  # a quote that opens is none that closes
        ("", 'a" " "', 200, "b", "ab"),
        ("", 'a" " "', 200, "?", ""),
        ("", "a (b) ", 200, "c", "ac"),
        ("", "a (b) ", 200, "x", "a"),
        ("", "答えはa:", 2000, "", "a"),
        ("", "答えはa 肝", 2000, "", "a"),
        ("", "答え:a(", 2000, "", "a"),
        ("", "答えはa、", 2000, "", "a"),
        ("", "答えはa(肝", 2000, "", "a"),
        ("答えはa。", "答えはbではない、", 500, "", "a"),
        ("", "aが正しい、", 1000, "とはいえない", ""),
        ("", "a) 答えはc\n", 500, "", "c"),
    ],
)
def test_repeats_in_letters(before, unit, times, behind, expected):
    found = in_no_time(read_letters, before + unit * times + behind, FIVE)
    assert "".join(sorted(found)) == expected


def test_accents_in_a_row_change_no_other_character():
    text = "ガ" + "\u0301\u0323" * 20_000 + "\n答え: c"
    assert in_no_time(read_letters, text, FIVE) == {"c"}


def test_a_pair_with_several_inputs_is_not_guessed():
    inputs = '"input": "b", "input": "なし", "input": "c",'
    reading = read_response('{"question": "a", ' + inputs + ' "answer": "d"}')
    assert reading.pairs == []
    assert [reject.reason for reject in reading.rejects] == [RejectReason.ORDER]


def test_the_marking_of_a_repeated_unit_ends(tmp_path):
    root = publish(tmp_path / "exams", questions=1)
    for path in (root / "igakuqa" / "data").glob("*/*-?.jsonl"):
        name = path.stem.replace("-", "") + "1"
        note = {"problem_id": name, "category": "総論", "kinki": [], "human_accuracy": "80"}
        write_jsonl(path.with_name(f"{path.stem}_metadata.jsonl"), note)
    numeric = {"problem_id": "112C1", "problem_text": "求めよ。解答：①.②", "choices": []}
    question = numeric | {"text_only": True, "answer": ["21"], "points": "1"}
    write_jsonl(root / "igakuqa" / "data" / "2018" / "112-C.jsonl", question)
    names = [f"112{section}1" for section in "ABCDEF"]
    predictions = [{"problem_id": name, "prediction": "2mg" + "/mg" * 200 + "?"} for name in names]
    path = write_jsonl(tmp_path / "predictions.jsonl", *predictions)
    command = "import sys; from jmedlora.report.cli import main; sys.exit(main(sys.argv[1:]))"
    done = run(
        sys.executable, "-c", command, "exam", path, "--format", "json",
        cwd=tmp_path, JMED_DATA=str(root),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert '"unparsed": 6' in done.stdout
