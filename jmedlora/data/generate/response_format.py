"""The field ``response_format`` of a request, which makes the server answer by a JSON schema."""

from collections.abc import Mapping
from typing import Any


def schema_format(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The field for an object that has all of ``properties`` and no other."""
    schema = _object(properties)
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}


def pairs_format(pairs: int) -> dict[str, Any]:
    """The field for an object whose ``pairs`` are exactly so many instructions and outputs."""
    pair = _object({"instruction": {"type": "string"}, "output": {"type": "string"}})
    items = {"type": "array", "items": pair, "minItems": pairs, "maxItems": pairs}
    return schema_format("pairs", {"pairs": items})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
