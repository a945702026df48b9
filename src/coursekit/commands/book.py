"""``course book``: build the book, check it, and say where it is."""

from __future__ import annotations

import time
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from coursekit.assignments.pages import write_pages
from coursekit.book import build, check, claim_pages, claimdata, named, quoted, toc
from coursekit.book.paper import bind
from coursekit.book.project import Project
from coursekit.book.search import concepts
from coursekit.claims import ClaimResult
from coursekit.course import at, current
from coursekit.live import fields as live
from coursekit.topics import topics


def plain(console: Console, line: str) -> None:
    """A line as it is, whatever brackets it has and however long it is."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def refresh_claims(project: Project, console: Console, jobs: int) -> list[str]:
    """Run the claims whose results are missing, with a progress bar, or a line for every 25th where no bar can move."""
    columns = (
        TextColumn("claims"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)

        def tell(line: str) -> None:
            if not console.is_terminal:
                plain(console, line)

        def start(total: int) -> None:
            bar.update(task, total=total, visible=True)
            tell(f"claims to measure: {total}")

        def progress(outcome: ClaimResult) -> None:
            bar.update(task, advance=1, description=outcome.claim.id)
            if (done := int(bar.tasks[task].completed)) % 25 == 0:
                tell(f"claims measured: {done}")

        return claimdata.refresh(project, jobs, start, progress, also=quoted.kept(project))


def prepare_assignments(project: Project, console: Console) -> None:
    """Write the assignments' pages and kits, naming each: in place on a terminal, line by line elsewhere."""
    fields = live.prepare(at(project.root), lambda line: plain(console, line))
    if not console.is_terminal:
        write_pages(project.book, project.only or None, fields, lambda line: plain(console, line))
        return
    with console.status("writing the assignments") as status:
        write_pages(project.book, project.only or None, fields, status.update)


def build_pages(project: Project, console: Console) -> build.Report:
    """Build, showing each step: in place on a terminal, page by page elsewhere."""
    if not console.is_terminal:
        return build.run(project, lambda line: click.echo(line) if "executing" in line else None)
    with console.status("building the pages") as status:
        return build.run(project, lambda line: status.update(line))


def make(project: Project, console: Console, jobs: int = 2, checked: bool = True) -> build.Report:
    """Refresh what is generated, build, check; the report says what went wrong.

    Raises ValueError for what would stop every page, before anything is measured.
    """
    concepts.load(project.book)
    prepare_assignments(project, console)
    claim_pages.write_pages(project.book, topics(project.src, project.package))
    names = toc.pages(toc.expanded(project.book, project.only))
    stale = refresh_claims(project, console, jobs)
    if stale:
        console.print(f"claims measured: {', '.join(stale)}")
    for line in quoted.unmeasured_on(project):
        plain(console, line)
    report = build_pages(project, console)
    report.problems += named.faults(at(project.root), names)
    if checked and project.html.is_dir():
        report.problems += check.Site(project.html, project.results / "checked.json").problems(names)
    if report.ok:
        build.finish(project)
    return report


@click.command("book")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to put _build/html in.")
@click.option("--check/--no-check", "checked", default=True, help="Check the finished pages (default: yes).")
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(1), help="Claims to run side by side.")
@click.option(
    "--only", multiple=True, metavar="PAGE", help="A draft of this page's topic alone, listed in _toc.yml or not."
)
@click.option("--pdf", is_flag=True, help="Also typeset chapters, notation and references as one PDF.")
@click.option("--epub", is_flag=True, help="Also bind them as an EPUB.")
@click.option("--zip", "zipped", is_flag=True, help="Also pack the pages, to be read without a network.")
def command(
    out: Path | None, checked: bool, jobs: int, only: tuple[str, ...], pdf: bool, epub: bool, zipped: bool
) -> None:
    """Build the book; exit 0 only when every page may be published."""
    start = time.monotonic()
    root = current().root
    asked, only = only, toc.drafted(current(), only)
    default = root / "_build" / "-".join(("draft", *sorted(only))) if only else root
    project = Project(out=(out or default).resolve(), only=only)
    console = Console()
    try:
        report = make(project, console, jobs, checked)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    for page, seconds in report.executed.items():
        click.echo(f"executed {page} in {seconds:.1f} s")
    for problem in report.problems:
        click.secho(problem, fg="red", err=True)
    if not report.ok:
        count = len(report.problems)
        raise click.ClickException(f"the book has {count} problems, listed above; pages are in {project.html}")
    kinds = [kind for kind, wanted in (("pdf", pdf), ("epub", epub), ("zip", zipped)) if wanted]
    try:
        made = bind.bind(project, kinds)
    except (ValueError, RuntimeError) as error:
        raise click.ClickException(str(error)) from error
    for file in made:
        click.echo(file)
    click.echo(f"built in {time.monotonic() - start:.0f} s, {len(report.executed)} pages executed")
    click.echo(project.html / f"{asked[0] if asked else 'index'}.html")
