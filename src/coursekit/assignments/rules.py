"""What an assignment should have besides questions that prove; each lack names the question, the rule and the way out."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from difflib import get_close_matches

from coursekit.assignments.domain_lint import coins, lint
from coursekit.assignments.schema import Assignment
from coursekit.course import Course
from coursekit.digest import module_file

QUESTIONS = 8
KINDS = {
    "derive+check": "a derivation that is checked numerically",
    "predict": "a result that is interpreted before it is seen",
    "written": "an explanation in words, with a rubric",
}
MINUTES = (0.7, 1.3)  # the questions' sum over what the front matter says


def lacks(assignment: Assignment, course: Course) -> list[str]:
    """All that ``assignment`` lacks; empty when it is full."""
    return [
        *without_domain(assignment),
        *too_few(assignment),
        *without_section(assignment),
        *wrong_minutes(assignment),
        *given_already(assignment, course),
        *unknown_prerequisites(assignment, course),
        *coins(assignment),
        *lint(assignment, course),
    ]


def without_domain(assignment: Assignment) -> list[str]:
    """Automatic questions whose right answers are compared on nothing but the checks."""
    return [
        f"{question.id}: has no {{domain}} block, so nothing shows that right answers are alike, and wrong ones are not, on all "
        "that its statement allows: write `inputs(rng)` in one"
        for question in assignment.questions
        if not question.written and not question.domain
    ]


def too_few(assignment: Assignment) -> list[str]:
    """Too few questions, or none of a kind."""
    kinds = [question.meta.kind for question in assignment.questions]
    few = [f"has {len(kinds)} questions, at least {QUESTIONS} are wanted: write more"] if len(kinds) < QUESTIONS else []
    return few + [
        f"has no question of `kind: {kind}`, {what}: write one" for kind, what in KINDS.items() if kind not in kinds
    ]


def without_section(assignment: Assignment) -> list[str]:
    """Questions that serve no objective of a chapter, or name no section of it."""
    return [
        f"{question.id}: `objective: {question.meta.objective}` must stand in a chapter's front matter, and `section:` must name "
        "a heading of that chapter"
        for question in assignment.questions
        if question.aim is None or not question.aim.section
    ]


def wrong_minutes(assignment: Assignment) -> list[str]:
    """Minutes of the questions that do not add up to those of the whole."""
    total, said = sum(question.meta.minutes for question in assignment.questions), assignment.head.minutes
    if MINUTES[0] <= total / said <= MINUTES[1]:
        return []
    return [
        f"its questions take {total} minutes and its front matter says {said}: between {MINUTES[0]} and {MINUTES[1]} times "
        "that is wanted; mend one of them"
    ]


def given_already(assignment: Assignment, course: Course) -> list[str]:
    """Answers that the library which students are given defines."""
    files = [file for module in course.given.modules() if (file := module_file(module, course.src))]
    held = {name: file for file in files for name in _defined(file.read_text(encoding="utf-8"))}
    return [
        f"{question.id}: asks for `{name}`, which students are given in {held[name].name}: ask for something else"
        for question in assignment.questions
        for name in sorted(_defined(question.answer) & held.keys())
    ]


def unknown_prerequisites(assignment: Assignment, course: Course) -> list[str]:
    """Names in ``prerequisites`` that are neither a question of the assignment nor a page of the book."""
    known = {question.id for question in assignment.questions} | {page.stem for page in course.book.glob("*.md")}
    return [
        f"{question.id}: `prerequisites` names {name}, which is neither a question of this assignment nor a page of the book"
        f"{nearest(name, known)}"
        for question in assignment.questions
        for name in question.meta.prerequisites
        if name not in known
    ]


def nearest(name: str, known: Iterable[str]) -> str:
    """What may have been meant by a name, as the end of a message; empty where nothing is like it."""
    near = get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _defined(code: str) -> set[str]:
    return {node.name for node in ast.parse(code).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
