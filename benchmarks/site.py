"""``python -m benchmarks.site``: how long a site takes to write, and how quick it is in a browser.

Made-up models answer made-up questions of a chat task, some hundred Japanese characters each with
thinking before them. Chromium opens the page from its file, without a network, and is timed by its
own clock: from the start of the navigation until a question with all answers stands in the explorer
and until every text is read, and from the change of a filter, or of the search, until the list is
drawn.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from benchmarks.report import show, show_json
from jmedlora.exams.documents import chat_document
from jmedlora.exams.schema import Question
from jmedlora.report.cli import main as report
from tests.support.runs import write_run

SEED = 0
LETTERS = "abcde"
LIBRARIES = ("jmedlora", "playwright", "numpy")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
WORDS = [
    "患者は", "胸痛を", "訴えて", "来院した。", "心電図で", "ST上昇を", "認める。", "血圧は",
    "正常で", "意識は", "清明である。", "したがって", "最も考えられる", "のは", "急性心筋梗塞",
    "肺塞栓症",
    "大動脈解離", "であり、", "まず", "酸素投与を", "行う。", "選択肢の", "うち", "除外できる。",
    "検査所見と", "病歴から", "判断すると、", "治療の", "第一選択は", "抗菌薬", "である。",
]  # fmt: skip
READY = "() => performance.now()"
ALL_READ = "() => !document.querySelector('script[id^=texts-]')"
"""An element with texts is removed when they are read."""
FILTER = """async ([label, value]) => {
  const field = [...document.querySelectorAll('.filters .field')].find(
    (each) => each.firstChild.textContent === label).lastChild;
  const start = performance.now();
  field.value = value;
  field.dispatchEvent(new Event(field.tagName === 'INPUT' ? 'input' : 'change'));
  await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
  return [performance.now() - start, document.querySelector('.explorer [role=status]').textContent];
}"""
"""Changes one field and waits for the frame in which the list is drawn: milliseconds, and count."""
FILTERS = (
    ("Section", "B"),
    ("An answer is", "w"),
    ("by", "1"),
    ("Right by", "0"),
    ("Section", ""),
    ("Search", "急性心筋梗塞"),
    ("Search", "肺塞栓症 抗菌薬"),
    ("Search", ""),
)
"""Field and value, one after another, each on top of those before."""


def main() -> int:
    args = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_runs(folder, args.models, args.questions)
        start = time.monotonic()
        if status := report(["site", str(folder / "results"), "--out", str(folder / "site")]):
            return status
        page = folder / "site" / "index.html"
        figures = {"write_s": time.monotonic() - start, "bytes": page.stat().st_size}
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        figures |= _browser(found, page, args.repeats) if found else {}
    _show(args, figures, has_browser=bool(found))
    return 0


def _show(args: argparse.Namespace, figures: dict[str, Any], *, has_browser: bool) -> None:
    rows = [
        ("written, s", f"{figures['write_s']:.1f}"),
        ("size, MB", f"{figures['bytes'] / 1e6:.1f}"),
    ]
    if has_browser:
        rows += [
            ("first question with its answers, s", f"{figures['open_s']:.2f}"),
            ("all texts read, s", f"{figures['all_read_s']:.2f}"),
            ("filter, median, ms", f"{median(figures['filters_ms'].values()):.0f}"),
            ("filter, slowest, ms", f"{max(figures['filters_ms'].values()):.0f}"),
        ]
    title = f"A site of {args.models} models and {args.questions:,} questions"
    show(title, ("what", "figure"), rows, () if has_browser else ("no Chromium here",))
    show_json("site", LIBRARIES, {"models": args.models, "questions": args.questions, **figures})


def _write_runs(folder: Path, models: int, count: int) -> None:
    random = Random(SEED)
    docs = [_doc(place, random) for place in range(count)]
    for model in range(models):
        responses = [_response(doc, 0.4 + 0.5 * model / models, random) for doc in docs]
        path = write_run(
            folder,
            model=f"models/model-{model:02}",
            task="igakuqa_chat",
            protocol="chat",
            template="chat",
            docs=docs,
            responses=responses,
            stamp=f"2026-01-{model + 1:02}T00-00-00.000000",
            data={"exam": "igakuqa"},
        )
        assert path.is_file()


def _doc(place: int, random: Random) -> dict[str, Any]:
    question = Question(
        f"{place // 400 + 112}{'ABCDEF'[place % 400 // 67]}{place % 67 + 1}",
        _text(40, random),
        tuple(_text(3, random) for _ in LETTERS),
        ((random.choice(LETTERS),),),
        "igakuqa",
        year=place // 400 + 2018,
        section="ABCDEF"[place % 400 // 67],
    )
    return chat_document(question)


def _response(doc: dict[str, Any], skill: float, random: Random) -> str:
    letter = doc["answer"][0] if random.random() < skill else random.choice(LETTERS)
    return f"<think>{_text(80, random)}</think>{_text(60, random)}\n答え: {letter}"


def _text(words: int, random: Random) -> str:
    return "".join(random.choices(WORDS, k=words))


def _browser(chromium: str, page: Path, repeats: int) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        opened = [_open(browser, page) for _ in range(repeats)]
        browser.close()
    return {
        "open_s": median(first for first, _, _ in opened),
        "all_read_s": median(whole for _, whole, _ in opened),
        "filters_ms": {
            " = ".join(each): median(times[place] for _, _, times in opened)
            for place, each in enumerate(FILTERS)
        },
    }


def _open(browser: Any, page: Path) -> tuple[float, float, Sequence[float]]:
    """Seconds until the first question and until all texts, and milliseconds of each of FILTERS."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.goto(f"{page.as_uri()}#questions")
    tab.wait_for_selector(".card > .answer")
    first = tab.evaluate(READY) / 1000
    tab.wait_for_function(ALL_READ)
    whole = tab.evaluate(READY) / 1000
    times = [tab.evaluate(FILTER, list(each))[0] for each in FILTERS]
    tab.close()
    return first, whole, times


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.site", description=__doc__)
    add = parser.add_argument
    add("--models", type=int, default=20, help="made-up models (20)")
    add("--questions", type=int, default=2400, help="made-up questions (2,400)")
    add("--repeats", type=int, default=5, help="times the page is opened; medians count (5)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
