"""``course similarity``: which submissions share more code than the released stub and the task explain.

Winnowing: the answers become a stream of token kinds (names and numbers are alike), every ``K`` neighbouring tokens are hashed,
and of every ``WINDOW`` neighbouring hashes the smallest is kept.  Two texts with ``WINDOW + K - 1`` equal tokens in a row share a
fingerprint.
Source: Schleimer, Wilkerson, Aiken, *Winnowing: local algorithms for document fingerprinting*, SIGMOD 2003.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import keyword
import tokenize
from collections import defaultdict
from dataclasses import dataclass

from coursekit.classroom import handed_in
from coursekit.classroom.groups import teams
from coursekit.classroom.layout import Classroom
from coursekit.classroom.source import as_released, questions
from coursekit.notebooks.limits import LONGEST_CODE
from coursekit.notebooks.read import Cell, Refused, read_notebook

K, WINDOW = 12, 6
SKIPPED = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING, tokenize.ENDMARKER}
COMMON = 0.5  # a fingerprint that more than this share of a class has comes from the task


@dataclass(frozen=True)
class Pair:
    """Two students, the share of the smaller answer's fingerprints that both have, and how many that is."""

    first: str
    second: str
    share: float
    fingerprints: int


def tokens(code: str) -> list[str]:
    """``code`` as kinds of tokens: names and literals lose their text, keywords and operators keep it."""
    kinds: list[str] = []
    code = code.encode(errors="replace").decode()  # half a character cannot be hashed
    with contextlib.suppress(
        tokenize.TokenError, SyntaxError
    ):  # code that does not parse is compared as far as it does
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.NAME:
                kinds.append(token.string if keyword.iskeyword(token.string) else "name")
            elif token.type in (tokenize.NUMBER, tokenize.STRING):
                kinds.append("literal")
            elif token.type not in SKIPPED:
                kinds.append(token.string.strip() or tokenize.tok_name[token.type])
    return kinds


def fingerprints(code: str, k: int = K, window: int = WINDOW) -> set[int]:
    """The winnowed hashes of ``code``."""
    stream = tokens(code)
    grams = [" ".join(stream[i : i + k]) for i in range(len(stream) - k + 1)]
    hashes = [int.from_bytes(hashlib.blake2b(gram.encode(), digest_size=8).digest()) for gram in grams]
    return {min(hashes[i : i + window]) for i in range(max(1, len(hashes) - window + 1))} if hashes else set()


def answers(cells: list[Cell], others: set[str]) -> list[str]:
    """The code of a submission, cell by cell, without the course's own tests and set-up, whose ids are ``others``.

    Grading finds an answer also where the metadata is lost, a cell is split or another is broken, and so must this.
    """
    sources, left = [], LONGEST_CODE
    for cell in cells:
        if cell.type == "code" and cell.grade_id not in others:
            sources.append(cell.source[:left])
            left -= len(sources[-1])
    return sources


def prints_of(cells: list[Cell], others: set[str]) -> set[int]:
    """The fingerprints of a submission's code."""
    return set().union(*map(fingerprints, answers(cells, others)))


def similarity(classroom: Classroom, assignment: str, at_least: float = 0.6) -> list[Pair]:
    """Pairs of students by how much of their answers they share, without what the stub or most of the class has."""
    source = classroom.source_bytes(assignment)
    released = read_notebook(as_released(source).encode())
    others = {cell.grade_id for cell in released if cell.grade_id} - {question.answer for question in questions(source)}
    stub = prints_of(released, others)
    prints: dict[str, set[int]] = {}
    together = teams(classroom, assignment)
    for student in classroom.submitters(assignment):
        if together.get(student, (student,))[0] in prints:  # a group's one notebook
            continue
        try:
            cells = read_notebook(handed_in.notebook(classroom, assignment, student)[0])
        except Refused:
            continue
        prints[student] = prints_of(cells, others) - stub
    return pairs(prints, at_least)


def pairs(prints: dict[str, set[int]], at_least: float) -> list[Pair]:
    """The pairs above ``at_least``, the closest first; found through shared fingerprints, so that most pairs cost nothing."""
    owners: dict[int, list[str]] = defaultdict(list)
    for student, found in prints.items():
        for value in found:
            owners[value].append(student)
    limit = max(2, COMMON * len(prints))
    common = {value for value, students in owners.items() if len(students) > limit}
    shared: dict[tuple[str, str], int] = defaultdict(int)
    for value, students in owners.items():
        if value not in common:
            for pair in itertools.combinations(sorted(students), 2):
                shared[pair] += 1
    sizes = {student: len(found - common) for student, found in prints.items()}
    found_pairs = [Pair(a, b, count / min(sizes[a], sizes[b]), count) for (a, b), count in shared.items()]
    return sorted(
        (p for p in found_pairs if p.share >= at_least), key=lambda p: (-p.share, -p.fingerprints, p.first, p.second)
    )
