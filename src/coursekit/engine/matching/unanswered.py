"""Whether a cell for an answer still says what the release said, which is no answer."""

from __future__ import annotations

import re

from coursekit.notebooks.marks import TEXT_STUB, without_solution
from coursekit.notebooks.names import is_stub
from coursekit.notebooks.read import Cell

UNWRITTEN = ("YOUR ANSWER HERE", TEXT_STUB)  # what releases put in place of a text
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
LONGEST_TEXT = 100_000  # characters of a written answer that are looked into for whether it is one


def unanswered(cell: Cell, trusted: Cell) -> bool:
    """Whether an answer cell says no more than the release, which ``trusted`` of the source shows."""
    if trusted.type == "code":
        return is_stub(cell.source, without_solution(trusted.source))
    return _words(cell.source[:LONGEST_TEXT]) in [
        _words(text) for text in ("", *UNWRITTEN, without_solution(trusted.source))
    ]


def _words(text: str) -> list[str]:
    """The words and signs that say something: decoration, dots and comments are no answer, a formula or a picture is."""
    return re.findall(r"\w+|[^\w\s*_`>#.…–—-]", COMMENT.sub("", text).lower())
