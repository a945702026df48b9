"""What works on this machine: each finding is a line that says what is so and, if it is not well, the way out."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from coursekit.course import current
from coursekit.sandbox.facts import layers

State = Literal["ok", "warning", "broken"]
GIGABYTE = 10**9
AGAIN = "rm -f .venv/.set-up; make set-up"  # in the course's folder; without the stamp, set-up looks at every package


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    state: State
    text: str
    way_out: str = ""


def constraints(path: Path | None = None) -> dict[str, str]:
    """The versions by package name that a file pins, by default the course's own."""
    path = path or current().root / "constraints.txt"
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return dict(match.groups() for line in lines if (match := re.fullmatch(r"([A-Za-z0-9._-]+)==(\S+)", line.strip())))  # type: ignore[misc]


def python() -> Iterator[Finding]:
    """The interpreter."""
    text = f"{sys.version.split()[0]} at {sys.executable}"
    good = sys.version_info >= (3, 11)
    yield Finding("Python", "ok" if good else "broken", text, "" if good else "install Python 3.11 or newer")


def packages() -> Iterator[Finding]:
    """Installed versions against the constraints."""
    pinned, missing, other = constraints(), [], []
    for name, version in pinned.items():
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
            continue
        if found.partition("+")[0] != version.partition("+")[0]:
            other.append(f"{name} {found} (pinned {version})")
    if other:
        yield Finding(
            "packages",
            "warning",
            f"other than pinned: {', '.join(other[:6])}",
            f"`{AGAIN}` installs the pinned versions",
        )
    elif missing:
        optional = f"{len(missing)} optional ones are not installed: {', '.join(missing[:6])}"
        yield Finding("packages", "ok", f"{len(pinned) - len(missing)} as pinned, {optional}")
    else:
        yield Finding("packages", "ok", f"{len(pinned)} as pinned")


def torch() -> Iterator[Finding]:
    """PyTorch's build and threads, where the course needs it or it is there."""
    if importlib.util.find_spec("torch") is None:
        if "torch" in constraints():
            yield Finding("torch", "broken", "not installed", f"`{AGAIN}` installs it")
        return
    import torch as library

    build = f"CUDA {library.version.cuda}" if library.version.cuda else "CPU"
    state: State = "warning" if library.version.cuda else "ok"
    way = "the course needs the CPU build only, which is ten times smaller" if library.version.cuda else ""
    yield Finding("torch", state, f"{library.__version__}, {build} build", way)
    threads = os.environ.get("OMP_NUM_THREADS")
    alone = threads == "1"
    yield Finding(
        "threads",
        "ok" if alone else "warning",
        f"OMP_NUM_THREADS={threads}, torch uses {library.get_num_threads()}",
        ""
        if alone
        else "one thread is as fast for small nets and far faster beside other work: export OMP_NUM_THREADS=1",
    )


def sandbox() -> Iterator[Finding]:
    """The layers around student code."""
    for layer in layers():
        state: State = "ok" if layer.active else "warning"
        yield Finding(
            f"sandbox: {layer.name}",
            state,
            "active" if layer.active else "not active",
            "" if layer.active else layer.why,
        )


def nbgrader() -> Iterator[Finding]:
    """nbgrader and the alembic command that it calls."""
    if importlib.util.find_spec("nbgrader") is None:
        yield Finding("nbgrader", "broken", "not installed", f"`{AGAIN}` installs it")
        return
    version = importlib.metadata.version("nbgrader")
    good = version == "0.9.6"
    yield Finding("nbgrader", "ok" if good else "warning", version, "" if good else "the course is tested with 0.9.6")
    script = Path(sys.executable).parent / "alembic"
    found = script.is_file() or shutil.which("alembic") is not None
    yield Finding(
        "alembic",
        "ok" if found else "broken",
        "found" if found else "not found",
        "" if found else f"`{AGAIN}` installs it",
    )


def browser() -> Iterator[Finding]:
    """A browser for the tests that look at pages."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    way = "" if found else "only browser tests need it: apt-get install chromium"
    yield Finding("browser", "ok" if found else "warning", found or "no chromium", way)


def machine() -> Iterator[Finding]:
    """Disk, memory and processors."""
    free = shutil.disk_usage(current().root).free / GIGABYTE
    yield Finding(
        "disk",
        "ok" if free > 2 else "warning",
        f"{free:.1f} GB free",
        "" if free > 2 else "make room: builds need 2 GB",
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    yield Finding("processors", "ok", f"{cores}; use at most `course grade --workers {cores}`")


CHECKS = (python, packages, torch, sandbox, nbgrader, browser, machine)


def findings() -> Iterator[Finding]:
    """Everything that was looked at, in order."""
    for check in CHECKS:
        yield from check()
