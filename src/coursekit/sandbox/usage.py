"""The memory that all processes of one submission take together.  The kernel's own limits count each one alone.

Seen from outside, by the fork server.  Sources: proc(5), Documentation/filesystems/proc.rst (status, smaps_rollup, stat).
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import resource
from dataclasses import dataclass

PAGE = resource.getpagesize()
KILOBYTE = 1024
SOCKET = 212_992  # Linux's own default for the bytes in a socket's queue, where it does not tell
STATE, ENDED = 0, "ZX"  # place of the state in /proc/PID/stat after the name, and what it is at the end
FLAGS, EXITING = 6, 4  # place of a process's flags there, and the one that says that it is on its way out
MOST = 1_000  # processes of one submission that are looked at: one that multiplies would keep us looking
THREADS = 17  # place of the number of threads there
TABLES = "VmPTE:"  # what the kernel keeps of a process's memory, each for itself: 8 kB a page where pages lie far apart
FEW = 2  # threads of one submission that are nobody's trouble
STEP, LOWEST = 1.25, 19  # what one step of priority is worth to the kernel's scheduler, and the last one
MINOR_FAULTS = 7  # place of this number in /proc/PID/stat after the name


def facts_of(path: str) -> str:
    """A file of /proc.  Processes name themselves, with any bytes: nothing fails to decode, and only ``\\n`` ends a line."""
    with open(path, "rb") as file:
        return file.read().decode("latin-1")


def outer_number(pidfd: int) -> int:
    """The number that the process of a pidfd has in this /proc, which may show another process namespace; -1 when it ended."""
    lines = facts_of(f"/proc/self/fdinfo/{pidfd}").split("\n")
    return next((int(line.split()[1]) for line in lines if line.startswith("Pid:")), -1)


def family(pid: int) -> list[int]:
    """A process and its living descendants, up to MOST.  The first of a process namespace inherits every orphan.

    A process whose first thread has ended is given as one that has not: /proc tells no more of its memory under its own number.
    """
    members: list[int] = []
    pending = [pid]
    while pending and len(members) < MOST:
        members.append(pending.pop())
        try:
            threads = os.listdir(f"/proc/{members[-1]}/task")
            for thread in threads:
                pending += map(int, facts_of(f"/proc/{members[-1]}/task/{thread}/children").split())
        except OSError:
            continue  # it has just ended; its children are the first process's now
        if len(threads) > 1:
            members[-1] = next(
                (thread for thread in [members[-1], *map(int, threads)] if not _over(thread)), members[-1]
            )
    return members


def _over(thread: int) -> bool:
    """Whether a thread has ended."""
    try:
        return facts_of(f"/proc/{thread}/stat").rsplit(")", 1)[1].split()[STATE] in ENDED
    except (OSError, IndexError):
        return True


def queued(pid: int) -> int:
    """Bytes that the sockets of a process's network may hold at most, also of those that are on their way to another process.

    For a network that it shares with us, and where nothing can be known, 0.
    """
    try:
        if os.stat(f"/proc/{pid}/ns/net").st_ino == os.stat("/proc/self/ns/net").st_ino:
            return 0
        sockets = int(facts_of(f"/proc/{pid}/net/sockstat").split()[2])  # "sockets: used 3"
        return sockets * _of_one_socket()
    except (OSError, IndexError, ValueError):
        return 0


@functools.cache
def _of_one_socket() -> int:
    """What one socket's queue and options may take, unless its program may set more."""
    sizes = []
    for name in ("wmem_default", "optmem_max"):
        try:
            sizes.append(int(facts_of(f"/proc/sys/net/core/{name}")))
        except OSError:
            sizes.append(SOCKET)
    return sum(sizes)


def ending(pid: int) -> bool:
    """Whether a process has ended, or does so already."""
    try:
        return bool(int(facts_of(f"/proc/{pid}/stat").rsplit(")", 1)[1].split()[FLAGS]) & EXITING)
    except (OSError, IndexError):
        return True


@dataclass(frozen=True)
class Rough:
    """What is cheap to know of one process: bytes of its own, counting shared ones in full, pages that it got, threads."""

    bytes: int = 0
    faults: int = 0
    threads: int = 1


