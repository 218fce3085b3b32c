"""``jmed-data personal``: what personal data stands in documents and training files."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from jmedlora.core.cli.arguments import whole
from jmedlora.core.cli.command import Command
from jmedlora.core.errors import UserError
from jmedlora.core.lock import locked
from jmedlora.data.commands.usable_documents import require_usable
from jmedlora.data.personal.report_file import SUFFIX, dates_are_moved

if TYPE_CHECKING:
    from jmedlora.data.personal.search import FileFindings, Finder, NamePart
    from jmedlora.data.personal.searched_files import SearchedFile


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="documents, training or pretraining files, or folders of them",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for findings, page, report and copies"
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="write copies with surrogates in place of what was found, into DIR/copies",
    )
    parser.add_argument(
        "--seed",
        type=whole,
        metavar="N",
        help="with --replace: move dates as another run with this number did (default: a random "
        "number of weeks, written nowhere)",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace what an earlier run wrote into DIR"
    )
    parser.add_argument(
        "--fail-on-hit", action="store_true", help="exit status 1 if anything was found"
    )
    parser.add_argument(
        "--skip-unreadable",
        action="store_true",
        help="go on without the files that cannot be used, which are named",
    )


def _personal(args: argparse.Namespace) -> int:
    from jmedlora.data.personal.copies import copy_paths
    from jmedlora.data.personal.file_names import NameSearch
    from jmedlora.data.personal.measured import read_measured
    from jmedlora.data.personal.output_files import (
        require_none,
        write_beside,
        write_copies,
        write_findings,
        write_report,
    )
    from jmedlora.data.personal.report import NotSearched, Report, copy_lines, report_lines
    from jmedlora.data.personal.search import open_finder
    from jmedlora.data.personal.searched_files import read_searched_files

    _check(args)
    files, told = read_searched_files(args.files, leave_out=args.out)
    require_usable(told, len(files), skip=args.skip_unreadable, undone="nothing was searched")
    measure, finder = read_measured(), open_finder()
    search = NameSearch(finder)
    names = [search.parts(Path(file.name)) for file in files]
    copies = copy_paths(files, names, args.out) if args.replace else []
    if args.out and not args.overwrite:
        require_none(args.out, copies)
    with ExitStack() as stack:
        if args.out:
            stack.enter_context(locked(args.out))
        found = _search(files, names, finder)
        report = Report(found, [], measure, NotSearched.of(told, search))
        print(*report_lines(report), sep="\n", flush=True)
        write_beside(report.files)
        if args.out:
            write_findings(report, args.out)
        if args.replace:
            written = write_copies(report.files, copies, finder, args.out, args.seed)
            report = replace(report, copies=written)
            print(*copy_lines(written), sep="\n", flush=True)
        if args.out:
            print(write_report(report, args.out))
    if args.fail_on_hit and report.counts:
        print("jmed-data: personal data was found (--fail-on-hit)", file=sys.stderr)
        return 1
    return 0


def _check(args: argparse.Namespace) -> None:
    if args.replace and not args.out:
        raise UserError("--replace needs --out, for the copies")
    if args.seed is not None and not args.replace:
        raise UserError("--seed needs --replace, whose dates it moves")
    if args.out and args.out.resolve() in {path.resolve() for path in args.files}:
        raise UserError(
            f"--out {args.out}: is a folder that is read; choose another, or one inside it"
        )


def _search(
    files: "Sequence[SearchedFile]", names: "Sequence[tuple[NamePart, ...]]", finder: "Finder"
) -> "list[FileFindings]":
    from jmedlora.data.personal.search import search_file

    size = sum(file.characters for file in files)
    found = []
    with tqdm(total=size, unit="character", unit_scale=True, disable=None, leave=False) as bar:
        for file, name in zip(files, names, strict=True):
            moved = dates_are_moved(file.path, file.sha256)
            each = search_file(file, finder, bar.update, name=name, dates_are_moved=moved)
            found.append(each)
    return found


PERSONAL = Command(
    name="personal",
    text="Find personal data in documents (.txt .md .jsonl .html .pdf), training and "
    "pretraining files, and in the names of files: names, numbers of patients, insurance and "
    "telephones, addresses, dates, ages from 90. With --replace, write copies with surrogates. "
    "It does not find everything. The first lines say what it misses.",
    options=_add_options,
    run=_personal,
    example="jmed-data personal documents/ --out personal --replace",
    sections={
        "reads": "documents in UTF-8, UTF-16, Shift_JIS, EUC-JP or ISO-2022-JP; in .jsonl "
        "every text in a record",
        "writes": f"beside each .jsonl file: FILE{SUFFIX}, for the recipes, without what was "
        "found\n--out: findings.jsonl (what was found, so keep it like the files), personal.html "
        "(masked, to be signed), report.json\n--replace: DIR/copies, "
        "texts in UTF-8, and names.jsonl, which says what they are copies of",
    },
    status={
        1: "with --fail-on-hit personal data was found; input cannot be used, or output cannot be "
        "written"
    },
    see="docs/personal.md; jmed-data generate",
)
