"""Code of the course run in this process: a cell as it runs, in its time, quietly, and with seeded generators."""

from __future__ import annotations

import random
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

import numpy as np

from coursekit.assignments.merge import bound_names, missing_imports, without
from coursekit.assignments.numbers import bound
from coursekit.assignments.schema import Assignment, Question

SECONDS = 20.0


class TooSlow(BaseException):
    """Code that ran longer than it may; not an ``Exception``, so that no check takes it for the student's error."""


@contextmanager
def limited(seconds: float | None = None) -> Iterator[None]:
    """Interrupt the body with ``TooSlow`` after ``seconds`` of CPU time, or ten times that on the clock, where that is possible.

    CPU time, so that other work on the machine makes no honest code too slow.
    """
    if not hasattr(signal, "SIGPROF") or threading.current_thread() is not threading.main_thread():
        yield
        return
    seconds = seconds or SECONDS

    def ring(*_: object) -> None:
        raise TooSlow(f"ran longer than {seconds:g} s")

    timers = {signal.SIGPROF: (signal.ITIMER_PROF, seconds), signal.SIGALRM: (signal.ITIMER_REAL, 10 * seconds)}
    before = {number: signal.signal(number, ring) for number in timers}
    for timer, after in timers.values():
        signal.setitimer(timer, after)
    try:
        yield
    finally:
        for timer, _ in timers.values():
            signal.setitimer(timer, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def quiet() -> Iterator[None]:
    """Swallow what the body prints and warns."""
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def seed_everything(seed: int) -> None:
    """Seed Python's, numpy's and (if loaded) torch's global generators, so that code which uses them shows up in the proofs.

    Pyplot's figures are closed: what one answer left open, another would draw into.
    """
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def execute(code: str, name: str, space: dict[str, Any]) -> None:
    """Execute ``code`` in ``space`` under the file name ``<name>``."""
    exec(compile(code, f"<{name}>", "exec", dont_inherit=True), space)  # noqa: S102  (the course's own code)


def complete(assignment: Assignment, question: Question, kind: str, code: str, variant: int | None = 0) -> str:
    """A solution cell as it runs: with its file's shared imports, and the reference's definitions that it leaves out.

    Where numbers differ from student to student, those of ``variant`` come first; with None they are left to others.
    """
    return bound(question, variant, _complete(assignment, question, kind, code))


def _complete(assignment: Assignment, question: Question, kind: str, code: str) -> str:
    imports = missing_imports(assignment.shared.get(kind, ""), code, assignment.setups)
    if kind == "reference":
        return f"{imports}\n{code}" if imports else code
    wanted = bound_names(question.answer) - bound_names(code)
    rest = without(question.reference, bound_names(code)) if wanted else ""
    base = missing_imports(assignment.shared.get("reference", ""), rest, assignment.setups) if rest else ""
    return "\n".join(part for part in (imports, base, rest, code) if part)
