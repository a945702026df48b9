"""Which folders a build of the book works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from coursekit.course import at, current


@dataclass(frozen=True)
class Project:
    """A book with its configuration, the source tree its pages import, and where results and caches go.

    With ``only``, a draft of these chapters alone, whose results and caches are kept apart from the whole book's.
    """

    root: Path = field(default_factory=lambda: current().root)
    out: Path = field(default_factory=lambda: current().root)
    source: Path | None = field(default=None)
    only: tuple[str, ...] = ()

    @property
    def book(self) -> Path:
        """The folder of the pages."""
        return at(self.root).book

    @property
    def config(self) -> Path:
        """The configuration of jupyter-book."""
        return self.root / "_config.yml"

    @property
    def src(self) -> Path:
        """The source tree whose modules the pages import."""
        return self.source or at(self.root).src

    @property
    def package(self) -> str:
        """The package whose topics have claims."""
        return at(self.root).package

    @property
    def html(self) -> Path:
        """The folder of the finished pages."""
        return self.out / "_build" / "html"

    @property
    def doctrees(self) -> Path:
        """Where Sphinx keeps what it has read."""
        return self.out / "_build" / ".doctrees"

    @property
    def cache(self) -> Path:
        """Everything that a build keeps outside the output."""
        return at(self.root).cache

    @property
    def results(self) -> Path:
        """What is kept for this book, or for this draft of it, between builds."""
        return self.cache / "book" / "-".join(sorted(self.only))

    @property
    def executed(self) -> Path:
        """The cache of executed notebooks."""
        return self.results / "jupyter" if self.only else self.cache / "jupyter"

    @property
    def claims_file(self) -> Path:
        """The results of all claims, as the pages read them."""
        return self.results / "claims.json"

    @property
    def toc(self) -> Path:
        """The table of contents with its globs filled in."""
        return self.results / "_toc.yml"
