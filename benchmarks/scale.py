"""Many submissions through the whole of ``course grade``: hostile ones among them, workers killed on the way.

    python benchmarks/scale.py --submissions 1000

Prints the rate with one and with two workers, and fails unless every score is what it must be.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from coursekit.assignments.parse import load, topics
from coursekit.assignments.release import release
from coursekit.classroom import records, run_dask, run_local
from coursekit.classroom.grading import Settings, grade
from coursekit.classroom.layout import Classroom
from coursekit.classroom.made_up import KINDS, MadeUp, make
from coursekit.engine.interface import Budget
from coursekit.paths import ROOT, write_atomically

HOSTILE = ("forges", "steals", "exits", "loops", "fork bomb")
HONEST = ("good", "partial", "blank", "wrong", "other right")
BUDGET = Budget(call_seconds=6.0, submission_seconds=120.0)


def students(classroom: Classroom, assignment: str, count: int, root: Path) -> list[MadeUp]:
    """``count`` submissions, every tenth hostile, each kind in turn."""
    released = json.loads(classroom.release(assignment).read_text())
    pool = make(load(assignment, root), released, 2 * len(KINDS))
    kinds = {kind: [student for student in pool if student.kind == kind] for kind in KINDS}
    chosen = []
    for number in range(count):
        names = HOSTILE if number % 10 == 9 else HONEST
        options = kinds[names[number // 10 % len(names)] if number % 10 == 9 else names[number % len(names)]]
        chosen.append(MadeUp(f"s{number:05d}", options[0].kind, options[number % 2].data, options[number % 2].expected))
    return chosen


def hand_in(classroom: Classroom, assignment: str, made: list[MadeUp]) -> None:
    """Put the submissions where grading finds them."""
    for student in made:
        write_atomically(classroom.submitted(assignment, student.student), student.data)


def kill_a_worker() -> bool:
    """Kill one of the dask worker processes below us."""
    below = psutil.Process().children(recursive=True)
    workers = [p for p in below if "spawn_main" in " ".join(p.cmdline())]
    if workers:
        workers[-1].send_signal(signal.SIGKILL)
    return bool(workers)


def graded(classroom: Classroom, assignment: str, settings: Settings, every: int = 0) -> tuple[float, int]:
    """Seconds for the whole run and the number of workers killed, one for each ``every`` submissions done."""
    done, killed = 0, 0

    def advance(student: str, total: int) -> None:
        nonlocal done, killed
        done += bool(student)
        if student and every and done % every == every // 2:
            killed += kill_a_worker()

    start = time.perf_counter()
    run = run_local.run if settings.workers == 1 else run_dask.run
    grade(classroom, assignment, (), settings, run=run, advance=advance)
    return time.perf_counter() - start, killed


def faults(classroom: Classroom, assignment: str, made: list[MadeUp]) -> list[str]:
    """Everything that is not as it must be."""
    found, wrong = records.read_all(classroom, assignment), []
    for student in made:
        record = found.get(student.student)
        if record is None:
            wrong.append(f"{student.student} ({student.kind}): no record")
            continue
        for name, expected in student.expected.items():
            if not expected.met(record["questions"][name]):
                entry = record["questions"][name]
                got = f"{entry['score']:g} {entry['status']} {entry['message'][:80]!r}"
                wrong.append(f"{student.student} ({student.kind}) {name}: {got}")
    return wrong


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument(
        "--kill-every", type=int, default=100, help="kill a worker once for so many submissions; 0: never"
    )
    parser.add_argument("--assignment", default="")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--root", type=Path, default=ROOT)
    options = parser.parse_args()
    assignment = options.assignment or topics(options.root)[0]
    bad = 0
    for workers in options.workers:
        with tempfile.TemporaryDirectory(prefix="course-scale-") as folder:
            classroom = Classroom(Path(folder))
            release([assignment], classroom.root, root=options.root)
            made = students(classroom, assignment, options.submissions, options.root)
            hand_in(classroom, assignment, made)
            every = options.kill_every if workers > 1 else 0
            seconds, killed = graded(classroom, assignment, Settings(budget=BUDGET, workers=workers), every)
            wrong = faults(classroom, assignment, made)
            kinds = Counter("hostile" if student.kind in HOSTILE else "honest" for student in made)
            print(
                f"{workers} worker(s): {len(made)} submissions of {assignment} ({kinds['hostile']} hostile), "
                f"{killed} workers killed: {seconds:.1f} s, {len(made) / seconds:.2f}/s, {len(wrong)} wrong",
                flush=True,
            )
            for line in wrong[:20]:
                print(f"  {line}")
            bad += len(wrong)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
