"""``jmed-data overlap``: what counts as the same text, what is found, and what is written."""

import itertools
import json
import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from jmedlora.data.overlap.candidates import CandidateFilter
from jmedlora.data.overlap.input_files import Passage
from jmedlora.data.overlap.normalize import OffsetMap, normalize
from jmedlora.data.overlap.search import Search, WindowCutter
from jmedlora.data.overlap.sought_questions import SoughtQuestion, make_patterns, read_exams
from jmedlora.data.overlap.thresholds import Thresholds, coverage_notes
from jmedlora.data.overlap.verify import partial_ratio
from jmedlora.exams.exclude import without
from jmedlora.exams.registry import load_exam
from tests.support.commands import write_jsonl
from tests.support.overlap import CHOICES, OTHER, QUESTION, SHORT, STEM, hits, overlap, write_exam


def found(text, *questions, **thresholds):
    """(way, containment, ratio, excerpt) of each hit in ``text``."""
    search = Search(questions or [QUESTION], Thresholds(**thresholds))
    return [
        (h.way, h.containment, h.ratio, h.excerpt) for h in search.find_hits([Passage(1, text)])
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("正しいのは、どれか。", "正しいのはどれか"),  # punctuation goes
        ("２ つ\u3000選べ\n", "2つ選べ"),  # full width, any space
        ("が", "が"),  # a voicing mark is no punctuation: not か
        ("か\u3099", "が"),  # written as two characters
        ("か゛", "が"),  # with a mark that stands alone
        ("ｶﾞﾝ ﾊﾟﾙｽ", "ガンパルス"),  # half width
        ("ビタミンＣ（ＶＣ）", "ビタミンcvc"),
        ("36.4 ℃、①", "364c1"),
        ("データー", "データー"),  # the long vowel is a letter
        ("葛\U000e0100城", "葛城"),  # which form of the kanji does not matter
        ("。、！？ \u200b", ""),
    ],
)
def test_normal_text(text, expected):
    assert normalize(text) == expected


@settings(deadline=None)
@given(st.text())
def test_normal_text_is_normal(text):
    assert normalize(normalize(text)) == normalize(text)


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("「あ、い。う」", "い", "い"),
        ("あ ｶﾞ ｷﾞ い", "ガギ", "ｶﾞ ｷﾞ"),  # two characters for one
        ("㎏をか\u3099る", "が", "か\u3099"),  # one character for two before it
    ],
)
def test_where_normal_text_stands_in_the_original(text, part, expected):
    place = normalize(text).index(part)
    start, end = OffsetMap(text).original_span(place, place + len(part))
    assert text[start:end] == expected


def test_containment_by_hand():
    """あいうえお has あいう いうえ うえお; あいうえか holds two of them, and え alone none."""
    candidate_filter = CandidateFilter(["あいうえお"], 2 / 3)
    candidates = candidate_filter.find_candidates(
        ["あいうえか", "え", "うえおあいう", "かあいうえお"]
    )
    assert candidate_filter.sizes.tolist() == [3]
    assert candidate_filter.needed.tolist() == [2]
    assert candidates.texts.tolist() == [0, 2, 3]


def grams(text):
    return {text[place : place + 3] for place in range(len(text) - 2)}


SMALL = st.text("あいうえお", min_size=3, max_size=12)


@settings(deadline=None, max_examples=300)
@given(
    st.lists(SMALL, min_size=1, max_size=6),
    st.lists(st.text("あいうえおか", max_size=30), min_size=1, max_size=8),
    st.floats(0.05, 1),
)
def test_the_candidate_filter_loses_nothing(sought, texts, containment):
    candidates = CandidateFilter(sought, containment).find_candidates(texts)
    passed = set(zip(candidates.texts.tolist(), candidates.patterns.tolist(), strict=True))
    for text, held in enumerate(map(grams, texts)):
        for pattern, each in enumerate(map(grams, sought)):
            if len(each & held) >= containment * len(each):
                assert (text, pattern) in passed


LETTERS = STEM + OTHER + "".join(CHOICES)


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 2**32), st.floats(0, 0.6), st.integers(0, 40))
def test_search_equals_a_naive_oracle(seed, share, around):
    """For a record that is not much longer than the question: sets of 3-grams, and rapidfuzz."""
    rng = random.Random(seed)
    pad = "".join(rng.choices(LETTERS, k=around))
    text = pad + edited(STEM + "".join(CHOICES), share, rng)
    expected = [p for p in make_patterns([QUESTION], Thresholds()) if naive(p, normalize(text))]
    told = [(way, pytest.approx(held), pytest.approx(ratio)) for way, held, ratio, _ in found(text)]
    assert told == [(p.way, *naive(p, normalize(text))) for p in expected[:1]]


