"""When the pages are finished: a deck for each chapter, in ``slides/``, made again only where its page has changed."""

from __future__ import annotations

import hashlib
import html
from pathlib import Path
from typing import Any

import bs4
from sphinx.application import Sphinx

from coursekit.book.slides import deck
from coursekit.paths import write_atomically

STATIC = Path(__file__).with_name("static")
FOLDER = "slides"
CHAPTER = 'class="td-head'
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="Slides of the chapter {title}">
<meta name="made-of" content="{key}">
<title>{title} · slides</title>
{icon}<link rel="stylesheet" href="../_static/slides/reveal.css">
{styles}
<link rel="stylesheet" href="../_static/slides/slides.css">
</head>
<body>
<main><div class="reveal"><div class="slides">
{slides}
</div></div></main>
<script src="../_static/slides/reveal.js"></script>
<script src="../_static/slides/notes.js"></script>
{scripts}
<script src="../_static/slides/start.js"></script>
</body>
</html>
"""


def key() -> str:
    """What a deck depends on beside its page: the code that makes it."""
    code = Path(deck.__file__).read_bytes() + Path(__file__).read_bytes()
    return hashlib.sha256(code + bs4.__version__.encode()).hexdigest()


def write(page: Path, target: Path) -> bool:
    """Make the deck of ``page`` unless ``target`` was made of the same page; whether it was made."""
    text = page.read_text(encoding="utf-8")
    made_of = hashlib.sha256((text + key()).encode()).hexdigest()[:20]
    if target.is_file() and made_of in target.read_text(encoding="utf-8")[:1000]:
        return False
    made = deck.deck(text, page.name)
    icon = f'<link rel="icon" href="{html.escape(made.icon)}">\n' if made.icon else ""
    styles = "\n".join(f'<link rel="stylesheet" href="{html.escape(address)}">' for address in made.styles)
    scripts = "\n".join(f'<script src="{html.escape(address)}"></script>' for address in made.scripts)
    write_atomically(
        target,
        PAGE.format(title=made.title, key=made_of, slides=made.slides, scripts=scripts, styles=styles, icon=icon),
    )
    return True


def link(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Say at the foot of a chapter where its slides are."""
    if app.builder.format == "html" and "/" not in pagename and CHAPTER in context.get("body", ""):
        address = html.escape(context["pathto"](f"{FOLDER}/{pagename}.html", 1))
        context["body"] += f'\n<p class="td-computed"><a href="{address}">Slides of this chapter</a></p>\n'


def finish(app: Sphinx, problem: Exception | None) -> None:
    """Write the decks, and take away those whose chapter is gone."""
    if problem is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    chapters = [page for page in sorted(out.glob("*.html")) if CHAPTER in page.read_text(encoding="utf-8")]
    for page in chapters:
        write(page, out / FOLDER / page.name)
    for file in (out / FOLDER).glob("*.html"):
        if file.name not in {page.name for page in chapters}:
            file.unlink()


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events; after the theme's own, which writes pictures to files."""
    app.config.html_static_path.append(str(STATIC))
    app.connect("html-page-context", link, priority=590)
    app.connect("build-finished", finish, priority=900)
