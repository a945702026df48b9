"""Whether a function writes into what it is given, as far as its text tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from coursekit.notebooks.names import parsed

_CHANGING = "append extend insert remove pop clear sort reverse update setdefault popitem fill put resize sort_values"
CHANGING = frozenset(_CHANGING.split())
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
PARTS = ("data", "grad", "flat", "T")  # of an array or a tensor; another attribute is of an object


def writes_into_arguments(source: str) -> bool:
    """Whether a function or method in this code sets items of an argument, or calls what changes it in place."""
    tree = parsed(source)
    return tree is not None and any(_writes(node) for node in ast.walk(tree) if isinstance(node, FUNCTIONS))


def _writes(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    names = _arguments(function)
    for node in ast.walk(function):  # what a loop takes from an argument is the argument's
        if isinstance(node, ast.For) and names & _names(node.iter):
            names |= _names(node.target)
    return any(_base(place) in names for place in _written(function))


def _arguments(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return {one.arg for one in every if one is not None} - {"self", "cls"}


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _written(function: ast.AST) -> Iterator[ast.expr]:
    """The places that are written to within, other than names that are bound anew."""
    for node in ast.walk(function):
        if isinstance(node, (ast.Assign, ast.Delete)):
            targets = [one for target in node.targets for one in ast.walk(target)]
            yield from (one for one in targets if isinstance(one, (ast.Subscript, ast.Attribute)))
        elif isinstance(node, ast.AugAssign):
            yield node.target
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute) and (called.attr in CHANGING or called.attr.endswith("_")):
                yield called.value
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "out")


def _base(place: ast.expr) -> str:
    """The name whose value, or a part of it, is written; none where that is an attribute of an object."""
    while isinstance(place, ast.Subscript) or isinstance(place, ast.Attribute) and place.attr in PARTS:
        place = place.value
    return place.id if isinstance(place, ast.Name) else ""
