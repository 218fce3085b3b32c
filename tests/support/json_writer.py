"""What a server that obeys a schema answers to a request for pairs: as many as it asks for."""

import json

from tests.support.chat_server import answer

SCHEMA_PAIRS = 3


def pairs_as_json(content: str, count: int = SCHEMA_PAIRS) -> str:
    """``count`` pairs in JSON, whose answers are the first words of the text in the prompt."""
    text = content.rsplit("\n", 1)[-1][:12]
    pairs = [
        {"instruction": f"{text}の問{number}は何か。", "output": f"{text}、答え{number}。"}
        for number in range(1, count + 1)
    ]
    return json.dumps({"pairs": pairs}, ensure_ascii=False)


def obedient(content: str, _: int):
    return answer(pairs_as_json(content))
