"""No page stays as it was when something that it shows has changed, and a page that shows nothing of it is left alone."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from tiny_book import CONFIG, NOTEBOOK, TinyBook

from coursekit.book import ahead, check, extension
from coursekit.book.made import made

CHAPTER = (
    "---\ncourse: {{minutes: 1, objectives: {{see-{0}: See it.}}}}\n---\n# Of {0}\n\n```{{chapter-head}}\n```\n\n{1}\n"
)
BIB = "@article{{one2000, author={{Ada {0}}}, title={{On one}}, journal={{J}}, year={{2000}}}}\n"
PAGES = {
    "index": "# Tiny\n",
    "shown": CHAPTER.format("shown", "$$a = b$$ (first)\n\n(walk)=\n## A walk\n\n## Kept\n\nWords.\n"),
    "equation": "# Equation\n\nBy {eq}`first`.\n",
    "heading": "# Heading\n\nIn [](shown.md#kept).\n",
    "label": "# Label\n\nIn {ref}`walk`.\n",
    "cited": "# Cited\n\nBy {cite}`one2000`.\n",
    "references": "# References\n\n```{bibliography}\n```\n",
    "term": CHAPTER.format("term", "Of ash, birch, cedar, date and elm.\n"),
    "often": CHAPTER.format("often", "Of oaks.\n"),
    "concepts": "# Concepts\n\n```{concepts}\n```\n",
    "explorable": "# Explorable\n\n```{explorable} tiny\nIt moves.\n```\n",
    "cells": NOTEBOOK + "# Cells\n\n```{code-cell}\nfrom tiny import one\nprint('answer', one.value())\n```\n",
    "old": "# Old\n\nWritten first.\n",
    "apart": "# Apart\n\nThis shows nothing of others.\n",
}
TERMS = {name: {"says": f"The {name}.", "see": "apart"} for name in ("ash", "birch", "cedar", "date", "elm")}
SINCE = re.compile(r"Computed on .*? s with|(?<=\.css)\?v=\w+")
SCRIPT = 'customElements.define("td-tiny", class extends HTMLElement {{}}); // {}\n'


def filled(root: Path) -> TinyBook:
    """A book whose pages show one thing each of the page ``shown``, of another file or of all pages."""
    book = TinyBook(root)
    config = {**CONFIG, "bibtex_bibfiles": ["references.bib"]}
    config["sphinx"] = {
        **CONFIG["sphinx"],
        "config": {**CONFIG["sphinx"]["config"], "html_extra_path": ["_extra"], "myst_heading_anchors": 2},
    }
    book.write("_config.yml", yaml.safe_dump(config))
    for name, text in PAGES.items():
        book.write(f"book/{name}.md", text)
    book.write("book/references.bib", BIB.format("Hall"))
    book.write("book/concepts.yml", yaml.safe_dump(TERMS))
    book.write("book/_static/tiny.js", SCRIPT.format(1))
    book.write("book/_extra/taken.txt", "one\n")
    book.list_pages(*(name for name in PAGES if name != "index"))
    return book


def change(book: TinyBook) -> None:
    """Change what pages show, in other files than their own, and one page whose file keeps an old time."""
    shown = PAGES["shown"].replace("$$a", "$$c = d$$ (zeroth)\n\n$$a").replace("A walk", "A run")
    book.write("book/shown.md", shown)
    book.write("book/references.bib", BIB.format("Hill"))
    book.write("book/often.md", PAGES["often"].replace("oaks", "ash and oaks"))
    book.write("book/_static/tiny.js", SCRIPT.format(2))
    book.write("src/tiny/base.py", "def scale():\n    return 3\n")
    book.write("book/old.md", PAGES["old"].replace("first", "before"))
    os.utime(book.project.book / "old.md", (1e9, 1e9))  # as a file that is copied from elsewhere, with its time


class Twice:
    """A book as it was built, and as it was built again when what its pages show had changed."""

    def __init__(self, root: Path) -> None:
        self.book = filled(root)
        assert self.book.build().problems == []
        self.before, self.written = pages(self.book), self.times()
        change(self.book)
        self.report = self.book.build()
        self.after, self.again = pages(self.book), self.times()

    def times(self) -> dict[str, int]:
        """When each page was written."""
        return {name: (self.book.project.html / f"{name}.html").stat().st_mtime_ns for name in PAGES}


def pages(book: TinyBook) -> dict[str, str]:
    """The pages without what differs between two builds of the same: when cells ran, and whether a first build wrote a style."""
    return {name: SINCE.sub("", book.html(name)) for name in PAGES}


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    return Twice(tmp_path_factory.mktemp("stale") / "book")


@pytest.mark.parametrize(
    ("page", "before", "after"),
    [
        ("equation", "(1.1)", "(1.2)"),
        ("label", "A walk", "A run"),
        ("cited", "Hall", "Hill"),
        ("references", "Hall", "Hill"),
        ("term", "The ash.", "The elm."),
        ("cells", "answer 42", "answer 63"),
        ("old", "Written first", "Written before"),
    ],
)
def test_a_page_shows_what_it_takes_from_elsewhere_as_it_is_now(
    twice: Twice, page: str, before: str, after: str
) -> None:
    assert twice.report.problems == [] and set(twice.report.executed) == {"cells"}
    assert before in twice.before[page] and after not in twice.before[page]
    assert after in twice.after[page] and before not in twice.after[page]


def test_a_page_asks_for_its_explorable_as_it_is_now(twice: Twice) -> None:
    asked = [re.search(r"tiny\.js\?v=(\w+)", text) for text in (twice.before["explorable"], twice.after["explorable"])]
    assert asked[0] and asked[1] and asked[0][1] != asked[1][1]


def test_a_page_that_shows_nothing_of_it_is_left_alone(twice: Twice) -> None:
    assert {name for name in PAGES if twice.written[name] == twice.again[name]} == {"heading", "concepts", "apart"}


def test_all_pages_are_those_of_a_build_from_nothing(twice: Twice, tmp_path: Path) -> None:
    new = filled(tmp_path / "book")
    change(new)
    assert new.build().problems == []
    assert {name: text for name, text in pages(new).items() if text != twice.after[name]} == {}


def test_a_file_beside_the_pages_is_taken_along_when_no_page_changes(twice: Twice) -> None:
    twice.book.write("book/_extra/taken.txt", "two\n")
    assert twice.book.build().problems == []
    assert (twice.book.project.html / "taken.txt").read_text() == "two\n"
    assert twice.times()["apart"] == twice.written["apart"]


def test_a_link_on_an_unchanged_page_to_a_heading_that_is_gone_fails_the_build(twice: Twice) -> None:
    file = twice.book.project.book / "shown.md"
    file.write_text(file.read_text().replace("## Kept", "## Renamed"))
    said = "\n".join(twice.book.build().problems)
    assert re.search(r"heading\.md.*kept", said) and "heading.html: a broken reference: shown.html#kept" in said


def test_other_code_or_other_packages_make_all_pages_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = {extension.own_version()}
    assert known == {extension.own_version()}
    for name in ("digest", "installed"):
        monkeypatch.setattr(extension, name, lambda *anything: "another")
        known.add(extension.own_version())
    monkeypatch.setattr(extension, "STATIC", tmp_path)
    known.add(extension.own_version())
    assert len(known) == 4


def test_what_was_made_of_a_text_is_made_again_of_another_text_or_by_other_code(tmp_path: Path) -> None:
    asked: list[str] = []

    def make(name: str, text: str) -> list[str]:
        asked.append(name)
        return [text.upper()]

    file = tmp_path / "made.json"
    assert made(file, "code", {"a": "x", "b": "y"}, make) == {"a": ["X"], "b": ["Y"]}
    assert made(file, "code", {"a": "x", "b": "z"}, make) == {"a": ["X"], "b": ["Z"]}
    assert made(file, "code", {"a": "x"}, make) == {"a": ["X"]} and asked == ["a", "b", "b"]
    assert made(file, "other code", {"a": "x"}, make) == {"a": ["X"]} and asked == ["a", "b", "b", "a"]
    file.write_text("half of a fi")
    assert made(file, "other code", {"a": "x"}, make) == {"a": ["X"]} and asked == ["a", "b", "b", "a", "a"]


def test_what_is_wrong_with_an_unchanged_page_is_told_again_and_what_it_links_is_looked_for_again(
    tmp_path: Path,
) -> None:
    (tmp_path / "one.html").write_text('<a href="two.html#there">two</a><img src="a.svg">')
    (tmp_path / "a.svg").write_text("<svg/>")
    (tmp_path / "two.html").write_text('<p id="there">')
    kept = tmp_path / "kept.json"
    alt = "one.html: an image without alt text: a.svg"
    for _ in range(2):
        assert check.Site(tmp_path, kept).problems([]) == [alt]
    (tmp_path / "two.html").write_text('<p id="elsewhere">')
    (tmp_path / "a.svg").unlink()
    assert check.Site(tmp_path, kept).problems([]) == [
        alt, "one.html: a broken reference: a.svg", "one.html: a broken reference: two.html#there",
    ]  # fmt: skip


def test_the_pages_that_ran_longest_the_last_time_begin_behind_those_that_never_ran(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran = [("b", 1, 9.0), ("a", 2, 3.0), ("b", 3, 2.0), ("c", 4, 5.0), ("gone", 5, 7.0)]
    records = [SimpleNamespace(uri=f"/book/{n}.md", created=at, data={"execution_seconds": s}) for n, at, s in ran]
    monkeypatch.setattr(ahead, "get_cache", lambda folder: SimpleNamespace(list_cache_records=lambda: records[::-1]))
    app = SimpleNamespace(env=SimpleNamespace(doc2path=lambda page: f"/book/{page}.md"))
    assert ahead.longest_first(app, ["a", "b", "new", "c"], "folder") == ["new", "c", "a", "b"]  # type: ignore[arg-type]
