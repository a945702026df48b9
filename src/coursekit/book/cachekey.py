"""The key under which a page's executed cells are kept: their text and everything that they import."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from coursekit.book.front import FRONT, code_cells, front_matter
from coursekit.digest import digest, imported_names

IMPORT = re.compile(r"^\s*(?:from|import)\s+([\w.]+)", re.M)


def cell_imports(cell: str) -> set[str]:
    """The dotted names that a cell imports; for a cell that is not valid Python, those of its import lines."""
    try:
        return set(imported_names(cell))
    except SyntaxError:
        return set(IMPORT.findall(cell))


def page_digest(text: str, src: Path) -> str:
    """The digest of all that the page's cells depend on besides their text; empty when the page has no cells."""
    cells = code_cells(text)
    names = set().union(*map(cell_imports, cells)) if cells else set()
    return digest(names, src) if cells else ""


def with_digest(text: str, key: str) -> str:
    """The page with ``key`` in its kernelspec, which jupyter-cache hashes.  Lines keep their numbers."""
    match = FRONT.match(text)
    if not match or not key:
        return text
    data = front_matter(text)
    if not isinstance(data.get("kernelspec"), dict):
        return text
    data["kernelspec"] = {**data["kernelspec"], "sources": key}
    flow = yaml.safe_dump(data, default_flow_style=True, width=10**9, sort_keys=False, allow_unicode=True).strip()
    padding = "\n" * (match[0].count("\n") - 2 - flow.count("\n"))
    return f"---\n{flow}{padding}---\n{text[match.end() :]}" if padding else text
