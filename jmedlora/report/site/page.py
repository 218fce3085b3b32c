"""The page: one HTML file that holds its data and programs and asks nothing of any network."""

import base64
import gzip
import json
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jmedlora.core.page_template import page_environment
from jmedlora.report.site.content import Content

FILE_NAME = "index.html"
VENDORED = ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js")
LICENCES = "LICENSES.txt"
"""The notices of the programs of others: a page holds these programs, so it holds the notices."""
OWN = (
    "page.js",
    "data.js",
    "format.js",
    "charts.js",
    "score_table.js",
    "overview.js",
    "curves.js",
    "examinations.js",
    "heat_maps.js",
    "consistency.js",
    "overlap.js",
    "recite.js",
    "filters.js",
    "texts.js",
    "question_list.js",
    "question.js",
    "explorer.js",
    "start.js",
)
"""The scripts in the order in which they run; one scope holds them all."""
LEVEL = 6
"""The level of gzip: 9 takes three times as long for a page that is 2 % smaller."""


def page(content: Content) -> str:
    """The page. Its policy allows no script but these, by their hashes, and no connection."""
    style = _asset("site.css")
    scripts = [*map(_vendored, VENDORED), _own_script()]
    template = page_environment("jmedlora.report.site").get_template("site.html.jinja")
    return template.render(
        policy=_policy([style], scripts),
        style=style,
        scripts=scripts,
        index=_packed(content.index),
        texts=[list(map(_packed, parts)) for parts in content.texts],
        licences=_vendored(LICENCES),
    )


def _policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {' '.join(map(_hash, styles))}",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


def _packed(value: Any) -> str:
    """JSON, compressed, as ASCII: nothing in it can end the element that holds it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    raw = text.encode(errors="backslashreplace")
    return base64.b64encode(gzip.compress(raw, LEVEL, mtime=0)).decode()


def _own_script() -> str:
    parts = "\n".join(_asset(name) for name in OWN)
    return f'"use strict";\n(() => {{\n{parts}\n}})();\n'


def _asset(name: str) -> str:
    return (files("jmedlora.report.site") / "assets" / name).read_text(encoding="utf-8")


def _vendored(name: str) -> str:
    """A program of others without the last line, which names a file that is not here."""
    text = (files("jmedlora.report.site") / "vendor" / name).read_text(encoding="utf-8")
    head, mark, _ = text.rpartition("\n//# sourceMappingURL=")
    return head if mark else text