def naive(pattern, text):
    """(containment, ratio) if the pattern is found in the whole text."""
    held = grams(pattern.text)
    containment = len(held & grams(text)) / len(held)
    compare = fuzz.partial_ratio if len(text) >= len(pattern.text) else fuzz.ratio
    ratio = compare(pattern.text, text)
    judged = containment >= Thresholds().containment and ratio >= pattern.ratio
    return (containment, ratio) if judged or containment >= pattern.sure else None


def edited(text, share, rng):
    letters = list(text)
    for _ in range(round(len(text) * share)):
        place = rng.randrange(len(letters))
        removed, added = rng.choice([(0, 1), (1, 0), (1, 1)])
        letters[place : place + removed] = rng.choices(LETTERS, k=added)
    return "".join(letters)


@settings(deadline=None)
@given(st.text("あいうえお", min_size=1, max_size=40), st.text("あいうえお", max_size=90))
def test_the_bound_never_hides_a_score(question, text):
    exact, _, _ = partial_ratio(question, text, 0)
    for cutoff in (50, 75, 90, 100):
        assert partial_ratio(question, text, cutoff)[0] == (exact if exact >= cutoff else 0)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        (QUESTION.text, "stem+choices"),
        (STEM + "\n1. " + "\n2. ".join(CHOICES), "stem+choices"),  # though the stem is exact
        (STEM[:10] + STEM[12:] + "\n1. " + "\n2. ".join(CHOICES), "stem+choices"),
        (STEM.replace("い", "い、") + " ".join(CHOICES), "stem+choices"),
        (f"{OTHER * 8}{QUESTION.text}{OTHER * 8}", "stem+choices"),  # embedded
        (OTHER * 40 + QUESTION.text, "stem+choices"),  # behind several windows
        ("\n".join(CHOICES) + OTHER * 3 + STEM, "stem"),  # the choices far away
        (f"次の問いに答えよ。{STEM}", "stem"),
    ],
)
def test_copies_are_found(text, way):
    (hit,) = found(text, min_stem=30)
    assert hit[0] == way
    assert hit[2] > 90


def test_a_shuffled_copy_is_found_by_its_grams():
    ((way, containment, ratio, _),) = found("。".join([*CHOICES[::-1], STEM]))
    assert way == "stem+choices"
    assert containment >= 0.8
    assert ratio < 80


@pytest.mark.parametrize(
    "text",
    [
        OTHER,
        OTHER * 50,
        "どれか。",
        "はどれか。" * 300,
        QUESTION.text[-20:],  # a fragment: not found, and said so
        "架空の湖のほとりに住む人が冬のあいだ主に読んでいるものはどれか。\n新聞\n雑誌\n小説\n詩\n歌",
        "",
    ],
)
def test_other_text_is_not_found(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        (SHORT, SHORT, []),  # a short stem alone is like any other
        (SHORT, SHORT + "".join(CHOICES), ["stem+choices"]),
        (STEM, STEM, []),  # 39 characters, normalised
        ("大きな" + STEM, "大きな" + STEM, ["stem"]),
    ],
)
def test_short_stems_only_with_their_choices(question, text, expected):
    sought = SoughtQuestion("own", "Q", question, tuple(CHOICES))
    assert [hit[0] for hit in found(text, sought, min_stem=40)] == expected


