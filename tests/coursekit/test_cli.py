"""The ``course`` command finds its subcommands, loads only the one asked for, and refuses unknown ones."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from coursekit.cli import main


def test_every_subcommand_can_describe_itself() -> None:
    runner = CliRunner()
    listing = runner.invoke(main, ["--help"])
    assert listing.exit_code == 0
    names = main.list_commands(None)
    assert {"book", "claims"} <= set(names)
    for name in names:
        assert name in listing.output
        result = runner.invoke(main, [name, "--help"])
        assert result.exit_code == 0 and "Usage" in result.output


def test_an_unknown_subcommand_is_refused() -> None:
    result = CliRunner().invoke(main, ["bok"])
    assert result.exit_code == 2 and "No such command 'bok'" in result.output


def test_the_module_can_be_run_without_the_script() -> None:
    result = subprocess.run([sys.executable, "-m", "coursekit.cli", "bok"], capture_output=True, text=True, check=False)
    assert result.returncode == 2 and "No such command 'bok'" in result.stderr


@pytest.mark.parametrize(
    "module",
    [
        "coursekit.cli",
        "coursekit.commands.book",
        "coursekit.commands.claims",
        "training_dynamics.toolbox.plots",
        "coursekit.book.objectives",
    ],
)
def test_what_must_start_quickly_does_not_load_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
