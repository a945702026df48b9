"""The text of a finished page for paper: nothing to press, one drawing of each figure, links that hold in one document."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, NavigableString, Tag

COLUMN = 820  # CSS pixels of a drawing that is as wide as the text
BOXES = ".td-claim, .td-predict, .td-quiz, .td-head, .admonition"
FORMULA = re.compile(r"<math\b.*?</math>", re.S)
# Nothing on paper: what one presses, what scripts fill, copies of what the text says.
GONE = (
    "script, style, button, input, form, template, dialog, source, img.dynfig-dark, .headerlink, .td-note, .td-anchor, "
    ".td-narrow, .td-computed, .td-answers, .td-answer, .td-try, .td-progress, .cell_input, .onlyprint, #pst-skip-link, "
    "details.td-code, details.hide > summary, .td-explorable-frame, .td-aim > p, .td-evidence a[href*='claims/']"
)


def article(page: Path, formulas: Mapping[str, str]) -> Tag:
    """The ``<article>`` of a built page, or an empty one, its MathML written as TeX where ``formulas`` has it."""
    text = FORMULA.sub(lambda m: _tex(m[0], formulas), page.read_text(encoding="utf-8"))
    soup = BeautifulSoup(text, "html.parser")
    found = soup.select_one("article.bd-article")
    return found if isinstance(found, Tag) else soup.new_tag("article")


def cleaned(page: Path, site: Path, included: set[str], formulas: Mapping[str, str]) -> Tag:
    """The article for paper.  Ids get the page's name; links to other ``included`` pages stay, others become words."""
    body = article(page, formulas)
    name = page.relative_to(site).with_suffix("").as_posix()
    for node in body.select(GONE):
        node.decompose()
    for node in body.select("details, summary, picture"):
        node.name = {"details": "div", "summary": "p", "picture": "div"}[node.name]
    for node in body.select(".eqno"):
        _number(node)
    for node in body.find_all(id=True):
        node["id"] = key(name, str(node["id"]))
    for node in body.find_all("a", href=True):
        _link(node, page, site, included)
    for node in body.find_all("img", src=True):
        node["src"] = str((page.parent / unquote(str(node["src"]))).resolve())
        node.attrs.pop("height", None)
        node["width"] = f"{min(100, round(100 * float(str(node.attrs.pop('width', COLUMN))) / COLUMN))}%"
    for node in body.select(BOXES):
        node.name = "blockquote"
        if not node.get_text(strip=True) and node.find("img") is None:
            node.decompose()
    for section in body.find_all("section"):
        _unfold(section)
    top = body.find("h1")
    if top is not None:
        top["id"] = key(
            name, ""
        )  # a heading has one label: links to the page lead here, and those to its first section
    return body


def _unfold(section: Tag) -> None:
    """Leave a section's heading with its id: on paper a chapter begins on a page of its own, which nothing may enclose."""
    heading = section.find(re.compile(r"^h[1-6]$"))
    if heading is not None and section.get("id"):
        heading["id"] = section["id"]
    section.unwrap()


def key(page: str, anchor: str) -> str:
    """The id of a place in the whole document."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", f"p-{page}-{anchor}").strip("-")


def _tex(mathml: str, formulas: Mapping[str, str]) -> str:
    tex = formulas.get(mathml)
    if tex is None:
        return mathml
    return html.escape(rf"\[{tex}\]" if 'display="block"' in mathml else rf"\({tex}\)")


def _number(node: Tag) -> None:
    """The number of a formula, in it, where TeX has it."""
    formula, text = node.next_sibling, node.get_text().strip()
    if isinstance(formula, NavigableString) and "\\]" in formula:
        formula.replace_with(formula.replace("\\]", rf"\qquad\text{{{text}}}\]", 1))
    node.decompose()


def _link(node: Tag, page: Path, site: Path, included: set[str]) -> None:
    parts = urlsplit(str(node["href"]))
    if parts.scheme or parts.netloc:
        return
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page.resolve()
    name = (
        target.relative_to(site.resolve()).with_suffix("").as_posix() if target.is_relative_to(site.resolve()) else ""
    )
    if name in included:
        top = parts.fragment == name.rpartition("/")[2].replace("_", "-")
        node["href"] = f"#{key(name, '' if top else unquote(parts.fragment))}"
    else:
        node.unwrap()
