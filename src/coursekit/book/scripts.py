"""Which scripts a page loads: explorables in order and only where they are used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from coursekit.book.explorables import EVERYWHERE, HELPERS
from coursekit.book.uses import uses


def mend_roles(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Make the entries of the bibliography items of the list they are in; docutils gives them a role that ARIA withdrew.

    The fold of a cell's code is called what is seen on it.
    """
    if "body" in context:
        body = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')
        context["body"] = body.replace('<summary aria-label="Toggle hidden content">', "<summary>")


def choose(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Drop the live-code scripts (sphinx-thebe writes them twice and they ask the network) and unused explorables."""
    own = {path.name for path in (Path(app.srcdir) / "_static").glob("*.js")} - set(EVERYWHERE)
    names = [key.partition(":")[2] for key in uses(app.env).get(pagename, {}) if key.startswith("explorable:")]
    parts = [file for name in names for file in (f"{name}_data.js", f"{name}.js") if file in own]  # data first
    wanted = [*HELPERS, *parts] if names else []
    scripts = context["script_files"]
    kept = [s for s in scripts if not _is_thebe(s) and (_name(s) not in own or _name(s) in wanted)]
    rank = {name: number for number, name in enumerate(wanted)}
    ours = sorted((s for s in kept if _name(s) in rank), key=lambda s: rank[_name(s)])
    scripts[:] = [s for s in kept if _name(s) not in rank] + ours
    context["css_files"][:] = [c for c in context["css_files"] if "thebe" not in str(getattr(c, "filename", c))]


def _name(script: object) -> str:
    filename = str(getattr(script, "filename", script) or "")
    return filename.rpartition("_static/")[2].partition("?")[0]


def _is_thebe(script: Any) -> bool:  # noqa: ANN401
    body = getattr(script, "attributes", {}).get("body") or ""
    return "THEBE_JS_URL" in body or "thebe" in _name(script)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("html-page-context", mend_roles)
    app.connect("html-page-context", choose, priority=900)
