"""The code of ``{domain}`` blocks, linted as the course's other code is."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from coursekit.assignments.merge import bound_names
from coursekit.assignments.schema import Assignment
from coursekit.course import Course

ABOVE = 2  # lines that stand above a block in the file that is linted
STUBS = "F401,E402,I,D,ANN"  # rules about the imports that stand for answers, and about what a block has no room for


def lint(assignment: Assignment, course: Course) -> list[str]:
    """What ruff says of the domains, by question and line of the block.

    Empty where the course has no rules for ruff in its ``pyproject.toml``, or ruff is not installed.
    """
    rules = course.root / "pyproject.toml"
    if not _has_rules(rules) or not importlib.util.find_spec("ruff"):
        return []
    known = sorted({"np", *(name for setup in assignment.setups for name in bound_names(setup))})
    with tempfile.TemporaryDirectory() as folder:
        for question in assignment.questions:
            if question.domain:
                answers = f"from answers import {', '.join(question.asks) or 'answer'}\n\n"
                Path(folder, f"{question.id}.py").write_text(f"{answers}{question.domain}\n", encoding="utf-8")
        how = ["--config", str(rules), "--config", f"builtins = {known}", "--extend-ignore", STUBS]
        command = [sys.executable, "-m", "ruff", "check", *how, "--output-format", "concise", "--quiet", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return [_said(line) for line in (done.stdout + done.stderr).splitlines() if line] if done.returncode else []


def coins(assignment: Assignment) -> list[str]:
    """Places in a domain's ``inputs`` where chance decides of which kind an input is, so that some students never see one."""
    return [
        f"{question.id}: line {node.lineno} of its {{domain}} block: `{ast.unparse(node)}` leaves one kind of input to chance, "
        "and some students never see it: yield an input of each kind"
        for question in assignment.questions
        for function in ast.parse(question.domain).body
        if isinstance(function, ast.FunctionDef) and function.name == "inputs"
        for node in ast.walk(function)
        if isinstance(node, ast.expr) and _is_coin(node)
    ]


def _is_coin(node: ast.expr) -> bool:
    """``rng.choice(kinds)`` of a single one, or a condition on one number that ``rng`` draws."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        return any(isinstance(side, ast.Constant) for side in sides) and any(map(_draws_one, sides))
    return _draws_one(node.test) if isinstance(node, ast.IfExp) else _draws_one(node, ("choice",), 1)


def _draws_one(node: ast.expr, methods: tuple[str, ...] = ("random", "uniform", "integers"), most: int = 2) -> bool:
    """Whether it calls such a method of ``rng`` for a single number: with ``most`` arguments, and none that says how many."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    alone = len(node.args) <= (0 if node.func.attr == "random" else most) and not node.keywords
    return ast.unparse(node.func.value) == "rng" and node.func.attr in methods and alone


def _has_rules(file: Path) -> bool:
    return file.is_file() and "ruff" in tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})


def _said(line: str) -> str:
    """A line of ruff's with the question and the line within its block, for the file that it read is gone."""
    place = re.match(r".*?(\w+)\.py:(\d+):\d+: (.*)", line)
    return f"{place[1]}: line {int(place[2]) - ABOVE} of its {{domain}} block: {place[3]}" if place else line
