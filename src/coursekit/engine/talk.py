"""A test and an answer that talk in short messages: no wait is long, and on a busy machine all of them together are."""

from __future__ import annotations

import time

from coursekit.engine.processes.cpu_time import crowd
from coursekit.engine.processes.spawn import Process
from coursekit.engine.session import GLANCE, LONG, UNEVEN, Clock


class Talk:
    """Has the clock stand still for what a talk's two processes, and ours between them, were kept waiting for the processor.

    What the clock adds for a single long silence is left out, since it counts none of it.  Where no more threads want a
    processor than there are, nobody is kept waiting: who sleeps between two messages does so in their own time.
    """

    def __init__(self, clock: Clock, *processes: Process) -> None:
        self.clock, self.processes = clock, processes
        self.looked = clock.now() + LONG - GLANCE  # most talks are over before the first look
        self.crowd, self.used = 1.0, 0.0

    def look(self, now: float) -> None:
        """To be called with each message, at ``now`` by the clock."""
        elapsed = now - self.looked
        if elapsed < GLANCE:
            return
        before, self.crowd = self.crowd, crowd()
        if self.crowd > 1:
            used = time.process_time() + sum(process.cpu_time().used for process in self.processes)
            if before > 1:
                waited = elapsed - (used - self.used)
                # a share is not the same as another's, and who does not even want theirs gets no more
                most = elapsed * (1 - 2 / (UNEVEN * (before + self.crowd)))
                self.clock.stand(max(0.0, min(waited, most)))
            self.used = used
        self.looked = self.clock.now()
