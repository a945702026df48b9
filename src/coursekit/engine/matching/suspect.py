"""What in a notebook's code looks as if it were written to change how tests run: a reason to look, and no proof."""

from __future__ import annotations

import ast

from coursekit.engine.messages import LOOK
from coursekit.notebooks.names import imported_names, parsed
from coursekit.notebooks.read import Cell

# names and attributes that homework has no use for, and that lead to the tests or to who runs them
_INNER = """_getframe settrace setprofile ast_transformers input_transformers_post input_transformers_cleanup get_referrers
get_objects __builtins__ builtins ctypes _exit f_back f_globals f_locals tb_frame do_test run_cell_async do_execute"""
INNER = frozenset(_INNER.split())
COMPARING = frozenset({"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__bool__", "__instancecheck__"})


def suspicious(cells: list[Cell], roles: list[str]) -> list[str]:
    """What is found in cells that run, in words, each once."""
    found: dict[str, None] = {}
    imported = {name for cell, role in zip(cells, roles) if role == "run" for name in imported_names(cell.source)}
    for cell, role in zip(cells, roles):
        tree = parsed(cell.source) if role == "run" else None
        for node in [] if tree is None else ast.walk(tree):
            if words := _about(node, imported):
                found[words] = None
    return [f"its code {words}: {LOOK}" for words in found]


def _about(node: ast.AST, imported: set[str]) -> str:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    if isinstance(node, ast.alias):
        name = node.name.partition(".")[0]
    if name in INNER:
        return f"uses `{name}`"
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        owner = _root(node)
        return f"writes into `{owner}`, which it imports" if owner in imported and not _is_setting(node) else ""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in COMPARING and _always_yes(node):
        return f"defines `{node.name}` that always says yes"
    return ""


def _root(node: ast.AST) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_setting(node: ast.Attribute) -> bool:
    """Whether it sets what libraries offer to be set, as in ``pd.options.display.max_rows = 5``."""
    inner: ast.AST = node.value
    return isinstance(inner, ast.Attribute) and inner.attr in ("options", "display", "plotting", "mode", "backends")


def _always_yes(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    last = node.body[-1]
    value = last.value if isinstance(last, ast.Return) else None
    return isinstance(value, ast.Constant) and value.value is True and len(node.body) <= 2
