"""The options of ``jmed-data generate``."""

import argparse
import json
from math import isfinite
from pathlib import Path
from typing import Any

from jmedlora.core.cli.arguments import bounded_number, positive, whole
from jmedlora.data.commands.parse import add_parse_options

BASE_URL = "http://127.0.0.1:8000/v1"
KEY_VARIABLE = "OPENAI_API_KEY"
TEMPERATURE = bounded_number(lambda x: isfinite(x) and x >= 0, "a number from 0, such as 0.7")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the documents, what is asked about them and how, and what becomes of the responses."""
    parser.add_argument(
        "docs", nargs="+", type=Path, metavar="DOCS", help="documents, or folders of them"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for responses and results"
    )
    _add_personal(parser)
    _add_what_is_asked(parser)
    _add_how_it_is_asked(parser)
    add_parse_options(parser.add_argument_group("what becomes of the responses"))


def _add_what_is_asked(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is asked")
    group.add_argument("--model", required=True, type=_name, help="the model's name at the server")
    group.add_argument(
        "--prompt",
        default="ja",
        metavar="ja|en|FILE",
        help="the paper's prompt in Japanese (default) or English, or a file with {input_text} "
        "and, where wanted, {pairs}",
    )
    group.add_argument(
        "--format",
        choices=("json", "json-any", "lines"),
        help="how the pairs are written: json by a schema for exactly --pairs, json-any by one for "
        "any number (for servers that refuse minItems), lines as in the paper (default: that of "
        "the answers in --out, else the first of them that the server can do, which is tried once)",
    )
    group.add_argument("--pairs", type=positive, default=15, help="pairs a call (default: 15)")
    group.add_argument(
        "--samples", type=positive, default=1, help="calls for each chunk (default: 1)"
    )
    group.add_argument(
        "--max-chars",
        type=positive,
        default=1500,
        help="characters of a chunk at most (default: 1500)",
    )
    group.add_argument(
        "--max-tokens",
        type=positive,
        default=2048,
        help="tokens of a response at most (default: 2048)",
    )
    group.add_argument("--temperature", type=TEMPERATURE, help="default: the server's")
    group.add_argument(
        "--params",
        type=_parameters,
        default={},
        metavar="JSON",
        help="further fields of the request, as in '{\"top_p\": 0.9}'; null leaves one out",
    )
    group.add_argument(
        "--limit", type=positive, metavar="N", help="only the first N calls, to see what they give"
    )


def _add_personal(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--personal",
        choices=("stop", "replace", "allow"),
        default="stop",
        help="personal data in the documents: stop and name it (default), send surrogates "
        "instead, or allow it, without a search",
    )


def _add_how_it_is_asked(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it is asked")
    group.add_argument(
        "--base-url", default=BASE_URL, metavar="URL", help=f"the server (default: {BASE_URL})"
    )
    group.add_argument(
        "--allow-external",
        action="store_true",
        help="allow a server that is neither on this machine nor in a private network: the "
        "documents leave the building",
    )
    group.add_argument(
        "--key-variable",
        default=KEY_VARIABLE,
        metavar="NAME",
        help=f"the environment variable that holds the key, if one is needed ({KEY_VARIABLE})",
    )
    group.add_argument(
        "--concurrency", type=positive, default=8, help="calls at a time (default: 8)"
    )
    group.add_argument(
        "--timeout",
        type=positive,
        default=600,
        help="seconds for one try, from sending to the whole answer; all tries of a call have "
        "three times as long (default: 600)",
    )
    group.add_argument(
        "--retries",
        type=whole,
        default=6,
        help="how often a call is repeated after a lost connection, a time-out, or status 408, "
        "409, 429 or 5xx (default: 6)",
    )
    group.add_argument(
        "--skip-unreadable",
        action="store_true",
        help="go on without the documents that cannot be used, which are named",
    )
    group.add_argument("--yes", action="store_true", help="start without asking")


def _name(text: str) -> str:
    if not (text.strip() and text.isprintable()):
        raise argparse.ArgumentTypeError(f"{text!r}: give a name")
    return text


def _parameters(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}': not JSON ({error})") from error
    if not isinstance(found, dict):
        raise argparse.ArgumentTypeError(f"'{text}': give an object, as in {{\"top_p\": 0.9}}")
    if reserved := sorted(found.keys() & {"model", "messages", "stream", "n", "response_format"}):
        raise argparse.ArgumentTypeError(f"'{text}': {reserved[0]} is not to be set here")
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number that JSON knows")
