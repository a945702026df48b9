"""``course claims``: run what the course asserts and print what was measured."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from coursekit import claims_lock
from coursekit.claim import Claim
from coursekit.claims import ClaimResult, run_all, select
from coursekit.console import wide_console
from coursekit.numbers import bound_text, range_text, seeds_text, settings_text
from coursekit.paths import write_atomically


def over(outcome: ClaimResult) -> str:
    """Over what was measured: ``5 seeds; epochs 60 to 600``, ``2 seeds; epochs=60``, ``exact``."""
    claim = outcome.claim
    exact = outcome.measured[0].exact
    varied = settings_text(claim.vary) if outcome.setting is None else str(outcome.setting)
    return "; ".join(filter(None, [seeds_text(len(outcome.seeds), claim.random, exact), varied]))


def table(outcomes: list[ClaimResult]) -> Table:
    """The outcomes as a table, failures in red."""
    heads = ("claim", "measured", "bound", "headroom", "over", "verdict", "s")
    result = Table(*heads, title=f"{len(outcomes)} measurements")
    for o in outcomes:
        first = o.measured[0]
        headroom = f"{o.headroom:.1f}×" if o.headroom < 1000 else ">1000×"
        verdict = o.claim.verdict if o.ok else "NOT MET"
        style = "" if o.ok else "red"
        measured = range_text(o.values, first.unit)
        bound = bound_text(first.at_least, first.at_most)
        result.add_row(o.claim.id, measured, bound, headroom, over(o), verdict, f"{o.seconds:.1f}", style=style)
    return result


def console() -> Console:
    """The terminal, or wide enough text."""
    return wide_console(200)


def with_progress(
    work: Callable[[Callable[[int], None], Callable[[ClaimResult], None]], list[ClaimResult]],
) -> list[ClaimResult]:
    """``work(start, advance)`` with a progress bar, and a table of what it measured."""
    screen = console()
    columns = (MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("", total=None)
        outcomes = work(
            lambda total: bar.update(task, total=total),
            lambda o: bar.update(task, advance=1, description=f"{o.claim.id} {o.setting or ''}"),
        )
    screen.print(table(outcomes))
    return outcomes


def records(outcomes: list[ClaimResult]) -> str:
    """The outcomes with what the lock holds of their settings, as strict JSON."""
    lock = claims_lock.load()
    entries = [o.record() | {"settings": claims_lock.measured_settings(o.claim, lock)} for o in outcomes]
    return json.dumps(entries, indent=1, allow_nan=False)


def fail_on_missed(outcomes: list[ClaimResult]) -> None:
    """Exit 1 naming the claims that miss their bound."""
    failed = [f"{o.claim.id} {o.setting or ''}".strip() for o in outcomes if not o.ok]
    if failed:
        raise click.ClickException(f"{len(failed)} of {len(outcomes)} claims miss their bound: {', '.join(failed)}")


def settings(claims: list[Claim], check: bool, since: str, fresh: bool, jobs: int) -> None:
    """Measure what ``claims.lock`` lacks; with ``check``, measure a part of it again and ask for the same verdicts."""
    if check:
        wrong = claims_lock.problems(claims, claims_lock.load())
        if wrong:
            raise click.ClickException(
                "\n".join([*wrong, "`course claims --settings` measures them; commit claims.lock"])
            )
        chosen = claims_lock.to_check(claims, claims_lock.load(), since)

        def work(start: Callable[[int], None], advance: Callable[[ClaimResult], None]) -> list[ClaimResult]:
            start(len(chosen))
            return claims_lock.measure_again(chosen, jobs, advance, use_cache=not fresh)

    else:

        def work(start: Callable[[int], None], advance: Callable[[ClaimResult], None]) -> list[ClaimResult]:
            return claims_lock.measure_missing(claims, jobs, start, advance)

    fail_on_missed(with_progress(work))


@click.command("claims")
@click.argument("ids", nargs=-1)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the results to FILE.")
@click.option("--list", "list_only", is_flag=True, help="List ids and statements; run nothing.")
@click.option("--one-seed", is_flag=True, help="Only the first seed of each claim.")
@click.option("--fresh", is_flag=True, help="Ignore kept results.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="Modules to run side by side.")
@click.option("--settings", "vary", is_flag=True, help="Measure the varied settings that claims.lock lacks.")
@click.option("--check", is_flag=True, help="With --settings: measure what changed and a tenth of the rest again.")
@click.option("--since", default="", metavar="COMMIT", help="With --check: what changed is what differs from COMMIT.")
def command(
    ids: tuple[str, ...],
    json_file: Path | None,
    list_only: bool,
    one_seed: bool,
    fresh: bool,
    jobs: int,
    vary: bool,
    check: bool,
    since: str,
) -> None:
    """Run the claims named by IDS (claims or topics; all by default) over their seeds."""
    try:
        claims = select(ids)
    except KeyError as error:
        raise click.ClickException(error.args[0]) from None
    if (check or since) and not vary:
        raise click.UsageError("--check and --since go with --settings")
    if list_only:
        for claim in claims:
            click.echo(f"{claim.id}  [{claim.verdict}]  {claim.statement}")
        return
    if vary:
        settings(claims, check, since, fresh, jobs)
        return

    def work(start: Callable[[int], None], advance: Callable[[ClaimResult], None]) -> list[ClaimResult]:
        start(len(claims))
        return run_all(claims, one_seed=one_seed, use_cache=not fresh, jobs=jobs, progress=advance)

    outcomes = with_progress(work)
    if json_file:
        write_atomically(json_file, records(outcomes))
    fail_on_missed(outcomes)
