"""Reading a page's front matter and code cells from its text, without Sphinx."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FRONT = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$\n?", re.S | re.M)
CELL = re.compile(r"^(`{3,}|:{3,})\{code-cell\}[^\n]*\n(.*?)^\1[ \t]*$", re.S | re.M)
OPTIONS = re.compile(r"\A---[ \t]*\n.*?^---[ \t]*$\n?|\A(?::[\w-]+:[^\n]*\n)+", re.S | re.M)
SECTION = re.compile(r"^## +(.+?)[ \t]*$", re.M)
TITLE = re.compile(r"^# +(.+?)[ \t]*$", re.M)


def front_matter(text: str) -> dict[str, Any]:
    """The YAML between the first two ``---`` lines, or ``{}``.  Raises ``ValueError`` when it is no YAML mapping."""
    match = FRONT.match(text)
    if not match:
        return {}
    return deepcopy(_parsed(match[1]))


@lru_cache(maxsize=1000)
def _parsed(front: str) -> dict[str, Any]:
    """The front matter of a page, which a build asks for a hundred times."""
    try:
        data = yaml.safe_load(front)
    except yaml.YAMLError as error:
        raise ValueError(f"the front matter is not YAML: {error}") from None
    if not isinstance(data, dict):
        raise ValueError(f"the front matter must be a mapping, got {type(data).__name__}")
    return data


def course_metadata(text: str) -> dict[str, Any]:
    """The ``course`` mapping of a page's front matter, or ``{}``."""
    return front_matter(text).get("course") or {}


def file(book: Path, page: str) -> Path:
    """Where a page of the book lies, also one that a draft leaves out: Sphinx's ``doc2path`` guesses the ending of those."""
    return book / f"{page}.md"


def title(text: str) -> str:
    """The first heading of a page, or an empty string."""
    match = TITLE.search(FRONT.sub("", text, count=1))
    return match[1] if match else ""


def sections(text: str) -> list[str]:
    """The ``##`` headings of a page."""
    return SECTION.findall(FRONT.sub("", text, count=1))


def lost_section(page: str, text: str, section: str) -> str:
    """What is told of a section that a page does not have, with its nearest heading."""
    near = get_close_matches(section, sections(text), n=1, cutoff=0.0)
    return f"{section!r}, which is no heading of {page}.md{f'; nearest is {near[0]!r}' if near else ''}"


def anchor(heading: str) -> str:
    """The id that Sphinx gives a heading."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower().replace("'", "")).strip("-")  # ' is a quotation mark


def code_cells(text: str) -> list[str]:
    """The Python text of every ``{code-cell}`` of a MyST notebook, without options and IPython's magic lines."""
    return [
        re.sub(r"^[ \t]*[%!?].*$", "", OPTIONS.sub("", match[2], count=1), flags=re.M) for match in CELL.finditer(text)
    ]


def chapters(book: Path) -> Iterator[tuple[str, str]]:
    """``(page name, text)`` of every page of ``book`` with objectives, by name."""
    for path in sorted(book.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        if "objectives" in course_metadata(text):
            yield path.stem, text
