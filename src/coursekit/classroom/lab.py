"""Start JupyterLab with formgrader on a classroom."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from coursekit.classroom.gradebook.tables import prepare
from coursekit.classroom.layout import Classroom
from coursekit.course import NBGRADER, current
from coursekit.paths import write_atomically

CONFIG = '''"""Written by `course lab`: points nbgrader at this classroom."""

import os

from coursekit.classroom.lab import refuse_stock_grading

refuse_stock_grading()
os.environ.setdefault("COURSE_CLASSROOM", {root!r})
{own}c.CourseDirectory.course_id = {id!r}
c.CourseDirectory.root = {root!r}
c.CourseDirectory.db_url = {db_url!r}
c.Exchange.root = {root!r} + "/exchange"
'''
EXTENSIONS = ("nbgrader.server_extensions.formgrader", "nbgrader.server_extensions.validate_assignment")


def refuse_stock_grading() -> None:
    """Have formgrader's Autograde button, which would run answers as the instructor, say what to type instead."""
    from nbgrader.converters import Autograde

    def start(self: Autograde) -> None:
        name = self.coursedir.assignment_id
        raise RuntimeError(
            f"nothing was run: nbgrader's autograde has no sandbox; type `course grade {name}` in a terminal"
        )

    Autograde.start = start


def configure(classroom: Classroom) -> Path:
    """Write the configuration that makes nbgrader's tools work in the classroom's folder; returns its folder."""
    folder = classroom.root / ".jupyter"
    (classroom.root / "exchange").mkdir(parents=True, exist_ok=True)
    course = current()
    own = f"load_subconfig({NBGRADER!r}, path={str(course.root)!r})\n" if (course.root / NBGRADER).is_file() else ""
    text = CONFIG.format(root=str(classroom.root), own=own, id=course.id, db_url=classroom.db_url)
    write_atomically(folder / "nbgrader_config.py", text)
    (folder / "nbgrader_config.py").chmod(0o600)  # the gradebook's URL may hold a password
    prepare(classroom)
    return folder


def command_line(classroom: Classroom, *, port: int, browser: bool, extra: tuple[str, ...] = ()) -> list[str]:
    """The command that starts the server, on this machine's own address only."""
    extensions = "{" + ", ".join(f"'{name}': True" for name in EXTENSIONS) + "}"
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={classroom.root}",
        f"--ServerApp.port={port}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.open_browser={browser}",
        f"--ServerApp.jpserver_extensions={extensions}",
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        *extra,
    ]


def environment(folder: Path) -> dict[str, str]:
    """The environment for that command: our configuration first, and the scripts of this Python on the path."""
    scripts = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(folder),
        "PATH": os.pathsep.join([scripts, os.environ.get("PATH", "")]),
    }
