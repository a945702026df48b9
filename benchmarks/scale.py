"""Many submissions through ``course grade`` as an instructor runs it: hostile ones among them, workers killed on the way.

    python benchmarks/scale.py --submissions 1000

Prints rate, kills and faults for one worker and for two, and fails unless every record, the gradebook and what is left running
are what they must be.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from nbgrader.api import Gradebook

from coursekit.assignments.parse import load, topics
from coursekit.assignments.release import release
from coursekit.classroom import records
from coursekit.classroom.demo.students import KINDS, MadeUp, make
from coursekit.classroom.layout import Classroom
from coursekit.course import current
from coursekit.paths import write_atomically

ROOT = current().root
COURSE = current().id

HOSTILE = ("forges", "steals", "exits", "loops", "fork bomb")
HONEST = ("good", "partial", "blank", "wrong", "other right")


@dataclass(frozen=True)
class Run:
    """One run of ``course grade``: seconds, workers killed, exit code, what it printed."""

    seconds: float
    killed: int
    code: int
    printed: str


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


def workers_below(process: psutil.Process) -> list[psutil.Process]:
    """The dask worker processes that a run of ``course grade`` has started."""
    found = []
    for child in process.children(recursive=True):
        try:
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
        except psutil.Error:  # it ended while we looked
            continue
    return found


def graded(classroom: Classroom, assignment: str, workers: int, every: int, log: Path) -> Run:
    """Run ``course grade``; kill a worker once for each ``every`` records that are there."""
    line = [sys.executable, "-m", "coursekit.cli", "grade", assignment, "--classroom", str(classroom.root)]
    start, killed = time.perf_counter(), 0
    with log.open("w") as file:
        process = subprocess.Popen([*line, "--workers", str(workers)], stdout=file, stderr=subprocess.STDOUT)
        while process.poll() is None:
            done = len(list(classroom.records(assignment).glob("*.json")))
            if every and done >= every * killed + every // 2:
                running = workers_below(psutil.Process(process.pid))
                if running:
                    running[killed % len(running)].send_signal(signal.SIGKILL)
                    killed += 1
            time.sleep(0.2)
    return Run(time.perf_counter() - start, killed, process.returncode, log.read_text())


def faults(classroom: Classroom, assignment: str, made: list[MadeUp]) -> Iterator[str]:
    """Everything in the records that is not as it must be."""
    found = records.read_all(classroom, assignment)
    for student in made:
        record = found.get(student.student)
        if record is None:
            yield f"{student.student} ({student.kind}): no record"
            continue
        for name, expected in student.expected.items():
            entry = record["questions"][name]
            if not expected.met(entry) or not (entry["message"] or entry["status"] == "passed"):
                got = f"{entry['score']:g} {entry['status']} {entry['message'][:80]!r}"
                yield f"{student.student} ({student.kind}) {name}: {got}"


def faults_around(classroom: Classroom, assignment: str, made: list[MadeUp]) -> Iterator[str]:
    """What was graded twice, is missing in the gradebook or differs there, has no notebook, or still runs."""
    lines = classroom.timings(assignment).read_text().splitlines()
    times = Counter(json.loads(line)["student"] for line in lines)
    yield from (f"{student}: graded {count} times" for student, count in times.items() if count > 1)
    with Gradebook(classroom.db_url, COURSE) as book:
        scores = {entry["student"]: entry["score"] for entry in book.submission_dicts(assignment)}
    for name, record in records.read_all(classroom, assignment).items():
        if abs(scores.get(name, -1.0) - record["score"]) > 1e-9:
            yield f"{name}: {record['score']:g} in the record, {scores.get(name)} in the gradebook"
    yield from (f"{s.student}: no notebook" for s in made if not classroom.autograded(assignment, s.student).is_file())
    time.sleep(3)
    yield from (f"still running: {process.pid} {name}" for process, name in left_running(classroom.root))


def left_running(folder: Path) -> Iterator[tuple[psutil.Process, str]]:
    """Processes that a run in ``folder`` left behind: orphaned workers, fork servers, student processes."""
    for process in psutil.process_iter():
        try:
            line, orphan = " ".join(process.cmdline()), process.ppid() in (0, 1)
        except psutil.Error:
            continue
        if str(folder) in line or (orphan and ("coursekit.engine" in line or "spawn_main" in line)):
            yield process, line[:100]


def one(assignment: str, workers: int, options: argparse.Namespace) -> int:
    """Measure with so many workers and print; the number of faults."""
    folder = Path(tempfile.mkdtemp(prefix="course-scale-"))
    classroom = Classroom(folder / "classroom")
    release([assignment], classroom.root, root=options.root)
    made = students(classroom, assignment, options.submissions, options.root)
    hand_in(classroom, assignment, made)
    every = options.kill_every if workers > 1 else 0
    run = graded(classroom, assignment, workers, every, folder / "log.txt")
    wrong = [*faults(classroom, assignment, made), *faults_around(classroom, assignment, made)]
    if run.code:
        wrong.append(f"course grade ended with {run.code}: {run.printed[-1000:]}")
    hostile = sum(student.kind in HOSTILE for student in made)
    print(
        f"{workers} worker(s): {len(made)} submissions of {assignment} ({hostile} hostile), {run.killed} workers killed: "
        f"{run.seconds:.1f} s, {len(made) / run.seconds:.2f}/s, {len(wrong)} wrong"
    )
    print(*(f"  {line}" for line in wrong[:20]), sep="\n", flush=True)
    if wrong:
        print(f"  The classroom is kept in {folder}")
    else:
        shutil.rmtree(folder)
    return len(wrong)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--kill-every", type=int, default=100, help="kill a worker once in so many; 0: never")
    parser.add_argument("--assignment", default="", help="by default the first")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--root", type=Path, default=ROOT)
    options = parser.parse_args()
    assignment = options.assignment or topics(options.root)[0]
    bad = sum(one(assignment, workers, options) for workers in options.workers)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
