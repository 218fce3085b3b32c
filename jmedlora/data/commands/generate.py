"""``jmed-data generate``: from a folder of documents to a training file, through a server."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from jmedlora.core.cli.command import Command
from jmedlora.core.errors import UserError
from jmedlora.core.lock import locked
from jmedlora.data.commands.generate_options import KEY_VARIABLE, add_options
from jmedlora.data.commands.parse import make_training_files
from jmedlora.data.commands.usable_documents import usable_documents
from jmedlora.data.documents.find_documents import Document
from jmedlora.data.generate.answer_format import ask_for_format, format_of_folder
from jmedlora.data.generate.client import Connection
from jmedlora.data.generate.personal_data import check_documents
from jmedlora.data.generate.prompt_template import PROMPT_NAMES, Prompt, read_prompt, shipped_prompt
from jmedlora.data.generate.request_loop import SCHEMA_REMEDY, Outcome, send_requests
from jmedlora.data.generate.request_plan import (
    Plan,
    Request,
    RequestSettings,
    estimate_tokens,
    make_plan,
    write_plan,
)
from jmedlora.data.generate.response_store import open_response_store
from jmedlora.data.generate.server_address import (
    Server,
    ServerError,
    check_reachable,
    locate_server,
)


def _generate(args: argparse.Namespace) -> int:
    settings = _settings(args)
    server = locate_server(args.base_url, allow_external=args.allow_external)
    skip = args.skip_unreadable
    documents = usable_documents(args.docs, args.out, skip=skip, undone="nothing was asked")
    checked = check_documents(documents, args.personal)
    documents = checked.documents
    with locked(args.out), open_response_store(args.out) as store:
        if store.note:
            print(store.note, file=sys.stderr)
        print(checked.line)
        settings = _in_format(args, settings, server, has_answers=bool(store.keys))
        plan = make_plan(documents, settings, limit=args.limit)
        pending = [request for request in plan.requests if request.key not in store.keys]
        _print_plan(documents, plan, pending, settings, server)
        if pending and not (args.yes or _agreed()):
            raise UserError("nothing was asked")
        write_plan(plan, settings, args.out)
        outcome = Outcome()
        if pending:
            check_reachable(server)
            outcome = send_requests(
                pending,
                settings,
                _connection(args, server),
                store,
                concurrency=args.concurrency,
                answered_before=len(plan.requests) - len(pending),
            )
        if outcome.interrupted:
            raise KeyboardInterrupt
        _print_failures(outcome, settings)
        if store.keys:
            make_training_files(args, args.out)
    return 1 if outcome.failures else 0


def _settings(args: argparse.Namespace) -> RequestSettings:
    given = {"max_tokens": args.max_tokens, "temperature": args.temperature, **args.params}
    return RequestSettings(
        model=args.model,
        prompt=_prompt(args.prompt),
        pairs=args.pairs,
        samples=args.samples,
        max_characters=args.max_chars,
        parameters={key: value for key, value in given.items() if value is not None},
    )


def _in_format(
    args: argparse.Namespace, settings: RequestSettings, server: Server, *, has_answers: bool
) -> RequestSettings:
    """``settings`` with the format that was chosen, or that of the folder, or the server's."""
    before = format_of_folder(args.out) if has_answers else None
    if args.format:
        found, why = args.format, "as --format says"
    elif before:
        found, why = before, "that of the answers in the folder; --format for another"
    else:
        found, why = ask_for_format(_connection(args, server), settings)
    print(f"format: {found} ({why})")
    is_shipped = args.prompt in PROMPT_NAMES
    prompt = shipped_prompt(args.prompt, found) if is_shipped else settings.prompt
    return replace(settings, format=found, prompt=prompt)


def _prompt(name: str) -> Prompt:
    return shipped_prompt(name) if name in PROMPT_NAMES else read_prompt(Path(name))


def _connection(args: argparse.Namespace, server: Server) -> Connection:
    key = os.environ.get(args.key_variable, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise ServerError(f"the environment variable {args.key_variable} holds what no key can be")
    return Connection(server, key, args.key_variable, args.timeout, args.retries)


def _print_plan(
    documents: Sequence[Document],
    plan: Plan,
    pending: Sequence[Request],
    settings: RequestSettings,
    server: Server,
) -> None:
    characters = sum(len(document.text) for document in documents)
    print(f"{len(documents)} documents, {characters:,} characters, {plan.chunks} chunks")
    if plan.repeated or plan.without_text:
        print(
            f"{plan.repeated} chunks stand elsewhere word for word and are asked once; "
            f"{plan.without_text} hold no letter and are not asked"
        )
    answered = len(plan.requests) - len(pending)
    print(f"{len(plan.requests)} calls, of which {answered} are answered: {len(pending)} to make")
    if pending:
        longest = settings.parameters.get("max_tokens")
        most = f"at most {longest * len(pending):,}" if isinstance(longest, int) else "unknown many"
        print(f"about {estimate_tokens(pending):,} tokens to read, {most} to write")
        print(f"server: {server}, model: {settings.model}")


def _agreed() -> bool:
    """The answer to the question whether to start. Raises UserError where no one can answer."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UserError("nothing was asked: there is no terminal to confirm on; add --yes")
    try:
        return input("Start? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _print_failures(outcome: Outcome, settings: RequestSettings) -> None:
    for reason, number in outcome.failures.most_common(5):
        print(f"jmed-data: {number} calls failed: {reason}", file=sys.stderr)
    if outcome.refused or outcome.cut:
        print(
            f"jmed-data: the model refused {outcome.refused} calls; {outcome.cut} answers were cut "
            "at --max-tokens",
            file=sys.stderr,
        )
    if outcome.without_text:
        print(
            f"jmed-data: {outcome.without_text} answers hold no text; if the model reasons first, "
            "raise --max-tokens, or turn it off with --params",
            file=sys.stderr,
        )
    if outcome.failures:
        print("jmed-data: run the same command again to repeat them", file=sys.stderr)
    if outcome.failures and not outcome.answered and settings.format != "lines":
        print(f"jmed-data: {SCHEMA_REMEDY}", file=sys.stderr)


GENERATE = Command(
    name="generate",
    text="Have a model write questions and answers about documents (.txt .md .jsonl .html "
    ".pdf), as in the paper's appendix C, and make a training file of them. The model is "
    "behind an OpenAI-compatible server. It is on this machine unless --base-url names "
    "another. After a stop, the same command continues and asks for no answer twice.",
    options=add_options,
    run=_generate,
    example="jmed-data generate documents/ --out data/generated --model MODEL",
    sections={
        "reads": "documents in UTF-8, UTF-16, Shift_JIS, EUC-JP or ISO-2022-JP; in .jsonl the "
        "field text",
        "writes": "into --out: responses.jsonl, every answer as it came, before the next call\n"
        "then train.jsonl, eval.jsonl, provenance.jsonl, rejected.jsonl, card.md and "
        "pairs.html, as jmed-data parse",
        "environment": f"${KEY_VARIABLE}: the server's key, if it wants one; see --key-variable",
    },
    status={
        1: "a call failed for good, a document cannot be used or holds personal "
        "data, or nothing was asked"
    },
    see="jmed-data personal, jmed-data parse, jmed-data overlap; docs/prepare.md",
)
