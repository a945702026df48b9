"""Environments in places where a sandbox could lose sight of them, and what an answer in one of them sees.

``python elsewhere.py split|split-bubblewrap CODE``, run by such an environment's Python, prints what the cell CODE prints.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from corpus.base import Draft, source_of
from fixture import COURSE

from coursekit.engine.engines import grading_engine
from coursekit.engine.grade import SplitEngine
from coursekit.engine.interface import Budget, Submission
from coursekit.engine.processes.in_bubblewrap import WrapLauncher
from coursekit.sandbox import bubblewrap

ROOT = Path(__file__).resolve().parents[2]


def ways_below(folder: str) -> set[str]:
    """The names in ``folder`` that lead to the course or to Python: all of the real one that a student may see."""
    paths = [Path(path) for path in (ROOT, sys.prefix, sys.base_prefix)]
    return {path.relative_to(folder).parts[0] for path in paths if path.is_relative_to(folder)}


def environment(folder: Path) -> Path:
    """The Python of a new environment in ``folder`` that has this one's libraries, and a module of its own: ``far``."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    (site / "ours.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    (site / "far.py").write_text("AWAY = 7\n")
    return folder / "bin" / "python"


def seen_from(python: Path, engine: str, code: str) -> str:
    """What a cell prints that this Python grades."""
    paths = os.pathsep.join(str(path) for path in (ROOT / "src", Path(__file__).parent))
    run = [str(python), __file__, engine, code]
    return subprocess.run(
        run, check=True, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": paths}
    ).stdout


def _main(name: str, code: str) -> None:
    draft = Draft("mini", solved=False)
    draft.first(code)
    engine = (
        grading_engine(library=COURSE.given)
        if name == "split"
        else SplitEngine(WrapLauncher(bubblewrap.ways()[0], COURSE.given), name)
    )
    outcome = engine.grade(Submission("ann", draft.data()), source_of("mini"), Budget(submission_seconds=200.0))
    engine.close()
    print("".join(part["text"] for part in json.loads(outcome.notebook)["cells"][0]["outputs"]))


if __name__ == "__main__":
    _main(*sys.argv[1:])
