"""Entering the sandbox: a process namespace before the fork, everything else after it."""

from __future__ import annotations

import os
import signal
import tempfile
from dataclasses import dataclass

from coursekit.library import NOTHING, Library
from coursekit.sandbox import limits, linux, view
from coursekit.sandbox.filters import filter_program

NOBODY = 65534


@dataclass(frozen=True)
class Confinement:
    """Prepared once, before any fork: what is visible, the folder to build it on, and the system call filter."""

    view: view.View
    root: str
    filter: bytes


def prepare(folder: str, library: Library = NOTHING) -> Confinement:
    """What every student's process needs; ``folder`` is one of ours and empty."""
    root = os.path.join(folder, "root")
    os.makedirs(root, exist_ok=True)
    return Confinement(view.student_view(library), root, filter_program())


def gain_rights() -> bool:
    """Make sure that this process may open namespaces: root may; others, and root that may not, in a user namespace of theirs.

    Gives whether a user namespace was made.  A caller that wants to open process namespaces again and again then needs one
    that belongs to it: see the fork server.
    """
    if os.geteuid() == 0 and _permitted():
        return False
    _new_user_namespace()
    return True


def _permitted() -> bool:
    """Whether root may open namespaces here, tried in a process that ends at once."""
    child = os.fork()
    if child == 0:
        try:
            linux.unshare(linux.NAMESPACES | linux.CLONE_NEWPID)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _new_user_namespace(more: int = 0) -> None:
    user, group = os.geteuid(), os.getegid()
    linux.unshare(linux.CLONE_NEWUSER | more)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {user} 1"), ("gid_map", f"{NOBODY} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def confine(confinement: Confinement, memory_bytes: int, processes: int, cpu_seconds: int) -> None:
    """See only the view, be nobody, have no capability, be limited and filtered.  For the first of a process namespace."""
    mapped_outside = limits.mapped_bytes()
    linux.unshare(linux.NAMESPACES)
    view.build(confinement.view, confinement.root)
    os.environ |= {name: view.HOME for name in ("HOME", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR")}
    tempfile.tempdir = None
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        linux.prctl(linux.PR_SET_DUMPABLE, 1)
    _own_process_count()
    linux.forbid_new_privileges()
    linux.drop_capabilities()
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)  # after the last change of rights, which would clear it
    limits.apply(limits.limits_of(memory_bytes, processes, cpu_seconds, mapped_outside))  # there may be no /proc inside
    linux.install_filter(confinement.filter)


def _own_process_count() -> None:
    """A user namespace of its own, in which the limit on processes counts only this submission's."""
    try:
        _new_user_namespace()
    except OSError:
        return  # forbidden here, or no /proc: the limit then counts all processes of nobody
