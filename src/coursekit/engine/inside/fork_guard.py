"""Forks of a student's process: a child never speaks for its parent, and a process that forks without end is ended."""

from __future__ import annotations

import os
import signal

from coursekit.engine.protocol.wire import Wire

MANY = 16  # forks in one cell or call after which nothing that they left may go on: loaders of data make fewer
MOST = 500  # forks, failed ones included, in one cell or call: a bomb
TIMERS = [getattr(signal, name) for name in ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF") if hasattr(signal, name)]


class ForkGuard:
    """Counts the forks of this process; its children lose the wire, so that an answer is given once."""

    def __init__(self, wire: Wire) -> None:
        self.wire, self.count, self.pid = wire, 0, os.getpid()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._in_child, after_in_parent=self._in_parent)

    def _in_child(self) -> None:
        if self.wire.reader >= 0:
            self.wire.close()
            self.wire.reader = self.wire.writer = -1
        self._in_parent()

    def _in_parent(self) -> None:
        self.count += 1
        if self.count > MOST:
            self.end_others()
            os._exit(1)

    def settle(self) -> None:
        """After a cell or call: end what a process that forked many times has left running, and disarm its timers.

        A child that Python knows nothing of (a library forked) has come here by the same way, and goes no further.
        """
        if os.getpid() != self.pid:
            os._exit(0)
        for timer in TIMERS:
            signal.setitimer(timer, 0)
        if self.count > MANY:
            self.end_others()
        self.count = 0

    def end_others(self) -> None:
        """Kill every other process of the sandbox, whose first process this is; elsewhere they end with the submission."""
        if os.getpid() == 1:
            os.kill(-1, signal.SIGKILL)
