"""One test against one student's process: the engine passes their messages on, keeps the time, and ends what does not stop."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any

from coursekit.engine.interface import Budget
from coursekit.engine.messages import KILLED, MENDED, OUTSIDE, SETUP, ended
from coursekit.engine.processes.spawn import Launcher, Process
from coursekit.engine.protocol.errors import ChannelClosed, ChannelTimeout, SetupFault
from coursekit.engine.protocol.frames import decode, encode
from coursekit.engine.protocol.wire import CALLBACK, DONE, GONE, ORDER, REPLY, REQUEST
from coursekit.engine.session import CALLS_PER_TEST, STARTING, Clock, Session
from coursekit.engine.talk import Talk

NO_FILES: Mapping[str, bytes] = {}


class Bench:
    """The checker's process, started when it is needed and started again when a test has used it up."""

    def __init__(
        self,
        launcher: Launcher,
        setup: list[tuple[str, str, bool]],
        budget: Budget,
        files: Mapping[str, bytes] = NO_FILES,
        own_folder: bool = False,
    ) -> None:
        self.launcher, self.setup, self.budget, self.files = launcher, setup, budget, dict(files)
        self.own_folder = own_folder or bool(files)
        self.folder: tempfile.TemporaryDirectory[str] | None = None
        self.process: Process | None = None
        self.ready = False

    def warm(self) -> None:
        """Start the process, without waiting for it."""
        if self.process is None:
            self.process, self.ready = self.launcher.start("checker", self.budget), False
            if self.own_folder:
                self.folder = tempfile.TemporaryDirectory(prefix="course-checks-", ignore_cleanup_errors=True)
            place = self.folder.name if self.folder else ""
            self.process.channel.send(ORDER, encode(("setup", self.setup, self.files, place)), STARTING)

    def checker(self) -> Process:
        """The process, after the set-up cells.  Raises SetupFault when one of them fails: the source notebook is at fault."""
        self.warm()
        assert self.process is not None
        if not self.ready:
            kind, payload = self.process.channel.receive(STARTING + self.budget.submission_seconds)
            done = decode(payload)
            if kind != DONE or done:
                self.stop()
                if "failed" in done:
                    raise SetupFault(SETUP + done["failed"] + MENDED)
                raise ValueError(done.get("fault", "the checker did not start"))
            self.ready = True
        return self.process

    def stop(self) -> str:
        """End the process, if there is one; how it had ended by itself."""
        process, self.process = self.process, None
        try:
            return process.end() if process is not None else ""
        finally:
            if self.folder is not None:
                self.folder.cleanup()
            self.folder = None


class TestRun:
    """One run of one test.  ``run`` gives the checker's result, or the reason why there is none."""

    def __init__(self, bench: Bench, session: Session, budget: Budget, clock: Clock) -> None:
        self.bench, self.session, self.budget, self.clock = bench, session, budget, clock
        self.checker = bench.checker()
        self.student = session.process
        self.talk = Talk(clock, *(process for process in (self.checker, self.student) if process is not None))
        self.depth = 0
        self.call_end = 0.0
        self.death: tuple[str, str] | None = None  # status and words
        self.changed = False  # whether the answer has written into what the test lent it

    def run(self, test: dict[str, Any]) -> dict[str, Any]:
        """``score``, ``message``, ``missing``, ``error`` as the checker found them; with ``status`` when it did not finish."""
        calls = CALLS_PER_TEST + len(test["showing"])  # a cell that it runs itself has the time of a cell
        end = self.clock.now() + self.clock.left(calls * self.budget.call_seconds)
        try:
            self.checker.channel.send(ORDER, encode(("test", test)), self.budget.call_seconds)
            while True:
                kind, payload = self.clock.hear(self.checker, end - self.clock.now())
                if kind == DONE:
                    return self._done(decode(payload))
                self._to_student(kind, payload, end)
        except (ChannelTimeout, ChannelClosed) as error:
            how = self.bench.stop()
            self.session.stop()
            if how == KILLED and isinstance(error, ChannelClosed):  # one that was late, we have killed
                return {"status": "crashed", "how": OUTSIDE}
            return {"status": "timeout", "how": "its checks did not come to an end"}

    def _done(self, result: dict[str, Any]) -> dict[str, Any]:
        if "fault" in result:
            raise ValueError(result["fault"])
        self.changed = bool(result.get("changed"))
        if self.death is not None:
            return {"status": self.death[0], "how": self.death[1]}
        if result.get("desync") or result.get("broken"):
            self.session.stop()  # what it wrote too much must not reach the next question
        return result

    def _to_student(self, kind: bytes, payload: bytes, end: float) -> None:
        """Pass a message on to the student's process and its answer back; when there is none, tell the checker so."""
        if self.death is None and self.student is not None:
            self.talk.look(self.clock.now())
            now = self.clock.now()
            if kind == REQUEST:
                self.depth += 1
                self.call_end = now + self.budget.call_seconds if self.depth == 1 else self.call_end
            self._exchange(kind, payload, min(self.call_end, end) - now)
        if self.death is not None:
            self.checker.channel.send(GONE, b"", self.budget.call_seconds)

    def _exchange(self, kind: bytes, payload: bytes, seconds: float) -> None:
        assert self.student is not None
        try:
            self.student.channel.send(kind, payload, seconds)
            kind, payload = self.session.heard(seconds)
            if kind not in (REPLY, CALLBACK):
                raise ChannelClosed
        except ChannelTimeout:
            self.session.stop()
            self.death = ("timeout", "")
        except ChannelClosed:
            how = self.session.stop()
            self.death = ended(how)
        else:
            self.depth -= kind == REPLY
            self.checker.channel.send(kind, payload, self.budget.call_seconds)
