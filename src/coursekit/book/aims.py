"""Each objective with the sections that teach it, the questions that ask for it and the claims behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.assignments.parse import parse_exercises
from coursekit.book.front import FRONT, SECTION, file, lost_section
from coursekit.book.objectives import all_objectives

CLAIM = re.compile(r"\{tested\}`[^`]*<([\w.]+)>`|\{claim\} ([\w.]+)|\{(?:measured|bound)\}`([\w.]+)`")
WAY_OUT = {
    "question": "write one with `objective: {id}` in exercises/",
    "section": "name a heading of {page}.md as `section:` of one of its questions",
    "claim": "assert or quote a claim in the section that its questions name",
}


@dataclass
class Aim:
    """An objective: where it stands, its sentence, and what serves it.  Questions are ``(topic/id, title)``.

    ``lost`` says of each section that its questions name and its page does not have which these questions are.
    """

    id: str
    page: str
    sentence: str
    sections: list[str] = field(default_factory=list)
    questions: list[tuple[str, str]] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    lost: dict[str, list[str]] = field(default_factory=dict)

    @property
    def lacks(self) -> list[str]:
        """What no one has given it yet."""
        kinds = (("section", self.sections), ("question", self.questions), ("claim", self.claims))
        return [
            name for name, found in kinds if not found and not self.lost
        ]  # a lost section is told, and may have all


def claims_by_section(text: str) -> dict[str, list[str]]:
    """The ids of the claims that each ``##`` section of a page asserts or quotes, in order and once each."""
    parts = SECTION.split(FRONT.sub("", text, count=1))
    return {heading: claims_of(body) for heading, body in zip(parts[1::2], parts[2::2])}


def claims_of(text: str) -> list[str]:
    """The ids of the claims that a text asserts or quotes, in order and once each."""
    return list(dict.fromkeys(next(filter(None, found)) for found in CLAIM.findall(text)))


def all_aims(book: Path, exercises: Path) -> dict[str, Aim]:
    """Every objective of the book by its id, with what serves it."""
    aims = {name: Aim(name, page, sentence) for name, (page, sentence) in all_objectives(book).items()}
    asserted = {
        page: claims_by_section((book / f"{page}.md").read_text(encoding="utf-8"))
        for page in {aim.page for aim in aims.values()}
    }
    for name, title, objective, section in _questions(exercises):
        if objective in aims:
            _serve(aims[objective], name, title, section, asserted[aims[objective].page])
    return aims


def unserved(aims: dict[str, Aim], book: Path) -> list[str]:
    """A line for each lost section, and for each objective that nothing teaches, asks for or tests, with the way out."""
    return lost_sections(aims, book) + [
        f"objective {aim.id} of {aim.page}.md lacks a {what}: {WAY_OUT[what].format(id=aim.id, page=aim.page)}"
        for aim in aims.values()
        for what in aim.lacks
    ]


def lost_sections(aims: dict[str, Aim], book: Path) -> list[str]:
    """A line for each section that questions name and their page does not have, with its nearest heading."""
    lost: dict[tuple[str, str], list[str]] = {}
    for aim in aims.values():
        for section, questions in aim.lost.items():
            lost.setdefault((aim.page, section), []).extend(questions)
    return [
        f"{', '.join(questions)}: `section` is {lost_section(page, file(book, page).read_text(encoding='utf-8'), section)}"
        for (page, section), questions in lost.items()
    ]


def _serve(aim: Aim, question: str, title: str, section: str, asserted: dict[str, list[str]]) -> None:
    aim.questions.append((question, title))
    if section and section not in asserted:
        aim.lost.setdefault(section, []).append(question)
    if section in asserted and section not in aim.sections:
        aim.sections.append(section)
        aim.claims += [claim for claim in asserted[section] if claim not in aim.claims]


def _questions(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """``(topic/id, title, objective, section)`` of every question of the folder."""
    for path in sorted(folder.glob("*.md")):
        for question in parse_exercises(path.read_text(encoding="utf-8"), f"exercises/{path.name}").questions:
            meta = question.meta
            yield f"{path.stem}/{meta.id}", meta.title, meta.objective, meta.section
