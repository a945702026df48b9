"""What an assignment is: its questions, their metadata, and the pieces of text and code around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from coursekit.course import CourseError

Kind = Literal["code", "derive+check", "predict", "lab", "written"]
LAB = ("predict", "measure", "draw")  # the functions that every lab asks for
CHANGES = "# answers may change their arguments"  # a line of the checks; without it answers get copies
NAME = r"^[a-z][a-z0-9_]*$"


class AssignmentError(CourseError):
    """A mistake in an assignment's files: the text names file, line or question, the rule, and the way out."""


class Meta(BaseModel):
    """The metadata block of a question."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: str = Field(pattern=NAME, max_length=40)
    title: str = Field(min_length=3, max_length=100)
    objective: str = Field(min_length=1)
    section: str = ""  # the heading in the objective's chapter under which a reader finds what it needs
    prerequisites: list[str] = []
    difficulty: int = Field(ge=1, le=5)
    minutes: int = Field(gt=0, le=240)
    points: float = Field(gt=0, le=100, strict=False)
    kind: Kind
    hints: list[str]
    parts: bool = False
    rubric: list[str] = []

    @field_validator("hints")
    @classmethod
    def _three(cls, hints: list[str]) -> list[str]:
        if len(hints) != 3 or not all(h.strip() for h in hints):
            raise ValueError(f"needs exactly three hints (nudge, method, a first step), got {len(hints)}")
        return hints


class Head(BaseModel):
    """The front matter of ``exercises/<topic>.md``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    topic: str = Field(pattern=NAME)
    title: str = Field(min_length=3)
    minutes: int = Field(gt=0)


@dataclass(frozen=True)
class Block:
    """A fenced block of the exercise file: its kind, its code, and the line it starts on."""

    kind: str
    code: str
    line: int


@dataclass(frozen=True)
class Wrong:
    """A typical mistake: its name, its code, what the student is told, and the hint to open."""

    name: str
    code: str
    says: str
    hint: int


@dataclass(frozen=True)
class ObjectiveLink:
    """What a question practises, and where the book treats it: the page, its title, and a section (or none)."""

    sentence: str
    page: str
    chapter: str
    section: str = ""


@dataclass
class Question:
    """A question with everything that the course holds about it."""

    meta: Meta
    line: int
    statement: str = ""
    answer: str = ""
    visible: str = ""
    hidden: str = ""
    domain: str = ""
    numbers: str = ""  # code that draws what differs from student to student
    reference: str = ""
    mistakes: list[Wrong] = field(default_factory=list)
    alternatives: dict[str, str] = field(default_factory=dict)
    aim: ObjectiveLink | None = None  # known once a chapter has the objective

    @property
    def id(self) -> str:
        """The question's id, which is also the ``grade_id`` of its graded cell."""
        return self.meta.id

    @property
    def written(self) -> bool:
        """Whether it is graded by hand."""
        return self.meta.kind == "written"

    @property
    def asks(self) -> tuple[str, ...]:
        """The names of the functions and values that the answer is asked for; classes are not among them."""
        found = re.findall(r"^(?:def (\w+)|(\w+)\s*(?::[^=\n]+)?=\s*\.\.\.)", self.answer, re.M)
        return tuple(function or value for function, value in found)

    @property
    def changes(self) -> bool:
        """Whether an answer may change what a check gives it."""
        return CHANGES in self.visible + self.hidden

    @property
    def decided_in_sight(self) -> bool:
        """Whether its visible checks judge the answer; ``check.given`` asks only whether, and in which form, there is one."""
        return re.search(r"\bcheck\.(case|require|figure)\b|\bassert\b", self.visible) is not None


@dataclass(frozen=True)
class Text:
    """Markdown for the student between questions."""

    text: str


@dataclass
class Assignment:
    """An assignment: its head, its items in order, and the import lines shared by the solution files."""

    head: Head
    file: str
    items: list[Text | Block | Question]
    shared: dict[str, str] = field(default_factory=dict)  # kind ("reference", …) -> code of its setup cell

    @property
    def topic(self) -> str:
        """The topic, which is also the assignment's name and the notebook's."""
        return self.head.topic

    @property
    def questions(self) -> list[Question]:
        """The questions in order."""
        return [item for item in self.items if isinstance(item, Question)]

    @property
    def setups(self) -> list[str]:
        """The code of the set-up cells in order."""
        return [item.code for item in self.items if isinstance(item, Block) and item.kind == "setup"]

    @property
    def points(self) -> float:
        """The points of all questions."""
        return sum(q.meta.points for q in self.questions)

    def question(self, id: str) -> Question:
        """The question called ``id``."""
        for question in self.questions:
            if question.id == id:
                return question
        raise AssignmentError(f"{self.file}: no question is called {id!r}; there are {[q.id for q in self.questions]}")
