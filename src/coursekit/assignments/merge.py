"""Put the reference's bodies into the stub of an answer cell, between nbgrader's solution marks."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable

from coursekit.assignments.schema import AssignmentError
from coursekit.notebooks.marks import BEGIN_SOLUTION, END_SOLUTION

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def merge(stub: str, reference: str, place: str, imports: str = "") -> str:
    """The instructor's answer cell: ``stub`` with what ``reference`` has in place of each ``...``.

    Functions and methods whose body is a docstring and ``...`` take the reference's body, ``name = ...`` its assignment.
    What else the reference defines, and ``imports``, goes into a region of its own.  Clearing the regions gives back the
    stub, plus a comment line in each place.  Raises ``AssignmentError`` for a stub that asks for nothing.
    """
    wanted, given = ast.parse(stub), ast.parse(reference)
    inserts: list[tuple[int, str]] = []  # after which line of the stub, which region
    used: set[ast.stmt] = set()
    for node in wanted.body:
        if isinstance(node, Definition):
            inserts += _definition(node, given.body, reference, used, place)
    values = [node for node in wanted.body if _is_value_stub(node)]
    if not inserts and not values:
        raise AssignmentError(
            f"{place}: the stub leaves nothing to do; end a function with `...` or write `name = ...`"
        )
    if values and not inserts:
        inserts = [(values[-1].end_lineno or 0, _region(_join(imports, reference), 0))]
    else:
        kept = [ast.unparse(node) for node in wanted.body]
        rest = [_source(node, reference) for node in given.body if node not in used and ast.unparse(node) not in kept]
        rest_code = _join(imports, *rest)
        inserts += [(0, _region(rest_code, 0))] if rest_code else []
    lines = stub.split("\n")
    for after, region in sorted(inserts, reverse=True):
        lines[after:after] = region.split("\n")
    return "\n".join(lines)


def missing_imports(shared: str, code: str, present: Iterable[str]) -> str:
    """The import lines of ``shared`` that bind a name which ``code`` uses and none of ``present`` binds."""
    have = {name for text in present for name in bound_names(text)}
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    lines = []
    for node in ast.parse(shared).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)) and (_bound(node) & used) - have:
            lines.append(ast.unparse(node))
    return "\n".join(lines)


def bound_names(code: str) -> set[str]:
    """The names that the top level of ``code`` imports, defines or assigns."""
    names: set[str] = set()
    for node in ast.parse(code).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= _bound(node)
        elif isinstance(node, Definition):
            names.add(node.name)
        else:
            names |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names


def without(code: str, names: set[str]) -> str:
    """``code`` without the top-level definitions and assignments of ``names``: what a partial answer leaves to others."""
    kept = [node for node in ast.parse(code).body if not (_defines(node) & names)]
    return "\n".join(_source(node, code) for node in kept)


def _defines(node: ast.stmt) -> set[str]:
    if isinstance(node, Definition):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _bound(node: ast.Import | ast.ImportFrom) -> set[str]:
    return {(alias.asname or alias.name).split(".")[0] for alias in node.names}


def _definition(
    stub: Definition, given: list[ast.stmt], reference: str, used: set[ast.stmt], place: str
) -> list[tuple[int, str]]:
    """The regions that fill one function or class of the stub."""
    match = next((n for n in given if isinstance(n, Definition) and n.name == stub.name), None)
    holes = _holes(stub)
    if match is None:
        if holes:
            raise AssignmentError(
                f"{place}: the stub asks for {stub.name!r}, which the reference solution does not define"
            )
        return []
    used.add(match)
    if type(match) is not type(stub):
        raise AssignmentError(
            f"{place}: {stub.name!r} is a class in one of stub and reference, and a function in the other"
        )
    if isinstance(stub, ast.ClassDef):
        assert isinstance(match, ast.ClassDef)
        return _members(stub, match, reference, place)
    assert not isinstance(match, ast.ClassDef)
    return [(holes[0].lineno - 1, _region(_body(match, reference), holes[0].col_offset))] if holes else []


def _members(stub: ast.ClassDef, match: ast.ClassDef, reference: str, place: str) -> list[tuple[int, str]]:
    used: set[ast.stmt] = set()
    inserts = []
    for node in stub.body:
        if isinstance(node, Definition):
            inserts += _definition(node, match.body, reference, used, f"{place}, class {stub.name}")
    kept = {ast.unparse(node) for node in stub.body}
    extra = [n for n in match.body if n not in used and ast.unparse(n) not in kept and not _is_docstring(n)]
    if extra:
        code = _join(*(_source(node, reference) for node in extra))
        inserts.append((stub.end_lineno or 0, _region(code, stub.body[0].col_offset)))
    return inserts


def _holes(node: Definition) -> list[ast.stmt]:
    """The ``...`` of a stub function (of all methods, for a class)."""
    if isinstance(node, ast.ClassDef):
        return [hole for member in node.body if isinstance(member, Definition) for hole in _holes(member)]
    return [n for n in node.body if isinstance(n, ast.Expr) and _is_dots(n.value)]


def _is_dots(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis


def _is_value_stub(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Assign, ast.AnnAssign)) and _is_dots(node.value)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef, source: str) -> str:
    """The text of a function's body without its docstring, comments kept, not indented."""
    statements = node.body[1:] if _is_docstring(node.body[0]) else node.body
    if not statements:
        return "pass"
    lines = source.split("\n")
    header_end = node.body[0].end_lineno if _is_docstring(node.body[0]) else None
    if statements[0].lineno == node.lineno:
        return "\n".join(ast.unparse(statement) for statement in statements)
    first = statements[0].lineno
    while header_end is None and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    start = first - 1 if header_end is None else header_end
    return textwrap.dedent("\n".join(lines[start : node.end_lineno])).strip("\n")


def _source(node: ast.stmt, source: str) -> str:
    """The text of a statement with its decorators and the comment lines above it, not indented."""
    lines = source.split("\n")
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    return textwrap.dedent("\n".join(lines[first - 1 : node.end_lineno]))


def _join(*parts: str) -> str:
    return "\n".join(part for part in parts if part.strip())


def _region(code: str, indent: int) -> str:
    return textwrap.indent("\n".join([BEGIN_SOLUTION, code, END_SOLUTION]), " " * indent)
