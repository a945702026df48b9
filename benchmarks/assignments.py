"""CPU a submission of each assignment, as it is: stock nbgrader, the split engine, and what the notebook's own code takes.

    .venv/bin/python benchmarks/assignments.py [ROUNDS [ASSIGNMENT…]]

A lab that trains for a second takes that second from any grader.  So the last column leaves out what the cells and tests of the
solved notebook use in one process in which all libraries are loaded, the least that there is: it compares what the graders add.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Iterator

import engine as engines  # first: one thread for numerics

from coursekit.assignments.parse import load
from coursekit.assignments.release import source_text
from coursekit.course import current
from coursekit.engine.grade import SplitEngine
from coursekit.engine.inside.shell import Shell
from coursekit.engine.interface import Budget
from coursekit.engine.processes.fork_client import ForkLauncher
from coursekit.engine.processes.fork_server import preload
from coursekit.library import NOTHING

BUDGET = Budget(call_seconds=120.0, submission_seconds=900.0)  # this may be a busy machine
ROOT = current().root


def own_seconds(source: bytes, rounds: int) -> float:
    """The least of what all code cells of the notebook use, one after the other, in a fork of this process."""
    cells = ["".join(cell["source"]) for cell in json.loads(source)["cells"] if cell["cell_type"] == "code"]
    return min(_forked(cells) for _ in range(rounds))


def _forked(cells: list[str]) -> float:
    child = os.fork()
    if not child:
        shell = Shell(BUDGET.output_bytes)
        os._exit(sum(shell.run(str(number), cell) is not None for number, cell in enumerate(cells)))
    _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit("the solved notebook does not run through")
    return used.ru_utime + used.ru_stime


def measured(names: list[str], rounds: int) -> Iterator[tuple[str, bool, float, float, float]]:
    """Of each assignment: its name, whether it uses torch, the seconds of stock nbgrader, of ours, of its own code."""
    preload(NOTHING)
    arms = [
        engines.Arm("stock", engines.StockEngine(), BUDGET),
        engines.Arm("split", SplitEngine(ForkLauncher(sandbox=True), "split"), BUDGET),
    ]
    for name in names:
        source = source_text(load(name, ROOT), ROOT).encode()
        for arm in arms:
            arm.cpu = []
        for number in range(rounds + 1):  # the first round pays what is paid once
            for arm in arms:
                arm.grade(f"student{number}", source, source, keep=number > 0)
        stock, split = (statistics.median(arm.cpu) for arm in arms)
        yield name, b"import torch" in source, stock, split, own_seconds(source, rounds)
    for arm in arms:
        arm.engine.close()


def main() -> None:
    """Print a line for each assignment as it is measured."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    names = sys.argv[2:] or sorted(path.stem for path in (ROOT / "exercises").glob("*.md"))
    print(f"{'assignment':24} {'torch':5} {'stock, s':>9} {'ours, s':>8} {'own, s':>7} {'ratio':>6} {'added':>6}")
    for name, torch, stock, split, own in measured(names, rounds):
        added = (stock - own) / max(split - own, 0.001)
        line = f"{name:24} {'yes' if torch else 'no':5} {stock:9.2f} {split:8.3f} {own:7.3f} {stock / split:6.1f} {added:6.1f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
