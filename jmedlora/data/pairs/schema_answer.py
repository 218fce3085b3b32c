"""Reading an answer that came by schema: the JSON that it is, and nothing guessed.

Its texts may speak of reasoning or hold what looks like a token of a chat template: they are taken
as they are.
"""

import json
import re

from jmedlora.data.instruction_pair import Reading, Reject, RejectReason
from jmedlora.data.parse.json_pairs import DECODER, read_object

BEGINNING = re.compile(r'\s*\{\s*"pairs"\s*:\s*\[\s*')
NEXT = re.compile(r"\s*,\s*(?=\{)")
END = re.compile(r"\s*\]\s*\}\s*")


def read_schema_answer(text: str, finish: str | None) -> Reading | None:
    """What an answer holds that is the schema's, as a whole or, if it was cut, at its beginning.

    finish: the server's finish_reason; "length" means that it was cut. None for any other text: a
    server may say that it obeys a schema, and then not.
    """
    if not (begins := BEGINNING.match(text)):
        return None
    reading, at, line = Reading(), begins.end(), 1 + text.count("\n", 0, begins.end())
    while text.startswith("{", at):
        try:
            fields, end = DECODER.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            break
        if not (found := read_object(fields, line, text[at:end], "JSON")):
            return None
        reading.add(found)
        end = further.end() if (further := NEXT.match(text, end)) else end
        line, at = line + text.count("\n", at, end), end
    if END.fullmatch(text, at):
        if not (reading.pairs or reading.rejects):
            reading.rejects.append(Reject(1, text, RejectReason.EMPTY_RESPONSE))
        return reading
    if finish != "length":
        return None
    if rest := text[at:].strip():
        reading.rejects.append(Reject(line, rest, RejectReason.TRUNCATED))
    return reading
