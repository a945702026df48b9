"""The list of references: entries by author and year, labelled as the text cites them, linked to arXiv or by DOI."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from string import ascii_lowercase

from pybtex.database import Entry
from pybtex.plugin import register_plugin
from pybtex.style.formatting.unsrt import Style as Unsorted
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx

STYLE = "authors_and_year"


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


def setup(app: Sphinx) -> None:
    """Make the style known under the name that ``_config.yml`` uses."""
    register_plugin("pybtex.style.formatting", STYLE, Style)
