"""``course topic``: all that concerns one topic, with its times beside the budgets of a chapter."""

from __future__ import annotations

import click
from rich.table import Table

from coursekit.author.topic_checks import Step, steps
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
@click.option("--all-seeds", is_flag=True, help="Every claim over all its seeds, with headroom.")
def command(name: str, all_seeds: bool) -> None:
    """Run what concerns the topic NAME: claims, settings, proofs, a draft of its page, tests.  Exit 0 when all is well."""
    course, console = current(), wide_console()
    known = topics(course.src, course.package)
    if name not in known:
        raise CourseError(
            f"no topic is called {name!r}; there are {', '.join(known) or 'none'}; `course new` makes one"
        )
    done = []
    for run in steps(course, name, all_seeds, console):
        done.append(run())
        for problem in done[-1].problems:
            console.print(f"{done[-1].name}: {problem}", style="red", markup=False, highlight=False)
    console.print(table(name, done))
    failed = [step.name for step in done if step.problems]
    if failed:
        raise click.ClickException(f"{name}: {', '.join(failed)} failed, as said above")
