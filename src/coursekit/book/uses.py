"""What each page depends on besides its own text, so that exactly the pages that must change are read again.

A page *uses* things under keys: ``text`` (its own, whatever its file's time), ``notebook`` (what its cells import),
``claim:ID``, ``claims:TOPIC``, ``chapters``, ``aims`` (what serves its objectives), ``number`` (the chapter's), ``concepts``,
``tracks``, ``exercise:ID`` and ``explorable:NAME``.  Each key has a current value; a page whose kept value differs is outdated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from coursekit import course
from coursekit.book import claimdata, explorables, front, order
from coursekit.book.aims import Aim, all_aims
from coursekit.book.cachekey import page_digest, with_digest
from coursekit.book.exercises import question_title


def records(app: Sphinx) -> dict[str, claimdata.Record]:
    """The measured claims, read once a build."""
    if not hasattr(app, "course_records"):
        files = Path(app.config.course_claims_file), Path(app.config.course_lock_file)
        app.course_records = claimdata.load(*files)  # type: ignore[attr-defined]
    return app.course_records  # type: ignore[attr-defined,no-any-return]


def aims(app: Sphinx) -> dict[str, Aim]:
    """Every objective of the book with what serves it, read once a build."""
    if not hasattr(app, "course_aims"):
        book = Path(app.srcdir)
        app.course_aims = all_aims(book, book.parent / "exercises")  # type: ignore[attr-defined]
    return app.course_aims  # type: ignore[attr-defined,no-any-return]


def _hash(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _files(files: Iterable[Path]) -> str:
    """A digest of these files' names and contents; of one that is not there, that it is not."""
    parts = ((file.name, hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "") for file in files)
    return _hash(part for named in parts for part in named)


def current(app: Sphinx, docname: str, key: str) -> str:
    """The present value of what ``docname`` uses under ``key``."""
    kind, _, name = key.partition(":")
    if kind == "text":
        return _hash([Path(app.env.doc2path(docname)).read_text(encoding="utf-8")])
    if kind == "notebook":
        return page_digest(Path(app.env.doc2path(docname)).read_text(encoding="utf-8"), Path(app.config.course_src))
    if kind == "claim":
        return records(app)[name].key if name in records(app) else ""
    if kind == "claims":
        return _hash(r.key for r in records(app).values() if name in ("", r.topic))
    if kind == "chapters":
        texts = front.chapters(Path(app.srcdir))
        return _hash(f"{topic}{front.title(text)}{front.course_metadata(text)}" for topic, text in texts)
    if kind == "aims":
        return _hash(repr(aim) for aim in aims(app).values() if aim.page == docname)
    if kind in ("concepts", "tracks"):
        file = Path(app.srcdir) / f"{kind}.yml"
        return file.read_text(encoding="utf-8") if file.is_file() else ""
    if kind == "number":
        return str(order.number(app, docname))
    if kind == "exercise":
        return question_title(Path(app.srcdir).parent / "exercises", name)
    if kind == "explorable":
        files = [f"{name}.js", f"{name}_data.js", *explorables.HELPERS]
        return _files(Path(app.srcdir) / "_static" / file for file in files)
    raise ValueError(f"unknown kind of dependency: {key}")


def uses(env: BuildEnvironment) -> dict[str, dict[str, str]]:
    """``{page: {key: value when it was read}}``."""
    if not hasattr(env, "course_uses"):
        env.course_uses = {}  # type: ignore[attr-defined]
    return env.course_uses  # type: ignore[attr-defined,no-any-return]


def note(app: Sphinx, docname: str, key: str) -> None:
    """Keep that ``docname`` uses what is called ``key``."""
    uses(app.env).setdefault(docname, {})[key] = current(app, docname, key)


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget a page that is about to be read again."""
    uses(env).pop(docname, None)


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """The pages that use something that changed since they were read."""
    known = [name for name in env.found_docs if name in uses(env) and name not in added | changed | removed]
    return [name for name in known if any(current(app, name, k) != v for k, v in uses(env)[name].items())]


def key_notebook(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the digest of what the page's cells import where the notebook cache hashes it."""
    note(app, docname, "text")
    key = page_digest(source[0], Path(app.config.course_src))
    if key:
        uses(app.env).setdefault(docname, {})["notebook"] = key
        source[0] = with_digest(source[0], key)


def rewrite_all_on_new_titles(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Every page, when what each shows changed: the contents, a title, a concept, a style, what the course says of itself."""
    titles = _hash(f"{name}{title.astext()}" for name, title in sorted(env.titles.items()))
    static = Path(app.srcdir) / "_static"
    styles = _files([*sorted(static.glob("*.css")), *(static / name for name in explorables.EVERYWHERE)])
    shared = [repr(sorted(env.toctree_includes.items())), current(app, "", "concepts"), repr(course.current()), styles]
    state = titles + _hash(shared)
    before, env.course_titles = getattr(env, "course_titles", state), state  # type: ignore[attr-defined]
    return [] if before == state else list(env.found_docs)


def copy_new_files(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The first page, when a file beside the pages changed: Sphinx copies them only in a build that writes a page."""
    folders = [Path(app.srcdir) / "_static", *(Path(app.srcdir) / name for name in app.config.html_extra_path)]
    state = _files(file for folder in folders for file in sorted(folder.rglob("*.*")) if file.is_file())
    before, env.course_files = getattr(env, "course_files", state), state  # type: ignore[attr-defined]
    return [] if before == state else [app.config.root_doc]


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("env-purge-doc", purge)
    app.connect("env-get-outdated", outdated)
    app.connect("source-read", key_notebook, priority=400)
    app.connect("env-updated", rewrite_all_on_new_titles)
    app.connect("env-updated", copy_new_files)
