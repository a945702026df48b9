"""Prove an assignment: right answers pass, a blank and every typical mistake fail, each mistake with its own message."""

from __future__ import annotations

import ast
import random
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from coursekit.assignments.fuzz import INPUTS, Fuzz
from coursekit.assignments.notebook import answer_cell
from coursekit.assignments.numbers import COUNT, numbers
from coursekit.assignments.release import source_text
from coursekit.assignments.running import TooSlow, complete, execute, limited, quiet, seed_everything
from coursekit.assignments.schema import Assignment, Question, Wrong
from coursekit.checks import CheckFailed, check
from coursekit.notebooks.marks import BEGIN_HIDDEN, CODE_STUB, without_solution
from coursekit.plain import unpack
from coursekit.student_errors import error_text
from coursekit.varied import numbers_text

VARIANTS = (0, 1, 20_011)  # seeds of the students' variants that the reference must pass
MISTAKES, ALTERNATIVES = 3, 1
LONG = 120.0  # seconds for a right answer on all inputs


@dataclass(frozen=True)
class Run:
    """What one answer to one question earned, and the message it got."""

    earned: float
    message: str = ""
    mistakes: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()  # the names of the checks that failed, where they are known


@dataclass
class Proof:
    """What was tried on one question, what went wrong, and what is worth knowing."""

    question: str
    tried: int = 0
    rejected: int = 0
    accepted: int = 0
    visible: int = 0
    inputs: int = 0  # of the domain, on which right answers are alike
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing went wrong."""
        return not self.problems


class Prover:
    """Runs answers against the cells of one built notebook, each in a fresh namespace, the other questions left blank."""

    varied: Iterable[int] = range(COUNT)  # seeds of the variants that are tried where the numbers of a question vary

    def __init__(self, assignment: Assignment, notebook: nbformat.NotebookNode) -> None:
        self.assignment = assignment
        self.cells: dict[str, str] = {}
        self.stubs: list[tuple[str, str]] = []
        for cell in notebook.cells:
            self._keep(cell)

    def _keep(self, cell: nbformat.NotebookNode) -> None:
        about = cell.metadata["coursekit"]
        if about["role"] == "check":
            self.cells[about["question"]] = cell.source
        if about["role"] == "answer":
            self.cells[f"{about['question']}_answer"] = cell.source
            self.stubs.append((about["question"], without_solution(cell.source, CODE_STUB)))

    def run(
        self, question: Question, answer: str, seed: int = 1, variant: int = 0, seconds: float | None = None
    ) -> Run:
        """Execute the set-up cells, every question's cell (``answer`` for this one, stubs for the others), and its checks."""
        space = {"__name__": "__main__", "__variant_seed__": variant}
        seed_everything(seed)
        try:
            with quiet(), limited(seconds):
                for code in self.assignment.setups:
                    execute(code, "setup", space)
                for id, stub in self.stubs:
                    execute(answer if id == question.id else stub, "answer", space)
                execute(self.cells[question.id], "check", space)
        except CheckFailed as failure:
            return Run(0.0, str(failure), failure.mistakes, failure.failed)
        except TooSlow as error:
            return Run(0.0, f"the code {error}; make it end by itself")
        except Exception as error:  # an answer cell that cannot even run
            return Run(0.0, error_text(error))
        last = check.failure
        return Run(check.earned, str(last), last.mistakes, last.failed) if last else Run(check.earned)


def prover_of(assignment: Assignment, root: Path | None = None) -> Prover:
    """The prover of an assignment, in this process."""
    return Prover(assignment, nbformat.reads(source_text(assignment, root), as_version=4))


def seen_by_visible(checks: str) -> set[str]:
    """The mistakes that the visible part of a check cell is known to catch."""
    found = re.search(r"check\.known\((.*)\)  # typical", checks.partition(BEGIN_HIDDEN)[0])
    return set(unpack(ast.literal_eval(found[1]))["mistakes"]) if found else set()


def prove(
    assignment: Assignment,
    root: Path | None = None,
    progress: Callable[[str], None] = lambda question: None,
    prover: Prover | None = None,
    inputs: int = INPUTS,
) -> list[Proof]:
    """The proofs of every question that is not written, by ``prover`` where one is given, else in this process.

    Where a question has a domain, alternatives give what the reference gives on at least ``inputs`` inputs drawn from it, and
    blank and mistakes do not.  Raises ``AssignmentError`` where the assignment cannot be built.
    """
    fuzzed = prover is None
    prover = prover or prover_of(assignment, root)
    proofs = []
    for question in assignment.questions:
        progress(question.id)
        if not question.written:
            start = time.process_time()
            proofs.append(_prove_question(prover, question))
            if fuzzed and question.domain:
                _on_the_domain(prover, question, inputs, proofs[-1])
            proofs[-1].seconds = time.process_time() - start
    return proofs


