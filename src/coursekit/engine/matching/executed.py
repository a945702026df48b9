"""The executed notebook for ``autograded/``: trusted cells, the student's answers, outputs as capped text.

Pictures are those that were handed in: plots are drawn while the student works, and not again.
"""

from __future__ import annotations

import json
import re
from typing import Any

from coursekit.engine.interface import Budget, CellReport, QuestionResult
from coursekit.engine.matching.plan import Plan
from coursekit.notebooks.read import Cell, raster, without_hidden

IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
LONGEST = 200_000  # characters of one cell's source
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}


def executed_notebook(plan: Plan, reports: list[CellReport], results: dict[str, QuestionResult], budget: Budget) -> str:
    """nbformat 4 JSON of at most ``budget.notebook_bytes``, half of it pictures: they go first, then outputs, then long text."""
    for pictures, output, source in (
        (budget.notebook_bytes // 2, 20_000, LONGEST),
        (0, 2_000, LONGEST),
        (0, 0, 20_000),
        (0, 0, 1_000),
    ):
        cells = _cells(plan, reports, results, pictures, output, source)
        notebook = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
        text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=True) + "\n"
        if len(text) <= budget.notebook_bytes:
            return text
    notebook["cells"] = [cell for cell in cells if "nbgrader" in cell["metadata"]]
    return json.dumps(notebook, indent=1, sort_keys=True) + "\n"


def _cells(
    plan: Plan, reports: list[CellReport], results: dict[str, QuestionResult], pictures: int, output: int, source: int
) -> list[dict[str, Any]]:
    order = _order(plan)
    taken: set[str] = set()
    cells = []
    for number, (at, there) in enumerate(order):
        trusted = None if at is None else plan.source[at]
        theirs = None if there is None else plan.cells[there]
        cell = _cell(trusted, theirs, pictures > 0, source)
        if cell["cell_type"] == "code":
            words = results[trusted.grade_id].message if trusted is not None and trusted.kind == "test" else ""
            outputs = _outputs(reports[there] if there is not None else None, words, output)
            for bundle in theirs.pictures if theirs is not None and not words else []:
                size = sum(map(len, bundle.values()))
                if size <= pictures:
                    pictures -= size
                    outputs.append({"data": bundle, "metadata": {}, "output_type": "display_data"})
            cell |= {"execution_count": None, "outputs": outputs}
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


def _cell(trusted: Cell | None, theirs: Cell | None, pictures: bool, longest: int) -> dict[str, Any]:
    if trusted is None:
        assert theirs is not None
        return _plain(theirs.type, theirs.source, {}, theirs if pictures else None, longest)
    graded = trusted.metadata.get("nbgrader")
    metadata = {"nbgrader": graded} if graded else {}
    if trusted.kind == "test":
        return _plain("code", without_hidden(trusted.source), metadata, None, LONGEST)
    if trusted.kind in ("answer", "manual"):
        text = "" if theirs is None else theirs.source
        return _plain(trusted.type, text, metadata, theirs if pictures else None, longest)
    locked = isinstance(graded, dict) and graded.get("locked")
    text = trusted.source if locked or theirs is None else theirs.source
    return _plain(trusted.type, text, metadata, None, longest)


def _plain(kind: str, source: str, metadata: dict[str, Any], theirs: Cell | None, longest: int) -> dict[str, Any]:
    source = source.encode("utf-8", "replace").decode()
    if len(source) > longest:
        source = source[:longest] + "\n… cut"
    cell: dict[str, Any] = {"cell_type": kind, "metadata": metadata, "source": source}
    attached = _pictures(theirs) if theirs is not None and kind == "markdown" else {}
    return cell | ({"attachments": attached} if attached else {})


def _pictures(cell: Cell) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, forms in cell.attachments.items():
        if isinstance(forms, dict) and re.fullmatch(r"[\w. -]{1,100}", name):
            good = raster(forms)
            kept |= {name: good} if good else {}
    return kept


def _outputs(report: CellReport | None, words: str, longest: int) -> list[dict[str, Any]]:
    parts = [words] if report is None or words else [report.output, report.text if report.status != "ok" else ""]
    text = "\n".join(part.rstrip("\n") for part in parts if part)
    text = text.encode("utf-8", "replace").decode()[:longest]
    return [{"name": "stdout", "output_type": "stream", "text": text + "\n"}] if text else []


def _identifier(trusted: Cell | None, theirs: Cell | None, number: int, taken: set[str]) -> str:
    wishes = [cell.id for cell in (trusted, theirs) if cell is not None] + [f"cell-{number + 1}"]
    free = (wish for wish in wishes if IDENTIFIER.match(wish) and wish not in taken)
    name = next(free, f"cell-{number + 1}-{len(taken)}")
    taken.add(name)
    return name
