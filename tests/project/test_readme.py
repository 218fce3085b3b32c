"""The README and the pages of docs/: both languages alike, and what they name exists."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from lm_eval._cli.harness import HarnessCLI

import jmed_metrics
from jmedlora.train.plugin_args import RecipeSettings
from tests.support.commands import ROOT, TASKS
from tests.support.manual import options_on, page, printed_help
from tests.support.programs import PROGRAMS

READMES = ("README.md", "README.ja.md")
PAGES = [
    *(
        ROOT / name
        for name in (
            *READMES,
            "CONTRIBUTING.md",
            "SECURITY.md",
            "SECURITY.ja.md",
            "recipes/README.md",
            "benchmarks/README.md",
        )
    ),
    *sorted((ROOT / "docs").glob("*.md")),
]
ENGLISH = [page for page in PAGES if page.with_suffix(".ja.md").exists()]
OTHERS = {
    "--ddp_timeout",
    "--extra-index-url",
    "--gpus-per-node",
    "--include",
    "--key",
    "--local-dir",
    "--logdir",
    "--machine_rank",
    "--main_process_ip",
    "--main_process_port",
    "--merge-method",
    "--multi_gpu",
    "--nodes",
    "--offline",
    "--ntasks-per-node",
    "--num_machines",
    "--num_processes",
    "--port",
    "--private",
    "--ray_num_workers",
    "--use_ray",
}
"""Options of hf, tensorboard, axolotl, accelerate, Slurm, vllm, make first-hour; --key: any one."""


def ids(pages):
    return [str(page.relative_to(ROOT)) for page in pages]


def blocks(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(r"^```.*?^```", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ENGLISH, ids=ids(ENGLISH))
def test_both_languages_show_the_same_blocks(page):
    assert blocks(page) == blocks(page.with_suffix(".ja.md"))


def test_every_page_of_the_readme_is_in_both_languages():
    docs = {page.name for page in PAGES if page.parent.name == "docs"}
    english = {name for name in docs if not name.endswith(".ja.md")}
    assert {name.replace(".md", ".ja.md") for name in english} == docs - english
    assert len(english) > 5


@pytest.mark.parametrize("name", ["docs/tasks.md", "docs/tasks.ja.md"])
def test_every_task_is_named(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    years = {f"igakuqa_{year}" for year in range(2019, 2022)}  # shown as a range
    assert {leaf for leaf in leaves() - years if f"`{leaf}`" not in text} == set()


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_every_name_is_a_task(page):
    asked = re.findall(r"--tasks ([a-z0-9_,]+)", page.read_text(encoding="utf-8"))
    assert {task for tasks in asked for task in tasks.split(",")} <= leaves()


def leaves():
    return {path.stem for path in TASKS.glob("*.yaml") if not path.name.startswith("_")}


@pytest.mark.parametrize("name", READMES)
def test_the_first_forty_lines_hold_a_command_and_its_output(name):
    head = "\n".join((ROOT / name).read_text(encoding="utf-8").splitlines()[:40])
    assert "make demo" in head
    assert "jmed_sample, 40 questions; a guess: Accuracy .175" in head


@pytest.mark.parametrize("name", READMES)
def test_the_readme_is_short(name):
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= 180


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_nothing_is_left_to_be_filled_in(page):
    assert not re.search(r"@@|TODO|FIXME|XXX", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_every_link_leads_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith("https://"):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings: lower case, no punctuation, a hyphen for each space."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
def test_every_option_exists(page):
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9_-]*", text))
    assert named <= known_options(), named - known_options()


def known_options():
    found = {key for recipe in (ROOT / "recipes").glob("*.yml") for key in keys(recipe)}
    shown = [page(each, command.name) for each in PROGRAMS for command in each.commands]
    lm_eval = [printed_help(HarnessCLI()._parser, name) for name in ("run", "ls", "validate")]
    options = {name for each in (*shown, *lm_eval) for name in options_on(each)}
    programs = [path.read_text() for path in (ROOT / "benchmarks").glob("*.py")]
    benchmarks = {name for text in programs for name in re.findall(r'"(--[a-z-]+)"', text)}
    settings = {*found, *RecipeSettings.model_fields}
    return {f"--{key}" for key in settings} | options | benchmarks | OTHERS


def keys(recipe):
    content = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    nested = [f"{key}__{inner}" for key, value in content.items() if isinstance(value, dict)
              for inner in value]  # fmt: skip
    return [*content, *nested]


def test_the_citation():
    """Against what the schema of cff 1.2.0 requires, and what it must agree with."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()
    assert cited["cff-version"] == "1.2.0"
    assert cited["version"] == jmed_metrics.__version__
    assert cited["license"] == "Apache-2.0"
    for reference in (cited["preferred-citation"], *cited["references"]):
        assert {"type", "title", "authors"} <= reference.keys()
        assert all(
            author.keys() == {"given-names", "family-names"} for author in reference["authors"]
        )
        assert isinstance(reference["year"], int)
    paper = cited["preferred-citation"]
    assert [author["family-names"] for author in paper["authors"]] == [
        "Sukeda", "Suzuki", "Sakaji", "Kodera",
    ]  # fmt: skip
    assert paper["url"] == "https://arxiv.org/abs/2310.10083"
