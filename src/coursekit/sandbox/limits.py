"""Limits of the kernel on what one process may use."""

from __future__ import annotations

import resource
from pathlib import Path

# no file of a process that crashed, and no program that the system starts for one: 0 stops the file only (core(5) and the
# kernel's fs/coredump.c), and such a program runs outside the sandbox, as root
CORE = 1
FILES = 128
FILE_BYTES = 32 * 2**20


def mapped_bytes() -> int:
    """The size of this process's address space now; 0 where the system does not tell."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0


def limits_of(memory_bytes: int, processes: int, cpu_seconds: int, mapped: int = 0) -> dict[int, int]:
    """Limits on memory (beyond what is mapped now), processes, open files, file size, core dumps, CPU time and priority.

    ``mapped`` stands in for what is mapped now where the system does not tell.
    """
    wanted = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_NOFILE: FILES,
        resource.RLIMIT_NPROC: processes,
    }
    # whoever grades may be allowed more, for sound say: 32 threads before all others' would stop the machine
    priority = {getattr(resource, name): 0 for name in ("RLIMIT_RTPRIO", "RLIMIT_NICE") if hasattr(resource, name)}
    return wanted | priority | memory_of(memory_bytes, mapped)


def no_cores() -> None:
    """Limit this process, and what it starts, to no file of a crash and no program for one."""
    apply({resource.RLIMIT_CORE: CORE})


def memory_of(memory_bytes: int, mapped: int = 0) -> dict[int, int]:
    """A limit on memory beyond what is mapped now, by the system or else by ``mapped``; none where neither tells."""
    mapped = mapped_bytes() or mapped
    return {resource.RLIMIT_CORE: CORE} | ({resource.RLIMIT_AS: mapped + memory_bytes} if mapped else {})


def apply(wanted: dict[int, int], every: bool = True) -> None:
    """Set limits for good.  Raises OSError or ValueError for one that the system refuses; without ``every`` it is left out."""
    for limit, value in wanted.items():
        soft, hard = resource.getrlimit(limit)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        if soft == hard == value:
            continue  # where the filter is on already it may refuse to set even this
        try:
            resource.setrlimit(limit, (value, value))
        except (OSError, ValueError):
            if every:
                raise
