"""What ``get_ipython()`` gives in a graded notebook: magics that hold code run it, all others do nothing."""

from __future__ import annotations

import importlib
import os
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

from coursekit.engine.inside import beside

# magics that run code, with those of their options that take a value
RUN = {"time": "", "timeit": "nrp", "prun": "lsTD", "capture": "", "memit": "ri", "mprun": "fT", "lprun": "fmTDs"}
OPTION = r"-(?P<name>[A-Za-z])(?P<value>[^\s-]\S*)?(?=\s|$)|--[a-z][a-z-]*(?=\s|$)"
TIMED = SimpleNamespace(
    average=0.0, best=0.0, worst=0.0, stdev=0.0, timings=[0.0], all_runs=[0.0], loops=1, repeat=1, compile_time=0.0
)  # what `%timeit -o` gives: how long it takes is nobody's business while a notebook is graded


class Runner(Protocol):
    """The shell, as magics see it."""

    namespace: dict[str, Any]

    def value_of(self, source: str) -> Any:
        """Run ``source``; the value of its last expression."""


def without_options(magic: str, line: str) -> str:
    """The code in a magic's line, behind options such as ``-n 10`` or ``--no-stdout``."""
    rest = line.strip()
    while match := re.match(OPTION, rest):
        rest = rest[match.end() :].lstrip()
        if match["name"] and match["name"] in RUN[magic] and not match["value"]:
            rest = rest.partition(" ")[2].lstrip()
    return rest


def write_file(line: str, body: str) -> None:
    """``%%writefile tool.py``, with ``-a`` to add to the file: in the working folder, where it can be imported."""
    *options, name = line.split() or [""]
    path = Path(name.strip("'\""))
    if not path.name or path.is_absolute() or ".." in path.parts:
        print(f"file not written while grading: {name[:100]}")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a" if {"-a", "--append"} & {*options} else "w", encoding="utf-8") as file:
        file.write(body)
    beside.importable(os.getcwd())
    importlib.invalidate_caches()  # it may be as old as the last look at the folder


class NotebookTools:
    """Magics that make sense without a screen run, once, where IPython would time them; all others do nothing."""

    def __init__(self, shell: Runner) -> None:
        self.shell, self.user_ns = shell, shell.namespace
        self.writes = False  # whether the working folder is the notebook's own

    def run_line_magic(self, name: str, line: str, *_: object) -> Any:
        """``%time statement`` runs the statement, and gives its value; other line magics do nothing."""
        if name not in RUN or name == "capture":
            return None
        value = self.shell.value_of(without_options(name, line))
        return value if name == "time" else TIMED if name == "timeit" and "-o" in line.split() else None

    def run_cell_magic(self, name: str, line: str, body: str) -> Any:
        """``%%time`` and the like run the cell; other cell magics do nothing."""
        if name in ("writefile", "file") and self.writes:
            return write_file(line, body)
        if name not in RUN:
            return None
        rest = without_options(name, line)
        kept = rest.partition(" ")[0]
        if name == "capture" and kept.isidentifier():
            self.user_ns[kept] = SimpleNamespace(stdout="", stderr="", outputs=[], show=lambda: None)
        if name == "timeit" and rest:  # the line of %%timeit is its set-up
            self.shell.value_of(rest)
        value = self.shell.value_of(body)
        return value if name == "time" else None

    def system(self, command: str) -> None:
        """Shell commands do not run while a notebook is graded."""
        print(f"shell command not run while grading: {command[:100]}")

    def magic(self, line: str) -> Any:
        """``get_ipython().magic("time f()")``, as it was written once."""
        name, _, rest = line.lstrip("%").partition(" ")
        return self.run_line_magic(name, rest)

    def getoutput(self, command: str, *_: object) -> list[str]:
        """Nothing, with the same note."""
        self.system(command)
        return []

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None
