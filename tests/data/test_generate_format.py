"""``--format``: JSON by a schema where the server obeys one, lines where it does not."""

import json

import pytest

from jmedlora.data.generate.prompt_template import shipped_prompt
from tests.support.chat_server import PROBE, answer, by_schema, failure, pairs_about, serving
from tests.support.generate import generate, lines
from tests.support.json_writer import obedient, pairs_as_json


def test_a_server_that_obeys_a_schema_is_asked_for_json(docs, capsys):
    with serving(obedient, schema=True) as server:
        assert generate(docs, server, "--pairs", "3") == 0
    assert len(server.probes) == 1
    sent = json.dumps(server.probes[0]["messages"])
    assert json.loads(sent) == [{"role": "user", "content": PROBE}]  # nothing of a document
    for body in server.bodies:
        schema = body["response_format"]["json_schema"]
        assert schema["strict"] is True
        pairs = schema["schema"]["properties"]["pairs"]
        assert (pairs["minItems"], pairs["maxItems"]) == (3, 3)
        assert pairs["items"]["required"] == ["instruction", "output"]
        assert body["messages"][0]["content"].startswith(shipped_prompt("ja", "json").text[:20])
    out = docs.parent / "out"
    assert {each["format"] for each in lines(out / "responses.jsonl")} == {"json"}
    assert {each["rule"] for each in lines(out / "provenance.jsonl")} == {"JSON"}
    assert len(lines(out / "provenance.jsonl")) == 18
    assert lines(out / "rejected.jsonl") == []
    assert "format: json (the server obeys a schema)\n" in capsys.readouterr().out


BEGUN = '{"pairs": [{"instruction": "心不全'


@pytest.mark.parametrize(
    ("probe", "why"),
    [
        (False, "ignores a schema"),
        (answer('{"pairs": ["hello"]}'), "ignores a schema"),  # JSON, but not what is allowed
        (answer('{"pairs": [], "word": "hello"}'), "ignores a schema"),
        (answer("[" * 100_000), "ignores a schema"),
        (answer(BEGUN), "ignores a schema"),
        (answer("Hello!", finish="length"), "ignores a schema"),
        (failure(400, "response_format is not there"), "refuses a schema: status 400: {"),
        (failure(422, "what?"), "refuses a schema: status 422: {"),
    ],
)
def test_a_server_that_does_not_is_asked_for_lines(docs, capsys, probe, why):
    with serving(schema=probe) as server:
        assert generate(docs, server) == 0
    assert all("response_format" not in body for body in server.bodies)
    assert {each["format"] for each in lines(docs.parent / "out" / "responses.jsonl")} == {"lines"}
    assert f"format: lines (the server {why}" in (said := capsys.readouterr().out)
    assert ("response_format is not there" in said) == ("400" in why)


def test_the_question_has_the_schema_of_the_run(docs):
    """A server may obey one schema and refuse another: it is asked for the one that is sent."""
    with serving(obedient, schema=True) as server:
        assert generate(docs, server, "--pairs", "2") == 0
    assert server.probes[0]["response_format"] == server.bodies[0]["response_format"]


def test_an_answer_that_was_cut_may_obey(docs):
    """As of a small model, which writes on in its first text until it is cut."""
    with serving(obedient, schema=answer(BEGUN, finish="length")) as server:
        assert generate(docs, server) == 0
    assert {each["format"] for each in lines(docs.parent / "out" / "responses.jsonl")} == {"json"}


def _counts_not(body):
    """Obeys a schema unless that counts, as some grammars do."""
    sent = json.dumps(body)
    if "minItems" in sent:
        return failure(400, "minItems is not implemented")
    return answer(by_schema(body))


def test_a_server_that_cannot_count_gets_a_schema_without_a_number(docs, capsys):
    with serving(obedient, schema=_counts_not) as server:
        assert generate(docs, server, "--pairs", "3") == 0
        assert len(server.probes) == 2
        pairs = [
            each["response_format"]["json_schema"]["schema"]["properties"]["pairs"]
            for each in server.bodies
        ]
        assert not any({"minItems", "maxItems"} & each.keys() for each in pairs)
        said = capsys.readouterr().out
        assert "format: json-any (the server obeys a schema, but not one that counts: " in said
        assert "minItems is not implemented" in said
        assert generate(docs, server) == 0  # another number of pairs, in the same form
        assert len(server.probes) == 2
    out = docs.parent / "out"
    assert {each["format"] for each in lines(out / "responses.jsonl")} == {"json-any"}
    assert {each["rule"] for each in lines(out / "provenance.jsonl")} == {"JSON"}


