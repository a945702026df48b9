"""What the classroom's commands share: the option that names the classroom, and errors said in words."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from coursekit.classroom.layout import Classroom
from coursekit.course import CourseError, current, working_on
from coursekit.engine.engines import SandboxUnavailable

UNFINISHED = re.compile(r"(?<=/)\.([^/]+)\.[a-z0-9_]{8}\Z")  # a file's name while it is written


def classroom_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--classroom DIR`` and ``--db URL``; the function gets ``classroom``."""

    @click.option(
        "--classroom",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        help="The classroom's folder; by default that of the course you are in.",
    )
    @click.option(
        "--db", "database", default="", envvar="COURSE_DB", help="Gradebook URL; by default DIR/gradebook.db."
    )
    @functools.wraps(function)
    @friendly
    def wrapped(*args: Any, folder: Path | None, database: str, **kwargs: Any) -> Any:
        place = (folder or current().classroom).absolute()
        with working_on(place):
            return of_each_part(function, Classroom(place, database), *args, **kwargs)

    return wrapped


def of_each_part(function: Callable[..., Any], classroom: Classroom, *args: Any, **kwargs: Any) -> Any:
    """Call a command for an assignment, or for each of its parts where it has several notebooks; the first error comes last."""
    if "assignments" in kwargs:
        kwargs["assignments"] = tuple(part for name in kwargs["assignments"] for part in classroom.parts(name))
    parts = classroom.parts(kwargs["assignment"]) if "assignment" in kwargs else []
    if len(parts) < 2 or kwargs.get("page"):  # one page has room for all
        return function(*args, classroom=classroom, **kwargs)
    errors = []
    for part in parts:
        click.echo(f"{part}:")
        try:
            function(*args, classroom=classroom, **kwargs | {"assignment": part})
        except click.ClickException as error:
            errors.append(error)
            error.show()
    if errors:
        raise click.ClickException(f"see above: {len(errors)} of {len(parts)} parts did not go through")
    return None


def friendly(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what a person can put right into an error message and exit code 1; faults of ours keep their traceback."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (CourseError, SandboxUnavailable) as error:
            raise click.ClickException(str(error)) from None
        except SQLAlchemyError as error:
            raise click.ClickException(about_gradebook(error)) from None
        except OSError as error:
            raise click.ClickException(about_file(error)) from None

    return wrapped


def about_gradebook(error: SQLAlchemyError) -> str:
    """What is wrong with the gradebook, in words, and the way out."""
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    if "locked" in cause:
        return f"the gradebook cannot be used: {cause}. Another program writes to it: wait until it is done, and run this again"
    if re.search("full|readonly|unable to open|I/O", cause):
        way = "Make room, or make it and its folder readable and writable, and run this again: nothing is lost"
        return f"the gradebook cannot be used: {cause}. {way}"
    return (
        f"the gradebook cannot be used: {cause}. Check --db or COURSE_DB and that the server runs. A damaged gradebook.db: put "
        "your copy back, or move it away and run `course grade`, which makes it from the records without what people entered"
    )


def about_file(error: OSError) -> str:
    """What is wrong with a file or folder, in words, and the way out."""
    place = UNFINISHED.sub(r"\1", str(error.filename2 or error.filename or "a file"))
    if isinstance(error, PermissionError):
        way = "make sure that you may read and write it, and its folder can be written"
    else:
        way = "make sure that the folder can be written and has room"
    return f"{place}: {error.strerror or error}; {way}, then run this again"
