"""What a result depends on, as one digest: project modules (transitively), the data files they name, library versions."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
from collections.abc import Iterable
from pathlib import Path

from coursekit.paths import ROOT

LIBRARIES = ("torch", "numpy", "scipy", "scikit-learn", "matplotlib")


def imported_names(source: str, package: str = "") -> set[str]:
    """Every dotted name that ``source`` imports, anywhere in it; ``from a import b`` gives both ``a`` and ``a.b``."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parts, *([node.module] if node.module else [])])
            names.add(base)
            names.update(f"{base}.{alias.name}" for alias in node.names)
    return names


def module_file(name: str, src: Path) -> Path | None:
    """The file of project module ``name`` under ``src``, or None when it is no project module."""
    base = src.joinpath(*name.split("."))
    return next((p for p in (base.with_suffix(".py"), base / "__init__.py") if p.is_file()), None)


def dependencies(names: Iterable[str], src: Path = ROOT / "src") -> dict[str, Path]:
    """The project modules that ``names`` reach, themselves included, as ``{module: file}``."""
    found: dict[str, Path] = {}
    queue = list(names)
    while queue:
        name = queue.pop()
        file = None if name in found else module_file(name, src)
        if file is not None:
            found[name] = file
            package = name if file.name == "__init__.py" else name.rpartition(".")[0]
            queue += imported_names(file.read_text(), package)
            queue.append(name.rpartition(".")[0])
    return found


def data_files(files: Iterable[Path]) -> set[Path]:
    """The files in a ``data`` folder beside each module whose name the module's text contains."""
    return {
        data
        for file in files
        for data in (file.parent / "data").glob("*")
        if data.is_file() and data.name in file.read_text()
    }


def versions() -> dict[str, str]:
    """The installed versions of the libraries that results depend on."""
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def digest(names: Iterable[str], src: Path = ROOT / "src") -> str:
    """SHA-256 over the text of every project module reached from ``names``, their data files, and library versions."""
    hasher = hashlib.sha256(repr(sorted(versions().items())).encode())
    files = set(dependencies(names, src).values())
    for file in sorted(files | data_files(files)):
        hasher.update(f"\0{file.relative_to(src)}\0".encode() + file.read_bytes())
    return hasher.hexdigest()
