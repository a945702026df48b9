"""The ``{numbers}`` block of a question: what it draws, once for the book and once for each of the variants students get."""

from __future__ import annotations

import ast
import math
from functools import lru_cache

import numpy as np

from coursekit.assignments.merge import bound_names
from coursekit.assignments.schema import AssignmentError, Question
from coursekit.notebooks.names import used_names
from coursekit.varied import PLACE, WHOSE, Numbers, binding, filled

COUNT = 32  # variants of a question: the first is the book's, and all are proved
GIVEN = "given"


def numbers(question: Question, variant: int = 0) -> Numbers:
    """The numbers of a variant, which repeat after ``COUNT``; none where the question has no such block."""
    return _drawn(question.numbers)[variant % COUNT] if question.numbers else {}


def bound(question: Question, variant: int | None, code: str) -> str:
    """``code`` of an answer with the variant's numbers bound before it, where there are any and a variant is said."""
    return f"{binding(numbers(question, variant))}\n{code}" if question.numbers and variant is not None else code


def statement(question: Question, variant: int | None = 0) -> str:
    """The statement with the variant's numbers, or without one with their places; it says whose they are."""
    return with_numbers(
        question, f"{question.statement}\n\n{{{{{WHOSE}}}}}" if question.numbers else question.statement, variant
    )


def with_numbers(question: Question, text: str, variant: int | None = 0) -> str:
    """A text of the question with the variant's numbers in their places."""
    return filled(text, numbers(question, variant)) if question.numbers and variant is not None else text


def check_numbers(question: Question, place: str) -> None:
    """Raise ``AssignmentError`` where the question's block, if it has one, gives no numbers that a statement can have."""
    if not question.numbers:
        return
    place = f"{place}, {{numbers}}"
    try:
        drawn = _drawn(question.numbers)
    except Exception as error:
        raise AssignmentError(f"{place}: {error}") from None
    shown = set(PLACE.findall(question.statement))
    if missing := sorted(set(drawn[0]) - shown):
        raise AssignmentError(
            f"{place}: {missing[0]} is not in the statement: write {{{{{missing[0]}}}}} there, or call it _{missing[0]}, which "
            "the block keeps for itself"
        )
    texts = [question.statement, *question.meta.hints]
    if unknown := sorted({name for text in texts for name in PLACE.findall(text)} - set(drawn[0])):
        raise AssignmentError(f"{place}: does not draw {unknown[0]}, which stands in double braces in a text")
    if all(one == drawn[0] for one in drawn):
        raise AssignmentError(f"{place}: gives everyone the same; draw from `rng`, numpy's generator")
    _check_use(question, place)


def _check_use(question: Question, place: str) -> None:
    if GIVEN in question.asks:
        raise AssignmentError(f"{place}: {GIVEN} holds the numbers; ask for an answer of another name")
    if GIVEN not in used_names(question.reference):
        raise AssignmentError(
            f"{place}: the reference does not use `{GIVEN}.{next(iter(_drawn(question.numbers)[0]))}`"
        )
    if GIVEN in used_names(question.visible) or "check.case" in question.visible:
        raise AssignmentError(
            f"{place}: visible checks are the same for all students: move what compares a value or uses `{GIVEN}` to {{hidden}}"
        )


@lru_cache(maxsize=64)
def _drawn(code: str) -> tuple[Numbers, ...]:
    """The numbers of all variants.  Raises ``ValueError`` for what is no number or text, and what the code raises."""
    names = [name for name in _assigned(code) if not name.startswith("_")]
    if not names:
        raise ValueError("assigns no name: write `eta = round(float(rng.uniform(0.1, 0.3)), 2)`")
    variants = []
    for variant in range(COUNT):
        space = {"np": np, "rng": np.random.default_rng(variant)}
        exec(compile(code, "<numbers>", "exec"), space)  # noqa: S102  (the course's own code)
        variants.append({name: _plain(name, space[name]) for name in names if name in space})
        if other := sorted(variants[-1].keys() ^ variants[0].keys()):
            raise ValueError(f"draws {other[0]} for some students only: draw it for all")
    return tuple(variants)


def _assigned(code: str) -> list[str]:
    """The names that the block assigns, in its order."""
    stored = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    top = bound_names(code)
    return list(
        dict.fromkeys(node.id for node in sorted(stored, key=lambda n: (n.lineno, n.col_offset)) if node.id in top)
    )


def _plain(name: str, value: object) -> int | float | str:
    value = value.item() if isinstance(value, np.generic) else value
    if name == WHOSE:
        raise ValueError(f"{WHOSE} is a name of the builder's: take another")
    if type(value) not in (int, float, str) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"{name} = {value!r} can stand in no statement: take a finite number or a text")
    return value  # type: ignore[return-value]
