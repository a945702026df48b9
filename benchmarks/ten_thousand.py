"""A class of thousands through ``course grade`` while its workers and the command itself are killed and it is started again.

    python benchmarks/ten_thousand.py --submissions 10000 --folder /var/tmp/ten_thousand

Hands in the corpus of the grader's tests (``tests/coursekit/corpus``: honest, broken, ``--hostile`` of them attacks), drawn by a
seed, as two assignments.  At random moments a worker is killed, or the command; a killed command is started again as a person
would start it.  Fails unless in the end every student has exactly the score and the status that the corpus asks for, with a
reason, in the record and in the gradebook, once; nothing that an attack printed can be read, and nothing is left running.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import psutil
from nbgrader.api import Gradebook
from scale import left_running, workers_below

from coursekit.classroom import records
from coursekit.classroom.layout import Classroom
from coursekit.classroom.source import as_released
from coursekit.course import at

TESTS = Path(__file__).resolve().parents[1] / "tests" / "coursekit"
sys.path.insert(0, str(TESTS))
FILES = sorted((TESTS / "corpus").glob("*.py"))
for file in FILES:
    import_module(f"corpus.{file.stem}")
from corpus.base import CASES, COURSE, LEAK, Case, source_of  # noqa: E402

ASSIGNMENTS = ("mini", "modes")
FIXTURE = TESTS / "fixture_course"


@dataclass
class Story:
    """What happened while an assignment was graded."""

    seconds: float = 0.0
    workers_killed: int = 0
    commands_killed: int = 0
    code: int = 0
    printed: str = ""


def draw(count: int, hostile: float, seed: int) -> dict[str, Case]:
    """A case for each of ``count`` students, so many of them hostile."""
    dice = random.Random(seed)
    attacks = [case for case in CASES if case.group == "hostile"]
    others = [case for case in CASES if case.group != "hostile"]
    bad = round(count * hostile)
    chosen = [*dice.choices(attacks, k=bad), *dice.choices(others, k=count - bad)]
    dice.shuffle(chosen)
    return {f"s{number:05d}": case for number, case in enumerate(chosen)}


def hand_in(folder: Path, students: dict[str, Case]) -> Classroom:
    """A course in ``folder`` with both assignments released and everybody's submission."""
    shutil.copytree(FIXTURE, folder, ignore=shutil.ignore_patterns("exercises", "solutions"))
    shutil.copytree(COURSE, folder, dirs_exist_ok=True)
    room = Classroom(folder / "classroom")
    for name in ASSIGNMENTS:
        source = source_of(name)
        for path, data in ((room.source(name), source), (room.release(name), as_released(source).encode())):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    for student, case in students.items():
        path = room.submitted(case.source, student)
        path.parent.mkdir(parents=True)
        path.write_bytes(case.data())
    return room


def graded(room: Classroom, assignment: str, workers: int, pause: float, dice: random.Random, log: Path) -> Story:
    """Run ``course grade`` to its end; about every ``pause`` seconds kill a worker or, once in three times, the command."""
    line = [sys.executable, "-m", "coursekit.cli", "grade", assignment, "--classroom", str(room.root)]
    story, start = Story(), time.perf_counter()
    while True:
        with log.open("w") as file:
            process = subprocess.Popen([*line, "--workers", str(workers)], stdout=file, stderr=subprocess.STDOUT)
        while process.poll() is None:
            try:
                process.wait(dice.expovariate(1 / pause) if pause else None)
            except subprocess.TimeoutExpired:
                kill(process, dice, story)
        if process.returncode != -signal.SIGKILL:
            break
    story.seconds = time.perf_counter() - start
    story.code, story.printed = process.returncode, log.read_text()
    return story


def kill(process: subprocess.Popen, dice: random.Random, story: Story) -> None:
    """Kill a worker of ``process``, or it."""
    found = workers_below(psutil.Process(process.pid)) if process.poll() is None else []
    if found and dice.random() < 2 / 3:
        dice.choice(found).send_signal(signal.SIGKILL)
        story.workers_killed += 1
    elif process.poll() is None:
        process.kill()
        process.wait()
        story.commands_killed += 1


def faults(room: Classroom, students: dict[str, Case]) -> Iterator[str]:
    """Everything that is not as it must be, in records, notebooks and gradebook."""
    for assignment in ASSIGNMENTS:
        mine = {student: case for student, case in students.items() if case.source == assignment}
        found = records.read_all(room, assignment)
        yield from (f"{student}: a record without a submission" for student in found.keys() - mine.keys())
        with Gradebook(room.db_url, at(room.root.parent).id) as book:
            scores = {entry["student"]: entry["score"] for entry in book.submission_dicts(assignment)}
        lines = room.timings(assignment).read_text().splitlines()
        times = [json.loads(line)["student"] for line in lines]
        yield from (f"{name}: recorded {times.count(name)} times" for name in set(times) if times.count(name) > 1)
        for student, case in mine.items():
            record = found.get(student)
            yield from faults_of(student, case, record)
            if record is None:
                continue
            if abs(scores.get(student, -1.0) - record["score"]) > 1e-9:
                yield f"{student}: {record['score']:g} in the record, {scores.get(student)} in the gradebook"
            if room.submitted(assignment, student).read_bytes() != case.data():
                yield f"{student}: the submission has changed"
            if (shown := room.autograded(assignment, student)).is_file():
                text = json.loads(shown.read_text())
                printed = [part.get("text", "") for cell in text["cells"] for part in cell.get("outputs", [])]
                if LEAK in "\n".join("".join(part) for part in printed):
                    yield f"{student} ({case.name}): {LEAK}"
            else:
                yield f"{student}: no notebook"


def faults_of(student: str, case: Case, record: records.Record | None) -> Iterator[str]:
    """What is not as it must be in the record of one submission."""
    if record is None:
        yield f"{student} ({case.name}): no record"
        return
    for name, wanted in case.expected().items():
        entry = record["questions"].get(name, {"score": None, "status": None, "message": ""})
        if (entry["score"], entry["status"]) != wanted:
            got = f"{entry['score']} {entry['status']}"
            yield f"{student} ({case.name}) {name}: {got}, not {wanted}: {entry['message'][:100]!r}"
        elif not entry["message"]:
            yield f"{student} ({case.name}) {name}: no reason"


def main() -> None:
    """Hand in, grade and kill, check, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=400)
    parser.add_argument("--hostile", type=float, default=0.05, help="which part of them attacks")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--pause", type=float, default=60.0, help="mean seconds between two kills; 0: none")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="where the course is made; it must not exist")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="ten-thousand-")) / "course"
    students = draw(options.submissions, options.hostile, options.seed)
    room, dice, wrong = hand_in(folder, students), random.Random(options.seed + 1), []
    for assignment in ASSIGNMENTS:
        story = graded(room, assignment, options.workers, options.pause, dice, folder / "log.txt")
        count = sum(case.source == assignment for case in students.values())
        attacks = sum(case.source == assignment and case.group == "hostile" for case in students.values())
        print(
            f"{assignment}: {count} submissions ({attacks} hostile), {options.workers} workers: {story.seconds:.0f} s, "
            f"{story.workers_killed} workers and {story.commands_killed} times the command killed",
            flush=True,
        )
        if story.code:
            wrong.append(f"course grade ended with {story.code}: {story.printed[-1000:]}")
    wrong += faults(room, students)
    time.sleep(3)
    wrong += [f"still running: {process.pid} {name}" for process, name in left_running(room.root)]
    print(f"{len(students)} submissions, {len(wrong)} wrong; the course is in {folder}")
    print(*(f"  {line}" for line in wrong[:50]), sep="\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
