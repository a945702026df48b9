"""What a ``{domain}`` block must hold: errors name the question, the rule and the way out."""

from __future__ import annotations

import ast

from coursekit.assignments.merge import bound_names
from coursekit.assignments.schema import AssignmentError, Question


def check_domain(question: Question, place: str) -> None:
    """Raise ``AssignmentError`` where the question's domain, if it has one, is not one that inputs can be drawn from."""
    if not question.domain:
        return
    place = f"{place}, {{domain}}"
    names, tree = bound_names(question.domain), ast.parse(question.domain)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if asks_functions(question) and "inputs" not in functions:
        raise AssignmentError(f"{place}: write `def inputs(rng):` and yield the arguments of each call as a tuple")
    if "inputs" in functions and not _yields(functions["inputs"]):
        raise AssignmentError(f"{place}: inputs(rng) must yield inputs, each kind once; it has no `yield`")
    if not question.asks and "ask" not in functions:
        raise AssignmentError(f"{place}: the answer is a class: write `def ask(...):`, what is compared on an input")
    if names & set(question.asks):
        raise AssignmentError(
            f"{place}: defines {', '.join(sorted(names & set(question.asks)))}, which is the answer's; take another name"
        )


def asks_functions(question: Question) -> bool:
    """Whether the answer is called with inputs: it is a function or a class, and not values alone."""
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in ast.parse(question.answer).body)


def _yields(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))
