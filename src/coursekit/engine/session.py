"""The student's process as the engine sees it: run cells within budgets, and after a death start again and replay."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from coursekit.engine.interface import Budget, CellReport
from coursekit.engine.messages import OUTSIDE, ended, scrubbed
from coursekit.engine.processes.cpu_time import crowd
from coursekit.engine.processes.spawn import Launcher, Process
from coursekit.engine.protocol.errors import ChannelClosed, ChannelTimeout, FrameError
from coursekit.engine.protocol.frames import Limits, decode, encode
from coursekit.engine.protocol.wire import REPLY, REQUEST

REPORT = Limits(bytes=2**20, depth=5, values=50)
STARTING = 120.0  # seconds for a fresh process to import the libraries
WAITED = 2.0  # times its seconds a process may be given for having waited: its own helpers may be what it waits for
UNEVEN = 2.0  # in a crowd, times what it would wait if all had the same share: shares are not the same
TICK = 0.05  # seconds that are not worth another wait
GLANCE = 0.25  # seconds between two looks at a silent process
CALLS_PER_TEST = 3  # a whole test may take this many times the budget of one call
LONG = 1.0  # seconds after which a silent process may never answer, so that another is got ready meanwhile


class OutOfTime(Exception):
    """The submission's whole budget is used up."""


class Clock:
    """The time of one submission.  It stands still while the machine keeps its processes waiting, for ``most`` seconds in all."""

    def __init__(self, budget: Budget) -> None:
        self.stood, self.most = 0.0, WAITED * budget.submission_seconds
        self.end = self.now() + budget.submission_seconds

    def now(self) -> float:
        """Seconds of this clock."""
        return time.monotonic() - self.stood

    def left(self, wanted: float) -> float:
        """``wanted`` seconds, or what is left of the submission's.  Raises OutOfTime when that is nothing."""
        left = self.end - self.now()
        if left <= 0:
            raise OutOfTime
        return min(wanted, left)

    def stand(self, seconds: float) -> None:
        """Stand still for so long, as far as that is not more than ``most``."""
        self.stood += min(seconds, self.most - self.stood)

    def hear(self, process: Process, seconds: float, slow: Callable[[], None] = lambda: None) -> tuple[bytes, bytes]:
        """The process's next message within ``seconds``, and as many more as it could have gone on in, but was kept waiting.

        Nothing is added once its processes together have used ``seconds`` of processor time, and no more than WAITED times
        ``seconds``, or what a crowd of other programs makes of that; in all no more than ``most``.  After LONG seconds of
        silence ``slow`` is called.  Raises ChannelTimeout and ChannelClosed.
        """
        try:
            return process.channel.receive(min(seconds, LONG))
        except ChannelTimeout:
            if seconds <= LONG:
                raise
        wait = Wait(process, seconds)
        slow()
        while True:
            try:
                message = process.channel.receive(wait.next())
            except ChannelTimeout:
                added = wait.over(self.most - self.stood)
                if added is None:
                    raise
                self.stood += added
            else:
                self.stood += wait.more(self.most - self.stood)
                return message


class Wait:
    """Waiting for a process that has been silent for LONG of its ``seconds``.

    Nobody looked at it in that time.  If it can go on now, it is taken to have had a fair share of the processor in it.
    """

    def __init__(self, process: Process, seconds: float) -> None:
        self.process, self.seconds = process, seconds
        self.before, self.began = process.cpu_time(), time.monotonic()
        self.looked, self.end = self.began, self.began + seconds - LONG
        self.ready = LONG * self.before.ready  # seconds during which it could go on
        self.used = self.first = self.ready / crowd()  # seconds of processor that it had in them
        self.most = seconds - LONG + self.ready  # and may have
        self.added = self.crowded = (
            0.0  # seconds that its time has grown by; seconds times the threads for each processor
        )

    def next(self) -> float:
        """Seconds until the next look at it."""
        return min(GLANCE, self.end - time.monotonic())

    def over(self, most: float) -> float | None:
        """Look: seconds that its time grows by, ``most`` of them at most; None when it is over."""
        spent, now = self.process.cpu_time(), time.monotonic()
        self.ready += spent.ready * (now - self.looked)
        self.crowded += crowd() * (now - self.looked)
        self.used = max(self.used, self.first + spent.used - self.before.used)
        self.looked = now
        if now < self.end:
            return 0.0
        more = self.more(most)
        if more < TICK or self.used >= self.most:
            return None
        self.added += more
        self.end += more
        return more

    def more(self, most: float) -> float:
        """Seconds that it was kept waiting, as far as is known and forgiven, beyond those that its time has grown by."""
        among = self.crowded / max(self.looked - self.began, TICK) - 1
        ceiling = max(WAITED, UNEVEN * among) * self.seconds
        return max(0.0, min(min(self.ready - self.used, ceiling) - self.added, most))


