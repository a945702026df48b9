"""Assignments of several notebooks: which of them a file is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from coursekit.classroom.collect.items import Candidate, Item, stem
from coursekit.classroom.collect.whose import Reader
from coursekit.classroom.layout import Classroom
from coursekit.classroom.roster import people
from coursekit.classroom.source import source_cells
from coursekit.notebooks.read import Cell, Refused, read_submission


def reader_of(classroom: Classroom, assignment: str) -> Reader:
    """What reads whose a file is."""
    return Reader(classroom.folder(assignment), people(classroom), classroom.notebooks(assignment))


def of_part(classroom: Classroom, assignment: str, items: Iterable[Item]) -> list[Item]:
    """The items without the notebooks that are of other parts of the same assignment."""
    parts = classroom.parts(classroom.folder(assignment))
    if len(parts) == 1:
        return list(items)
    sources = {part: source_cells(classroom.source_bytes(part)) for part in parts}
    names = {part: classroom.notebook(part) for part in parts}
    return [one for one in items if not isinstance(one, Candidate) or part_of(one, names, sources) == assignment]


def part_of(candidate: Candidate, names: dict[str, str], sources: dict[str, list[Cell]]) -> str:
    """The part that a notebook is: the one that it is named after, else the only one with whose questions it can be graded.

    A notebook of no part is the first one's, which refuses it.
    """
    name = stem(candidate.name)
    called = [part for part in names if re.search(rf"(?:^|[_ -]){re.escape(names[part])}(?:[- ]?\(?\d+\)?)?$", name)]
    if called:
        return max(called, key=lambda part: len(names[part]))
    fitting = [part for part, source in sources.items() if fits(candidate.data, source)]
    return fitting[0] if fitting else next(iter(names))


def fits(data: bytes, source: list[Cell]) -> bool:
    """Whether a notebook can be graded with a source's questions."""
    try:
        read_submission(data, source)
    except Refused:
        return False
    return True
