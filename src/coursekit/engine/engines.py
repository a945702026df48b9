"""The two engines that the commands use."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from coursekit.engine.grade import SplitEngine
from coursekit.engine.interface import Engine
from coursekit.engine.processes.spawn import SpawnLauncher
from coursekit.library import NOTHING, Library


class SandboxUnavailable(RuntimeError):
    """This machine has no sandbox in which strangers' code could be graded."""


def local_engine() -> Engine:
    """For a student's own work on their own machine, on any system: judge and judged are apart, without a sandbox."""
    return SplitEngine(SpawnLauncher(_plots_folder()), "split-spawn")


def _plots_folder() -> str:
    """A folder in the user's own cache; an empty string where that cannot be written."""
    try:
        folder = Path.home() / ".cache" / "coursekit" / "matplotlib"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # no home at all is a RuntimeError
        return ""
    return str(folder)


def grading_engine(unsafe_no_sandbox: bool = False, library: Library = NOTHING) -> Engine:
    """For grading others' work: a fork server with the libraries loaded, and a sandbox around every student's process.

    Students may import ``library`` and nothing else of the course.

    Raises SandboxUnavailable, naming what is missing, where there is no sandbox; ``unsafe_no_sandbox`` goes on without.
    """
    if not sys.platform.startswith("linux"):
        if not unsafe_no_sandbox:
            raise SandboxUnavailable(
                f"there is no sandbox on {sys.platform}: grade on Linux, or accept the risk with --unsafe-no-sandbox"
            )
        return SplitEngine(SpawnLauncher(library=library), "split-spawn-unsafe")
    # only on Linux
    from coursekit.engine.processes.fork_client import ForkLauncher

    if unsafe_no_sandbox:
        return SplitEngine(ForkLauncher(False, library), "split-unsafe")
    sandbox = _sandbox()
    if sandbox.way is None:
        return SplitEngine(ForkLauncher(True, library), "split")
    # only on Linux
    from coursekit.engine.processes.in_bubblewrap import WrapLauncher

    return SplitEngine(WrapLauncher(sandbox.way, library), "split-bubblewrap")


def shared_by_workers(unsafe_no_sandbox: bool, library: Library = NOTHING) -> AbstractContextManager[object]:
    """What the ``grading_engine`` of every worker of this machine uses while it is open; it begins to start at once.

    Raises SandboxUnavailable as the engine does.
    """
    forks = sys.platform.startswith("linux") and (unsafe_no_sandbox or _sandbox().way is None)
    if not forks:
        return nullcontext()
    # only on Linux
    from coursekit.engine.processes.library_server import LibraryServer

    return LibraryServer(library)


def _sandbox() -> Any:
    """What sandbox there is.  Raises SandboxUnavailable, naming what is missing, where there is none."""
    # only on Linux
    from coursekit.sandbox import facts

    sandbox = facts.tried()
    if not sandbox.works:
        way_out = "see `course doctor`, or accept the risk with --unsafe-no-sandbox"
        raise SandboxUnavailable(f"the sandbox does not work here ({facts.missing(sandbox)}): {way_out}")
    return sandbox
