"""``jmed-report site`` in a real browser: what it shows, what it filters, and that nothing acts."""

import base64
import gzip
import json
import re
from html import unescape
from pathlib import Path

import pytest

from jmedlora.exams.cache import VARIABLE
from jmedlora.report.cli import main
from jmedlora.report.site import content, explorer_data
from scripts.vendor_site import FILES, LICENCES, PAGE, TESTS, faults
from tests.support.browser import chromium
from tests.support.shown_page import Shown, cells
from tests.support.site import CHOICES, LONG, SCRIPT, write_site

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
VIEWS = ["overview", "curves", "forest", "examinations", "groups", "consistency", "overlap",
         "recite", "questions"]  # fmt: skip
SECRET = "秘密の学習データ"
CHAT = "questions/igakuqa_chat%2F0"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder in which ``page`` and ``bare`` (without texts) are."""
    root = tmp_path_factory.mktemp("site")
    runs, published = write_site(root)
    overlap = root / "overlap"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(root / "data"))
        for module in (content, explorer_data):  # three parts of the 12 questions of a set
            patch.setattr(module, "PART", 5)
        (root / "train.jsonl").write_text(_training_record(), encoding="utf-8")
        from jmedlora.data.cli import main as data_main

        assert data_main(["overlap", str(root / "train.jsonl"), "--exam", "jmed_sample",
                          "--out", str(overlap)]) == 0  # fmt: skip
        _as_of_igakuqa(overlap / "summary.json")
        made = [
            "site",
            str(runs),
            str(published),
            "--resamples",
            "200",
            "--overlap",
            str(overlap),
            "--recite",
            str(_recited(root / "recited.json")),
        ]
        assert main([*made, "--out", str(root / "page")]) == 0
        assert main([*made, "--out", str(root / "bare"), "--without-texts"]) == 0
    return root


def _training_record() -> str:
    from jmedlora.exams.registry import load_exam

    first = load_exam("jmed_sample").items[0]
    text = "\n".join([first.question, *first.choices])
    return json.dumps({"instruction": text, "output": "a"}, ensure_ascii=False) + "\n"


def _recited(path: Path) -> Path:
    """As jmed-report recite --format json prints it, of a made-up model."""

    def share(value):
        return {"value": value, "low": value / 2, "high": value * 2}

    figures = [
        {"name": "near", "part": part, "n": 20, "model": share(model), "base": share(0.05),
         "change": share(model - 0.05), "p": 0.5}
        for part, model in (("trained", 0.4), ("held_out", 0.1))
    ]  # fmt: skip
    canaries = [
        {"repetitions": number, "canaries": 4, "exposure": bits, "least": 1.0, "most": 6.0,
         "comes_out": None, "base": 1.4, "base_comes_out": None}
        for number, bits in ((1, 2.0), (16, 5.5))
    ]  # fmt: skip
    model = {"name": "out/lora", "base": "models/base", "share": 0.4, "figures": figures,
             "canaries": canaries, "most_bits": 6.0, "records": [{"text": SECRET}]}  # fmt: skip
    path.write_text(json.dumps([model], ensure_ascii=False), encoding="utf-8")
    return path


def _as_of_igakuqa(path: Path) -> None:
    """The same summary as if 112A2 of igakuqa had been found: made-up questions are too short."""
    summary = json.loads(path.read_text(encoding="utf-8"))
    (found,) = summary["exams"].values()
    found["records_by_problem_id"] = {"112A2": 3}
    summary["exams"] = {"igakuqa": found}
    path.write_text(json.dumps(summary), encoding="utf-8")


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def opened(browser, site):
    """The page on a wide, light screen, opened once for all tests that change nothing for good."""
    found = Shown(browser, site / "page" / "index.html")
    found.go()
    yield found
    found.context.close()


@pytest.fixture
def page(opened):
    yield opened
    opened.check()


@pytest.fixture
def shown(browser, site):
    """Opens a page of its own; at its end it must have said and asked nothing."""
    found = []

    def open_page(name: str = "page", **options) -> Shown:
        found.append(Shown(browser, site / name / "index.html", **options))
        return found[-1]

    yield open_page
    for each in found:
        each.context.close()
        each.check()


@pytest.fixture
def chat(page):
    """The page at the first question that the chat models answered, without filters."""
    page.go("overview")  # so that the address changes
    page.go(f"{CHAT}/112A1")
    page.tab.get_by_role("button", name="Clear filters").click()
    page.tab.locator(".snippet", has_text="113B6").wait_for()  # of the last part
    return page


def test_every_view_is_there_and_none_asks_or_says_anything(page):
    tab = page.go()
    found = tab.eval_on_selector_all("#views a", "all => all.map((each) => each.dataset.view)")
    assert found == VIEWS
    for view in VIEWS:
        tab.click(f"[data-view={view}]")
        tab.wait_for_selector(f".view-{view}:not([hidden])")
    charts = tab.eval_on_selector_all("figure svg", "all => all.length")
    assert charts == 4  # a curve, a forest plot, positions, canaries


def test_the_overview_has_the_scores(page):
    tab = page.go()
    rows = cells(tab, "Scores of igakuqa")
    assert [row[0] for row in rows] == [
        "base, 0 steps", "base, 900 steps of LoRA", "base, 3k steps of LoRA",
    ]  # fmt: skip
    assert [row[1].split()[0] for row in rows] == ["0.225", "0.500", "0.775"]  # 9, 20, 31 of 40
    assert rows[2][1].split()[1] == "+0.550"
    assert "guess 0.200" in tab.get_by_role("region", name="Scores of igakuqa").first.inner_text()


def test_all_exams_stand_in_one_table(page):
    rows = cells(page.go(), "All exams, one score of each")
    assert rows[0] == ["alpha", "–", "0.750", "0.500", "–"]  # 9 of 12, 2 of 4
    assert ["base, 3k steps of LoRA", "0.775", "–", "–", "–"] in rows
    assert rows[-2] == ["Published 0", "–", "–", "–", "0.875"]  # 7 of 8


def test_the_words_are_explained(page):
    tab = page.go()
    tab.get_by_text("What the words mean").click()
    assert tab.get_by_text("Accuracy: the choices whose text is most similar").is_visible()


def test_a_heading_sorts_the_best_first(page):
    tab = page.go()
    scores = tab.get_by_role("region", name="Scores of igakuqa_chat")
    scores.get_by_role("button", name="Correct (0s)").click()
    assert [row[0] for row in cells(tab, "Scores of igakuqa_chat")] == ["alpha", "gamma", "beta"]


def test_a_forest_names_a_test_of_its_models_only_where_there_is_one(page):
    """The page has a trained model, so that all are compared with step 0 alone."""
    told = page.go("forest").inner_text(".view-forest .key")
    assert "jmed-report table --against MODEL" in told
    assert "the best one" not in told


def test_the_verdicts(page):
    tab = page.go("examinations")
    rows = cells(tab, "Verdicts on 第120回医師国家試験")
    assert [row[0] for row in rows] == ["Published 0", "Published 1"]
    assert [row[1] for row in rows] == ["fail", "fail"]
    assert [row[3] for row in rows] == ["87.5 %", "50.0 %"]  # 7 and 4 of 8


def test_heat_maps(page):
    tab = page.go("groups")
    (row,) = cells(tab, "igakuqa_chat: Correct (0s) in percent, by medical category (診療科)")
    assert row == ["内科", "12", "75", "17", "50"]  # 9, 2 and 6 of 12
    (row,) = cells(
        tab, "igakuqa_chat: Correct (0s) in percent, by how many human candidates were right"
    )
    assert row[:2] == ["50 to 70 % right", "12"]


def test_consistency_and_overlap(page):
    tab = page.go("consistency")
    orders = [row[0] for row in cells(tab, "Accuracy in each order")]
    assert orders == ["seed 1", "seed 2", "seed 3"]
    tab = page.go("overlap")
    assert cells(tab, "Questions found")[0][:2] == ["igakuqa", "1 of 40"]


def test_recitation_has_figures_and_no_record(page, site):
    tab = page.go("recite")
    rows = cells(tab, "Trained beside held-out records: out/lora")
    assert [row[1:5] for row in rows] == [
        ["trained", "20", "5.0 % [2.5, 10.0]", "40.0 % [20.0, 80.0]"],
        ["held out", "20", "5.0 % [2.5, 10.0]", "10.0 % [5.0, 20.0]"],
    ]
    assert json.dumps(SECRET)[1:-1] not in "".join(map(json.dumps, _data(site / "page")))


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        ({"Section": "B"}, "6 of 12 questions"),
        ({"Year": "2018", "Section": "B"}, "0 of 12 questions"),
        ({"An answer is": "not read"}, "5 of 12 questions"),
        ({"An answer is": "cut off", "by": "alpha"}, "1 of 12 questions"),
        ({"Right by": "alpha", "and wrong by": "gamma"}, "3 of 12 questions"),
        ({"Right by": "gamma", "and wrong by": "alpha"}, "0 of 12 questions"),
        ({"In the training text": "found"}, "1 of 12 questions"),
    ],
)
def test_a_filter(chosen, count, chat):
    for label, option in chosen.items():
        chat.pick(label, option)
    assert chat.count() == count


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("病歴", "1 of 12 questions"),  # of one answer
        ("１１２ａ３", "1 of 12 questions"),  # full width, as 112A3
        ("で正しい 113b", "6 of 12 questions"),  # both words
        ("鑑別", "0 of 12 questions"),  # thinking is not searched
    ],
)
def test_a_search(words, count, chat):
    chat.tab.get_by_label("Search").fill(words)
    assert chat.count() == count


def test_a_link_opens_its_question(page):
    tab = page.go(f"{CHAT}/113B3")
    assert tab.inner_text(".detail h3").startswith("113B3")
    assert tab.get_attribute(".permalink", "href") == f"#{CHAT}/113B3"
    page.pick("Section", "A")
    page.go(f"{CHAT}/113B2")  # which the filter hides
    page.go(f"{CHAT}/112A2")
    assert "found in the training text" in tab.inner_text(".detail")


@pytest.mark.parametrize(
    ("link", "told"),
    [
        (f"{CHAT}/nosuch", "igakuqa_chat, 0 shots has no question nosuch on this page."),
        ("questions/no-exam/112A1", "This page has no questions called no-exam."),
    ],
)
def test_a_link_to_nothing_says_so(link, told, shown):
    page = shown()
    page.tab.goto(f"{page.address}#{link}")
    page.tab.wait_for_selector("html[data-ready]")
    assert page.tab.inner_text(".detail").startswith(told)
    assert page.tab.url.endswith(link)
    page.tab.locator("#row-1").click()
    assert page.tab.inner_text(".detail h3").startswith(page.tab.inner_text("#row-1 b"))


def test_the_list_shows_texts_as_they_are_read(shown):
    tab = shown().go(f"{CHAT}/112A1")
    tab.locator(".snippet", has_text="113B6で正しい").wait_for()  # of the third part


def test_keys_go_through_the_questions(chat):
    tab = chat.tab
    for key, name in (("j", "112A2"), ("j", "112A3"), ("k", "112A2")):
        tab.keyboard.press(key)
        assert tab.inner_text(".detail h3").startswith(name)
        assert tab.url.endswith(f"/{name}")
    tab.focus(".list")
    tab.keyboard.press("End")
    assert tab.inner_text(".detail h3").startswith("113B6")
    assert tab.get_attribute(".list", "aria-activedescendant") == "row-11"
    tab.keyboard.press("/")
    tab.keyboard.type("j")  # into the search, not to the next question
    assert tab.input_value("#search") == "j"


def test_all_answers_stand_side_by_side(chat):
    tab = chat.tab
    cards = tab.locator(".card").all_inner_texts()
    assert [card.split("\n")[0] for card in cards] == ["alpha", "beta", "gamma"]
    assert "chosen by 3" in tab.inner_text(".choices .gold")
    assert tab.get_attribute(".stem", "lang") == "ja"  # for fonts, and for reading aloud
    assert tab.inner_text(".choices .gold").startswith("a 甲")


def test_thinking_and_long_answers_are_folded(chat):
    tab = chat.go(f"{CHAT}/112A2")
    thinking = tab.locator(".card details").first
    assert not thinking.get_by_text("鑑別診断").is_visible()
    thinking.locator("summary").click()
    assert thinking.get_by_text("鑑別診断").is_visible()
    answer = tab.locator(".answer.long")
    folded = answer.bounding_box()["height"]
    tab.get_by_role("button", name=re.compile("Show all")).click()
    assert answer.bounding_box()["height"] > 2 * folded
    assert LONG in answer.inner_text()


def test_nothing_that_a_model_wrote_acts(chat):
    tab = chat.go(f"{CHAT}/113B5")
    assert SCRIPT in tab.locator(".card").first.inner_text()
    assert tab.evaluate("window.acted") is None
    tab = chat.go(f"{CHAT}/112A1")
    assert "abc⟨U+202E⟩def" in tab.locator(".card").nth(1).inner_text()


def test_the_policy_forbids_all_other_scripts(shown):
    page = shown()
    tab = page.go()
    tab.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.acted = true";
          document.body.append(script);
        }"""
    )
    assert tab.evaluate("window.acted") is None
    assert tab.evaluate("() => fetch('https://example.org').catch(() => 'refused')") == "refused"
    policy = tab.get_attribute("meta[http-equiv=Content-Security-Policy]", "content")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert all("Content Security Policy" in each for each in page.said)
    page.said.clear()


