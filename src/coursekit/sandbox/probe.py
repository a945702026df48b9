"""Enter the sandbox for real in a small process and look around: ``python -m coursekit.sandbox.probe [SECRET]``.

With SECRET, a file that must not be seen, it is inside already.  Prints one line a layer, ``name<TAB>yes|no<TAB>why``;
exits 0 only when every layer that grading needs is active.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
import sysconfig
import tempfile

from coursekit.sandbox import limits, linux
from coursekit.sandbox.enter import Confinement, confine, gain_rights, prepare
from coursekit.sandbox.usage import exact, outer_number

ROOT_STAYS = "root inside is root outside, whom no limit on processes binds: run this as an ordinary user"
PROBES = ("namespaces", "file system", "network", "low privilege", "system call filter", "limits")


def look_around(secret: str) -> list[str]:
    """What is wrong in each layer, seen from inside; empty strings where all is well."""
    return [_namespaces(), _files(secret), _network(), _privilege(), _calls(), _limits()]


def _namespaces() -> str:
    seen = [int(name) for name in os.listdir("/proc") if name.isdigit()] if os.path.isdir("/proc") else []
    ours = seen == [1] or seen == [1, os.getpid()]  # bubblewrap's helper is the first
    return "" if ours or not seen and os.getpid() == 1 else "the process sees other processes"


def _files(secret: str) -> str:
    if os.path.exists(secret):
        return "a file outside the view can be seen"
    try:
        with open("/usr/course-probe", "w"):
            return "the system can be written"
    except OSError:
        return _libraries()


def _libraries() -> str:
    """What of Python's own and of the installed libraries an answer cannot read: importing from there would fail."""
    folders = {path for path in sys.path if path.endswith("-packages")} | {sysconfig.get_path("stdlib")}
    for folder in sorted(folders):
        try:
            os.listdir(folder)
        except OSError as error:
            return f"an answer cannot read {folder} ({error.strerror}): let everybody read it, or grade as its owner, not as root"
    return ""


def _network() -> str:
    with socket.socket() as connection:
        connection.settimeout(1)
        return "a connection was possible" if connection.connect_ex(("127.0.0.1", 22)) == 0 else ""


def _privilege() -> str:
    low = linux.capabilities() == 0 and linux.process_attribute(linux.PR_GET_NO_NEW_PRIVS) == 1 and os.geteuid() != 0
    return "" if low else "capabilities or root remain"


def _calls() -> str:
    try:
        linux.unshare(linux.CLONE_NEWUTS)
    except PermissionError:
        filtered = linux.process_attribute(linux.PR_GET_SECCOMP) == linux.SECCOMP_MODE_FILTER
        return "" if filtered else "no filter is active"
    return "unshare was possible"


def _limits() -> str:
    try:
        data = bytearray(2 * 2**30)
    except MemoryError:
        return _process_limit()
    return f"{len(data)} bytes could be taken"


def _process_limit() -> str:
    """Whether the kernel holds this process's user to a number of processes; it never does so with root."""
    resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
    try:
        child = os.fork()
    except OSError:
        return ""
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return ROOT_STAYS


def _inside(confinement: Confinement, secret: str, report: int, stay: int) -> None:
    try:
        confine(confinement, 2**28, 16, 20)
        lines = look_around(secret)
    except Exception as error:  # the report goes to the parent, whatever went wrong
        lines = [f"{type(error).__name__}: {error}"] * len(PROBES)
    os.write(report, "\n".join(lines).encode())
    os.close(report)
    os.read(stay, 1)
    os._exit(0)


def _guarded(confinement: Confinement, secret: str) -> list[str]:
    """What is wrong in each layer, from a process that this one starts in the sandbox, and counts the memory of."""
    gain_rights()
    linux.unshare(linux.CLONE_NEWPID)
    (reader, report), (stay, leave) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(leave)
        _inside(confinement, secret, report, stay)
    os.close(report)
    with os.fdopen(reader) as file:
        lines = file.read().split("\n")
    pidfd = os.pidfd_open(child)
    counted = exact(outer_number(pidfd))
    os.close(leave)
    os.waitpid(child, 0)
    if not lines[-1] and not counted:
        lines[-1] = "the memory of all processes together cannot be counted"
    return lines


def run() -> dict[str, str]:
    """For each layer, what is wrong with it."""
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(dir=folder) as secret:
        confinement = prepare(os.path.join(folder, "view"))
        reader, writer = os.pipe()
        guardian = os.fork()
        if guardian == 0:
            try:
                lines = _guarded(confinement, secret.name)
            except OSError as error:
                lines = [str(error)] * len(PROBES)
            os.write(writer, "\n".join(lines).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as file:
            lines = file.read().split("\n")
        os.waitpid(guardian, 0)
    if len(lines) != len(PROBES):
        lines = ["the sandboxed process ended early"] * len(PROBES)
    return dict(zip(PROBES, lines))


def within(secret: str) -> dict[str, str]:
    """The same, for a process that bubblewrap has put into the sandbox already."""
    limits.apply(limits.limits_of(2**28, 4096, 20))
    return dict(zip(PROBES, look_around(secret)))


def main() -> None:
    """Print the layers and exit with their verdict."""
    try:
        by_layer = within(sys.argv[1]) if len(sys.argv) > 1 else run()
    except (ImportError, RuntimeError, OSError) as error:
        by_layer = dict.fromkeys(PROBES, f"{type(error).__name__}: {error}")
    for name, why in by_layer.items():
        print(f"{name}\t{'no' if why else 'yes'}\t{why}")
    sys.exit(1 if any(by_layer.values()) else 0)


if __name__ == "__main__":
    main()
