"""The executed notebook for ``autograded/``: trusted cells, the student's answers, outputs as capped text.

Pictures are those that were handed in: plots are drawn while the student works, and not again.
"""

from __future__ import annotations

import json
import re
from typing import Any

from coursekit.engine.interface import Budget, CellReport, QuestionResult
from coursekit.engine.matching.plan import Plan
from coursekit.notebooks.limits import LONGEST_OUTPUT, LONGEST_SOURCE, cut, shrunk
from coursekit.notebooks.marks import without_hidden
from coursekit.notebooks.pictures import fitting
from coursekit.notebooks.read import Cell

IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}


def executed_notebook(plan: Plan, reports: list[CellReport], results: dict[str, QuestionResult], budget: Budget) -> str:
    """nbformat 4 JSON of at most ``budget.notebook_bytes``, half of it pictures: they go first, then outputs, then long text."""
    cells = _cells(plan, reports, results, budget.notebook_bytes // 2)
    notebook = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return shrunk(notebook, _written, budget.notebook_bytes)


def _written(notebook: dict[str, Any]) -> str:
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=True) + "\n"


def _cells(
    plan: Plan, reports: list[CellReport], results: dict[str, QuestionResult], room: int
) -> list[dict[str, Any]]:
    """The cells, with as many of their pictures as ``room`` characters hold."""
    taken: set[str] = set()
    cells = []
    for number, (at, there) in enumerate(_order(plan)):
        trusted = None if at is None else plan.source[at]
        theirs = None if there is None else plan.cells[there]
        cell = _cell(trusted, theirs)
        if cell["cell_type"] == "code":
            words = results[trusted.grade_id].message if trusted is not None and trusted.kind == "test" else ""
            outputs = _outputs(reports[there] if there is not None else None, words)
            kept, room = fitting(theirs.pictures if theirs is not None and not words else [], room)
            outputs += [{"data": bundle, "metadata": {}, "output_type": "display_data"} for bundle in kept]
            cell |= {"execution_count": None, "outputs": outputs}
        elif theirs is not None and cell["cell_type"] == "markdown" and _is_theirs(trusted):
            kept, room = fitting(theirs.attachments.values(), room)
            if attached := {name: bundle for name, bundle in theirs.attachments.items() if bundle in kept}:
                cell["attachments"] = attached
        cell["id"] = _identifier(trusted, theirs, number, taken)
        cells.append(cell)
    return cells


def _order(plan: Plan) -> list[tuple[int | None, int | None]]:
    """Pairs of positions in the source and among the student's cells: the student's order, what is missing put in place."""
    back = {there: at for at, there in plan.matches.items()}
    order: list[tuple[int | None, int | None]] = [(back.get(there), there) for there in range(len(plan.cells))]
    for at in range(len(plan.source)):
        if at not in plan.matches:
            previous = next((i for i, pair in enumerate(order) if pair[0] == at - 1), len(order) - 1 if at else -1)
            order.insert(previous + 1, (at, None))
    return order


def _is_theirs(trusted: Cell | None) -> bool:
    """Whether a cell is the student's own to write."""
    return trusted is None or trusted.kind in ("answer", "manual")


def _cell(trusted: Cell | None, theirs: Cell | None) -> dict[str, Any]:
    if trusted is None:
        assert theirs is not None
        return _plain(theirs.type, cut(theirs.source, LONGEST_SOURCE), {})
    graded = trusted.metadata.get("nbgrader")
    metadata = {"nbgrader": graded} if graded else {}
    if trusted.kind == "test":
        return _plain("code", without_hidden(trusted.source), metadata)
    if _is_theirs(trusted):
        return _plain(trusted.type, "" if theirs is None else cut(theirs.source, LONGEST_SOURCE), metadata)
    locked = isinstance(graded, dict) and graded.get("locked")
    text = trusted.source if locked or theirs is None else cut(theirs.source, LONGEST_SOURCE)
    return _plain(trusted.type, text, metadata)


def _plain(kind: str, source: str, metadata: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": metadata, "source": source.encode("utf-8", "replace").decode()}


def _outputs(report: CellReport | None, words: str) -> list[dict[str, Any]]:
    parts = [words] if report is None or words else [report.output, report.text if report.status != "ok" else ""]
    text = "\n".join(part.rstrip("\n") for part in parts if part)
    text = text.encode("utf-8", "replace").decode()[:LONGEST_OUTPUT]
    return [{"name": "stdout", "output_type": "stream", "text": text + "\n"}] if text else []


def _identifier(trusted: Cell | None, theirs: Cell | None, number: int, taken: set[str]) -> str:
    wishes = [cell.id for cell in (trusted, theirs) if cell is not None] + [f"cell-{number + 1}"]
    free = (wish for wish in wishes if IDENTIFIER.match(wish) and wish not in taken)
    name = next(free, f"cell-{number + 1}-{len(taken)}")
    taken.add(name)
    return name
