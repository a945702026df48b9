"""At the foot of a page with cells: its notebook to take along, and when, with what and in how long it was computed."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any
from urllib.parse import quote

from pybtex.database import parse_file
from sphinx.application import Sphinx

from coursekit.book import front, uses
from coursekit.book.bibliography import authors
from coursekit.book.chapter_notebook import Chapter, notebook
from coursekit.book.exercises import question_title
from coursekit.course import current
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
    published = current().published
    write_atomically(Path(app.outdir) / made, notebook(text, lead, chapter_of(app), install(published)))
    if published:
        write_atomically(Path(app.outdir) / "binder" / "requirements.txt", f"{source(published)}\n")
    return made


def source(published: str) -> str:
    """What pip installs to have the course, given ``owner/repository@branch`` of the built book."""
    return f"git+https://github.com/{published.partition('@')[0]}"


def install(published: str) -> str:
    """The first cell of a notebook that a stranger's machine opens; empty where the book is not published."""
    package = current().package
    lines = (
        "# only where the course is not installed",
        "import importlib.util",
        "",
        f"if importlib.util.find_spec({package!r}) is None:",
        f'    get_ipython().run_line_magic("pip", "install --quiet {source(published)}")',
    )
    return "\n".join(lines) if published else ""


def launches(published: str, notebook: str) -> list[tuple[str, str]]:
    """Where a notebook of the published book can be opened: names and addresses."""
    repository, _, branch = published.partition("@")
    return (
        [
            ("Binder", f"https://mybinder.org/v2/gh/{repository}/{branch}?labpath={quote(notebook, safe='')}"),
            ("Colab", f"https://colab.research.google.com/github/{repository}/blob/{branch}/{quote(notebook)}"),
        ]
        if published
        else []
    )


def add(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Put the foot below the text of a page whose cells were run."""
    execution = getattr(app.env, "nb_metadata", {}).get(pagename, {}).get("exec_data")
    if not execution or app.builder.format != "html" or "body" not in context:
        return
    written = write_notebook(app, pagename)
    made = context["pathto"](written, 1)
    link = f'<a href="{html.escape(made)}" download>Download this page as a notebook</a>'
    elsewhere = launches(current().published, written)
    opened = " or ".join(f'<a href="{html.escape(address)}">{name}</a>' for name, address in elsewhere)
    link += f", or open it on {opened}." if opened else "."
    context["body"] += f'\n<p class="td-computed">{link} {html.escape(sentence(execution))}</p>\n'


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("html-page-context", add, priority=600)
