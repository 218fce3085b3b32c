"""A real instruction model, SmolLM2-135M-Instruct, asked through its chat template.

It knows English and little Japanese, and medicine hardly: nothing here hangs on what is right.
"""

import re
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from tests.support.commands import lm_eval, results, samples
from tests.support.naive_scores import naive_scores
from tests.support.smollm2 import END

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("smollm2")]

LIMIT = 40
"""Tokens of an answer at most. English answers were the same with AVX-512, AVX2 and neither."""


def ask(
    model: Path, task: str, folder: Path, *, questions: int = 10, limit: int = LIMIT, args: str = ""
) -> Path:
    """Asks the first questions of ``task``; where the run lies. args: more of the model's."""
    found = lm_eval("--tasks", task, "--limit", str(questions), "--batch_size", "10",
                    "--gen_kwargs", f"do_sample=False,max_gen_toks={limit}", "--model", "hf",
                    "--apply_chat_template", "--model_args",
                    f"pretrained={model},dtype=float32{args}", cwd=folder)  # fmt: skip
    assert found.returncode == 0, found.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def english(smollm2, real_data, tmp_path_factory) -> Path:
    return ask(smollm2, "igakuqa_en", tmp_path_factory.mktemp("english"))


@pytest.fixture(scope="module")
def japanese(smollm2, tmp_path_factory) -> Path:
    return ask(smollm2, "jmed_sample", tmp_path_factory.mktemp("japanese"), questions=5)


@pytest.fixture(params=["english", "japanese"])
def asked(request) -> tuple[str, Path]:
    """A task and its run."""
    task = {"english": "igakuqa_en", "japanese": "jmed_sample"}[request.param]
    return task, request.getfixturevalue(request.param)


def response(row: dict) -> str:
    return row["resps"][0][0]


def words(text: str) -> set[str]:
    """The long words of an English text, which say what it is about."""
    return set(re.findall(r"[a-z]{7,}", text.lower()))


def test_a_question_is_a_turn_of_its_template(asked):
    task, run = asked
    for row in samples(run, task):
        prompt = row["arguments"]["gen_args_0"]["arg_0"]
        system, user, assistant = prompt.split("<|im_start|>")[1:]
        assert system.startswith("system\n")
        assert user.startswith("user\n")
        assert row["doc"]["question"] in user
        assert assistant == "assistant\n"
        assert prompt.count(END) == 2


def test_english_questions_get_english_sentences(english):
    """Nine of ten answers were letters and spaces to 95 %, one to 64 %; the fewest words were 1."""
    found = [response(row) for row in samples(english, "igakuqa_en")]
    letters = [re.sub(r"[^A-Za-z\s]", "", text) for text in found]
    assert all(found)
    assert sum(len(a) > 0.85 * len(b) for a, b in zip(letters, found, strict=True)) >= 8
    assert sum(len(text.split()) > 10 for text in found) >= 6


def test_an_english_answer_is_about_its_question(english):
    """It shares more long words with its own question than with the next one: 8 of ten."""
    rows = samples(english, "igakuqa_en")
    asked_for = [words(" ".join([row["doc"]["question"], *row["doc"]["choices"]])) for row in rows]
    answers = [words(response(row)) for row in rows]
    own = [len(a & b) for a, b in zip(answers, asked_for, strict=True)]
    others = [len(a & b) for a, b in zip(answers, asked_for[1:] + asked_for[:1], strict=True)]
    assert sum(a > b for a, b in zip(own, others, strict=True)) >= 5


def test_japanese_questions_get_answers_in_japanese(japanese):
    found = [response(row) for row in samples(japanese, "jmed_sample")]
    assert all(found)
    assert sum(bool(re.search(r"[ぁ-ヿ一-鿿]{3}", text)) for text in found) >= 4


