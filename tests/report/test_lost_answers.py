"""A table warns of scores of which many answers were cut off or cannot be read."""

import pytest

from jmedlora.exams.documents import chat_document
from jmedlora.exams.schema import Question
from tests.support.compared import table
from tests.support.runs import answers, questions, write_run

ASKED = [
    Question(f"Q{number}", "どれか。", ("壱", "弐", "参", "四", "五"), (("a",),), "igakuqa")
    for number in range(20)
]
CUT = (
    "many answers were cut off and count as wrong; raise max_gen_toks, or use a model with a "
    "longer context: igakuqa_chat 0s"
)
UNREAD = "many answers cannot be read and count as wrong; see jmed-report audit: igakuqa_chat 0s"


@pytest.mark.parametrize(
    ("blank", "unread", "warned"),
    [
        (0, 0, []),
        (2, 2, []),  # a tenth, as at the end of a run
        (3, 0, [f"{CUT} 15% (b)"]),
        (0, 20, [f"{UNREAD} 100% (b)"]),
        (4, 3, [f"{CUT} 20% (b)", f"{UNREAD} 15% (b)"]),
    ],
)
def test_many_lost_answers(tmp_path, blank, unread, warned):
    docs = [chat_document(each) for each in ASKED]
    lost = [""] * blank + ["分かりません。"] * unread
    for model, first in (("a", []), ("b", lost)):
        said = [*first, *["【回答】a"] * (len(docs) - len(first))]
        write_run(tmp_path, model=model, task="igakuqa_chat", protocol="chat", template="chat",
                  docs=docs, responses=said)  # fmt: skip
    assert table(tmp_path).warnings == tuple(warned)


def test_the_papers_protocol_has_no_such_rates(tmp_path):
    docs = questions(20)
    write_run(tmp_path, docs=docs, responses=answers(docs, 0))
    assert not table(tmp_path).warnings