def rough(pid: int) -> Rough:
    """The cheap numbers of one process; zeros when it has ended."""
    try:
        taken = _kilobytes(facts_of(f"/proc/{pid}/status"), ("RssAnon:", "VmSwap:", TABLES))
        facts = facts_of(f"/proc/{pid}/stat").rsplit(")", 1)[1].split()
        return Rough(taken * KILOBYTE, int(facts[MINOR_FAULTS]), int(facts[THREADS]))
    except (OSError, IndexError):
        return Rough()


def exact(pid: int) -> int:
    """Bytes of one process, each page divided by the number of processes that share it; 0 when it has ended.

    All its bytes in full where the finer number is kept from us.
    """
    try:
        taken = _kilobytes(facts_of(f"/proc/{pid}/smaps_rollup"), ("Pss_Anon:", "SwapPss:"))
        return (taken + _kilobytes(facts_of(f"/proc/{pid}/status"), (TABLES,))) * KILOBYTE
    except PermissionError:
        return rough(pid).bytes
    except OSError:
        return 0


def _kilobytes(text: str, names: tuple[str, ...]) -> int:
    return sum(int(line.split()[1]) for line in text.split("\n") if line.startswith(names))


def held(pid: int, folders: dict[str, int]) -> int:
    """Bytes in the files of ``folders``, file systems in memory that the process sees, each with its size.

    What is the same as outside is not there yet.
    """
    total = 0
    for folder, size in folders.items():
        try:
            if os.stat(f"/proc/{pid}/root{folder}").st_dev == os.stat(folder).st_dev:
                continue
            facts = os.statvfs(f"/proc/{pid}/root{folder}")
            total += (facts.f_blocks - facts.f_bfree) * facts.f_frsize
        except OSError:
            total += size  # it may not be looked at, or has just ended
    return total


def give_way(members: list[int], threads: int) -> None:
    """Lower the priority of processes that have so many threads until all together take what one would: others work beside them.

    It is not raised again, and what they start from then on inherits it.
    """
    wanted = min(LOWEST, round(math.log(threads, STEP)))
    for pid in members:
        with contextlib.suppress(OSError, LookupError):  # it has just ended, or is not ours to change
            for thread in os.listdir(f"/proc/{pid}/task"):
                number = _number_here(f"/proc/{pid}/task/{thread}/status")
                if number > 0 and os.getpriority(os.PRIO_PROCESS, number) < wanted:
                    os.setpriority(os.PRIO_PROCESS, number, wanted)


def _number_here(status: str) -> int:
    """The number of a thread in this process's own process namespace, which need not be the one of /proc; 0 when it ended."""
    own, theirs = (
        next((line.split()[1:] for line in facts_of(path).split("\n") if line.startswith("NSpid:")), [])
        for path in ("/proc/self/status", status)
    )
    return int(theirs[len(own) - 1])


class Meter:
    """Says when a submission takes more than ``limit`` bytes, or has more than ``processes`` processes and threads.

    The kernel holds nobody to a number of processes whose user is root outside, as in some containers; so they are counted.

    Counting exactly costs some 30 ms a process, since forked ones share most of what they have.  It is done only when the
    cheap upper bound allows an excess: what was counted last, and since then all growth and one page for every page fault.
    """

    def __init__(self, pid: int, limit: int, folders: dict[str, int] | None = None, processes: int = 0) -> None:
        self.pid, self.limit, self.folders, self.processes = pid, limit, folders or {}, processes
        self.counted, self.then = 0, dict[int, Rough]()

    def exceeded(self) -> str:
        """What is passed now, ``memory`` or ``processes``; empty when nothing is."""
        members = family(self.pid)
        files = held(members[-1], self.folders) + max(map(queued, members))  # of one that has ended nothing is known
        now = {pid: rough(pid) for pid in members}
        threads = sum(one.threads for one in now.values())
        if self.processes and threads > self.processes:
            return "processes"
        if threads > FEW:
            give_way(members, threads)
        if files + sum(one.bytes for one in now.values()) <= self.limit:
            return ""
        if self.then and files + self.counted + sum(self._growth(pid, one) for pid, one in now.items()) <= self.limit:
            return ""
        self.counted, self.then = sum(map(exact, now)), now
        return "memory" if files + self.counted > self.limit else ""

    def _growth(self, pid: int, now: Rough) -> int:
        before = self.then.get(pid, Rough())
        return max(0, now.bytes - before.bytes) + max(0, now.faults - before.faults) * PAGE
