"""What MkDocs calls for each page (mkdocs.yml names this file)."""

import re

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

OTHER_LANGUAGE = re.compile(r"(?: · )?\[(?:日本語|English)\]\([^)]+\)")
"""A page's link to its twin. The site has a switch in its place, and builds one language a time."""
ALTERNATE = re.compile(r'<link rel="alternate" [^>]*\bhreflang=[^>]*>\s*')
"""For each of these the theme's script asks for a sitemap, which a browser refuses to a page of the
disk. The language switch is a plain link to the same page and works without it."""
TRANSLATED = re.compile(r"\]\(((?:\.\./)?(?:docs/[\w-]+|README|SECURITY)\.md)#[^)]+\)")
"""A link to a heading of a page that is in both languages."""


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: object) -> str:
    """Without the links that no page of this language can keep."""
    text = OTHER_LANGUAGE.sub("", markdown)
    if config.theme["language"] == "ja" and not page.file.src_uri.endswith(".ja.md"):
        text = TRANSLATED.sub(r"](\1)", text)  # an English page leads to the Japanese page's top
    return text


def on_post_page(output: str, *, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001
    """Without what lets the theme's script ask for a file."""
    return ALTERNATE.sub("", output)