def test_a_question_that_is_refused_without_a_schema_too_is_no_matter_of_schemas(docs, capsys):
    with serving(schema=lambda _: failure(400, "max_tokens is too large")) as server:
        assert generate(docs, server) == 1
    said = capsys.readouterr().err
    assert "max_tokens is too large" in said
    assert "schema" not in said
    assert not server.asked


@pytest.mark.parametrize("named", ["json", "json-any"])
def test_a_schema_that_was_named_and_is_refused_gets_a_remedy(docs, capsys, named):
    with serving(lambda *_: failure(400, "no such schema")) as server:
        assert generate(docs, server, "--format", named) == 1
        assert "give --format json-any or --format lines" in capsys.readouterr().err
        assert generate(docs, server, "--format", "lines", out=docs.parent / "other") == 1
        assert "--format" not in capsys.readouterr().err


def test_a_format_that_was_named_is_not_tried(docs):
    with serving(schema=True) as server:
        assert generate(docs, server, "--format", "lines") == 0
        assert generate(docs, server, "--format", "json", out=docs.parent / "other") == 0
    assert not server.probes
    assert [("response_format" in body) for body in server.bodies] == [False] * 6 + [True] * 6


def test_a_resumed_run_keeps_its_format(docs, capsys):
    """Also where the server has learnt schemas since, or had none when it answered."""
    out = docs.parent / "out"
    with serving() as server:
        assert generate(docs, server, "--limit", "2") == 0
    for name in ("responses.jsonl", "plan.jsonl"):
        records = [
            {key: value for key, value in each.items() if key not in ("format", "text", "refusal")}
            for each in lines(out / name)
        ]
        (out / name).write_text("".join(json.dumps(each) + "\n" for each in records))
    with serving(schema=True) as server:
        assert generate(docs, server) == 0
        assert (len(server.probes), sum(server.asked.values())) == (0, 4)
        assert "format: lines (that of the answers in the folder" in capsys.readouterr().out
        server.behave = obedient
        assert generate(docs, server, "--format", "json") == 0
        assert sum(server.asked.values()) == 10
    assert "6 more are of an earlier run, which asked otherwise: left out" in (
        capsys.readouterr().out
    )


def test_refusals_cuts_and_empty_answers_are_fields(docs, capsys):
    whole = pairs_as_json("\n" + "文書aの第1文であり、内容は互いに異なる。")
    refused = json.loads(answer("")[2])
    refused["choices"][0]["message"] = {"role": "assistant", "content": None, "refusal": "いいえ。"}
    cut = answer(whole[: whole.rindex('"output"')], finish="length")

    def behave(content, _):
        if "文書aの第1文" in content:
            return cut
        first_of_b = "文書bの第1文" in content
        body = (200, {"Content-Type": "application/json"}, json.dumps(refused).encode())
        return body if first_of_b else answer("" if "文書cの第1文" in content else whole)

    with serving(behave, schema=True) as server:
        generate(docs, server)
    out = docs.parent / "out"
    found = lines(out / "responses.jsonl")
    assert sorted(each["refusal"] or "" for each in found) == [""] * 5 + ["いいえ。"]
    assert [each["finish_reason"] for each in found].count("length") == 1
    reasons = {each["reason"]: each["text"] for each in lines(out / "rejected.jsonl")}
    assert reasons["refusal"] == "いいえ。"
    assert "empty response" in reasons
    assert reasons["truncated"].startswith('{"instruction"')
    said = capsys.readouterr().err
    assert "the model refused 1 calls; 1 answers were cut at --max-tokens" in said
    assert "1 answers hold no text" in said


def test_a_server_that_fails_at_the_first_question_ends_the_run(docs, capsys):
    with serving(schema=failure(503)) as server:
        assert generate(docs, server, "--retries", "0") == 1
    said = capsys.readouterr().err
    assert "status 503" in said
    assert "if it fails at the schema, give --format lines" in said
    with serving(schema=failure(401)) as server:
        assert generate(docs, server) == 1
    assert "the server refuses the key" in capsys.readouterr().err
    assert not server.asked


def test_the_schema_is_not_to_be_set_by_hand(docs):
    with pytest.raises(SystemExit, match="2"):
        generate(docs, "http://127.0.0.1:9/v1", "--params", '{"response_format": {}}')


def test_an_answer_without_support_is_not_used(docs):
    def invent(content, _):
        return answer(
            pairs_about(content) + "\n'instruction': '富士山の高さは？', 'output': '三千七百余り'"
        )

    with serving(invent) as server:
        assert generate(docs, server) == 0
    rejected = lines(docs.parent / "out" / "rejected.jsonl")
    assert {(each["reason"], each["line"]) for each in rejected} == {
        ("no support in the source", 4)
    }
    assert len(rejected) == 6
    kept = lines(docs.parent / "out" / "provenance.jsonl")
    assert all("第" in each["sentences"][0] for each in kept)
