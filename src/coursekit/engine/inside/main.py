"""The program of a student's or checker's process that is started fresh: ``python -m coursekit.engine.inside.main student``."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from coursekit.engine.processes.cpu_time import cpu_limit
from coursekit.engine.protocol.errors import ChannelClosed
from coursekit.engine.protocol.wire import Wire

USERS_PROCESSES = 4096  # outside the sandbox this limit counts all processes of the user, not one submission's
CHECKERS_SHARE = 2  # times a submission's memory is what its checker may take
LIBRARIES_BYTES = 2**30  # what importing torch and its like maps later in a process that is started fresh


def private_wire() -> Wire:
    """Frames over what was standard input and output; these two then lead nowhere, so that a print cannot harm a frame."""
    reader, writer = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(reader, os.O_BINARY)
        msvcrt.setmode(writer, os.O_BINARY)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return Wire(reader, writer)


def serve(role: str, wire: Wire, output_bytes: int) -> None:
    """Be a student's or a checker's process until the wire closes."""
    try:
        if role == "student":
            # each process loads its own side only
            from coursekit.engine.inside.student import Student

            Student(wire, output_bytes).serve()
        else:
            # each process loads its own side only
            from coursekit.engine.inside.checker import Checker

            Checker(wire).serve()
    except ChannelClosed:
        return


def limit_student(budget: dict[str, Any]) -> None:
    """The kernel's limits on a student's process outside the sandbox.  Windows has none of them."""
    if os.name != "posix":
        return
    # not on Windows
    from coursekit.sandbox import limits

    processes = budget["processes"] if budget.get("alone") else USERS_PROCESSES
    wanted = limits.limits_of(budget["memory_bytes"], processes, cpu_limit(budget))
    limits.apply(wanted, every=sys.platform.startswith("linux"))


def limit_checker(budget: dict[str, Any]) -> None:
    """The limit on a checker's memory: an answer may be the size of what a check makes.  Where the system tells what is taken."""
    if os.name != "posix":
        return
    # not on Windows
    from coursekit.sandbox import limits

    limits.apply(limits.memory_of(CHECKERS_SHARE * budget["memory_bytes"] + LIBRARIES_BYTES), every=False)


def main() -> None:
    """Serve the role that the command line names within the budget that it gives, then end at once."""
    role, budget = sys.argv[1], json.loads(sys.argv[2])
    sys.argv = [""]
    wire = private_wire()
    if role == "student":
        limit_student(budget | {"memory_bytes": budget["memory_bytes"] + LIBRARIES_BYTES})
    else:
        limit_checker(budget)
    serve(role, wire, budget["output_bytes"])
    os._exit(0)


if __name__ == "__main__":
    main()
