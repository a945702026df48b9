"""At the foot of a page with cells: its notebook to take along, and when, with what and in how long it was computed."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

from pybtex.database import parse_file
from sphinx.application import Sphinx

from coursekit.book import front, uses
from coursekit.book.bibliography import authors
from coursekit.book.chapter_notebook import Chapter, notebook
from coursekit.book.exercises import question_title
from coursekit.paths import write_atomically

FOLDER = "notebooks"
PACKAGES = {
    "numpy": "NumPy",
    "scipy": "SciPy",
    "torch": "PyTorch",
    "scikit-learn": "scikit-learn",
    "matplotlib": "Matplotlib",
}


def versions() -> str:
    """The versions that numbers depend on; they are in the key of what is kept, so they are those that computed it."""
    found = [f"Python {python_version()}"]
    for package, name in PACKAGES.items():
        try:
            found.append(f"{name} {version(package).partition('+')[0]}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def sentence(execution: dict[str, Any]) -> str:
    """When and in how many seconds the cells ran; empty where that is not known."""
    if not execution.get("mtime") or execution.get("runtime") is None:
        return ""
    day = datetime.fromtimestamp(execution["mtime"], UTC)
    return f"Computed on {day.day} {day:%B %Y} in {execution['runtime']:.0f} s with {versions()}."


def chapter_of(app: Sphinx) -> Chapter:
    """What the texts of chapters refer to, read once a build."""
    if not hasattr(app, "course_chapter"):
        book = Path(app.srcdir)
        entries: dict[str, Any] = {}
        for name in getattr(app.config, "bibtex_bibfiles", []):
            entries |= dict(parse_file(str(book / name)).entries)
        equations = {label: str(number) for label, (_, number) in app.env.get_domain("math").data["objects"].items()}

        def cited(key: str) -> str:
            return f"{authors(entries[key])} {entries[key].fields.get('year', '')}".strip() if key in entries else key

        app.course_chapter = Chapter(  # type: ignore[attr-defined]
            uses.records(app), cited, lambda name: question_title(book.parent / "exercises", name) or name, equations
        )
    return app.course_chapter  # type: ignore[attr-defined,no-any-return]


def write_notebook(app: Sphinx, pagename: str) -> str:
    """Write the page's notebook; where it lies in the book."""
    text = Path(app.env.doc2path(pagename)).read_text(encoding="utf-8")
    lead = (
        f"*From {app.config.html_title}, “{front.title(text)}”. The cells run where the course is installed: "
        "the book's guide for readers says how. What the book makes of its own data is left out here.*"
    )
    made = f"{FOLDER}/{pagename}.ipynb"
    write_atomically(Path(app.outdir) / made, notebook(text, lead, chapter_of(app)))
    return made


def add(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Put the foot below the text of a page whose cells were run."""
    execution = getattr(app.env, "nb_metadata", {}).get(pagename, {}).get("exec_data")
    if not execution or app.builder.format != "html" or "body" not in context:
        return
    made = context["pathto"](write_notebook(app, pagename), 1)
    link = f'<a href="{html.escape(made)}" download>Download this page as a notebook</a>.'
    context["body"] += f'\n<p class="td-computed">{link} {html.escape(sentence(execution))}</p>\n'


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("html-page-context", add, priority=600)
