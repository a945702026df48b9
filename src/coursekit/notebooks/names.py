"""What code binds and uses, read from its syntax tree without running it."""

from __future__ import annotations

import ast
import functools
import re
import symtable
import warnings

from coursekit.notebooks.limits import LONGEST_SOURCE

MAGIC = re.compile(r"^([ \t]*)(?:[%!?].*|[\w.*]+\?{1,2}[ \t]*)$", re.MULTILINE)
GIVES = re.compile(r"=[ \t]*[%!].*$", re.MULTILINE)  # x = %time f()
STUBS = (ast.Pass,)


def parsed(source: str) -> ast.Module | None:
    """The tree of a cell, with lines of magics left out; None when it does not parse, or is too long to be an answer."""
    if len(source) > LONGEST_SOURCE:
        return None
    for text in (source, GIVES.sub("= None", MAGIC.sub(r"\1pass", source))):
        try:
            with warnings.catch_warnings():  # what Python thinks of an answer is not for whoever grades
                warnings.simplefilter("ignore")
                return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


@functools.lru_cache(maxsize=4096)
def bound_names(source: str) -> set[str]:
    """Names that the cell binds, deletes or writes into at module level."""
    tree = parsed(source)
    return set() if tree is None else _bound(tree.body)


def _bound(body: list[ast.stmt], written: bool = True) -> set[str]:
    names: set[str] = set()
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
            names |= {name for inner in ast.walk(node) if isinstance(inner, ast.Global) for name in inner.names}
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            names.add(node.id)
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            names |= _root(node) if written else set()
        if not isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            pending.extend(ast.iter_child_nodes(node))
    return names


def _root(node: ast.AST) -> set[str]:
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def defined_names(source: str) -> set[str]:
    """Names that the cell binds at module level, without those that it only writes into, as in ``answer["key"] = 1``."""
    tree = parsed(source)
    return set() if tree is None else _bound(tree.body, written=False)


@functools.lru_cache(maxsize=4096)
def imported_names(source: str) -> set[str]:
    """Names that the cell binds by importing."""
    tree = parsed(source)
    nodes = [] if tree is None else [n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))]
    return {(alias.asname or alias.name).split(".")[0] for node in nodes for alias in node.names}


def import_lines(source: str) -> str:
    """The cell's imports at its top level, and nothing else of it."""
    tree = parsed(source)
    nodes = [] if tree is None else [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return "\n".join(map(ast.unparse, nodes))


def module_aliases(source: str) -> list[tuple[str, str]]:
    """What the cell imports as modules at its top level: each as (name, module)."""
    tree = parsed(source)
    nodes = [] if tree is None else [node for node in tree.body if isinstance(node, ast.Import)]
    every = [alias for node in nodes for alias in node.names]
    return [(alias.asname or alias.name, alias.name) for alias in every if alias.asname or "." not in alias.name]


def imported_parts(source: str) -> list[tuple[str, str]]:
    """What the cell imports from modules at its top level: each as (name, ``module:part``)."""
    tree = parsed(source)
    nodes = [] if tree is None else [node for node in tree.body if isinstance(node, ast.ImportFrom) and not node.level]
    every = [(node.module, alias) for node in nodes for alias in node.names if alias.name != "*"]
    return [(alias.asname or alias.name, f"{module}:{alias.name}") for module, alias in every]


def used_names(source: str) -> set[str]:
    """Names that the cell reads anywhere, also inside functions."""
    tree = parsed(source)
    return set() if tree is None else {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}


@functools.lru_cache(maxsize=4096)
def global_names(source: str) -> set[str]:
    """Names that functions of the cell take from outside: read in them and bound neither there nor in a function around."""
    try:
        pending = [symtable.symtable(source, "<cell>", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    found: set[str] = set()
    while pending:
        table = pending.pop()
        if table.get_type() == "function":
            found |= {
                symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()
            }
        pending += table.get_children()
    return found


def defines_class(source: str) -> bool:
    """Whether a class is defined anywhere in the cell."""
    tree = parsed(source)
    return tree is not None and any(isinstance(node, ast.ClassDef) for node in ast.walk(tree))


def class_names(source: str) -> set[str]:
    """The classes that the cell defines at its top level."""
    tree = parsed(source)
    return set() if tree is None else {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def skeleton(source: str) -> str:
    """The cell without comments, layout, docstrings, annotations and stubs (``...``, ``pass``, ``raise NotImplementedError``).

    Two cells with the same skeleton differ in nothing that counts as an answer.
    """
    tree = parsed(source)
    try:
        return ast.dump(_stripped(tree)) if tree is not None else _text(source)
    except (RecursionError, ValueError, MemoryError):  # deeper than any answer, or a number too long to be written out
        return _text(source)


def _text(source: str) -> str:
    return " ".join(line.split("#")[0].strip() for line in source.splitlines())


def _stripped(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                setattr(node, name, [statement for statement in body if not _is_stub(statement)])
    return tree


def _is_stub(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # an ellipsis, a docstring, a lone number
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(node, STUBS)


def is_stub(source: str, released: str) -> bool:
    """Whether an answer cell is still as released, or empty."""
    return not source.strip() or skeleton(source) in _unanswered(released)


@functools.lru_cache(maxsize=256)
def _unanswered(released: str) -> tuple[str, str]:
    return skeleton(released), skeleton("")
