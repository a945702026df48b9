"""``Try it now``: the best question of each section stands at its end, folded, to be answered where the idea is fresh.

The finished page of an assignment says of each question which section teaches it.  Of those that a page can check with what it
loads first, the easiest is taken over, with its hints and its answer field; what is typed is kept for the assignment, too.
"""

from __future__ import annotations

import html
import re
from dataclasses import asdict, dataclass
from pathlib import Path

import bs4
from bs4 import BeautifulSoup, Tag
from sphinx.application import Sphinx

from coursekit.book.made import made
from coursekit.paths import write_atomically

BLOCK = re.compile(r"<!-- try -->.*?<!-- tried -->\n", re.S)
EDGE = re.compile(r"<section\b[^>]*>|</section>")
TAUGHT = re.compile(r"\.\./([\w-]+)\.html#([\w-]+)")
FACTS = re.compile(r"about (\d+) minutes.*?(★+)")
FIRST = "<!-- before the first -->"  # what all fields of a page share
SCRIPT = '<!-- try --><script defer="defer" src="_static/live/try.js"></script><!-- tried -->\n'


@dataclass(frozen=True)
class Try:
    """A question to try: the page and the section that teach it, how hard it is, its block, and what goes before the first."""

    page: str
    section: str
    hard: tuple[int, int]
    block: str
    before: str


def questions(name: str, text: str) -> list[Try]:
    """The questions of a finished assignment, ``text`` in the file ``name``, that a chapter may show."""
    soup = BeautifulSoup(text, "html.parser")
    head = soup.select_one("div.td-answers")
    if head is None:
        return []
    of_all = "".join(
        f' {name}="{html.escape(_here(str(value)))}"' for name, value in head.attrs.items() if name != "class"
    )
    place = f'<div class="td-answers" data-chapter="1"{of_all}></div>'
    allowed = next(
        (p.find_next_sibling("div") for p in soup.find_all("p") if p.text == "Every question may use:"), None
    )
    found = []
    for field in soup.select("div.td-answer"):
        section = field.find_parent("section")
        if field.get("data-kind") == "check" and not field.get("data-scipy") and isinstance(section, Tag):
            one = _question(section, field, f"assignments/{name}", allowed, place)
            if one:
                found.append(one)
    return found


def _question(section: Tag, field: Tag, address: str, allowed: Tag | None, place: str) -> Try | None:
    """The question of a section, unless no chapter teaches it."""
    link = section.find("a", href=TAUGHT)
    facts = FACTS.search(section.get_text())
    if not isinstance(link, Tag) or facts is None or section.h2 is None:
        return None
    taught = TAUGHT.search(str(link["href"]))
    assert taught is not None
    for node in section.select(".headerlink"):
        node.decompose()
    title = re.sub(r"^\d+\. ", "", section.h2.get_text().strip())
    goal = link.find_parent("p")
    parts: list[str] = []
    for node in section.find_all(recursive=False):
        if node is field:
            break
        if node.name in ("h2", "span") or node is goal or FACTS.search(node.get_text()) and node.name == "p":
            continue
        parts.append(_hint(node) if "admonition" in (node.get("class") or []) else str(node))
    field["data-title"] = title
    back = f'<p>From the <a href="{address}#{section["id"]}">assignment</a>, where this answer is kept, too.</p>'
    summary = (
        f"<summary><strong>Try it now</strong>: {html.escape(title)} (about {facts[1]} minutes, not graded)</summary>"
    )
    body = re.sub(r' id="[^"]*"', "", "\n".join(parts) + f"\n{field}\n")
    body = re.sub(r'(href|src)="([^"]*)"', lambda m: f'{m[1]}="{_there(m[2], address)}"', body)
    if allowed is not None:
        place += f'<details class="td-hint"><summary>What every answer may use</summary>{allowed}</details>'
    block = f'<!-- try --><details class="td-try">{summary}{FIRST}\n{body}{back}</details><!-- tried -->\n'
    return Try(taught[1], taught[2], (len(facts[2]), int(facts[1])), block, place)


def _hint(node: Tag) -> str:
    """A fold that opens by itself, where chapters have no script for the theme's."""
    title = node.select_one(".admonition-title")
    name = html.escape(title.get_text()) if title else "Hint"
    if title:
        title.decompose()
    return f'<details class="td-hint"><summary>{name}</summary>{node.decode_contents()}</details>'


def _here(address: str) -> str:
    return address.removeprefix("../")


def _there(address: str, page: str) -> str:
    """An address of the assignment's page as one of a chapter's."""
    return f"{page}{address}" if address.startswith("#") else _here(address)


def shown(text: str, tries: list[Try]) -> str:
    """A chapter's page with the easiest question at the end of each of its sections, in place of what it showed before."""
    text = BLOCK.sub("", text)
    best: dict[str, Try] = {}
    for one in sorted(tries, key=lambda one: one.hard):
        best.setdefault(one.section, one)
    put = False
    for one in best.values():
        end = _end(text, one.section)
        if end is not None:
            text, put = text[:end] + one.block + text[end:], True
    if put:
        text = text.replace(FIRST, next(one.before for one in best.values()), 1).replace(FIRST, "")
    return text.replace("</body>", SCRIPT + "</body>", 1) if put else text


def _end(text: str, section: str) -> int | None:
    """Where the section of this id ends."""
    start = text.find(f'<section id="{section}">')
    depth = 0
    for edge in EDGE.finditer(text, start) if start >= 0 else ():
        depth += -1 if edge[0].startswith("</") else 1
        if depth == 0:
            return edge.start()
    return None


def finish(app: Sphinx, problem: Exception | None) -> None:
    """Put the questions into the chapters, when all pages are written."""
    if problem is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    texts = {page.name: page.read_text(encoding="utf-8") for page in sorted((out / "assignments").glob("*.html"))}
    code = f"{Path(__file__).read_text(encoding='utf-8')}\0{bs4.__version__}"
    found = made(
        Path(app.doctreedir) / "try.json",
        code,
        texts,
        lambda name, text: [asdict(one) for one in questions(name, text)],
    )
    tries = [Try(**{**one, "hard": tuple(one["hard"])}) for page in found.values() for one in page]
    for page in sorted(out.glob("*.html")):
        before = page.read_text(encoding="utf-8")
        after = shown(before, [one for one in tries if one.page == page.stem])
        if after != before:
            write_atomically(page, after)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events; before slides are made of the pages."""
    app.connect("build-finished", finish, priority=450)
