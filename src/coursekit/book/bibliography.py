"""The list of references: entries by author and year, labelled as the text cites them, linked to arXiv or by DOI."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from string import ascii_lowercase
from typing import Any

import pybtex.plugin
from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.style.formatting.unsrt import Style as Unsorted
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx

STYLE = "authors_and_year"
LINK = re.compile(r'(<a class="reference internal" href=")([^"]+)"')
FOLD = re.compile(r"<details\b.*?</details>", re.S)
ONCE = re.compile(r"references\.html#|#equation-")
NOTE = re.compile(r'<span class="td-note\b.*?How it is tested</span></a></span>', re.S)


def authors(entry: Entry) -> str:
    """The last names of an entry as a citation in the text has them: one, two, or the first and "et al."."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join([*person.prelast_names, *person.last_names]) for person in people]
    if len(names) > 2:
        return f"{names[0]} et al."
    return " and ".join(names) or entry.key


class Labels(BaseLabelStyle):
    """``Saxe et al. 2014``; entries that share a label get letters."""

    def format_labels(self, entries: Iterable[Entry]) -> Iterator[str]:
        """The labels of ``entries``, in their order."""
        labels = [f"{authors(entry)} {entry.fields.get('year', '')}".strip() for entry in entries]
        shared, seen = Counter(labels), Counter[str]()
        for label in labels:
            yield label + (ascii_lowercase[seen[label] % 26] if shared[label] > 1 else "")
            seen[label] += 1


class Style(Unsorted):
    """Entries as pybtex's ``unsrt`` writes them, links included, sorted by author and year."""

    default_sorting_style = "author_year_title"
    default_label_style = Labels


def one_stop_each(body: str) -> str:
    """``body`` with one stop of the Tab key for each reference and equation: all links can be pressed, the first reached.

    A chapter names some works, and some of its formulas, a dozen times.  The first link that is always seen counts; what
    folds hide cannot stand for it.
    A note on a claim is read where it stands: its links are skipped, and the list of claims at the chapter's end has them.
    """
    seen: set[str] = set()
    folds = [match.span() for match in FOLD.finditer(body)]
    notes = [match.span() for match in NOTE.finditer(body)]

    def link(match: re.Match[str]) -> str:
        place = match.start()
        skipped = match[2] in seen
        if any(start < place < end for start, end in notes):
            skipped = True
        elif not ONCE.search(match[2]):
            skipped = False
        elif not any(start < place < end for start, end in folds):
            seen.add(match[2])
        return f'{match[0]} tabindex="-1"' if skipped else match[0]

    return LINK.sub(link, body)


def _lighten(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    if "body" in context and app.builder.format == "html":
        context["body"] = one_stop_each(context["body"])


def setup(app: Sphinx) -> None:
    """Make the style known under the name that ``_config.yml`` uses."""
    register_plugin("pybtex.style.formatting", STYLE, Style)
    if not hasattr(
        pybtex.plugin.find_plugin, "cache_info"
    ):  # each citation asks for one, and it reads what is installed
        pybtex.plugin.find_plugin = cache(pybtex.plugin.find_plugin)
    app.connect("html-page-context", _lighten, priority=700)
