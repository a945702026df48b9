"""``course prove``: show that every exercise accepts right answers and rejects blank and typical wrong ones."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import click
from rich.progress import Progress
from rich.table import Table

from coursekit.assignments.parse import load, topics
from coursekit.assignments.prove import Proof, prove
from coursekit.assignments.prove_graded import GradedProver, proving_engine
from coursekit.assignments.schema import Assignment, AssignmentError
from coursekit.console import wide_console
from coursekit.course import at


def table(assignment: Assignment, proofs: list[Proof], seconds: float) -> Table:
    """The proofs of one assignment as a table, failures in red."""
    title = f"{assignment.topic}: {len(proofs)} questions proved in {seconds:.1f} s of CPU"
    result = Table(
        "question",
        "right answers",
        "blank",
        "mistakes rejected",
        "seen by visible checks",
        "CPU s",
        "verdict",
        title=title,
    )
    for proof in proofs:
        question = assignment.question(proof.question)
        right = f"{proof.accepted} of {len(question.alternatives)}"
        blank = "passes" if any("blank" in problem for problem in proof.problems) else "fails"
        mistakes = f"{proof.rejected} of {proof.tried}"
        seen = f"{proof.visible} of {proof.tried}"
        verdict, style = ("proved", "") if proof.ok else ("NOT PROVED", "red")
        result.add_row(proof.question, right, blank, mistakes, seen, f"{proof.seconds:.1f}", verdict, style=style)
    return result


@click.command("prove")
@click.argument("names", nargs=-1, metavar="[TOPIC]...")
@click.option(
    "--notes", is_flag=True, help="Also tell what is no error, such as mistakes that only hidden checks catch."
)
@click.option("--graded", is_flag=True, help="Through the grading engine, as students' work is graded: slower.")
@click.option("--root", type=click.Path(file_okay=False, path_type=Path), hidden=True)
def command(names: tuple[str, ...], notes: bool, graded: bool, root: Path | None) -> None:
    """Prove the assignments of the TOPICs (all by default): what is right passes, what is wrong fails with its message."""
    console = wide_console()
    failed = []
    root = at(root).root
    engine = proving_engine(at(root).given) if graded else None
    for name in names or topics(root):
        start = time.process_time()
        try:
            assignment = load(name, root)
            with Progress(console=console, transient=True) as bar:
                task = bar.add_task(name, total=len(assignment.questions))
                advance = partial(bar.update, task, advance=1)
                prover = GradedProver(assignment, engine, root) if engine else None
                proofs = prove(assignment, root, lambda question: advance(description=question), prover)  # noqa: B023
        except AssignmentError as error:
            console.print(str(error), style="red", markup=False)
            failed.append(name)
            continue
        console.print(table(assignment, proofs, time.process_time() - start))
        for proof in proofs:
            for line in proof.problems + (proof.notes if notes else []):
                console.print(f"{proof.question}: {line}", markup=False, style="red" if line in proof.problems else "")
        if not all(proof.ok for proof in proofs):
            failed.append(name)
    if engine:
        engine.close()
    if failed:
        raise click.ClickException(f"not proved: {', '.join(failed)}")