def test_an_answer_ends_at_the_models_end_token_or_at_the_limit(english, smollm2):
    tokenizer = AutoTokenizer.from_pretrained(smollm2)
    assert tokenizer.eos_token == END
    found = [response(row) for row in samples(english, "igakuqa_en")]
    assert not [text for text in found if "<|" in text]
    lengths = [len(tokenizer(text)["input_ids"]) for text in found]
    assert max(lengths) <= LIMIT
    assert min(lengths) < LIMIT / 2  # "True", said of a statement


def test_real_sentences_are_scored_as_the_paper_scores(asked):
    task, run = asked
    rows = samples(run, task)
    expected = [naive_scores(row) for row in rows]
    metrics = ("accuracy", "exact_match", "gestalt_score")
    assert [tuple(row[metric] for metric in metrics) for row in rows] == expected
    for metric, values in zip(metrics, zip(*expected, strict=True), strict=True):
        value = results(run)["results"][task][f"{metric},none"]
        assert value == pytest.approx(sum(values) / len(rows))


CHAT_LIMIT = 32
"""None of the answers ended before 40 tokens, nor said 【回答】."""


@pytest.fixture(scope="module")
def chat(smollm2, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("chat")
    return ask(smollm2, "jmed_sample_chat", folder, limit=CHAT_LIMIT)


def terms(doc: dict) -> set[str]:
    """Long words of a Japanese question and its choices: katakana and kanji, as in アミオダロン."""
    text = " ".join([doc["question"], *doc["choices"]])
    return set(re.findall("[ァ-ヶー]{4,}|[一-龥]{2,}", text))


def test_a_chat_answer_names_what_its_question_is_about(chat):
    """Six of the ten did, and no answer named a term of the next question."""
    rows = samples(chat, "jmed_sample_chat")
    asked_for = [terms(row["doc"]) for row in rows]
    own, others = (
        sum(any(term in response(row) for term in each) for row, each in zip(rows, of, strict=True))
        for of in (asked_for, asked_for[1:] + asked_for[:1])
    )
    assert len(rows) == 10
    assert own >= 4
    assert own > others


def test_the_chat_task_has_a_system_message_and_asks_for_the_last_line(chat):
    for row in samples(chat, "jmed_sample_chat"):
        prompt = row["arguments"]["gen_args_0"]["arg_0"]
        system, user, assistant = prompt.split("<|im_start|>")[1:]
        assert system.startswith("system\n日本の医療の試験問題に答えてください。")
        assert user.startswith(f"user\n{row['doc']['question']}\n\na. ")
        assert re.search(f"【回答】a(,c)*{re.escape(END)}", user)
        assert assistant == "assistant\n"


def test_an_answer_at_the_limit_is_cut_and_the_others_are_read_as_they_are(chat, smollm2):
    """Every answer but those that end, or that say 【回答】 before the limit."""
    tokenizer = AutoTokenizer.from_pretrained(smollm2)
    for row in samples(chat, "jmed_sample_chat"):
        text, (kept,) = response(row), row["filtered_resps"]
        ended = len(tokenizer(text)["input_ids"]) < CHAT_LIMIT - 8
        if ended:
            assert (kept, row["cut"]) == (text.strip(), 0)
        assert kept in ("", text.strip())
        assert row["cut"] == (not kept)
        assert row["cut"] + row["unparsed"] + row["correct"] <= 1


def test_what_think_end_token_takes_away_is_in_the_samples(chat, smollm2, tmp_path):
    """As if は ended its thinking. All of these answers reach the limit, and none is read."""
    run = ask(smollm2, "jmed_sample_chat", tmp_path, limit=CHAT_LIMIT, args=",think_end_token=は")
    plain = [response(row) for row in samples(chat, "jmed_sample_chat")]
    rows = samples(run, "jmed_sample_chat")
    split = [response(row).removeprefix("<think>\n").split("\n</think>\n\n") for row in rows]
    assert any(len(parts) == 2 for parts in split)
    for text, parts, row in zip(plain, split, rows, strict=True):
        if row["cut"]:
            assert "".join(text.split()) == "".join("".join(parts).split())
    assert sum(row["cut"] for row in rows) >= 8
