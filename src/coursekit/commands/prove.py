"""``course prove``: show that every exercise accepts right answers and rejects blank and typical wrong ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from coursekit.assignments import kills_lock, rules
from coursekit.assignments.kills import ALL, Kills
from coursekit.assignments.parse import load, topics
from coursekit.assignments.prove import Proof, prove
from coursekit.assignments.prove_graded import GradedProver, proving_engine
from coursekit.assignments.schema import Assignment, AssignmentError
from coursekit.console import wide_console
from coursekit.course import at


def table(assignment: Assignment, proofs: list[Proof], seconds: float) -> Table:
    """The proofs of one assignment as a table, failures in red."""
    by_hand = len(assignment.questions) - len(proofs)
    written = f", {by_hand} graded by hand" if by_hand else ""
    title = f"{assignment.topic}: {len(proofs)} questions proved{written}, in {seconds:.1f} s of CPU"
    heads = (
        "question",
        "other right answers",
        "alike on",
        "blank",
        "mistakes rejected",
        "seen by visible checks",
        "CPU s",
        "verdict",
    )
    result = Table(*heads, title=title)
    for proof in proofs:
        question = assignment.question(proof.question)
        right = f"{proof.accepted} of {len(question.alternatives)}"
        alike = f"{proof.inputs} inputs" if proof.inputs else ""
        blank = "passes" if any("blank" in problem for problem in proof.problems) else "fails"
        mistakes = f"{proof.rejected} of {proof.tried}"
        seen = f"{proof.visible} of {proof.tried}"
        verdict, style = ("proved", "") if question.domain else ("no domain", "yellow")
        if not proof.ok:
            verdict, style = "NOT PROVED", "red"
        seconds_text = f"{proof.seconds:.1f}"
        result.add_row(proof.question, right, alike, blank, mistakes, seen, seconds_text, verdict, style=style)
    return result


def kills_table(topic: str, found: list[Kills]) -> Table:
    """What became of each question's mutants, questions below their bar in red."""
    heads = ("question", "mutants", "right everywhere", "broken", "rejected", "pass", "rate")
    result = Table(*heads, title=f"{topic}: mutants of the references")
    for kills in found:
        numbers = (kills.mutants, kills.same, kills.broken, kills.killed, len(kills.survivors))
        result.add_row(kills.question, *map(str, numbers), f"{kills.rate:.1%}", style="" if kills.ok else "red")
    return result


@contextmanager
def _bar(console: Console, name: str, total: int) -> Iterator[Callable[[str], None]]:
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(name, total=total)
        yield lambda question: bar.update(task, advance=1, description=question)


def _proofs(console: Console, name: str, notes: bool, prover_for: Callable | None, root: Path) -> bool:
    """Prove one assignment and print what was found and what it lacks; whether all is proved."""
    start = time.process_time()
    assignment = load(name, root)
    with _bar(console, name, len(assignment.questions)) as advance:
        proofs = prove(assignment, root, advance, prover_for(assignment) if prover_for else None)
    console.print(table(assignment, proofs, time.process_time() - start))
    for proof in proofs:
        for line in proof.problems + (proof.notes if notes else []):
            console.print(f"{proof.question}: {line}", markup=False, style="red" if line in proof.problems else "")
    required, missing = at(root).full_assignments, rules.lacks(assignment, at(root))
    for line in missing:
        console.print(f"{name}: {line}", markup=False, style="red" if required else "yellow")
    return all(proof.ok for proof in proofs) and not (required and missing)


def _mutants(console: Console, name: str, again: list[str] | None, root: Path) -> bool:
    """Measure one assignment's mutants, what the lock lacks or the questions ``again``; whether all meet their bar."""
    assignment = load(name, root)
    with _bar(console, name, len(again or kills_lock.measured(assignment))) as advance:
        if again is None:
            kills_lock.measure_missing(assignment, root, advance)
            found = [kills for _, kills in kills_lock.kills_of(kills_lock.load(root), name)]
        else:
            found = kills_lock.measure_again(assignment, again, root, advance)
    console.print(kills_table(name, found))
    for kills in found:
        for what, why in kills.survivors.items():
            console.print(f"{kills.question}: {what} passes, {why}", markup=False)
        if not kills.ok:
            console.print(f"{kills.question}: {kills_lock.below_the_bar(kills)}", style="red", markup=False)
    return all(kills.ok for kills in found)


def _each(console: Console, names: tuple[str, ...], work: Callable[[str], bool]) -> None:
    """``work`` for every name; exit 1 naming those that are not proved."""
    failed = []
    for name in names:
        try:
            fine = work(name)
        except AssignmentError as error:
            console.print(str(error), style="red", markup=False)
            fine = False
        failed += [] if fine else [name]
    if failed:
        raise click.ClickException(f"not proved: {', '.join(failed)}")


def _rate(root: Path) -> None:
    """Print the rate of all questions; exit 1 below the bar."""
    rate = kills_lock.overall(kills_lock.load(root))
    click.echo(f"{kills_lock.FILE}: the checks of all questions reject {rate:.2%} of the mutants; the bar is {ALL:.1%}")
    if rate < ALL:
        raise click.ClickException("make checks stronger, or a domain name what it leaves out")


@click.command("prove")
@click.argument("names", nargs=-1, metavar="[TOPIC]...")
@click.option(
    "--notes", is_flag=True, help="Also tell what is no error, such as mistakes that only hidden checks catch."
)
@click.option("--graded", is_flag=True, help="Through the grading engine, as students' work is graded: slower.")
@click.option(
    "--mutants", is_flag=True, help="Instead: change the references in many ways, and count what the checks reject."
)
@click.option("--check", is_flag=True, help="With --mutants: measure what changed and a tenth of the rest again.")
@click.option("--since", default="", metavar="COMMIT", help="With --check: what changed is what differs from COMMIT.")
@click.option("--root", type=click.Path(file_okay=False, path_type=Path), hidden=True)
def command(
    names: tuple[str, ...], notes: bool, graded: bool, mutants: bool, check: bool, since: str, root: Path | None
) -> None:
    """Prove the assignments of the TOPICs (all by default): what is right passes, what is wrong fails with its message."""
    if (check or since) and not mutants:
        raise click.UsageError("--check and --since go with --mutants")
    console, root = wide_console(), at(root).root
    names = names or tuple(topics(root))
    if mutants and check:
        assignments = [load(name, root) for name in topics(root)]
        lock = kills_lock.load(root)
        if wrong := kills_lock.problems(assignments, lock):
            raise click.ClickException(
                "\n".join([*wrong, f"`course prove --mutants` measures them; commit {kills_lock.FILE}"])
            )
        chosen = kills_lock.to_check([a for a in assignments if a.topic in names], lock, since, root)
        _each(console, tuple(chosen), lambda name: _mutants(console, name, chosen[name], root))
    elif mutants:
        _each(console, names, lambda name: _mutants(console, name, None, root))
        _rate(root)
    elif graded:
        engine = proving_engine(at(root).given)
        try:
            _each(console, names, lambda n: _proofs(console, n, notes, lambda a: GradedProver(a, engine, root), root))
        finally:
            engine.close()
    else:
        _each(console, names, lambda name: _proofs(console, name, notes, None, root))
