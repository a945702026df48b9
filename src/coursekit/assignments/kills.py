"""How many mutants of a question's reference its checks reject, those set apart that are right on all its domain."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from coursekit.assignments.fuzz import Fuzz
from coursekit.assignments.mutants import mutants
from coursekit.assignments.prove import Prover
from coursekit.assignments.running import TooSlow, complete
from coursekit.assignments.schema import Question
from coursekit.drawn import DRAWN

STUDENTS = (1, 4711, 20_011)  # the checks of each must reject a mutant
EACH, ALL = 0.98, 0.995  # what the checks of each question, and of all together, must reject
SLOW = 3.0  # seconds for a mutant and the checks, and on the domain beyond three times what the reference takes
ROOM = 2 << 30
EXACT = 1e-7  # a smaller rtol asks for double precision


@dataclass
class Kills:
    """What became of a question's mutants.

    ``same``: right on every drawn input; ``broken``: raising on every one, or without an end; both are no wrong answers
    that a check could miss, and do not count.  ``survivors``: wrong somewhere in the domain, and some student's checks let
    it pass; with the reason, on how many inputs of how many it is wrong.
    """

    question: str
    mutants: int = 0
    same: int = 0
    broken: int = 0
    killed: int = 0
    survivors: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """The killed among those that count."""
        counted = self.killed + len(self.survivors)
        return self.killed / counted if counted else 1.0

    @property
    def ok(self) -> bool:
        """Whether the question meets its bar."""
        return self.rate >= EACH


@contextmanager
def _in_memory() -> Iterator[None]:
    """Let the body take at most ``ROOM`` bytes more than there are: a product the other way round may be a huge matrix."""
    try:
        import resource  # not on every system
    except ImportError:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    most = psutil.Process().memory_info().vms + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (most if before[1] < 0 else min(most, before[1]), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def measure(prover: Prover, question: Question) -> Kills:
    """Try every mutant of the question's reference.  Raises ``AssignmentError`` where nothing can be drawn from its domain."""
    with _in_memory():
        return _measure(prover, question)


def _measure(prover: Prover, question: Question) -> Kills:
    start = time.process_time()
    fuzz = Fuzz(prover.assignment, question)
    own = {v: Fuzz(prover.assignment, question, variant=v) for v in (0, *STUDENTS)} if question.numbers else {}
    limit = SLOW + 3 * (time.process_time() - start)
    kills = Kills(question.id)
    for mutant in mutants(question.reference, fuzz.domain.tolerance.rtol < EXACT):
        kills.mutants += 1
        cell = complete(prover.assignment, question, "reference", mutant.code)
        try:
            compared = fuzz.compare(cell, stop=True, seconds=limit)
        except TooSlow:
            kills.broken += 1
            continue
        if compared.broken or compared.same:
            kills.broken += compared.broken
            kills.same += compared.same
        elif _rejected(prover, question, mutant.code, own):
            kills.killed += 1
        else:
            kills.survivors[mutant.what] = _reason(fuzz, cell)
    kills.seconds = time.process_time() - start
    return kills


def _rejected(prover: Prover, question: Question, code: str, own: dict[int, Fuzz]) -> bool:
    """Whether every student's checks reject ``code``: one that is the same for all does, or the inputs drawn for each.

    ``own``: the references of variants, where numbers differ from student to student; for some, ``code`` may be right.
    """
    for student in own or STUDENTS:
        cell = complete(prover.assignment, question, "reference", code, student)
        if own and own[student].compare(cell, seconds=SLOW).same:
            continue
        run = prover.run(question, cell, variant=student, seconds=SLOW)
        if run.earned >= question.meta.points:
            return False
        if set(run.failed) != {DRAWN} and not question.numbers:  # the same for all, or it never comes to an end
            return True
    return True


def _reason(fuzz: Fuzz, cell: str) -> str:
    found = fuzz.compare(cell)
    return f"wrong on {found.off} of {found.tried} inputs: {found.first[:200]}"