def test_dark_and_light(page):
    tab = page.go("curves")
    back = "getComputedStyle(document.body).backgroundColor"
    line = "figure svg .mark-line path[stroke='{}']"
    tab.wait_for_selector(line.format("#0068b5"))
    assert tab.evaluate(back) == "rgb(255, 255, 255)"
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_selector(line.format("#6cb6ff"))
    assert tab.evaluate(back) == "rgb(18, 22, 28)"
    tab.emulate_media(color_scheme="light")


def test_a_narrow_screen_scrolls_down_alone(shown):
    page = shown(viewport={"width": 390, "height": 844})
    tab = page.go()
    for view in VIEWS:
        tab.click(f"[data-view={view}]")
        tab.wait_for_selector(f".view-{view}:not([hidden])")
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390, view


def test_print_has_the_question_and_no_list(chat):
    tab = chat.tab
    tab.emulate_media(media="print")
    visible = {each: tab.locator(each).first.is_visible() for each in ("nav", ".list", ".card")}
    tab.emulate_media(media="screen")
    assert visible == {"nav": False, ".list": False, ".card": True}


def test_contrast_and_labels(page):
    """By axe-core, all views at once: every rule on a light screen, contrast on a dark one too."""
    tab = page.go()
    for view in VIEWS:
        tab.click(f"[data-view={view}]")
        tab.wait_for_selector(f".view-{view}:not([hidden])")
    tab.evaluate("document.querySelectorAll('.view').forEach((each) => (each.hidden = false))")
    tab.evaluate((TESTS / "axe.min.js").read_text(encoding="utf-8"))
    assert violations(tab, {}) == []
    tab.emulate_media(color_scheme="dark")
    assert violations(tab, {"runOnly": ["color-contrast"]}) == []
    tab.emulate_media(color_scheme="light")


