"""Running the cells of several pages side by side, before Sphinx reads the pages one after another."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path

from jupyter_cache import get_cache
from myst_nb.core.execute import create_client
from myst_nb.core.read import create_nb_reader
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from coursekit.book.cachekey import page_digest, with_digest

logger = logging.getLogger(__name__)


class PageLogger:
    """Says which page a message is about; keeps complaints back, for Sphinx runs a failing page again and reports it."""

    def __init__(self, page: str) -> None:
        self.page = page

    def info(self, message: str, **options: object) -> None:
        """Pass on what happens to the page's cells."""
        logger.info("%s.md: %s", self.page, message)

    def warning(self, message: str, **options: object) -> None:
        """Keep it back: what failed is not cached, so the page is run again where its failure is reported."""


def keyed_text(app: Sphinx, page: str) -> str:
    """The page's text with the key of its cells in it; empty when it has none."""
    text = Path(app.env.doc2path(page)).read_text(encoding="utf-8")
    key = page_digest(text, Path(app.config.course_src))
    return with_digest(text, key) if key else ""


def execute(app: Sphinx, page: str, text: str) -> None:
    """Run the cells of one page into the notebook cache, unless they are there already."""
    path, config = app.env.doc2path(page), app.env.mystnb_config  # type: ignore[attr-defined]
    reader = create_nb_reader(path, app.env.myst_config, config, text)  # type: ignore[attr-defined]
    if reader is not None and config.execution_mode == "cache":
        with create_client(reader.read(text), path, config, PageLogger(page), reader.read_fmt):  # type: ignore[arg-type]
            pass


def longest_first(app: Sphinx, pages: Iterable[str], folder: str) -> list[str]:
    """``pages`` by the seconds that their cells took when they last ran, before them those of which that is not known."""
    records = sorted(get_cache(folder).list_cache_records(), key=lambda record: record.created)
    known = {record.uri: record.data.get("execution_seconds") for record in records}
    return sorted(pages, key=lambda page: -(known.get(str(app.env.doc2path(page))) or inf))


def execute_all(app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Run the pages that are about to be read, as many at a time as there are processors; each in a kernel of its own.

    The longest begin, so that none ends long after all others.
    """
    texts = {
        page: keyed_text(app, page) for page in pages
    }  # in one thread: Python 3.11 may not parse Python in several
    wanted = {page: text for page, text in texts.items() if text}
    if not wanted:
        return
    folder = env.mystnb_config.execution_cache_path  # type: ignore[attr-defined]
    assert get_cache(folder).db  # makes its tables, which two pages at once must not
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(lambda page: execute(app, page, wanted[page]), longest_first(app, wanted, folder)))


def setup(app: Sphinx) -> None:
    """Connect to Sphinx's events."""
    app.connect("env-before-read-docs", execute_all)
