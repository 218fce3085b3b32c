"""``jmed-data pretrain``: from a folder of documents to the files of continued pretraining."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from jmedlora.core.cli.arguments import positive, whole
from jmedlora.core.cli.command import Command
from jmedlora.core.display import counted
from jmedlora.core.errors import Fault, FileError, UserError
from jmedlora.core.lock import locked
from jmedlora.data.commands.usable_documents import print_notes, usable_documents
from jmedlora.data.documents.find_documents import Document
from jmedlora.data.pretrain.cut_texts import (
    CutTexts,
    PretrainText,
    TextLimit,
    character_limit,
    cut_documents,
    token_limit,
)
from jmedlora.data.pretrain.split_documents import split_by_document
from jmedlora.data.pretrain.text_files import require_no_files, write_texts
from jmedlora.data.token_lengths import special_token_faults, special_tokens
from jmedlora.models.base_model import load_tokenizer

DEFAULT_TOKENS = 768
FEWEST_TOKENS = 64
"""The least that a text may have: any character fits, with the special tokens."""
UNDONE = "nothing was written"


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "docs", nargs="+", type=Path, metavar="DOCS", help="documents, or folders of them"
    )
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument(
        "--tokenizer",
        metavar="DIR",
        help="count tokens, with the tokenizer of this folder or downloaded model: the base that "
        "will be trained",
    )
    length.add_argument(
        "--characters", type=positive, metavar="N", help="count characters: at most N a text"
    )
    parser.add_argument(
        "--tokens",
        type=_tokens,
        metavar="N",
        help="with --tokenizer: tokens of a text at most, end token included; the recipe's "
        f"sequence_len or less (default: {DEFAULT_TOKENS}, as in the paper)",
    )
    parser.add_argument(
        "--eval",
        type=positive,
        default=50,
        metavar="N",
        help="texts to measure a loss on, from whole documents (default: 50, as in the paper)",
    )
    parser.add_argument(
        "--seed", type=whole, default=0, help="draws the documents for --eval (default: 0)"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("data"), metavar="DIR", help="folder (default: data)"
    )
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    parser.add_argument(
        "--skip-unreadable",
        action="store_true",
        help="go on without the documents that cannot be used, which are named",
    )


def _tokens(text: str) -> int:
    number = positive(text)
    if number < FEWEST_TOKENS:
        raise argparse.ArgumentTypeError(f"'{text}': give a whole number from {FEWEST_TOKENS}")
    return number


def _pretrain(args: argparse.Namespace) -> int:
    if args.tokens and not args.tokenizer:
        raise UserError("--tokens needs --tokenizer, with which they are counted")
    if not args.force:
        require_no_files(args.out)
    tokenizer = load_tokenizer(args.tokenizer) if args.tokenizer else None
    documents = usable_documents(args.docs, args.out, skip=args.skip_unreadable, undone=UNDONE)
    limit = (
        character_limit(args.characters)
        if tokenizer is None
        else token_limit(tokenizer, args.tokens or DEFAULT_TOKENS)
    )
    if tokenizer and (faults := list(_special_token_faults(documents, tokenizer))):
        raise FileError(faults)
    cut = cut_documents(documents, limit)
    split = split_by_document(cut.texts, args.eval, args.seed)
    with locked(args.out):
        files = write_texts(split, args.out)
    _print_left_out(documents, cut)
    if split.divided:
        print(
            f"{split.divided.name}: stands in both files, because the documents are too few and "
            f"too long for --eval {args.eval}"
        )
    for path, texts in files:
        print(f"{path}: {_described(texts, limit)}")
    print(f"check them: jmed-data check --for pretrain {' '.join(str(path) for path, _ in files)}")
    return 0


def _special_token_faults(documents: Sequence[Document], tokenizer: Any) -> Iterator[Fault]:
    tokens = special_tokens(tokenizer)
    for document in documents:
        path = Path(document.name)
        yield from special_token_faults(document.text, tokens, path, None, "holds")


def _print_left_out(documents: Sequence[Document], cut: CutTexts) -> None:
    print_notes(cut.repeats)
    characters = sum(len(document.text) for document in documents)
    print(f"{counted(len(documents), 'document')}, {characters:,} characters")
    print(
        f"left out: {counted(cut.repeated_documents, 'repeated document')}, "
        f"{counted(cut.repeated_texts, 'repeated text')}, {cut.without_letters} without a letter"
    )


def _described(texts: Sequence[PretrainText], limit: TextLimit) -> str:
    lengths = [text.length for text in texts]
    documents = len({text.document.name for text in texts})
    return (
        f"{counted(len(texts), 'text')} of {counted(documents, 'document')}, "
        f"{sum(lengths):,} {limit.unit} (median {median(lengths):.0f}, longest {max(lengths)})"
    )


PRETRAIN = Command(
    name="pretrain",
    text="Cut documents (.txt .md .jsonl .html .pdf) into the texts of continued pretraining. "
    "No text is longer than --tokens or --characters. A text ends at the end of a "
    "sentence, if it has one. A text that occurs twice is taken once. No document stands "
    "in both files. If there are too few documents, one is divided, and named.",
    options=_add_options,
    run=_pretrain,
    example="jmed-data pretrain documents/ --tokenizer models/open-calm-7b --tokens 768 --eval 50",
    sections={
        "reads": "documents in UTF-8, UTF-16, Shift_JIS, EUC-JP or ISO-2022-JP; in .jsonl the "
        "field text\nthe tokenizer, from this machine only",
        "writes": "into --out: pretrain_train.jsonl and pretrain_eval.jsonl, with text, source, "
        "source_sha256, encoding, start and end (characters of the document)",
    },
    see="jmed-data check, jmed-data describe, jmed-data overlap; docs/prepare.md",
)