class CellStep(NamedTuple):
    """One cell to run in the student's process: the student's, the course's ``own`` set-up, or one of its tests.

    Set-up may take long: a fresh process imports the libraries in it.
    """

    label: str
    source: str
    own: bool = False
    test: bool = False


class Session:
    """Runs cells in order.  A cell that kills the process is left out when the others are replayed."""

    def __init__(
        self,
        launcher: Launcher,
        cells: list[CellStep],
        budget: Budget,
        clock: Clock,
        deadly: set[int] | None = None,
        files: Mapping[str, bytes] | None = None,
        writable: bool = False,
    ) -> None:
        self.launcher, self.cells, self.budget, self.clock = launcher, cells, budget, clock
        self.reports = [CellReport() for _ in cells]
        self.files, self.writable = dict(files or {}), writable
        self.deadly = deadly or set()  # cells that are known to end the process
        self.again: set[int] = set()  # cells during which somebody else ended the process, once
        self.process: Process | None = None
        self.spare: Process | None = None
        self.position = 0

    def advance(self, upto: int) -> Process:
        """The process after the first ``upto`` cells; a process that is further on is given as it is."""
        while True:
            if self.process is None:
                self.process, self.position = self.spare or self.launcher.start("student", self.budget), 0
                self.spare = None
            if self.position >= upto:
                return self.process
            number = self.position
            self.position += 1
            if number not in self.deadly:
                self._run(number)

    def _run(self, number: int) -> None:
        report = self._outcome(self.cells[number])
        if self.process is None and report.text == OUTSIDE and number not in self.again:
            return self.again.add(number)  # not its doing, perhaps: once more, with all before it
        if self.reports[number].status == "unrun" or report.status not in ("ok", "error"):
            self.reports[number] = report
        if self.process is None:
            self.deadly.add(number)

    def _outcome(self, step: CellStep) -> CellReport:
        assert self.process is not None
        if self.position == 1 and not self._awake():
            return CellReport("crashed", "the process did not start")
        limit = self.budget.call_seconds * (CALLS_PER_TEST if step.test else 1)
        seconds = self.clock.left(limit + (STARTING if step.own else 0.0))
        order = (0, "test" if step.test else "cell", step.label, step.source)
        try:
            self.process.channel.send(REQUEST, encode((order, [])), seconds)
            return _report(*(self.clock.hear(self.process, seconds) if step.own else self.heard(seconds)))
        except ChannelTimeout:
            self.stop()
            return CellReport("timeout", f"stopped after {limit:g} s")
        except (ChannelClosed, FrameError):
            return CellReport(*ended(self.stop()))

    def heard(self, seconds: float) -> tuple[bytes, bytes]:
        """The next message of the process.  When it takes long a spare process is started, so that a loop costs no more."""
        assert self.process is not None
        return self.clock.hear(self.process, seconds, self._start_spare)

    def _start_spare(self) -> None:
        self.spare = self.spare or self.launcher.start("student", self.budget)

    def _awake(self) -> bool:
        """Wait until a fresh process answers at all: importing the libraries is not the student's time."""
        assert self.process is not None
        try:
            order = (0, "files", self.files, self.writable) if self.files else (0, "len", ())
            self.process.channel.send(REQUEST, encode((order, [])), STARTING)
            self.clock.hear(self.process, self.clock.left(STARTING))
        except (ChannelClosed, ChannelTimeout):
            self.stop()
            return False
        return True

    def stop(self) -> str:
        """End the process, if there is one; how it had ended by itself."""
        process, self.process = self.process, None
        return process.end() if process is not None else ""

    def close(self) -> None:
        """End the process and the spare one, if there are any."""
        self.stop()
        self.process, self.spare = self.spare, None
        self.stop()


def _report(kind: bytes, payload: bytes) -> CellReport:
    message = decode(payload, limits=REPORT) if kind == REPLY else None
    try:
        (_, outcome, result), _ = message  # type: ignore[misc]
        if type(outcome) is not str or outcome != "ok" or type(result) is not dict:  # an array answers in its own way
            raise FrameError("not a report")
        output, error = result["output"], result["error"]
        if type(output) is not str:
            raise FrameError("not a report")
        if error is None:
            return CellReport("ok", "", scrubbed(output, 100_000), result.get("value"))
        name, _, text, line, *where = error
        words = error_words(name, text, line)
        at = where[0] if where and type(where[0]) is int else 0
        return CellReport(*words, scrubbed(output, 100_000), error=(name, text, line, at))
    except (TypeError, ValueError, LookupError):
        raise FrameError("not a report") from None


def error_words(name: Any, text: Any, line: Any) -> tuple[str, str]:
    """The status and the words of an error in a cell."""
    if [type(name), type(text), type(line)] != [str, str, int]:
        raise FrameError("not an error")
    where = f" (line {line})" if 0 < line < 10**6 else ""
    status = "memory" if name == "MemoryError" else "error"
    return status, scrubbed(f"{name}{': ' + text if text else ''}", 600) + where
