"""Pages that appear at once: scripts wait for the text, icons and styles are those in use, pictures come when seen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from coursekit.book.theme import icons, pictures
from coursekit.paths import write_atomically

TEMPLATES = Path(__file__).with_name("templates")
ICONS = "icons.css"
# Styles that are loaded only where a page has what they are for.
ONLY_WITH = {"sphinx-design": 'class="sd-', "copybutton": 'class="highlight', "togglebutton": "dropdown"}
SCRIPTS_ONLY_WITH = {
    "design-tabs": "sd-tab-set",
    "clipboard.min": 'class="highlight',
    "copybutton": 'class="highlight',
    "togglebutton": "dropdown",
}
# The theme looks at everything that may be wide at once, and again after each change; course.js does so section by section.
ALL_AT_ONCE = re.compile(r'"complete"===document\.readyState\?(\w+)\(\):window\.addEventListener\("load",\1\)')
ABOUT_PAGE = "DOCUMENTATION_OPTIONS.pagename"  # for a chooser of versions, which this theme has and we do not


def lighten(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Have scripts wait for the text, and leave out what the page has no use for."""
    body = context.get("body", "")
    scripts, sheets = context["script_files"], context["css_files"]
    scripts[:] = [s for s in scripts if _wanted(_file(s), body, SCRIPTS_ONLY_WITH) and ABOUT_PAGE not in _inline(s)]
    sheets[:] = [s for s in sheets if _wanted(_file(s), body, ONLY_WITH)]
    for script in scripts:
        if getattr(script, "filename", None) and "async" not in script.attributes:
            script.attributes["defer"] = "defer"


def pictures_apart(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Write the pictures inside the page to files, which a browser loads when they come near."""
    if "body" in context and app.builder.format == "html":
        folder = context["pathto"](pictures.FOLDER, 1)
        context["body"] = pictures.apart(context["body"], Path(app.outdir) / pictures.FOLDER, folder)


def finish(app: Sphinx, problem: Exception | None) -> None:
    """Write the icons in use, take those of the theme away, and pictures that no page shows any more."""
    if problem is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = [page.read_text(encoding="utf-8") for page in out.rglob("*.html") if "_static" not in page.parts]
    scripts = out / "_static" / "scripts"
    source = scripts / "fontawesome.js"
    if source.is_file():
        style = icons.style(icons.used(pages), source.read_text(encoding="utf-8"))
        write_atomically(out / "_static" / ICONS, style)
        for file in [*scripts.glob("fontawesome.js*"), *(out / "_static" / "vendor" / "fontawesome").rglob("*.*")]:
            file.unlink()
        sheet = out / "_static" / "styles" / "pydata-sphinx-theme.css"
        write_atomically(sheet, icons.without_font(sheet.read_text(encoding="utf-8")))
        own = scripts / "pydata-sphinx-theme.js"
        write_atomically(own, not_all_at_once(own.read_text(encoding="utf-8")))
    pictures.tidy(out / pictures.FOLDER, pages)


def not_all_at_once(script: str) -> str:
    """The theme's script without the step that lays the whole page out.  Raises ``ValueError`` where it has no such step."""
    found, count = ALL_AT_ONCE.subn("0", script)
    if count != 1:
        raise ValueError(
            f"the theme's script looks for wide elements in {count} places instead of one: see lean.ALL_AT_ONCE"
        )
    return found


def _wanted(name: str, body: str, needs: dict[str, str]) -> bool:
    needed = next((mark for start, mark in needs.items() if name.startswith(start)), "")
    return needed in body


def _file(asset: object) -> str:
    filename = str(getattr(asset, "filename", asset) or "")
    return re.sub(r"\?.*", "", filename.rpartition("/")[2])


def _inline(script: Any) -> str:  # noqa: ANN401
    return getattr(script, "attributes", {}).get("body") or ""


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.config.templates_path.append(str(TEMPLATES))
    app.add_css_file(ICONS)
    app.connect("html-page-context", lighten, priority=950)
    app.connect("html-page-context", pictures_apart, priority=960)
    app.connect("build-finished", finish)
