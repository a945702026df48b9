"""What a process has had of the processor: time is counted fairly when a machine has more to do than it can.

Sources: proc(5) for stat; Documentation/scheduler/sched-stats.rst for schedstat, whose second number is time spent runnable and
waiting for a turn.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

USER_TICKS = 11  # place of the times in /proc/PID/stat after the name: user, system, and both of children waited for
PREFIX = "effort "


@dataclass(frozen=True)
class Effort:
    """Processor seconds that a process and all that it started have used, and how long one of them has waited for its turn."""

    used: float = 0.0
    waited: float = 0.0

    def told(self) -> str:
        """The two numbers as a line."""
        return f"{PREFIX}{self.used} {self.waited}"

    @classmethod
    def read(cls, line: str) -> Effort | None:
        """What ``told`` wrote; None for another line."""
        return cls(*map(float, line.removeprefix(PREFIX).split())) if line.startswith(PREFIX) else None


def effort(pid: int) -> Effort:
    """The effort of a process and its living descendants so far; zeros when it has ended, and outside Linux."""
    if not sys.platform.startswith("linux"):
        return Effort()
    from coursekit.sandbox.usage import family

    used, waited, ticks = 0.0, 0.0, os.sysconf("SC_CLK_TCK")
    for member in family(pid):
        try:
            with open(f"/proc/{member}/stat") as file:
                times = file.read().rsplit(")", 1)[1].split()[USER_TICKS : USER_TICKS + 4]
            used += sum(map(int, times)) / ticks
            with open(f"/proc/{member}/schedstat") as file:
                waited = max(waited, int(file.read().split()[1]) / 1e9)
        except (OSError, IndexError):
            continue  # it has just ended, or this kernel does not count
    return Effort(used, waited)
