"""CPU a submission: the split engine against stock nbgrader with its import paid, interleaved; then sandbox, memory, loops.

    .venv/bin/python benchmarks/engine.py [ROUNDS]

CPU seconds are those of all processes that take part (children's rusage for nbgrader, whose kernels end; a cgroup is not
needed).  The fork server's own start is paid before, as nbgrader's import is.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"

from coursekit.assignments.parse import load  # noqa: E402
from coursekit.assignments.release import source_text  # noqa: E402
from coursekit.course import current  # noqa: E402
from coursekit.engine.grade import SplitEngine  # noqa: E402
from coursekit.engine.interface import Budget, Engine, Submission  # noqa: E402
from coursekit.engine.processes.fork_client import ForkLauncher  # noqa: E402

ROOT = current().root

sys.path.insert(0, str(ROOT / "tests" / "coursekit"))
from stock import StockEngine  # noqa: E402

LOOPED = "deep_linear_networks"  # the assignment whose first answer is made a loop
SMALL = (
    Path(__file__).parents[1] / "tests" / "coursekit" / "fixture_course"
)  # three questions of which little is to be computed
COMPARED = (("tiny", SMALL), ("normalization", ROOT), ("adam", ROOT), (LOOPED, ROOT))
BARS = {"stock / split": "at least 12, aim 17", "sandbox, CPU s": "at most 0.05", "unique MB": "at most 60"}


def process_cpu(pid: int) -> float:
    """User and system seconds of a process and of the children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def own_cpu() -> float:
    """The same for this process, without a fork server that lives on."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def submissions(source: bytes) -> dict[str, bytes]:
    """The reference as a student's work, and the same with a loop without end in the first answer."""
    good, loop = json.loads(source), json.loads(source)
    first = next(cell for cell in loop["cells"] if cell["metadata"].get("nbgrader", {}).get("solution"))
    first["source"] = "def mode_speed(w, s):\n    while True: pass"
    return {"good": json.dumps(good).encode(), "loop": json.dumps(loop).encode()}


class Arm:
    """One way to grade, with its CPU seconds a round."""

    def __init__(self, name: str, engine: Engine, budget: Budget | None = None) -> None:
        self.name, self.engine, self.cpu, self.wall = name, engine, [], []
        self.budget = budget or Budget()

    def seconds(self) -> float:
        """CPU used so far, by this process and the fork server's children."""
        launcher = getattr(self.engine, "launcher", None)
        return own_cpu() + (process_cpu(launcher._server.pid) if launcher and launcher._server else 0.0)

    def grade(self, student: str, data: bytes, source: bytes, keep: bool = True) -> None:
        """Grade once and note what it cost; every automatic point must be earned."""
        cpu, wall = self.seconds(), time.perf_counter()
        outcome = self.engine.grade(Submission(student, data), source, self.budget)
        wall = time.perf_counter() - wall
        time.sleep(0.3)  # let guardians end, so that their time is counted
        lost = [k for k, r in outcome.questions.items() if r.status not in ("passed", "manual")]
        if lost:
            raise SystemExit(f"{self.name} does not give full points: {lost}")
        if keep:
            self.cpu.append(self.seconds() - cpu)
            self.wall.append(wall)


def unique_megabytes(engine: SplitEngine, source: bytes, data: bytes) -> float:
    """Private memory of one grading that has run all cells and tests: student, checker and their guardians."""
    from coursekit.engine.grade import _Run
    from coursekit.engine.matching.plan import make_plan

    run = _Run(engine.launcher, make_plan(source, data), Submission("ann", data), Budget())
    run.bench.warm()
    run._questions(run._cells())
    total = sum(private_bytes(pid) for pid in descendants(engine.launcher._server.pid))
    run.session.stop()
    run.bench.stop()
    return total / 2**20


def private_bytes(pid: int) -> int:
    """Memory that only this process has."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Dirty", "Private_Clean")))


def descendants(root: int) -> list[int]:
    """Every living process below ``root``."""
    parents: dict[int, list[int]] = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            parent = int(Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(entry))
    found, pending = [], [root]
    while pending:
        children = parents.get(pending.pop(), [])
        found += children
        pending += children
    return found


def importing_torch(source: bytes) -> bytes:
    """The notebook with ``import torch`` in its set-up, as most assignments of the course have it."""
    notebook = json.loads(source)
    if "import torch" in source.decode():
        return source
    setup = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    setup["source"] = "import torch\n" + "".join(setup["source"])
    return json.dumps(notebook).encode()


def main() -> None:
    """Compare on a small assignment and on real ones, all importing torch, and on one as it is, without."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    sources = {name: source_text(load(name, root), root).encode() for name, root in COMPARED}
    arms = [
        Arm("stock nbgrader API", StockEngine()),
        Arm("split, sandbox", SplitEngine(ForkLauncher(sandbox=True), "split")),
        Arm("split, no sandbox", SplitEngine(ForkLauncher(sandbox=False), "split-unsafe")),
    ]
    for name, source in sources.items():
        compare(f"{name}, `import torch`", rounds, arms, importing_torch(source))
    compare(f"{LOOPED} as it is, without torch", rounds, arms, sources[LOOPED])
    engine, work = arms[1].engine, submissions(sources[LOOPED])
    assert isinstance(engine, SplitEngine)
    megabytes = unique_megabytes(engine, sources[LOOPED], work["good"])
    print(f"\nunique memory of one grading {megabytes:.0f} MB ({BARS['unique MB']})")
    print_loop(engine, work, sources[LOOPED])
    for arm in arms:
        arm.engine.close()


def compare(name: str, rounds: int, arms: list[Arm], source: bytes) -> None:
    """Run the arms in turn and print the ratios."""
    for arm in arms:
        arm.cpu, arm.wall = [], []
    for number in range(rounds + 1):  # the first round pays imports and the fork servers' start
        for arm in arms:
            arm.grade(f"student{number}", source, source, keep=number > 0)
    print(f"\n{name}")
    for arm in arms:
        print(f"{arm.name:20} CPU {statistics.median(arm.cpu):6.3f} s   wall {statistics.median(arm.wall):6.2f} s")
    stock, split, bare = (statistics.median(arm.cpu) for arm in arms)
    print(f"stock / split        CPU {stock / split:5.1f} times ({BARS['stock / split']})")
    print(f"sandbox              CPU {split - bare:6.3f} s ({BARS['sandbox, CPU s'].removeprefix('CPU s, ')})")


def print_loop(engine: SplitEngine, work: dict[str, bytes], source: bytes) -> None:
    """What an endless loop in one answer adds to the wall time of the same submission, and that the rest is graded."""
    took = {}
    for name, data in work.items():
        start = time.perf_counter()
        outcome = engine.grade(Submission(name, data), source, Budget(call_seconds=4.0))
        took[name] = time.perf_counter() - start
    graded = sum(result.status == "passed" for result in outcome.questions.values())
    print(
        f"endless loop, 4 s a call: {took['loop']:.1f} s, {took['loop'] - took['good']:.1f} s more than without (at most 5)"
    )
    print(f"                          {graded} other questions graded")


if __name__ == "__main__":
    main()
