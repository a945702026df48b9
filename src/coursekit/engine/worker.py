"""The program of a student's or checker's process that is started fresh: ``python -m coursekit.engine.worker student``."""

from __future__ import annotations

import os
import sys

from coursekit.engine.errors import ChannelClosed
from coursekit.engine.wire import Wire


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
            from coursekit.engine.student import Student

            Student(wire, output_bytes).serve()
        else:
            from coursekit.engine.checker import Checker

            Checker(wire).serve()
    except ChannelClosed:
        return


def main() -> None:
    """Serve the role that the command line names, then end at once."""
    role, output_bytes = sys.argv[1], int(sys.argv[2])
    sys.argv = [""]
    serve(role, private_wire(), output_bytes)
    os._exit(0)


if __name__ == "__main__":
    main()
