"""A page that is open in a browser, and what its tables say."""

from pathlib import Path

WIDE = {"width": 1280, "height": 900}


class Shown:
    """A page that is open, and what it did: its console, its faults, its requests."""

    def __init__(self, browser, file: Path, **options):
        self.context = browser.new_context(**{"viewport": WIDE, **options})
        self.said: list[str] = []
        self.asked: list[str] = []
        self.context.route("**/*", self._answer)
        self.context.set_default_timeout(5000)
        self.tab = self.context.new_page()
        self.tab.on("console", lambda message: self.said.append(message.text))
        self.tab.on("pageerror", lambda error: self.said.append(str(error)))
        self.address = file.as_uri()

    def _answer(self, route):
        if route.request.url.partition("#")[0] == self.address:
            route.continue_()
        else:
            self.asked.append(route.request.url)
            route.abort()

    def check(self):
        assert self.said == []
        assert self.asked == []

    def go(self, view: str = "overview"):
        self.tab.goto(f"{self.address}#{view}")
        self.tab.wait_for_selector("html[data-ready]")
        if view.startswith("questions"):
            name = view.rpartition("/")[2]
            self.tab.locator(".detail h3", has_text=name).wait_for()
        return self.tab

    def count(self) -> str:
        return self.tab.inner_text(".explorer [role=status]")

    def pick(self, label: str, option: str):
        self.tab.get_by_role("combobox", name=label, exact=True).select_option(label=option)


def cells(tab, name: str) -> list[list[str]]:
    """The first line of each cell of the table called ``name``, row by row."""
    rows = tab.get_by_role("region", name=name, exact=True).locator("tbody tr").all()
    return [
        [each.split("\n")[0] for each in row.locator("th,td").all_inner_texts()] for row in rows
    ]
