"""``course request``: what students ask to have looked at again."""

from __future__ import annotations

import click
from rich.markup import escape
from rich.table import Table

from coursekit.classroom import records, requests
from coursekit.classroom.layout import Classroom
from coursekit.classroom.options import classroom_option, friendly
from coursekit.classroom.requests import Request
from coursekit.console import wide_console
from coursekit.engine.messages import scrubbed


def listed(classroom: Classroom) -> Table | None:
    """The open requests, None where there are none."""
    every = list(requests.still_open(classroom))
    if not every:
        return None
    table = Table("assignment", "student", "question", "now", "since", "reason")
    for request, record in every:
        table.add_row(
            request.assignment, request.student, request.question, standing(request, record), request.opened[:16],
            escape(scrubbed(request.reason)),
        )  # fmt: skip
    return table


def standing(request: Request, record: records.Record | None) -> str:
    """The machine's score of a question."""
    entry = (record or {"questions": {}})["questions"].get(request.question)
    return f"{entry['score']:g} of {entry['max_score']:g}, {entry['status']}" if entry else "no record"


@click.command("request")
@click.argument("code", required=False)
@click.option("--reason", default="", help="What the student writes.")
@click.option("--answer", "words", default="", help="Close it; the student's next feedback page has these words.")
@classroom_option
@friendly
def command(code: str | None, reason: str, words: str, classroom: Classroom) -> None:
    """Show what question of which student CODE is, from the student's feedback page; enter or answer a regrade request.

    Without CODE, list the open requests.  Points are changed in formgrader, or by `course grade` after a check is mended.
    """
    console = wide_console()
    if code is None:
        if reason or words:
            raise click.UsageError("--reason and --answer go with the CODE of the student's page")
        console.print(listed(classroom) or "no request is open")
        return
    if reason and words:
        raise click.UsageError("say --reason to enter a request, and later --answer to close it")
    request = requests.found(classroom, code)
    record = records.read(classroom, request.assignment, request.student)
    click.echo(f"{request.student}, {request.assignment}, {request.question}: {standing(request, record)}")
    if reason:
        requests.ask(classroom, request, reason)
        click.echo(f"open; `course inspect {request.student} {request.assignment}` says why the score is what it is")
    elif words:
        requests.answer(classroom, request, words)
        click.echo(f"closed; `course feedback {request.assignment}` writes the page with the answer")
    else:
        state = "nobody asked yet" if not request.opened else "answered" if request.closed else "open"
        click.echo(f"{state}{': ' + scrubbed(request.reason) if request.reason else ''}")
