"""Whether a worker of a cluster may grade: it needs the software of who asks, and a sandbox that works.

A record names the software that graded it, and only ``course grade`` writes records; so what graded elsewhere must be the same.
"""

from __future__ import annotations

import socket
from functools import cache
from typing import Any

from distributed import get_worker

from coursekit.classroom import records
from coursekit.classroom.grade.worker import engine, grade_one
from coursekit.course import CourseError
from coursekit.engine.engines import SandboxUnavailable
from coursekit.engine.interface import Judging
from coursekit.library import Library


class Unfit(Exception):
    """A worker that must not grade; its two arguments are the worker's address and why."""


@cache
def own_software(library: Library) -> dict[str, str]:
    """What this process grades with, as it was when first asked for: later changes of files do not reach what is loaded."""
    return records.software(library)


def why_not(software: dict[str, str], factory: str, unsafe_no_sandbox: bool, library: Library) -> str:
    """Why this process must not grade for one who has ``software``, its machine named; empty when it may.

    Empty ``software`` is that of this process.
    """
    try:
        own = own_software(library)
    except CourseError as error:
        return f"{socket.gethostname()}: {error}"
    differs = sorted(name for name, wanted in software.items() if own.get(name) != wanted)
    if differs:
        names = ", ".join(f"{name} {there}" if len(there := own.get(name, "none")) < 20 else name for name in differs)
        return f"{socket.gethostname()} has another version than here: {names}"
    try:
        engine(factory, unsafe_no_sandbox, library)
    except SandboxUnavailable as error:
        return f"{socket.gethostname()}: {error}"
    return ""


def grade_if_fit(
    software: dict[str, str], student: str, notebook: bytes, source: bytes, budget: dict[str, Any],
    seeds: dict[str, int], factory: str, unsafe_no_sandbox: bool, library: Library, judging: Judging,
) -> dict[str, Any]:  # fmt: skip
    """``grade_one`` on a dask worker; raises Unfit where that must not be."""
    if reason := why_not(software, factory, unsafe_no_sandbox, library):
        raise Unfit(get_worker().address, reason)
    return grade_one(student, notebook, source, budget, seeds, factory, unsafe_no_sandbox, library, judging)
