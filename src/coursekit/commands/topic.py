"""``course topic``: all that concerns one topic, with its times beside the budgets of a chapter."""

from __future__ import annotations

import click
from rich.table import Table

from coursekit.author.topic_checks import STEPS, Step
from coursekit.console import wide_console
from coursekit.course import CourseError, current
from coursekit.topics import topics


def table(topic: str, done: list[Step]) -> Table:
    """The steps of a topic; failures in red, what is over its budget in yellow."""
    result = Table("step", "found", "s", "budget on idle cores", "verdict", title=topic)
    for step in done:
        verdict, style = (
            ("FAILED", "red") if step.problems else ("over budget", "yellow") if step.over else ("good", "")
        )
        budget = "" if step.budget is None else f"{step.budget:.0f}"
        result.add_row(step.name, step.found, f"{step.seconds:.1f}", budget, verdict, style=style)
    return result


@click.command("topic")
@click.argument("name")
@click.option(
    "--all-seeds", is_flag=True, help="Every claim over all its seeds, with headroom, and the tests that ask the same."
)
@click.option("--only", multiple=True, type=click.Choice(list(STEPS)), help="This step alone; may be given again.")
def command(name: str, all_seeds: bool, only: tuple[str, ...]) -> None:
    """Run what concerns the topic NAME: names, proofs, locks, claims, a draft of its page, tests.  Exit 0 when all is well."""
    course, console = current(), wide_console()
    known = topics(course.src, course.package)
    if name not in known:
        raise CourseError(
            f"no topic is called {name!r}; there are {', '.join(known) or 'none'}; `course new` makes one"
        )
    done: dict[str, Step] = {}
    left_out: set[str] = set()
    for step, run in STEPS.items():
        if step in left_out or (only and step not in only):
            continue
        done[step] = run(course, name, all_seeds, console)
        left_out.update(done[step].stops)
        for problem in done[step].problems:
            console.print(f"{step}: {problem}", style="red", markup=False, highlight=False)
    console.print(table(name, list(done.values())))
    failed = [step for step in done if done[step].problems]
    if failed:
        raise click.ClickException(
            _again(name, all_seeds, failed, [s for s in STEPS if s in left_out and s in (only or STEPS)])
        )


def _again(name: str, all_seeds: bool, failed: list[str], left_out: list[str]) -> str:
    """What failed, what was not run for that, and the command that runs these alone."""
    flags = [*(f"--only {step}" for step in (*failed, *left_out)), *(["--all-seeds"] if all_seeds else [])]
    waits = f"; {', '.join(left_out)} left out, since the assignment cannot be read" if left_out else ""
    return (
        f"{name}: {', '.join(failed)} failed, as said above{waits}. When mended: course topic {name} {' '.join(flags)}"
    )
