"""``jmed-data check --for train|pretrain`` on arbitrary bytes and records: no traceback."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from jmedlora.data.cli import main
from tests.support.tiny_model import END
from tests.support.training_data import GOOD, recipe, with_recipe

texts = st.text(st.characters(), max_size=8)  # with lone surrogates
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.just(END),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=6,
)
fields = st.sampled_from([*GOOD, "text"]) | texts
bad_lines = st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode())
lines = bad_lines | st.dictionaries(fields, json_values, max_size=4).map(
    lambda changes: json.dumps({**GOOD, "text": "~", **changes}).encode()
)


@settings(max_examples=200, deadline=None)
@given(
    content=st.lists(lines, max_size=4).map(b"\n".join), kind=st.sampled_from(["train", "pretrain"])
)
def test_malformed_files_give_faults_or_a_report_but_no_traceback(tmp_path_factory, content, kind):
    path = tmp_path_factory.mktemp("bytes") / "data.jsonl"
    path.write_bytes(content)
    assert main(["check", "--for", kind, str(path)]) in (0, 1)


@settings(max_examples=40, deadline=None)
@given(changes=st.lists(st.dictionaries(fields, json_values, max_size=2), min_size=1, max_size=3))
def test_malformed_records_are_counted_or_refused(tiny_model, tmp_path_factory, changes):
    folder = tmp_path_factory.mktemp("records")
    path = folder / "data.jsonl"
    path.write_text("".join(json.dumps({**GOOD, **each}) + "\n" for each in changes))
    options = with_recipe(tiny_model, recipe(folder, effective_batch=1))
    assert main(["check", *map(str, options), str(path)]) in (0, 1)
