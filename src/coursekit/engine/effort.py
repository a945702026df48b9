"""What a process has had of the processor: time is counted fairly when a machine has more to do than it can.

Sources: proc(5) for stat; Documentation/scheduler/sched-stats.rst for schedstat, whose second number is time spent runnable and
waiting for a turn.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass

STATE = 0  # place of the state in /proc/PID/stat after the name
ON_A_DISK = "D"  # the state of a process that waits for a disk
USER_TICKS = 11  # place of the times there: user, system, and both of children waited for
PREFIX = "effort "


@dataclass(frozen=True)
class Effort:
    """What a process and all that it started have had: processor seconds, the longest any waited for its turn.

    ``reading`` says that one of them waits for a disk at this moment.
    """

    used: float = 0.0
    waited: float = 0.0
    reading: bool = False

    def told(self) -> str:
        """The numbers as a line."""
        return f"{PREFIX}{self.used} {self.waited} {self.reading:d}"

    @classmethod
    def read(cls, line: str) -> Effort | None:
        """What ``told`` wrote; None for another line."""
        if not line.startswith(PREFIX):
            return None
        used, waited, reading = line.removeprefix(PREFIX).split()
        return cls(float(used), float(waited), reading == "1")


def effort(pid: int) -> Effort:
    """The effort of a process and its living descendants so far; zeros when it has ended.

    Outside Linux nobody tells what a process waits for: all time that it did not use the processor counts as waiting.
    """
    return _counted(pid) if sys.platform.startswith("linux") else _guessed(pid)


def _counted(pid: int) -> Effort:
    from coursekit.sandbox.usage import family

    used, waited, reading, ticks = 0.0, 0.0, False, os.sysconf("SC_CLK_TCK")
    for member in family(pid):
        try:
            with open(f"/proc/{member}/stat") as file:
                facts = file.read().rsplit(")", 1)[1].split()
            used += sum(map(int, facts[USER_TICKS : USER_TICKS + 4])) / ticks
            reading |= facts[STATE] == ON_A_DISK
            with open(f"/proc/{member}/schedstat") as file:
                waited = max(waited, int(file.read().split()[1]) / 1e9)
        except (OSError, IndexError):
            continue  # it has just ended, or this kernel does not count
    return Effort(used, waited, reading)


def _guessed(pid: int) -> Effort:
    import psutil

    try:
        process, used = psutil.Process(pid), 0.0
        for member in [process, *process.children(recursive=True)]:
            times = member.cpu_times()
            used += times.user + times.system
        return Effort(used, max(0.0, time.time() - process.create_time() - used))
    except psutil.Error:
        return Effort()  # it has just ended, or this system does not tell
