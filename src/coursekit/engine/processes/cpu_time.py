"""What a process has had of the processor: time is counted fairly when a machine has more to do than it can.

A process that could go on and does not is kept waiting, whatever the cause: other programs, a disk, or the host of a virtual
machine that gives its processor away.  The kernel's own count of waiting (schedstat) does not know the last two.

Source: proc(5) for stat and loadavg.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

STATE = 0  # place of the state in /proc/PID/stat after the name
READY = ("R", "D")  # states of a thread that runs or waits for its turn, and of one that waits for a disk
USER_TICKS = 11  # place of the times there: user, system, and both of children waited for
BEYOND = 10  # seconds of processor time that a process may use beyond the seconds of its submission
PREFIX = "processor "


@dataclass(frozen=True)
class CpuTime:
    """Seconds of processor that a process and all that it started have used; whether one of them could go on now."""

    used: float = 0.0
    ready: bool = False

    def line(self) -> str:
        """Both as a line, for the engine's end of a lifeline."""
        return f"{PREFIX}{self.used} {self.ready:d}"

    @classmethod
    def read(cls, line: str) -> CpuTime | None:
        """What ``line`` wrote; None for another line."""
        if not line.startswith(PREFIX):
            return None
        used, ready = line.removeprefix(PREFIX).split()
        return cls(float(used), ready == "1")


def cpu_limit(budget: dict[str, Any]) -> int:
    """The processor time in seconds that one process of a student's may use."""
    return int(budget["submission_seconds"]) + BEYOND


def cpu_time(pid: int) -> CpuTime:
    """The processor time of a process and its living descendants so far; nothing when it has ended.

    Outside Linux nobody tells what a process waits for: it counts as ready all the time.
    """
    return _counted(pid) if sys.platform.startswith("linux") else _guessed(pid)


def crowd() -> float:
    """Threads that want a processor now, for each processor that this process may use; 1 where that is not told, or fewer do.

    A student's process cannot gain by making threads: with each it uses up its processor time sooner.
    """
    try:
        with open("/proc/loadavg") as file:
            running = int(file.read().split()[3].split("/")[0])
        return max(1.0, running / len(os.sched_getaffinity(0)))
    except (OSError, AttributeError, IndexError, ValueError):
        return 1.0


def _counted(pid: int) -> CpuTime:
    # only where /proc is
    from coursekit.sandbox.usage import family

    used, ready, ticks = 0.0, False, os.sysconf("SC_CLK_TCK")
    for member in family(pid):
        try:
            used += sum(map(int, _facts(f"/proc/{member}/stat")[USER_TICKS : USER_TICKS + 4])) / ticks
            ready = ready or any(state in READY for state in _states(member))
        except (OSError, IndexError):
            continue  # it has just ended
    return CpuTime(used, ready)


def _facts(path: str) -> list[str]:
    # only where /proc is
    from coursekit.sandbox.usage import facts_of

    return facts_of(path).rsplit(")", 1)[1].split()


def _states(pid: int) -> Iterator[str]:
    """The states of its threads."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        yield _facts(f"/proc/{pid}/task/{thread}/stat")[STATE]


def _guessed(pid: int) -> CpuTime:
    import psutil

    try:
        process, used = psutil.Process(pid), 0.0
        for member in [process, *process.children(recursive=True)]:
            times = member.cpu_times()
            used += times.user + times.system
        return CpuTime(used, True)
    except psutil.Error:
        return CpuTime()  # it has just ended, or this system does not tell
