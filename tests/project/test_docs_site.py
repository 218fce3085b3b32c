"""The site of the pages: built strictly, in both languages, and asking nothing of a network."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.browser import chromium
from tests.support.commands import ROOT

COPIED = ("docs", "recipes", "scripts/docs_site")


def project(folder: Path) -> Path:
    """A copy of all that the site is made of."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name)
    for path in (*ROOT.glob("*.md"), ROOT / "CITATION.cff", ROOT / "LICENSE", ROOT / "mkdocs.yml"):
        shutil.copyfile(path, folder / path.name)
    (folder / "benchmarks").mkdir()
    shutil.copyfile(ROOT / "benchmarks/README.md", folder / "benchmarks/README.md")
    return folder


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.docs_site.build"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = project(tmp_path_factory.mktemp("project"))
    built = build(folder)
    assert built.returncode == 0, built.stderr
    return folder / "build" / "site"


def pages(site: Path) -> dict[str, str]:
    return {
        str(path.relative_to(site)): path.read_text(encoding="utf-8")
        for path in site.rglob("*.html")
    }


def test_every_page_is_there_in_both_languages(site):
    names = {path.stem for path in (ROOT / "docs").glob("*.md") if not path.stem.endswith(".ja")}
    for folder in (site, site / "ja"):
        assert {path.stem for path in (folder / "docs").glob("*.html")} == names
        assert (folder / "index.html").is_file()
    assert '<html lang="ja"' in (site / "ja/docs/tasks.html").read_text(encoding="utf-8")


def test_nothing_is_loaded_from_a_network(site):
    """Links may lead to one; scripts, styles, fonts, pictures and hints to the browser may not."""
    loaded = re.compile(
        r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=\"?(?:https?:)?//[^>]*"
    )
    for name, text in pages(site).items():
        found = [tag for tag in loaded.findall(text) if 'rel="canonical"' not in tag]
        assert found == [], name
    for path in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//", path.read_text(encoding="utf-8")), path


def test_every_script_of_a_page_is_in_the_site(site):
    for name, text in pages(site).items():
        for source in re.findall(r"<script[^>]*\bsrc=\"([^\"]+)\"", text):
            below = site / source[1:] if source[0] == "/" else (site / name).parent / source
            assert below.resolve().is_file(), (name, source)


def test_the_search_knows_both_languages(site):
    text = (site / "search/search_index.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("var __index = ").rstrip().rstrip(";"))
    assert index["config"]["lang"] == ["en", "ja"]
    found = {each["location"].partition("#")[0] for each in index["docs"]}
    assert {"docs/tasks.html", "ja/docs/tasks.html"} <= found


def test_markdown_is_read_as_a_code_host_reads_it(site):
    """MkDocs wants four spaces where a code host is content with two."""
    for name, text in pages(site).items():
        shown = re.sub(r"<(pre|code).*?</\1>", "", text, flags=re.S)
        paragraphs = re.findall(r"<(?:p|li|td)>((?:(?!</?(?:p|li|td)\b).)*)", shown, re.S)
        assert [
            each for each in paragraphs if re.search(r"\n\s*(?:- |\d\. |\|)|```|\*\*", each)
        ] == [], name


def test_a_page_from_the_disk_complains_of_nothing(site):
    """The theme asked for a sitemap, which a browser refuses there: two errors on each page."""
    with chromium() as browser:
        tab = browser.new_page()
        said: list[str] = []
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("requestfailed", lambda request: said.append(f"{request.url}: {request.failure}"))
        for name in ("index.html", "docs/tasks.html", "ja/docs/tasks.html"):
            tab.goto((site / name).as_uri())
            tab.wait_for_timeout(500)  # the requests came behind the page's own
            assert said == [], name


def test_the_language_switch_leads_to_the_same_page(site):
    with chromium() as browser:
        tab = browser.new_page()
        tab.goto((site / "docs/tasks.html").as_uri())
        for language, name in (("ja", "ja/docs/tasks.html"), ("en", "docs/tasks.html")):
            tab.locator(".md-header__option .md-select > button").hover()
            tab.locator(f".md-select__link[hreflang={language}]").click()
            tab.wait_for_url((site / name).as_uri())


@pytest.mark.parametrize(
    "link",
    ["[no page](nowhere.md)", "[no heading](tasks.md#nowhere)", "[no file](../recipes/none.yml)"],
)
def test_a_link_that_leads_nowhere_ends_the_build(tmp_path, link):
    folder = project(tmp_path)
    with (folder / "docs/limits.md").open("a", encoding="utf-8") as page:
        page.write(f"\n{link}\n")
    built = build(folder)
    assert built.returncode == 1
    assert "limits.md" in built.stderr
