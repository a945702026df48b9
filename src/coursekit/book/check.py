"""Checking finished pages: nothing missing, broken, empty, or asking the network."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from coursekit.book.made import made

FILE_NAME = re.compile(r"\S+\.(?:png|svg|jpe?g|gif)\Z")
EMPTY_FIGURE = re.compile(r"<?Figure size [\d.]+x[\d.]+ with 0 Axes>?")


@dataclass
class Page(HTMLParser):
    """What the checks need to know of one HTML page."""

    ids: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    loads: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._figure_images: list[int] = []

    @classmethod
    def of(cls, text: str) -> Page:
        """The page with this text."""
        page = cls()
        page.feed(text)
        if EMPTY_FIGURE.search(cls._outputs(text)):
            page.problems.append("an empty figure: a cell's output is a figure with 0 axes")
        return page

    def facts(self) -> dict[str, list[str]]:
        """What was found, as plain data."""
        return {name: sorted(getattr(self, name)) for name in ("ids", "links", "loads")} | {"problems": self.problems}

    @staticmethod
    def _outputs(text: str) -> str:
        return text.replace("&lt;", "<").replace("&gt;", ">")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect ids, links and files to load; note problems that show in one tag."""
        a = {name: value or "" for name, value in attrs}
        classes = a.get("class", "").split()
        self.ids.update(filter(None, (a.get("id"), a.get("name") if tag == "a" else None)))
        if tag == "a" and a.get("href"):
            self.links.add(a["href"])
        self._note_loads(tag, a)
        if tag == "img":
            self._image(a)
        if tag == "figure":
            self._figure_images.append(0)
        if "traceback" in classes:
            self.problems.append("a traceback in a cell's output")
        if {"system-message", "problematic"} & set(classes):
            self.problems.append("a message of the page's parser (class system-message or problematic)")

    def handle_endtag(self, tag: str) -> None:
        """Note a figure that ends without a picture."""
        if tag == "figure" and self._figure_images and self._figure_images.pop() == 0:
            self.problems.append("an empty figure: no picture in it")

    def _note_loads(self, tag: str, a: dict[str, str]) -> None:
        attribute = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src"}.get(tag)
        if attribute and a.get(attribute):
            self.loads.add(a[attribute])
        if tag == "link" and a.get("href") and not {"canonical", "alternate"} & set(a.get("rel", "").split()):
            self.loads.add(a["href"])

    def _image(self, a: dict[str, str]) -> None:
        self._figure_images = [count + 1 for count in self._figure_images]
        source = a.get("src", "")
        shown = source if len(source) < 80 else source[:60] + "…"
        if not a.get("alt", "").strip() or FILE_NAME.fullmatch(a["alt"].strip()):
            self.problems.append(f"an image without alt text: {shown}")
        if not source or source.endswith("base64,"):
            self.problems.append("an empty figure: an image without data")


@dataclass(frozen=True)
class Site:
    """A folder of finished pages; ``kept`` is a file in which what was found in each is kept for pages that stay the same."""

    folder: Path
    kept: Path | None = None

    @cached_property
    def pages(self) -> dict[Path, Page]:
        """Every page by its resolved path."""
        paths = (p for p in sorted(self.folder.rglob("*.html")) if "_static" not in p.relative_to(self.folder).parts)
        texts = {path.relative_to(self.folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}
        found = made(self.kept, Path(__file__), texts, lambda name, text: Page.of(text).facts())
        return {
            (self.folder / name).resolve(): Page(set(of["ids"]), set(of["links"]), set(of["loads"]), of["problems"])
            for name, of in found.items()
        }

    def problems(self, names: list[str]) -> list[str]:
        """Every reason for which the site may not be published, given the pages that it must have."""
        missing = [
            f"{name}.html: in the table of contents but not in the output"
            for name in names
            if not (self.folder / f"{name}.html").is_file()
        ]
        folder = self.folder.resolve()
        wrong = [
            f"{path.relative_to(folder).as_posix()}: {problem}"
            for path, page in self.pages.items()
            for problem in [*page.problems, *self._broken(path, page), *self._outside(page)]
        ]
        return missing + wrong

    def _broken(self, path: Path, page: Page) -> list[str]:
        targets: dict[str, Path | None] = {}  # of the addresses without their fragments, which many links share
        broken = []
        for href in sorted(page.links | page.loads):
            parts = urlsplit(href)
            if parts.scheme or parts.netloc or href == "#":
                continue
            if parts.path not in targets:
                targets[parts.path] = self._target(path, unquote(parts.path))
            target, fragment = targets[parts.path], unquote(parts.fragment)
            if target is None or (fragment and target in self.pages and fragment not in self.pages[target].ids):
                broken.append(f"a broken reference: {href}")
        return broken

    @staticmethod
    def _target(path: Path, address: str) -> Path | None:
        """The file that an address on the page ``path`` leads to; None where there is none."""
        target = (path.parent / address).resolve() if address else path
        if target.is_dir():
            target = target / "index.html"
        return target if target.is_file() else None

    @staticmethod
    def _outside(page: Page) -> list[str]:
        asked = [url for url in sorted(page.loads) if urlsplit(url).netloc]
        return [f"a request to another host: {url}" for url in asked]
