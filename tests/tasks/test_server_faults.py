"""A server that fails, or answers without a completion: one line, and nothing of it is kept."""

import json
from pathlib import Path

import pytest

from jmedlora.exams.server_answers import NoCompletionError, check_completion
from tests.support.chat_server import ChatServer, answer, failure, serving
from tests.support.commands import lm_eval, samples

pytestmark = pytest.mark.lm_eval

RIGHT = answer("考えます。\n【回答】a")


def sent(body: object) -> tuple[int, dict[str, str], bytes]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return 200, {"Content-Type": "application/json"}, content


def message(**fields: object) -> dict:
    return {"choices": [{"index": 0, "message": {"role": "assistant", **fields}}]}


@pytest.mark.parametrize(
    "body",
    [message(content="a"), message(content=None), message(), {"choices": [{"index": 0}]},
     message(content=None, reasoning_content="考え中"),
     {"id": "x", "choices": [{"index": 0, "text": "a", "logprobs": None}]}],
)  # fmt: skip
def test_a_completion(body):
    check_completion(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"choices": []}, "choices: List should have at least 1 item"),
        ({"choices": None}, "choices: Input should be a valid list"),
        ({"error": {"message": "no model"}}, "choices: Field required): {'error': {'message': 'no"),
        ({"choices": [{"index": 0, "message": None}]}, "choices.0.message: Input should be"),
        ({"choices": [{"message": {"content": "a"}}]}, "choices.0.index: Field required"),
        (message(content=[{"type": "text", "text": "a"}]), "choices.0.message.content: Input sho"),
        ([], "the answer: Input should be a valid dictionary"),
        (None, "the answer: Input should be a valid dictionary"),
    ],
)
def test_no_completion(body, expected):
    with pytest.raises(NoCompletionError) as caught:
        check_completion(body)
    assert str(caught.value).startswith(f"no completion ({expected}")


def ask(server: ChatServer, folder: Path, *args: str, limit: int = 3, more: str = ""):
    return lm_eval(
        "--tasks", "jmed_sample_chat", "--model", "local-chat-completions",
        "--apply_chat_template", "--limit", str(limit), "--model_args",
        f"model=served,base_url={server.url}/chat/completions,max_retries=2{more}", *args,
        cwd=folder,
    )  # fmt: skip


def told(stderr: str) -> str:
    """The line that ends the run; the progress bar may be written once more behind it."""
    (line,) = (each for each in stderr.splitlines() if each.startswith("jmed: "))
    return line


FAULTS = {
    "an error with status 200": (
        sent({"error": {"message": "model not loaded"}}),
        "no completion (choices: Field required): {'error': {'message': 'model not loaded'}}",
    ),
    "no choices": (sent({"choices": []}), "no completion (choices: List should have at least 1"),
    "a page": (sent(b"<html>down</html>"), "Expecting value: line 1 column 1 (char 0)"),
    "half an answer": ("cut", "('Connection broken: IncompleteRead("),
    "no answer": ("drop", "('Connection aborted.', RemoteDisconnected("),
    "status 400": (
        failure(400, "the context is too long"),
        '400 Client Error: Bad Request for url: {url} ({"error": {"message": "the context is too',
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", FAULTS)
def test_a_server_that_fails_is_one_line(tmp_path, kind):
    """The second question fails for good; lm_eval asks it again, as often as it was told."""
    reply, said = FAULTS[kind]
    asked: list[str] = []

    def behave(content: str, _: int):
        asked.append(content)
        return RIGHT if len(asked) == 1 else reply

    with serving(behave) as server:
        found = ask(server, tmp_path)
    assert found.returncode == 1
    url = f"{server.url}/chat/completions"
    line = told(found.stderr)
    said = said.replace("{url}", url)
    assert line.startswith(f"jmed: {url}: the server failed, also when asked again: {said}")
    assert line.endswith(
        "; see its log, then run the same command again (with --use_cache FILE, what was answered "
        "is kept)"
    )
    assert "Traceback" not in found.stderr
    assert [asked[0], asked[1], asked[1]] == asked
    assert not list(tmp_path.rglob("samples*"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reply", "said"),
    [(sent({"choices": []}), "no completion (choices: "), (failure(500), "500, message="),
     ("drop", "Server disconnected")],
    ids=["no choices", "status 500", "no answer"],
)  # fmt: skip
def test_the_same_where_several_questions_are_under_way(tmp_path, reply, said):
    with serving(lambda *_: reply) as server:
        found = ask(server, tmp_path, more=",num_concurrent=3")
    assert found.returncode == 1
    line = told(found.stderr)
    assert "/chat/completions: the server failed, also when asked again: " + said in line
    assert "Traceback" not in found.stderr


SHORTER = (
    "; have the answers be shorter, so that its context holds them behind the prompt: "
    "--gen_kwargs max_gen_toks=N"
)
REFUSALS = {
    "vLLM 0.32": "max_tokens=16384 cannot be greater than max_model_len=2048. Please request fewer "
    "output tokens. (parameter=max_tokens, value=16384)",
    "vLLM 0.11": "maximum context length is 2048 tokens. However, you requested 16494 "
    "tokens (110 in the messages, 16384 in the completion).",
    "OpenAI": "max_tokens is too large: 16384. This model supports at most 4096 completion tokens, "
    "whereas you provided 16384.",
    "TGI": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048.",
}
OTHERS = {
    "the prompt alone": "maximum context length is 2048 tokens. However, your prompt "
    "contains at least 2049 input tokens, which exceeds this limit even without any output tokens.",
    "another name": "Unsupported parameter: max_tokens is not supported with this model. Use "
    "max_completion_tokens instead.",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*REFUSALS, *OTHERS])
def test_a_limit_that_the_servers_context_does_not_hold_names_the_remedy(tmp_path, kind):
    said = {**REFUSALS, **OTHERS}[kind]
    with serving(lambda *_: failure(400, said)) as server:
        found = ask(server, tmp_path, limit=1)
        again = ask(server, tmp_path, limit=2, more=",num_concurrent=2")
    for each in (found, again):
        assert each.returncode == 1
        line = told(each.stderr)
        assert said in line
        assert line.endswith(SHORTER) == (kind in REFUSALS)
        assert "Traceback" not in each.stderr


@pytest.mark.slow
def test_a_failure_that_passes_is_got_over(tmp_path):
    """Each question is answered without a completion first: as blank, all would be wrong."""
    with serving(lambda _, times: RIGHT if times > 1 else sent({"choices": None})) as server:
        found = ask(server, tmp_path)
    assert found.returncode == 0, found.stderr
    rows = samples(tmp_path / "out", "jmed_sample_chat")
    assert [row["filtered_resps"] for row in rows] == [["考えます。\n【回答】a"]] * 3
    assert sorted(server.asked.values()) == [2, 2, 2]


@pytest.mark.slow
def test_what_was_answered_is_kept_and_the_failure_is_not(tmp_path):
    """The same command again asks the two questions that were not answered."""
    cached, down = ("--use_cache", "answers"), True

    def behave(*_: object):
        return sent({"error": "down"}) if down and len(server.delivered) else RIGHT

    with serving(behave) as server:
        assert ask(server, tmp_path, *cached).returncode == 1
        down = False
        before = sum(server.asked.values())
        found = ask(server, tmp_path, *cached)
        assert found.returncode == 0, found.stderr
        assert sum(server.asked.values()) == before + 2
    rows = samples(tmp_path / "out", "jmed_sample_chat")
    assert [row["cut"] for row in rows] == [0, 0, 0]
