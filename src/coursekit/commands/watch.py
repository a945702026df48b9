"""``course watch``: grade what arrives in a folder, as long as it arrives."""

from __future__ import annotations

import re
import signal
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coursekit.classroom import policy
from coursekit.classroom.grade.job import Settings
from coursekit.classroom.layout import Classroom, ClassroomError
from coursekit.classroom.options import classroom_option, friendly
from coursekit.commands.grade import runner
from coursekit.engine.messages import UNSEEN

if TYPE_CHECKING:
    from coursekit.classroom.watch.rounds import Watch


@contextmanager
def alone(classroom: Classroom) -> Iterator[None]:
    """Hold the classroom's lock for watches; raises ClassroomError when another one has it."""
    import fcntl  # where there is none, there is no sandbox to grade in either

    place = classroom.root / "watch" / "lock"
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ClassroomError(f"another `course watch` serves {classroom.root}; end it first") from None
        yield


@contextmanager
def until_told() -> Iterator[list[int]]:
    """A list that is empty until the process is asked to end (SIGTERM): what was begun is finished then."""
    asked: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, before)


def say(line: str) -> None:
    """A line with its time, without what could steer a terminal, at once also in a log."""
    seen = re.sub(UNSEEN, "\ufffd", line)
    click.echo(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {seen}")


@click.command("watch")
@click.argument("inbox", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--once", is_flag=True, help="Grade what is there and end.")
@click.option("--every", default=2.0, show_default=True, type=click.FloatRange(0.1), help="Seconds between two looks.")
@click.option(
    "--per-hour", default=0, type=click.IntRange(0), help="Most gradings of one student in an hour; the rest waits."
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes on this machine.")
@classroom_option
@friendly
def command(inbox: Path, once: bool, every: float, per_hour: int, workers: int, classroom: Classroom) -> None:
    """Grade what arrives in INBOX and write feedback, until told to end.

    INBOX has a folder for each assignment, and in it notebooks or zips named as for `course collect`; or it is the `inbound`
    folder of nbgrader's exchange.  Of one student, one submission is graded at a time, the oldest first, and everybody's turn
    comes before anybody's next.  Killed at any moment, the same command goes on where it was.
    """
    for name in classroom.assignments():
        policy.load(classroom, name)  # a bad file must stop us before the work, not after
    # it imports nbgrader, which takes a second
    from coursekit.classroom.watch.rounds import Watch

    settings = Settings(workers=workers)
    with alone(classroom), until_told() as asked:
        watch = Watch(classroom, inbox.absolute(), settings, run=runner(settings), per_hour=per_hour, say=say)
        say(f"watching {inbox} for {', '.join(classroom.assignments()) or 'no assignment yet'}")
        try:
            done = serve(watch, once, every, asked)
        except KeyboardInterrupt:
            raise click.ClickException("stopped; what was graded is kept: the same command grades the rest") from None
    say(f"{done} graded" + (f", half of them within {statistics.median(watch.ledger.waits):.1f} s" if done else ""))


def serve(watch: Watch, once: bool, every: float, asked: list[int]) -> int:
    """Round after round until told to end, or with ``once`` until nothing can be done; how many were done."""
    done = 0
    while not asked:
        waiting = watch.waiting()
        chosen = watch.next_round(waiting)
        done += watch.do(chosen) if chosen else 0
        if not chosen and once and not watch.settling(waiting):
            break
        if not chosen:
            time.sleep(min(every, 0.5) if once else every)
    return done
