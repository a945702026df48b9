"""How Sphinx writes formulas: as MathML, with one style sheet and one font, without a script."""

from __future__ import annotations

import json
import re
from html import escape, unescape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.fileutil import copy_asset_file
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from coursekit.book import order, uses
from coursekit.book.mathematics import font
from coursekit.book.mathematics.keep import KEPT
from coursekit.book.mathematics.typeset import CannotTypeset, mathml
from coursekit.paths import write_atomically

LOGGER = logging.getLogger(__name__)
STYLE, FONT = "mathematics.css", "mathematics.woff"
TYPESET: dict[str, str] = {}  # of this build
# a formula in a line, and what touches it: an opening bracket, a comma, the rest of a word
TOUCHED = re.compile(
    r'([^\s<>;]{0,3})(<span class="math notranslate nohighlight"(?: id="[^"]*")?><math[^>]*>.*?</math></span>)([^\s<>&]{0,12})',
    re.S,
)
PRINTED = re.compile(r'(<span class="math notranslate nohighlight">)\\\((.+?)\\\)(?=</span>)', re.S)  # by a cell


def in_line(writer: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    writer.body.append(writer.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    writer.body.append(f"{_written(node.astext(), node)}</span>")
    raise nodes.SkipNode


def on_its_own(writer: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula, with its number if it has one."""
    writer.body.append(writer.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, "Link to this equation")
        writer.body.append("</span>")
    writer.body.append(f"{_written(lines(node.astext(), node['nowrap']), node, display=True)}</div>\n")
    raise nodes.SkipNode


def number_by_chapter(app: Sphinx, doctree: nodes.document) -> None:
    """Number a chapter's equations as ``4.1``, ``4.2`` …: those of two chapters differ."""
    docname = app.env.docname
    uses.note(app, docname, "number")
    chapter = order.number(app, docname)
    if chapter is None:
        return
    equations = app.env.get_domain("math").data["objects"]
    for node in doctree.findall(nodes.math_block):
        if node.get("number"):
            node["number"] = f"{chapter}.{node['number']}"
            equations[node["label"]] = (docname, node["number"])


def lines(tex: str, whole: bool) -> str:
    """A formula of several lines, or several formulas apart by an empty line, as one; ``whole`` brings its environment."""
    parts = [part.strip() for part in tex.split("\n\n") if part.strip()]
    if whole or (len(parts) == 1 and "\\\\" not in tex):
        return tex
    return "\\begin{aligned}" + " \\\\ ".join(parts) + "\\end{aligned}"


def _written(tex: str, node: nodes.Node, display: bool = False) -> str:
    try:
        made = mathml(tex, display)
        TYPESET[made] = tex
        return made
    except CannotTypeset as error:
        LOGGER.warning("the formula %r cannot be typeset: %s", tex, error, location=node)
        return f"<code>{escape(tex)}</code>"


def in_outputs(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Typeset the formulas in the HTML that cells print, such as those of figures' captions."""
    for node in doctree.findall(nodes.raw):
        if "html" in node.get("format", "").split():
            node.children = [nodes.Text(_typeset(node.astext(), node))]


def _typeset(text: str, node: nodes.Node) -> str:
    return PRINTED.sub(lambda found: found[1] + _written(unescape(found[2]), node), text)


def held(body: str) -> str:
    """``body`` in which no line begins with the comma of a formula, nor ends with its opening bracket."""

    def hold(match: re.Match[str]) -> str:
        before, formula, after = match.groups()
        return f'<span class="td-touching">{before}{formula}{after}</span>' if before or after else formula

    return TOUCHED.sub(hold, body)


def hold(app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: object) -> None:
    """Hold the formulas of a page that is about to be written together with what touches them."""
    body = context.get("body")
    if isinstance(body, str) and app.builder.format == "html":
        context["body"] = held(body)


def keep(app: Sphinx, problem: Exception | None) -> None:
    """Keep the TeX of each formula by its MathML, for what is made of finished pages: paper speaks TeX."""
    if problem is None and app.builder.format == "html":
        file = Path(app.doctreedir) / KEPT
        before = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        write_atomically(file, json.dumps(before | TYPESET, ensure_ascii=False))


def write_style(app: Sphinx, problem: Exception | None) -> None:
    """Write the style sheet, and the font with the glyphs of all pages."""
    if problem is None and app.builder.format == "html":
        static = Path(app.outdir) / "_static"
        copy_asset_file(Path(__file__).with_name("temml.css"), static / STYLE)
        font.write(Path(app.outdir), static / FONT, Path(app.doctreedir) / "mathematics.txt")


def setup(app: Sphinx) -> None:
    """Have Sphinx write formulas this way."""
    app.add_html_math_renderer("mathml", (in_line, None), (on_its_own, None))
    app.connect("config-inited", lambda app, config: setattr(config, "html_math_renderer", "mathml"))
    app.connect("config-inited", lambda app, config: setattr(config, "math_numfig", False))
    app.connect("doctree-read", number_by_chapter)
    app.add_css_file(STYLE)
    app.connect("doctree-resolved", in_outputs)
    app.connect("html-page-context", hold, priority=960)
    app.connect("build-finished", write_style)
    app.connect("build-finished", keep)