@pytest.mark.parametrize(
    ("question", "answer", "ways"),
    [
        (STEM, CHOICES[:1], ["stem+choices", "stem+answer", "choices"]),
        (STEM, (), ["stem+choices", "choices"]),
        (STEM, (" ",), ["stem+choices", "choices"]),  # it stands in an image
        ("大きな" + STEM, CHOICES[:1], ["stem+choices", "stem", "choices"]),  # the stem is enough
        (SHORT, ("虫",), ["stem+choices", "choices"]),  # ten characters are not
    ],
)
def test_short_stems_are_looked_for_with_their_answer(question, answer, ways):
    sought = SoughtQuestion("own", "Q", question, tuple(CHOICES), tuple(answer))
    found_ways = [(p.way, p.ratio) for p in make_patterns([sought], Thresholds())]
    assert [way for way, _ in found_ways] == ways
    assert ("stem+answer" not in ways) or found_ways[1][1] == Thresholds().stem_ratio


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"質問: {STEM}\n回答: {CHOICES[0]}", ["stem+answer"]),
        (f"{OTHER}{STEM}答えは{CHOICES[0]}。{OTHER}", ["stem+answer"]),
        (QUESTION.text + "\n正解: " + CHOICES[0], ["stem+choices"]),  # the stronger evidence
        (f"質問: {STEM[20:]}\n回答: {CHOICES[0]}", []),
        (f"質問: {OTHER}\n回答: {CHOICES[0]}", []),
    ],
)
def test_a_question_with_only_its_answer(text, expected):
    sought = SoughtQuestion("own", "Q1", STEM, tuple(CHOICES), (CHOICES[0],))
    assert [hit[0] for hit in found(text, sought)] == expected


def test_the_answers_of_every_exam(tmp_path, real_data, monkeypatch):
    monkeypatch.setenv("JMED_DATA", str(real_data))
    for exam in read_exams(["igakuqa", "igakuqa_exam", "jjsimqa"]):
        for each in exam.questions:
            assert set(each.answer) <= set(each.choices)
            assert bool(each.answer) == bool(each.choices)


def test_the_answers_of_an_own_exam(exam):
    assert [q.answer for q in read_exams([str(exam)])[0].questions] == [
        (CHOICES[0],), (CHOICES[-1],),
    ]  # fmt: skip


def test_latin_letters_make_a_stem_no_longer():
    """26 letters count as 8 2/3 characters, beside the 28 others."""
    term = "間質性肺疾患（interstitial lung disease: ILD）"
    stem = f"{term}の経過を見るための検査として正しいのはどれか。"
    sought = SoughtQuestion("own", "Q", stem, tuple(CHOICES))
    with_stem, without = ["stem+choices", "stem", "choices"], ["stem+choices", "choices"]
    for least, ways in ((36, with_stem), (37, without)):
        assert [p.way for p in make_patterns([sought], Thresholds(min_stem=least))] == ways


def test_choices_that_are_labels_do_not_count_as_text():
    sought = SoughtQuestion("own", "Q", "矢印の部位で正しいものはどれか選べ", tuple("①②③④⑤"))
    (pattern,) = make_patterns([sought], Thresholds())
    assert pattern.ratio == Thresholds().stem_ratio
    assert Search([SoughtQuestion("own", "Q", "どれか", ("①", "②"))], Thresholds()).too_short


@pytest.mark.parametrize("place", range(0, 1400, 37))
def test_a_question_at_the_edge_of_a_window_is_found(place):
    """Windows are 500 characters, of which neighbours share those of a copy of the longest one."""
    filler = normalize(OTHER) * 40
    ((_, _, ratio, excerpt),) = found(filler[:place] + normalize(QUESTION.text) + filler[place:])
    assert ratio == 100
    assert excerpt == normalize(QUESTION.text)


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(0, 5000))
def test_whatever_is_as_long_as_the_overlap_is_whole_in_a_window(longest, length):
    windows = WindowCutter.for_longest(longest)
    cut = list(windows.cut("x" * length))
    assert cut[-1].start + len(cut[-1].text) == length
    for one, other in itertools.pairwise(cut):
        assert one.start + len(one.text) - other.start == windows.overlap


@pytest.mark.parametrize(
    "record",
    [
        {"instruction": STEM + "\n" + "\n".join(CHOICES), "output": "a"},
        {"instruction": STEM, "input": "\n".join(CHOICES), "output": "a"},
        {"instruction": "次に答えよ。", "input": QUESTION.text, "output": "a"},
        {"instruction": "試験問題を一つ挙げよ。", "output": QUESTION.text},
        {"instruction": STEM, "input": None, "output": "".join(CHOICES)},
        {"text": OTHER + QUESTION.text},
    ],
)
def test_every_shape_of_record(tmp_path, capsys, exam, record):
    train = write_jsonl(tmp_path / "train.jsonl", {"text": OTHER}, record)
    status, out, _ = overlap(capsys, train, "--exam", exam, "--out", tmp_path / "out")
    assert status == 0
    (hit,) = hits(tmp_path / "out")
    assert (hit["problem_id"], hit["line"], hit["way"]) == ("Q1", 2, "stem+choices")
    assert out.splitlines() == [
        "own: 1 of 2 questions found (50.0%)",
        "  looked for only with their choices or answer: 2 of 2",
        f"{train}: 1 of 2 records hold a question",
        *coverage_notes(Thresholds()),
        f"{tmp_path / 'out'}: hits.jsonl, overlap.html, summary.json",
    ]


