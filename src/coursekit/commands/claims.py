"""``course claims``: run what the course asserts and print what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from coursekit.claims import Outcome, run_all, select
from coursekit.numbers import bound_text, range_text
from coursekit.paths import write_atomically


def table(outcomes: list[Outcome]) -> Table:
    """The outcomes as a table, failures in red."""
    result = Table("claim", "measured", "bound", "headroom", "verdict", "s", title=f"{len(outcomes)} claims")
    for o in outcomes:
        first = o.measured[0]
        headroom = f"{o.headroom:.1f}×" if o.headroom < 1000 else ">1000×"
        verdict = o.claim.verdict if o.ok else "NOT MET"
        style = "" if o.ok else "red"
        measured = range_text(o.values, first.unit)
        bound = bound_text(first.at_least, first.at_most)
        result.add_row(o.claim.id, measured, bound, headroom, verdict, f"{o.seconds:.1f}", style=style)
    return result


@click.command("claims")
@click.argument("ids", nargs=-1)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the results to FILE.")
@click.option("--list", "list_only", is_flag=True, help="List ids and statements; run nothing.")
@click.option("--one-seed", is_flag=True, help="Only the first seed of each claim.")
@click.option("--fresh", is_flag=True, help="Ignore kept results.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="Topics to run side by side.")
def command(
    ids: tuple[str, ...], json_file: Path | None, list_only: bool, one_seed: bool, fresh: bool, jobs: int
) -> None:
    """Run the claims named by IDS (claims or topics; all by default) over their seeds."""
    try:
        claims = select(ids)
    except KeyError as error:
        raise click.ClickException(error.args[0]) from None
    if list_only:
        for claim in claims:
            click.echo(f"{claim.id}  [{claim.verdict}]  {claim.statement}")
        return
    console = Console(width=None if Console().is_terminal else 160)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("claims", total=len(claims))

        def advance(outcome: Outcome) -> None:
            bar.update(task, advance=1, description=outcome.claim.id)

        outcomes = run_all(claims, one_seed=one_seed, use_cache=not fresh, jobs=jobs, progress=advance)
    console.print(table(outcomes))
    if json_file:
        write_atomically(json_file, json.dumps([o.record() for o in outcomes], indent=1))
    failed = [o.claim.id for o in outcomes if not o.ok]
    if failed:
        raise click.ClickException(f"{len(failed)} of {len(outcomes)} claims miss their bound: {', '.join(failed)}")
