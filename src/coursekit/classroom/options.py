"""What the classroom's commands share: the option that names the classroom, and errors said in words."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from coursekit.classroom.layout import DEFAULT, Classroom, ClassroomError


def classroom_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--classroom DIR`` and ``--db URL``; the function gets ``classroom``."""

    @click.option(
        "--classroom", "folder", default=DEFAULT, show_default="classroom/", type=click.Path(file_okay=False, path_type=Path),
        help="The classroom's folder.",
    )  # fmt: skip
    @click.option(
        "--db", "database", default="", envvar="COURSE_DB", help="Gradebook URL; by default DIR/gradebook.db."
    )
    @functools.wraps(function)
    def wrapped(*args: Any, folder: Path, database: str, **kwargs: Any) -> Any:
        return function(*args, classroom=Classroom(folder.absolute(), database), **kwargs)

    return wrapped


def friendly(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn a ClassroomError into an error message and exit code 1."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except ClassroomError as error:
            raise click.ClickException(str(error)) from None

    return wrapped