def test_the_report(tmp_path, capsys, exam):
    both = {"text": f"{QUESTION.text}\n{OTHER * 99}\n{QUESTION.text}"}  # one hit, though twice
    one = write_jsonl(tmp_path / "one.jsonl", both, {"text": OTHER})
    two = write_jsonl(tmp_path / "two.jsonl", {"text": SHORT + "".join(CHOICES[::-1])})
    out = tmp_path / "out"
    assert overlap(capsys, one, two, "--exam", exam, "--out", out)[0] == 0
    first, second = hits(out)
    assert list(first) == [
        "exam", "problem_id", "file", "line", "way", "containment", "ratio", "question",
        "excerpt", "start", "end", "record", "record_is_cut",
    ]  # fmt: skip
    assert (first["file"], first["line"], first["containment"], first["ratio"]) == (
        str(one), 1, 1, 100,
    )  # fmt: skip
    assert first["question"] == first["excerpt"]
    assert first["record_is_cut"]
    assert (second["problem_id"], second["file"]) == ("Q2", str(two))
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["exams"]["own"] == {
        "questions": 2, "found": 2, "share": 1.0, "sha256": read_exams([str(exam)])[0].sha256,
        "only_with_choices_or_answer": 2, "too_short": [],
        "records_by_problem_id": {"Q1": 1, "Q2": 1},
    }  # fmt: skip
    assert [file["with_a_question"] for file in summary["files"]] == [1, 1]
    assert summary["thresholds"]["containment"] == 0.35
    assert any("last 40 characters" in each for each in summary["not_found"])


def test_the_page_shows_whatever_a_record_holds_as_text(tmp_path, capsys):
    stem = "<script>alert(1)</script>" + STEM
    exam = write_exam(tmp_path / "own.jsonl", ("<b>", stem, CHOICES))
    nasty = f"<img src=x onerror=alert(1)>\u202e{stem}{{{{ 7*7 }}}}" + "".join(CHOICES)
    train = write_jsonl(tmp_path / "<i>.jsonl", {"text": nasty})
    assert overlap(capsys, train, "--exam", exam, "--out", tmp_path / "out")[0] == 0
    html = (tmp_path / "out/overlap.html").read_text("utf-8")
    assert "default-src 'none'" in html
    for tag in ("<script", "<img", "<b>", "<i>", "\u202e"):
        assert tag not in html
    assert "&lt;script&gt;" in html
    assert "⟨U+202E⟩" in html
    assert "{{ 7*7 }}" in html
    assert html.count("<mark>") == 1


def test_a_clean_file_and_a_list_to_exclude(tmp_path, capsys, exam):
    train = tmp_path / "train.jsonl"
    kept = [f'{{"text":  "{OTHER}"}}\r\n', "\n", f'{{"output": "b", "instruction": "{OTHER}"}}']
    hit = json.dumps({"text": QUESTION.text}) + "\n"
    train.write_bytes((kept[0] + hit + kept[1] + hit + kept[2]).encode())
    clean, excluded = tmp_path / "new/clean.jsonl", tmp_path / "exclude.jsonl"
    status, out, _ = overlap(
        capsys, train, "--exam", exam, "--drop", clean, "--exclude-list", excluded
    )
    assert status == 0
    assert clean.read_bytes() == "".join(kept).encode()
    assert excluded.read_text("utf-8") == '{"exam": "own", "problem_id": "Q1"}\n'
    assert out.splitlines()[2:3] + out.splitlines()[-2:] == [
        f"{train}: 2 of 4 records hold a question",
        f"{excluded}: questions to exclude: 1",
        f"{clean}: records left: 2",
    ]
    assert overlap(capsys, clean, "--exam", exam, "--fail-on-hit")[0] == 0
    assert overlap(capsys, train, "--exam", exam, "--fail-on-hit")[0] == 1
    loaded = load_exam("jmed_own", file=str(exam))
    left, _ = without(loaded, str(excluded), exam="jmed_own", file=str(exam))
    assert [item.problem_id for item in left.items] == ["Q2"]


