"""How fast the gradebook is written and listed, beside nbgrader's own API, in one run.

python benchmarks/gradebook.py --submissions 10000 --stock 200
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from coursekit.classroom import records
from coursekit.classroom.gradebook import tables
from coursekit.classroom.layout import Classroom
from coursekit.course import current
from coursekit.engine.interface import Budget, QuestionResult

COURSE = current().id

QUESTIONS = 5


def source() -> bytes:
    """A source notebook with ``QUESTIONS`` questions, the last one written."""
    cells = []
    for number in range(1, QUESTIONS):
        cells.append(cell("code", f"x{number} = ...", f"q{number}_answer", solution=True))
        cells.append(cell("code", f"assert x{number}", f"q{number}", grade=True, locked=True, points=3))
    cells.append(cell("markdown", "Your words.", f"q{QUESTIONS}", grade=True, solution=True, points=5))
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()


def cell(kind: str, text: str, name: str, **marks: object) -> nbformat.NotebookNode:
    """One marked cell."""
    made = nbformat.v4.new_code_cell(text) if kind == "code" else nbformat.v4.new_markdown_cell(text)
    base = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3, "grade_id": name}
    made.metadata["nbgrader"] = base | marks
    made.id = name
    return made


def made_records(count: int, data: bytes) -> dict[str, records.Record]:
    """Records of ``count`` students."""
    digests = records.hashes(b"", data, Budget())
    found = {}
    for number in range(count):
        results = {f"q{n}": QuestionResult(3.0 * (number % n == 0), 3.0, "passed", "") for n in range(1, QUESTIONS)}
        results[f"q{QUESTIONS}"] = QuestionResult(0.0, 5.0, "manual", "waits for a grader")
        name = f"student{number:06d}"
        found[name] = records.build("bench", name, results, "benchmark", digests)
    return found


def timed(what: str, function: Callable[[], object], bar: float = 0.0) -> float:
    """Run ``function`` and print its wall and CPU seconds, beside the bar when there is one."""
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what:58} {wall:8.2f} s wall {cpu:8.2f} s CPU" + (f"   (bar {bar:g} s)" if bar else ""), flush=True)
    return cpu


def stock_write(url: str, found: dict[str, records.Record]) -> None:
    """Write records as nbgrader's autograde does: row by row through its API, a commit for each grade."""
    with Gradebook(url, COURSE) as book:
        for student, record in found.items():
            book.update_or_create_student(student)
            book.update_or_create_submission("bench", student)
            for name, entry in record["questions"].items():
                grade = book.find_grade(name, "bench", "bench", student)
                grade.auto_score = None if entry["status"] == "manual" else entry["score"]
                grade.needs_manual_grade = grade.auto_score is None
                book.db.commit()


def listed(url: str) -> list[dict]:
    """What formgrader's list of submissions asks for."""
    with Gradebook(url, COURSE) as book:
        return book.submission_dicts("bench")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--stock", type=int, default=200, help="how many nbgrader's API writes")
    parser.add_argument("--db", default="", help="another gradebook, e.g. postgresql://user@host/name (must be empty)")
    options = parser.parse_args()
    data, found = source(), made_records(options.submissions, source())
    with tempfile.TemporaryDirectory() as folder:
        ours = Classroom(Path(folder) / "ours", options.db)
        tables.prepare(ours)
        cpu = timed(
            f"{options.submissions:,} submissions written, ours",
            lambda: tables.write(ours, "bench", data, found),
            10,
        )
        timed("the same once more (nothing to change)", lambda: tables.write(ours, "bench", data, found))
        timed(f"formgrader's list of {options.submissions:,} submissions", lambda: listed(ours.db_url), 5)
        rows = listed(ours.db_url)
        total = sum(row["score"] for row in rows)
        expected = sum(record["score"] for record in found.values())
        print(f"scores read back by nbgrader: {len(rows):,} rows, sum {total:g}, expected {expected:g}")
        theirs = Classroom(Path(folder) / "theirs")
        tables.write(theirs, "bench", data, {})
        few = dict(list(found.items())[: options.stock])
        stock = timed(f"{options.stock:,} submissions written, nbgrader's API", lambda: stock_write(theirs.db_url, few))
        rates = 1000 * cpu / options.submissions, 1000 * stock / options.stock
        print(
            f"CPU per submission: ours {rates[0]:.3f} ms, nbgrader's API {rates[1]:.2f} ms, ratio {rates[1] / rates[0]:.0f}"
        )


if __name__ == "__main__":
    main()
