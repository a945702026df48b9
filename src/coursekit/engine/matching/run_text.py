"""Code that runs text of an answer: in the check's own process that text could give itself every point."""

from __future__ import annotations

import re
from collections.abc import Mapping

from coursekit.engine.matching.sourced import questions_of, read_source
from coursekit.notebooks.names import bound_names, imported_names, imported_parts, module_aliases, used_names
from coursekit.notebooks.read import Cell

# calls that run, unpickle or import what they are given; of a table's only those with a text that is not written there
RUNS = re.compile(
    r"(?<!def )(?<![\w.])(?:eval|exec|compile|__import__|execfile)[ \t]*\("
    r"|\.(?:eval|query)[ \t]*\([ \t]*(?![ \t\"')])"
    r"|\b(?:sympy|sympify|parse_expr|pickle|joblib|dill|marshal|shelve|yaml|torch\.load|import_module|runpy|timeit|subprocess|popen"
    r"|os\.system)\b"
)
IMPORT = re.compile(r"^[ \t]*(?:import|from)\b.*$", re.MULTILINE)
WHY = (
    "its test, or what that uses, calls {call}, which may run text of an answer as code: not in the check's own process, where "
    "such text could give itself points"
)


def that_run_text(source: bytes, files: Mapping[str, bytes]) -> dict[str, str]:
    """By question why its test must not run in the check's own process; questions of which that is not known are left out."""
    cells = read_source(source)
    found = {question.id: call_that_runs(question.test.source, cells, files) for question in questions_of(cells)}
    return {name: WHY.format(call=call) for name, call in found.items() if call}


def call_that_runs(text: str, source: list[Cell], files: Mapping[str, bytes]) -> str:
    """What this code of the source calls, itself or by what it uses, that may run text; empty where it is nothing."""
    reached = _reached([cell.source for cell in source if cell.type == "code" and cell.kind == "other"], files)
    near = [call for name, call in reached.items() if name in used_names(text)] + list(_imported(text, files).values())
    return _called(text) or next(iter(near), "")


def _called(text: str) -> str:
    match = RUNS.search(text)
    return match[0].strip(" \t(.") if match else ""


def _reached(cells: list[str], files: Mapping[str, bytes]) -> dict[str, str]:
    """Names that set-up cells bind and that run text: their own functions, or what they import."""
    found: dict[str, str] = {}
    for text in cells:
        if call := _called(IMPORT.sub("", text)):
            found |= dict.fromkeys(bound_names(text) - imported_names(text), call)
        found |= _imported(text, files)
    return found


def _imported(text: str, files: Mapping[str, bytes]) -> dict[str, str]:
    """Names that a cell imports of modules that run text, those beside the notebook among them."""
    found = {}
    for name, module in module_aliases(text) + imported_parts(text):
        path = module.split(":")[0].replace(".", "/")
        if call := _called(module) or _called(files.get(f"{path}.py", b"").decode(errors="replace")):
            found[name] = call
    return found
