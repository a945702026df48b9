"""Bubblewrap as the sandbox, where it may do what this process may not: installed setuid, or allowed by a security module.

It builds the same view as ``coursekit.sandbox.view``.  It starts a program, so each student's process imports its libraries anew:
slower than forking, and just as closed.  Source: bwrap(1).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from typing import IO

from coursekit.library import NOTHING, Library
from coursekit.sandbox import view

OWN = (
    "__init__.py",
    "engine",
    "library.py",
    "notebooks",
    "sandbox",
)  # of coursekit: what a process that is started inside needs to run
DEVICES = ("null", "urandom", "random", "full")
NOBODY = ("--unshare-user", "--uid", "65534", "--gid", "65534")


@dataclass(frozen=True)
class Way:
    """A way to run bubblewrap: its path, whether with a user namespace, and the filter of system calls."""

    program: str
    user_namespace: bool
    filter: bytes

    @property
    def words(self) -> str:
        """The way in words."""
        return "bubblewrap" if self.user_namespace else "bubblewrap, setuid, as your own user"


def ways() -> list[Way]:
    """What can be tried here, the better first.  Without a user namespace root would stay root, so that is for others only."""
    program = shutil.which("bwrap")
    if program is None or not sys.platform.startswith("linux"):
        return []
    # not on Windows
    from coursekit.sandbox.filters import filter_program

    rules = filter_program()
    return [Way(program, True, rules)] + ([Way(program, False, rules)] if os.geteuid() else [])


def command(way: Way, program: list[str], library: Library = NOTHING) -> tuple[list[str], list[IO[bytes]]]:
    """The command that runs ``program`` in the sandbox, where ``library`` is seen, and the open files that it inherits."""
    from coursekit.sandbox import limits  # not on Windows

    limits.no_cores()  # inherited: inside, the filter refuses to set it
    rules, passwd = _file(way.filter), _file(view.PASSWD.encode())
    parts = [
        way.program,
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        *(NOBODY if way.user_namespace else ()),
    ]
    parts += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    return [
        *parts,
        *_built(way, view.student_view(library), str(passwd.fileno())),
        "--chdir",
        view.HOME,
        "--seccomp",
        str(rules.fileno()),
        "--",
        *program,
    ], [rules, passwd]


def _built(way: Way, shown: view.View, passwd: str) -> list[str]:
    """The same steps as those of ``view.build``, in the same order."""
    parts = [*_size(way, 2**20), "--tmpfs", "/dev"]
    parts += [part for name in DEVICES for part in ("--dev-bind", f"/dev/{name}", f"/dev/{name}")]
    for folder, size in view.SCRATCH_BYTES.items():
        parts += ["--perms", "1777", *_size(way, size), "--tmpfs", folder]
    for folder in shown.ways:
        parts += ["--perms", "0755", *_size(way, 2**20), "--tmpfs", folder]
    parts += [part for path, target in shown.links for part in ("--symlink", target, path)]
    parts += [part for path in shown.shown for part in ("--ro-bind", path, path)]
    for folder, entries in shown.packages:
        own = OWN if os.path.basename(folder) == "coursekit" else ("__init__.py",)
        parts += [*_size(way, 2**20), "--tmpfs", folder]
        parts += [part for entry in dict.fromkeys((*own, *entries)) for part in _shown(os.path.join(folder, entry))]
        parts += ["--remount-ro", folder]
    parts += ["--proc", "/proc", "--ro-bind-data", passwd, "/etc/passwd"]
    return parts + [part for folder in ("/dev", *shown.ways, "/") for part in ("--remount-ro", folder)]


def _size(way: Way, size: int) -> tuple[str, ...]:
    """Setuid bubblewrap may not limit these; what they hold is counted with the memory all the same."""
    return ("--size", str(size)) if way.user_namespace else ()


def _shown(path: str) -> list[str]:
    return ["--ro-bind", path, path] if os.path.exists(path) else []


def _file(data: bytes) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    file.write(data)
    file.seek(0)
    return file
