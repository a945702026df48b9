"""Bursts of submissions into the inbox of ``course watch``, which is killed on the way and started again.

    python benchmarks/arrivals.py --arrivals 500

Puts the corpus of the grader's tests into an inbox, ``--burst`` at a time, the last ones second versions by
the first students.
Fails unless every arrival is written down once, every student's record is that of the last readable version, with the score and
status that the corpus asks for, and everybody has a page.  Prints the median and the longest time from arrival to page.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ten_thousand import Case, draw, faults_of, hand_in

from coursekit.classroom import records
from coursekit.classroom.layout import Classroom
from coursekit.paths import write_atomically

ASSIGNMENT = "modes"
AGAIN = 10  # one arrival in so many is a second version


def arrivals(count: int, hostile: float, seed: int) -> list[tuple[str, Case]]:
    """Students with what they hand in, in order; some of the first ones come once more at the end."""
    drawn = [case for case in draw(2 * count, hostile, seed).values() if case.source == ASSIGNMENT][:count]
    people = count - count // AGAIN
    return [(f"s{number % people:05d}", case) for number, case in enumerate(drawn)]


def lines(room: Classroom) -> list[dict]:
    """What the watch has written down, without a line that a kill cut short."""
    path, found = room.root / "watch" / "done.jsonl", []
    for text in path.read_text().splitlines() if path.is_file() else ():
        try:
            found.append(json.loads(text))
        except ValueError:
            continue
    return found


def served(room: Classroom, inbox: Path, coming: list[tuple[str, Case]], options: argparse.Namespace) -> int:
    """Let everything arrive, kill the watch about every ``--pause`` seconds; how often it was killed."""
    line = [sys.executable, "-m", "coursekit.cli", "watch", str(inbox), "--classroom", str(room.root)]
    dice, killed, put = random.Random(options.seed), 0, 0
    log = (room.root / "log.txt").open("a")
    process = subprocess.Popen(line, stdout=log, stderr=subprocess.STDOUT)
    next_burst, next_kill = time.time(), time.time() + dice.expovariate(1 / options.pause)
    while len(lines(room)) < len(coming):
        now = time.time()
        if now >= next_burst and put < len(coming):
            for number, (student, case) in enumerate(coming[put : put + options.burst], put):
                write_atomically(inbox / ASSIGNMENT / student / f"{number}.ipynb", case.data())
            put, next_burst = put + options.burst, now + options.every
        if now >= next_kill or process.poll() is not None:
            process.kill()
            process.wait()
            killed, next_kill = killed + 1, now + dice.expovariate(1 / options.pause)
            process = subprocess.Popen(line, stdout=log, stderr=subprocess.STDOUT)
        time.sleep(0.2)
    process.terminate()
    process.wait()
    return killed


def refused(case: Case) -> bool:
    """Whether a submission cannot be read at all."""
    return case.differs.get("every") == "refused"


def faults(room: Classroom, coming: list[tuple[str, Case]]) -> Iterator[str]:
    """What was not done once, has no page, or is not as the last version must be."""
    times = Counter(line["key"] for line in lines(room))
    yield from (f"{key}: written down {count} times" for key, count in times.items() if count > 1)
    if len(times) != len(coming):
        yield f"{len(times)} of {len(coming)} arrivals were done"
    last, found = dict(coming), records.read_all(room, ASSIGNMENT)
    last |= {student: case for student, case in coming if not refused(case)}  # what cannot be read replaces nothing
    yield from (f"{name}: a record without an arrival" for name in found.keys() - last.keys())
    for student, case in last.items():
        yield from faults_of(student, case, found.get(student))
        if not room.feedback(ASSIGNMENT, student).is_file():
            yield f"{student}: no page"


def main() -> None:
    """Let arrive, kill, check, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arrivals", type=int, default=100)
    parser.add_argument("--burst", type=int, default=50)
    parser.add_argument("--every", type=float, default=60.0, help="seconds from burst to burst")
    parser.add_argument("--pause", type=float, default=90.0, help="mean seconds between two kills")
    parser.add_argument("--hostile", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="arrivals-"))
    room, inbox = hand_in(folder / "course", {}), folder / "inbox"
    coming = arrivals(options.arrivals, options.hostile, options.seed)
    start = time.time()
    killed = served(room, inbox, coming, options)
    waits = [line["waited"] for line in lines(room)]
    wrong = list(faults(room, coming))
    print(
        f"{len(coming)} arrivals in bursts of {options.burst}, {killed} kills, {time.time() - start:.0f} s: "
        f"{len(wrong)} wrong; from arrival to page {statistics.median(waits):.1f} s at the median, {max(waits):.1f} s at most"
    )
    print(*(f"  {text}" for text in wrong[:30]), f"  The course is in {folder}", sep="\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
