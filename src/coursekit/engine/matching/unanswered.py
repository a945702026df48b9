"""Whether a cell for an answer still says what the release said, which is no answer."""

from __future__ import annotations

import re

from coursekit.notebooks.marks import TEXT_STUB
from coursekit.notebooks.names import is_stub
from coursekit.notebooks.read import Cell

UNWRITTEN = ("YOUR ANSWER HERE", TEXT_STUB)  # what releases put in place of a text
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
LONGEST_TEXT = 100_000  # characters of a written answer that are looked into for whether it is one


def unanswered(cell: Cell, trusted: Cell) -> bool:
    """Whether an answer cell says no more than the release, the stub of ``trusted``, the source's cell."""
    if trusted.type == "code":
        return is_stub(cell.source, trusted.stub)
    return _words(cell.source[:LONGEST_TEXT]) in [_words(text) for text in ("", *UNWRITTEN, trusted.stub)]


def _words(text: str) -> list[str]:
    """The words and signs that say something: decoration, dots and comments are no answer, a formula or a picture is."""
    return re.findall(r"\w+|[^\w\s*_`>#.…–—-]", COMMENT.sub("", text).lower())