def _prove_question(prover: Prover, question: Question) -> Proof:
    proof = Proof(question.id)
    _right_answers(prover, question, proof)
    blank = prover.run(question, dict(prover.stubs)[question.id])
    if blank.earned or not blank.message:
        proof.problems.append("the blank answer earns points: add a check that a stub cannot pass")
    for mistake in question.mistakes:
        _mistake(prover, question, mistake, proof)
    if len(question.mistakes) < MISTAKES:
        proof.problems.append(f"has {len(question.mistakes)} typical mistakes, at least {MISTAKES} are wanted")
    if len(question.alternatives) < ALTERNATIVES:
        proof.problems.append("has no alternative solution, at least 1 is wanted")
    return proof


def _right_answers(prover: Prover, question: Question, proof: Proof) -> None:
    reference = prover.cells[f"{question.id}_answer"]
    generator = random.Random(0)
    drawn = (*VARIANTS, generator.randrange(2**31)) if "check.seed" in question.hidden else (0,)
    for variant in prover.varied if question.numbers else drawn:
        cell = answer_cell(prover.assignment, question, variant) if question.numbers else reference
        run = prover.run(question, cell, seed=variant + 1, variant=variant)
        if run.earned != question.meta.points:
            of = _of(question, variant) or f" (variant {variant})"
            proof.problems.append(f"the reference solution fails{of}: {run.message}")
            break
    for name, code in question.alternatives.items():
        for variant in _variants(prover, question):
            run = prover.run(
                question, complete(prover.assignment, question, "alternatives", code, variant), variant=variant
            )
            if run.earned != question.meta.points:
                proof.problems.append(f"the alternative {name!r} fails{_of(question, variant)}: {run.message}")
                break
        else:
            proof.accepted += 1


def _variants(prover: Prover, question: Question) -> Iterable[int]:
    """The seeds of the variants for which an answer is tried."""
    return prover.varied if question.numbers else (0,)


def _of(question: Question, variant: int) -> str:
    """Of which numbers something is said; nothing where all students have the same."""
    return f" (with {numbers_text(numbers(question, variant))})" if question.numbers else ""


def _on_the_domain(prover: Prover, question: Question, inputs: int, proof: Proof) -> None:
    """Right answers are alike on the whole domain, and every wrong one is wrong somewhere in it."""
    fuzz = Fuzz(prover.assignment, question, inputs)
    proof.inputs = len(fuzz.reference)
    for name, code in question.alternatives.items():
        found = fuzz.compare(complete(prover.assignment, question, "alternatives", code), seconds=LONG)
        if not found.same:
            proof.problems.append(
                f"the alternative {name!r} differs from the reference on {found.off} of {found.tried} inputs of the domain, "
                f"first at {found.first}: {found.how}"
            )
    wrong = {
        f"the mistake {m.name!r}": complete(prover.assignment, question, "mistakes", m.code) for m in question.mistakes
    }
    for name, cell in {"the blank answer": dict(prover.stubs)[question.id], **wrong}.items():
        if fuzz.compare(cell, stop=True, seconds=LONG).same:
            proof.problems.append(
                f"{name} is right on all {proof.inputs} inputs of the domain: let the domain yield what it gets wrong"
            )


def _mistake(prover: Prover, question: Question, mistake: Wrong, proof: Proof) -> None:
    proof.tried += 1
    for variant in _variants(prover, question):
        cell = complete(prover.assignment, question, "mistakes", mistake.code, variant)
        run = prover.run(question, cell, variant=variant)
        if problem := _problem(question, mistake, run, _of(question, variant)):
            proof.problems.append(problem)
            break
        if len(run.mistakes) > 1:
            proof.notes.append(
                f"the mistake {mistake.name!r} cannot be told from {run.mistakes}{_of(question, variant)}"
            )
    else:
        proof.rejected += 1
    if mistake.name in seen_by_visible(prover.cells[question.id]):
        proof.visible += 1
    else:
        proof.notes.append(f"only the hidden checks catch {mistake.name!r}")


def _problem(question: Question, mistake: Wrong, run: Run, of: str) -> str:
    """What is wrong with how a mistake fared; nothing where it was rejected with its own message."""
    name = mistake.name
    if run.earned >= question.meta.points:
        return f"the mistake {name!r} passes{of}: the checks are too weak"
    if "your code raised NameError" in run.message:
        return f"the mistake {name!r} uses a name that nothing defines: {run.message}"
    if name not in run.mistakes or mistake.says not in run.message:
        looks = f"it looks like {' or '.join(run.mistakes)}" if run.mistakes else "no known mistake is recognised"
        return f"the mistake {name!r} is rejected{of}, but not with its own message ({looks}): {run.message}"
    return ""
