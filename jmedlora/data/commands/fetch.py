"""``jmed-data fetch`` and ``where``: bringing the published exams, and finding them."""

import argparse
from collections import Counter
from pathlib import Path

from jmedlora.core.cli.command import Command
from jmedlora.core.display import counted
from jmedlora.exams.cache import ENVIRONMENT


def _add_fetch_options(parser: argparse.ArgumentParser) -> None:
    _add_exams(parser)
    parser.add_argument(
        "--images", action="store_true", help="also fetch the images of exams that publish them"
    )
    parser.add_argument(
        "--mirror", metavar="URL", help="address to fetch from in place of the public repository"
    )
    parser.add_argument(
        "--dest", type=Path, metavar="DIR", help="folder to fill in place of the cache"
    )


def _add_exams(parser: argparse.ArgumentParser) -> None:
    from jmedlora.exams.manifest import read_manifest

    names = sorted(read_manifest())
    parser.add_argument("exams", nargs="+", choices=names, metavar="EXAM", help=" or ".join(names))


def _fetch(args: argparse.Namespace) -> int:
    from jmedlora.exams.download import fetch
    from jmedlora.exams.manifest import read_manifest

    manifest = read_manifest()
    for exam in args.exams:
        print(manifest[exam].notice)
        folder = fetch(manifest[exam], mirror=args.mirror, dest=args.dest, images=args.images)
        print(f"{exam}: {folder}")
        _print_details(exam, folder)
    return 0


def _where(args: argparse.Namespace) -> int:
    from jmedlora.exams.cache import locate
    from jmedlora.exams.registry import load_exam

    for exam in args.exams:
        place = locate(exam)
        questions = len(load_exam(exam).items)
        print(f"{exam}: {place.root} ({place.source}), {questions} questions")
        _print_details(exam, place.root)
    return 0


def _print_details(exam: str, folder: Path) -> None:
    """Which images are there, and what is wrong with questions of the published data."""
    from jmedlora.exams.download import missing_files
    from jmedlora.exams.manifest import read_manifest
    from jmedlora.exams.registry import DEFECTS

    if images := read_manifest()[exam].images:
        missing = len(missing_files(folder, images))
        remedy = f"; to fetch the others: jmed-data fetch --images {exam}" if missing else ""
        print(f"  images: {len(images) - missing} of {len(images)}{remedy}")
    if defects := DEFECTS.get(exam, ()):
        done = Counter(each.done for each in defects)
        told = ", ".join(f"{number} {what}" for what, number in sorted(done.items()))
        print(f"  {counted(len(defects), 'damaged question')}: {told}")
    for defect in defects:
        print(f"  {defect}")


FETCH = Command(
    name="fetch",
    text="Download published exams into the cache, pinned and checked by SHA-256, and say their "
    "licence and which of their questions are damaged. This is the only part of the evaluation "
    "that needs a network.",
    options=_add_fetch_options,
    run=_fetch,
    example="jmed-data fetch igakuqa jjsimqa",
    sections={
        "reads": "the exam's public repository at one commit, or --mirror",
        "writes": "the cache, or --dest: a folder for each exam, its files complete or not at all",
        "environment": ENVIRONMENT,
    },
    see="jmed-data where; docs/tasks.md, The exams (sources and licences)",
)
WHERE = Command(
    name="where",
    text="Print which copy of a published exam the tasks would ask: the folder in $JMED_DATA, else "
    "the cache. Every file is checked by SHA-256.",
    options=_add_exams,
    run=_where,
    example="jmed-data where igakuqa jjsimqa",
    sections={"writes": "nothing", "environment": ENVIRONMENT},
    status={1: "an exam is in neither, or is damaged"},
    see="jmed-data fetch",
)
