"""What a result depends on, as one digest: project modules (transitively), the data files they name, library versions."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from coursekit.paths import KIT

LIBRARIES = ("torch", "numpy", "scipy", "scikit-learn", "matplotlib")


@lru_cache(maxsize=2000)
def imported_names(source: str, package: str = "") -> frozenset[str]:
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
    return frozenset(names)


def module_file(name: str, src: Path) -> Path | None:
    """The file of module ``name`` of this package as it runs, or below ``src``; None when it is neither's."""
    places = (KIT, src) if name.split(".")[0] == "coursekit" else (src,)
    bases = (place.joinpath(*name.split(".")) for place in places)
    files = (file for base in bases for file in (base.with_suffix(".py"), base / "__init__.py"))
    return next((file for file in files if file.is_file()), None)


def label(file: Path, src: Path) -> str:
    """The path of a file below ``src``, or beside this package, with slashes: the same on every machine."""
    return file.relative_to(src if file.is_relative_to(src) else KIT).as_posix()


def dependencies(names: Iterable[str], src: Path) -> dict[str, Path]:
    """The modules below ``src``, and of this package, that ``names`` reach, themselves included, as ``{module: file}``."""
    files: dict[str, Path] = {}
    queue, seen, ours = list(names), set[str](), dict[str, bool]()
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        top = name.partition(".")[0]
        if top not in ours:  # most names are of other packages: one look for all that lies in each
            ours[top] = any(module_file(top, src) or place.joinpath(top).is_dir() for place in (KIT, src))
        file = module_file(name, src) if ours[top] else None
        if file is not None:
            files[name] = file
            package = name if file.name == "__init__.py" else name.rpartition(".")[0]
            queue += imported_names(file.read_text(encoding="utf-8"), package)
            queue.append(name.rpartition(".")[0])
    return files


def data_files(files: Iterable[Path]) -> set[Path]:
    """The files in a ``data`` folder beside each module whose name the module's text contains."""
    return {
        data
        for file in files
        for data in (file.parent / "data").glob("*")
        if data.is_file() and data.name in file.read_text()
    }


def versions() -> dict[str, str]:
    """The versions of the libraries that results depend on; ``none`` for one that is not installed."""
    return {name: _version(name) for name in LIBRARIES}


@cache
def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def digest(names: Iterable[str], src: Path) -> str:
    """SHA-256 over the text of every module reached from ``names``, their data files, and library versions."""
    hasher = hashlib.sha256(repr(sorted(versions().items())).encode())
    files = set(dependencies(names, src).values())
    named = {label(file, src): file for file in files | data_files(files)}
    for name in sorted(named, key=lambda name: name.split("/")):
        hasher.update(f"\0{name}\0".encode() + named[name].read_bytes())
    return hasher.hexdigest()
