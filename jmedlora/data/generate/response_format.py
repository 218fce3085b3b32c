"""The field ``response_format`` of a request, which makes the server answer by a JSON schema."""

from collections.abc import Mapping
from typing import Any


def pairs_format(pairs: int | None) -> dict[str, Any]:
    """The field for an object with instructions and outputs: exactly ``pairs``, or any number."""
    pair = _object({"instruction": {"type": "string"}, "output": {"type": "string"}})
    count = {} if pairs is None else {"minItems": pairs, "maxItems": pairs}
    schema = _object({"pairs": {"type": "array", "items": pair, **count}})
    named = {"name": "pairs", "strict": True, "schema": schema}
    return {"type": "json_schema", "json_schema": named}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object that has all of ``properties`` and no other."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