def test_several_files_are_cleaned_into_a_folder(tmp_path, capsys, exam):
    one = write_jsonl(tmp_path / "one.jsonl", {"text": OTHER}, {"text": QUESTION.text})
    two = write_jsonl(tmp_path / "two.jsonl", {"text": OTHER})
    assert overlap(capsys, one, two, "--exam", exam, "--drop", tmp_path / "clean")[0] == 0
    assert (tmp_path / "clean/one.jsonl").read_bytes() == two.read_bytes()
    assert (tmp_path / "clean/two.jsonl").read_bytes() == two.read_bytes()


def test_the_examples_of_the_package(tmp_path, capsys, no_data):
    """jmed_sample is on every machine; every one of its questions is found in its own text."""
    items = load_exam("jmed_sample").items
    texts = [{"text": "\n".join((item.question, *item.choices))} for item in items]
    train = write_jsonl(tmp_path / "train.jsonl", *texts)
    status, out, _ = overlap(capsys, train, "--exam", "jmed_sample")
    assert status == 0
    assert out.startswith(f"jmed_sample: {len(items)} of {len(items)} questions found (100.0%)")


@pytest.mark.parametrize("share", [0, 0.1, 0.25])
def test_planted_copies_of_the_real_exams(real_data, monkeypatch, share):
    monkeypatch.setenv("JMED_DATA", str(real_data))
    exams = read_exams(["igakuqa_exam", "jjsimqa"])
    rng = random.Random(0)
    questions = rng.sample([each for exam in exams for each in exam.questions], 200)
    texts = [OTHER * 3 + edited(question.text, share, rng) + OTHER for question in questions]
    hit = Search(questions, Thresholds()).find_hits(
        Passage(n, text) for n, text in enumerate(texts)
    )
    own = {each.question for each in hit if each.question == each.passage.line}
    assert len(own) >= {0: 0.97, 0.1: 0.95, 0.25: 0.90}[share] * len(questions)


def test_another_year_is_clean(real_data, monkeypatch):
    monkeypatch.setenv("JMED_DATA", str(real_data))
    questions = read_exams(["igakuqa_exam"])[0].questions
    year = [each for each in questions if each.problem_id.startswith("114")]
    other = [each for each in questions if each.problem_id.startswith("115")]
    passages = [Passage(line, each.text) for line, each in enumerate(other)]
    assert list(Search(year, Thresholds()).find_hits(passages)) == []


def test_a_hard_link_to_the_input_leaves_the_input_alone(tmp_path, capsys, exam):
    train = write_jsonl(tmp_path / "train.jsonl", {"text": QUESTION.text}, {"text": OTHER})
    before = train.read_bytes()
    os.link(train, tmp_path / "link.jsonl")
    assert overlap(capsys, train, "--exam", exam, "--drop", tmp_path / "link.jsonl")[0] == 0
    assert train.read_bytes() == before


def test_the_choices_alone_are_found():
    """In any order and with any labels; a few of them are not enough."""
    sought = SoughtQuestion("own", "Q", STEM, tuple(CHOICES))
    listed = "\n".join(f"{number}. {text}" for number, text in enumerate(reversed(CHOICES), 1))
    assert [hit[0] for hit in found(f"{OTHER}\n{listed}\n{OTHER}", sought)] == ["choices"]
    assert found(f"{OTHER}\n{CHOICES[0]}\n{OTHER}", sought) == []


def test_a_question_in_two_records_is_found_in_both():
    """The second one holds all choices, too; apart, the first half is too little to be told."""
    long = STEM + "".join(OTHER.split("。"))[:80] + QUESTION.question
    sought = SoughtQuestion("own", "Q", long, tuple(CHOICES))
    half = len(sought.text) // 2
    filler = "天気のよい日に、町の広場で市が立つ。"
    texts = [filler, filler + sought.text[:half], sought.text[half:] + filler, filler]
    passages = [Passage(line, text) for line, text in enumerate(texts, start=1)]
    hits = list(Search([sought], Thresholds()).find_hits(iter(passages)))
    assert {(hit.passage.line, hit.way) for hit in hits} == {(2, "parts"), (3, "choices")}
    apart = [passages[1], Passage(3, filler), Passage(4, filler), passages[2]]
    alone = Search([sought], Thresholds()).find_hits(iter(apart))
    assert {(hit.passage.line, hit.way) for hit in alone} == {(3, "choices")}
