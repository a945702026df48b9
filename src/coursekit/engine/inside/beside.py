"""The working folder of a student's or checker's process: what lies beside the course's notebook."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

READ_ONLY = 0o444


def put(files: Mapping[str, bytes], folder: Path, writable: bool = False) -> None:
    """Write files by their path below ``folder``, which may be read and, if not ``writable``, not written."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        if not writable:
            path.chmod(READ_ONLY)


def settle_student(files: Mapping[str, bytes], writable: bool) -> None:
    """Have the files in the working folder, and modules among them importable, as beside a notebook in Jupyter.

    Where tests run here, too, they are ``writable``: a test that reads what an answer wrote over one of them must see that.
    """
    put(files, Path.cwd(), writable)
    importable(os.getcwd())


def settle_checker(files: Mapping[str, bytes], folder: str) -> None:
    """Work in ``folder`` with the files there; modules come from a second copy, to which nothing of a student's is written."""
    work, modules = Path(folder, "work"), Path(folder, "modules")
    work.mkdir()
    put(files, work)
    put({name: data for name, data in files.items() if name.endswith(".py")}, modules)
    os.chdir(work)
    importable(str(modules))


def importable(folder: str) -> None:
    """Have modules found in ``folder``, before all others."""
    if folder not in sys.path:
        sys.path.insert(0, folder)
