"""The ``course`` command.  Each subcommand is the ``command`` of a module in ``coursekit.commands``, loaded when called."""

from __future__ import annotations

import importlib
import io
import os
import pkgutil
import sys
from typing import Any

import click

from coursekit import commands
from coursekit.course import CourseError

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")  # one thread: as fast alone, many times faster beside other work


class LazyCommands(click.Group):
    """A click group that imports a subcommand's module only when that subcommand is used or described."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The module names of ``coursekit.commands``."""
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The ``command`` object of that module, or None when there is no such module."""
        if name not in self.list_commands(ctx):
            return None
        return importlib.import_module(f"coursekit.commands.{name}").command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; what is wrong with the course's own files becomes an error message."""
        try:
            return super().invoke(ctx)
        except CourseError as error:
            raise click.ClickException(str(error)) from None

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; a letter that the terminal or a pipe cannot show (Windows) becomes a question mark."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
                stream.reconfigure(errors="replace")
        return super().main(*args, **kwargs)


@click.command(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Build a course's book, test its claims, run its classroom."""


if __name__ == "__main__":  # python -m coursekit.cli, for an environment in which the package is not installed
    main()