def violations(tab, options) -> list:
    options = {"resultTypes": ["violations"], **options}
    found = tab.evaluate("async (options) => (await axe.run(options)).violations", options)
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]


def test_without_texts(shown, site):
    tab = shown("bare").go(f"{CHAT}/112A1")
    assert "holds no text of questions, choices or answers" in tab.inner_text(".terms")
    assert [card.split("\n\n") for card in tab.locator(".card").all_inner_texts()] == [
        ["alpha", "right chose a"], ["beta", "right chose a"], ["gamma", "right chose a"],
    ]  # fmt: skip
    held = "".join(map(json.dumps, _data(site / "bare")))
    texts = json.dumps("で正しいのはどれか。")[1:-1], json.dumps("答え")[1:-1]
    assert not any(text in held for text in (*texts, json.dumps(CHOICES[0])))
    assert all(text in "".join(map(json.dumps, _data(site / "page"))) for text in texts)


def _data(folder: Path) -> list:
    page = (folder / "index.html").read_text(encoding="utf-8")
    packed = re.findall(r'<script type="text/plain" id="[^"]+">([^<]*)</script>', page)
    return [json.loads(gzip.decompress(base64.b64decode(each))) for each in packed]


def test_the_terms_stand_on_top_and_fold_behind_the_first_view(shown):
    tab = shown().go()
    told = tab.inner_text(".terms")
    assert "Its repository states no licence" in told
    assert "JMLE2026-Bench" in told
    tab.click("[data-view=questions]")
    tab.locator(".terms li").first.wait_for(state="hidden")
    assert "Mind their terms" in tab.inner_text(".terms")


def test_a_browser_that_cannot_unpack_says_so(shown):
    page = shown()
    page.context.add_init_script("delete window.DecompressionStream")
    page.tab.goto(page.address)
    assert "cannot unpack the data" in page.tab.inner_text("#status")


def test_the_programs_of_others_are_those_that_are_pinned():
    assert faults() == []
    assert all("</script" not in each.target.read_text(encoding="utf-8") for each in FILES[:-1])


def test_the_page_holds_the_licences_of_the_programs_in_it(page, site):
    """The BSD and MIT licences ask for their notice in every copy, and the page is one."""
    notices = (PAGE / LICENCES).read_text(encoding="utf-8")
    for name in ("page", "bare"):
        assert notices in unescape((site / name / "index.html").read_text(encoding="utf-8"))
    shown = page.go().locator(".licences pre")
    assert not shown.is_visible()
    page.tab.get_by_text("Licences of the programs of others").click()
    assert "Redistributions in binary form must reproduce" in shown.inner_text()
    page.tab.get_by_text("Licences of the programs of others").click()
