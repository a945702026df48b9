"""What a function's result depends on in the project's code, as a digest that outlives what cannot change the result.

The digest covers the definitions that the function reaches by name, through project modules, and the data files that
those name.  It leaves out where a definition stands, comments, docstrings, annotations and formatting, and the versions
of Python and of libraries: moving code or cloning on another machine keeps it.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from coursekit.course import current
from coursekit.digest import module_file

MACHINERY = "coursekit"
SILENT = {"ctx", "kind", "type_comment", "annotation", "returns"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def digest_of(function: Callable[..., object], src: Path | None = None) -> str:
    """The digest of what ``function``, defined at the top of a module under ``src`` (the course's), depends on."""
    reach = _Reach(src or current().src)
    reach.visit(function.__module__, function.__name__)
    hasher = hashlib.sha256("\n".join(sorted(reach.texts)).encode())
    for file in sorted(reach.data_files(), key=lambda file: file.name):
        hasher.update(f"\0{file.name}\0".encode() + file.read_bytes())
    return hasher.hexdigest()[:16]


class _Module:
    """A parsed module: the statements that bind each name, what it imports, and the statements that bind nothing."""

    def __init__(self, name: str, file: Path) -> None:
        self.file, self.package = file, name if file.name == "__init__.py" else name.rpartition(".")[0]
        self.statements: dict[str, list[ast.stmt]] = {}
        self.imports: dict[str, tuple[str, str]] = {}
        self.loose: list[ast.stmt] = []
        self.known: dict[ast.stmt, tuple[str, set[tuple[str, str]]]] = {}
        for statement in _without_docstring(ast.parse(file.read_text(encoding="utf-8")).body):
            if isinstance(statement, ast.Import | ast.ImportFrom):
                self.imports |= imports_of(statement, self.package)
                continue
            bound = set(_bound(statement))
            for each in bound:
                self.statements.setdefault(each, []).append(statement)
            if not bound:
                self.loose.append(statement)


@lru_cache(maxsize=256)
def _module(name: str, src: Path) -> _Module | None:
    file = None if name.split(".")[0] == MACHINERY else module_file(name, src)
    return _Module(name, file) if file else None


class _Reach:
    """The texts of all statements reached so far."""

    def __init__(self, src: Path) -> None:
        self.src, self.texts = src, set[str]()
        self.seen: set[tuple[str, str]] = set()

    def visit(self, name: str, attribute: str) -> None:
        """Take in what ``attribute`` of module ``name`` is made of; ``*`` stands for everything in it."""
        module = _module(name, self.src)
        if module is None or (name, attribute) in self.seen:
            return
        self.seen.add((name, attribute))
        for statement in module.loose if (name, "") not in self.seen else ():
            self.seen.add((name, ""))
            self.take(name, module, statement)
        if attribute == "*":
            for each in [*module.statements, *module.imports]:
                self.visit(name, each)
        elif attribute in module.imports:
            self.visit(*self.target(*module.imports[attribute]))
        elif attribute not in module.statements and "*" in module.imports:
            self.visit(module.imports["*"][0], attribute)
        for statement in module.statements.get(attribute, ()):
            self.take(name, module, statement)

    def take(self, name: str, module: _Module, statement: ast.stmt) -> None:
        """Keep one statement and take in all that it names."""
        if statement not in module.known:
            module.known[statement] = plain_text(statement), set(self.named(name, module, statement))
        text, named = module.known[statement]
        self.texts.add(text)
        for each in named:
            self.visit(*each)

    def named(self, name: str, module: _Module, statement: ast.stmt) -> Iterator[tuple[str, str]]:
        """The names in a statement, each as ``(module, attribute)``."""
        imports = dict(module.imports)
        for node in ast.walk(statement):
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports |= imports_of(node, module.package)
        of_modules: set[ast.AST] = set()
        for node in _live(statement):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imports:
                origin, attribute = self.target(*imports[node.value.id])
                if attribute == "*" and imports[node.value.id][1] != "*":
                    of_modules.add(node.value)
                    yield origin, node.attr
            elif isinstance(node, ast.Name) and node not in of_modules:
                yield self.target(*imports[node.id]) if node.id in imports else (name, node.id)

    def target(self, name: str, attribute: str) -> tuple[str, str]:
        """What an import names: ``(module, "*")`` for a whole module, or an attribute of one."""
        whole = f"{name}.{attribute}" if attribute else name
        return (name, attribute) if attribute == "*" or _module(whole, self.src) is None else (whole, "*")

    def data_files(self) -> set[Path]:
        """The files in a ``data`` folder beside a reached module whose name a reached statement contains."""
        text = "".join(self.texts)
        modules = [_module(name, self.src) for name, _ in self.seen]
        beside = {file for m in modules if m for file in (m.file.parent / "data").glob("*") if file.is_file()}
        return {file for file in beside if file.name in text}


def imports_of(statement: ast.Import | ast.ImportFrom, package: str) -> dict[str, tuple[str, str]]:
    """``{local name: (module, attribute)}`` of an import; the attribute is empty for a module, ``*`` for all that is in it."""
    if isinstance(statement, ast.Import):
        plain = [a for a in statement.names if not a.asname and "." in a.name]
        named = {a.asname or a.name: (a.name, "") for a in statement.names if a not in plain}
        return {a.name.split(".")[0]: (a.name, "*") for a in plain} | named
    parts = package.split(".")[: len(package.split(".")) - statement.level + 1] if statement.level else []
    base = ".".join([*parts, *([statement.module] if statement.module else [])])
    return {a.asname or a.name: (base, a.name) for a in statement.names}


def plain_text(node: object) -> str:
    """A syntax tree as text: without positions, docstrings, annotations, and the decorator that registers a claim."""
    if isinstance(node, list):
        return f"[{','.join(map(plain_text, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = {name: value for name, value in ast.iter_fields(node) if name not in SILENT and value not in (None, [])}
    if isinstance(node, DEFINITIONS):
        fields["body"] = _without_docstring(node.body)
        fields["decorator_list"] = [d for d in node.decorator_list if not _registers(d)]
    return f"{type(node).__name__}({','.join(f'{name}={plain_text(value)}' for name, value in fields.items())})"


def _registers(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "claim"


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    documents = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return body[1:] if documents else body


def _live(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below ``node``, outer ones first, without annotations and the decorators that register claims."""
    yield node
    for name, value in ast.iter_fields(node):
        if name not in SILENT:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _registers(child):  # type: ignore[arg-type]
                    yield from _live(child)


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top of a module binds."""
    if isinstance(statement, DEFINITIONS):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, DEFINITIONS):
            yield node.name
