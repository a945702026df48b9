"""The fork server's memory in large pages: a fork copies one entry for 2 MB instead of 512, and its end gives back one."""

from __future__ import annotations

import sys

LARGE = 2 * 2**20  # bytes of a large page where they can be had


def gather() -> int:
    """Have the kernel gather this process's own memory in large pages where it can; how many there are then.

    Nothing changes but time: a forked process that writes gets small pages of its own as before.  Linux 6.1 or later.
    """
    if not sys.platform.startswith("linux"):
        return 0
    # only on Linux
    from coursekit.sandbox import linux

    gathered = 0
    for start, end in _own_memory():
        for address in range(-(-start // LARGE) * LARGE, end - LARGE + 1, LARGE):
            try:
                linux.collapse(address, LARGE)
            except OSError:
                continue  # not all of it is in use, or this kernel has no large pages: it stays as it is
            gathered += 1
    return gathered


def _own_memory() -> list[tuple[int, int]]:
    """First and last address of every private, writable mapping that belongs to no file."""
    with open("/proc/self/maps") as file:
        fields = [line.split() for line in file]
    own = [line[0] for line in fields if line[1] == "rw-p" and line[5:] in ([], ["[heap]"])]
    return [(int(start, 16), int(end, 16)) for start, end in (addresses.split("-") for addresses in own)]
