"""Enter the sandbox for real in a small process and look around: ``python -m coursekit.sandbox.probe``.

Prints one line a layer, ``name<TAB>yes|no<TAB>why``; exits 0 only when every layer that grading needs is active.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile

from coursekit.sandbox import linux
from coursekit.sandbox.enter import Confinement, confine, gain_rights, prepare

PROBES = ("namespaces", "file system", "network", "low privilege", "system call filter", "limits")


def look_around(secret: str) -> list[str]:
    """What is wrong in each layer, seen from inside; empty strings where all is well."""
    return [_namespaces(), _files(secret), _network(), _privilege(), _calls(), _limits()]


def _namespaces() -> str:
    return "" if os.getpid() == 1 else "the process sees other processes"


def _files(secret: str) -> str:
    if os.path.exists(secret):
        return "a file outside the view can be seen"
    try:
        with open("/usr/course-probe", "w"):
            return "the system can be written"
    except OSError:
        return ""


def _network() -> str:
    with socket.socket() as connection:
        connection.settimeout(1)
        return "a connection was possible" if connection.connect_ex(("127.0.0.1", 22)) == 0 else ""


def _privilege() -> str:
    with open("/proc/self/status") as file:
        facts = {line.partition(":")[0]: line.partition(":")[2].strip() for line in file}
    rights = int(facts["CapEff"], 16) | int(facts["CapPrm"], 16)
    return "" if rights == 0 and facts["NoNewPrivs"] == "1" and os.geteuid() != 0 else "capabilities or root remain"


def _calls() -> str:
    try:
        linux.unshare(linux.CLONE_NEWUTS)
    except PermissionError:
        with open("/proc/self/status") as file:
            return "" if "Seccomp:\t2" in file.read() else "no filter is active"
    return "unshare was possible"


def _limits() -> str:
    try:
        data = bytearray(2 * 2**30)
    except MemoryError:
        return ""
    return f"{len(data)} bytes could be taken"


def _inside(confinement: Confinement, secret: str, report: int) -> None:
    try:
        confine(confinement, 2**28, 16, 20)
        lines = look_around(secret)
    except Exception as error:  # the report goes to the parent, whatever went wrong
        lines = [f"{type(error).__name__}: {error}"] * len(PROBES)
    os.write(report, "\n".join(lines).encode())
    os._exit(0)


def run() -> dict[str, str]:
    """For each layer, what is wrong with it."""
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(dir=folder) as secret:
        confinement = prepare(os.path.join(folder, "view"))
        reader, writer = os.pipe()
        guardian = os.fork()
        if guardian == 0:
            try:
                gain_rights()
                linux.unshare(linux.CLONE_NEWPID)
            except OSError as error:
                os.write(writer, "\n".join([str(error)] * len(PROBES)).encode())
                os._exit(0)
            child = os.fork()
            if child == 0:
                _inside(confinement, secret.name, writer)
            os.waitpid(child, 0)
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as file:
            lines = file.read().split("\n")
        os.waitpid(guardian, 0)
    if len(lines) != len(PROBES):
        lines = ["the sandboxed process ended early"] * len(PROBES)
    return dict(zip(PROBES, lines))


def main() -> None:
    """Print the layers and exit with their verdict."""
    try:
        found = run()
    except (ImportError, RuntimeError, OSError) as error:
        found = dict.fromkeys(PROBES, f"{type(error).__name__}: {error}")
    for name, why in found.items():
        print(f"{name}\t{'no' if why else 'yes'}\t{why}")
    sys.exit(1 if any(found.values()) else 0)


if __name__ == "__main__":
    main()
