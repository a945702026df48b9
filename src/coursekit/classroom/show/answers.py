"""What a feedback page adds to a question from the source notebook: hint, section, and once answers are out, what is right."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from coursekit.called import pasted
from coursekit.classroom.own import COMMON, Tables
from coursekit.classroom.source import course_data, parse
from coursekit.notebooks.marks import SOLUTION
from coursekit.plain import from_json
from coursekit.varied import binding, filled, numbers_text

HINT = re.compile(r"<summary>Hint (\d): [^<]*</summary>\s*(.*?)\s*</details>", re.S)
PLACE = re.compile(r"\*\((chapter .*?)\)\*")
OPEN = re.compile(r"^Open hint (\d)\.$", re.M)


@dataclass
class Behind:
    """What the source notebook holds of a question: hints by number, where to read on, right values by check, a model answer."""

    hints: dict[int, str] = field(default_factory=dict)
    place: str = ""
    expected: dict[str, Any] = field(default_factory=dict)
    model: str = ""
    prose: bool = False  # whether the model answer is text and not code
    varied: str = ""  # text and hints with places for numbers, where these differ from student to student
    numbers: str = ""  # and the student's own, in a line

    def hint(self, message: str) -> str:
        """The hint that a message asks to open, as Markdown; empty when there is none."""
        number = OPEN.search(message)
        return self.hints.get(int(number[1]), "") if number else ""

    def right(self, message: str) -> str:
        """The value that the failed check on a message's first line expects; empty where the reference has to say it."""
        first = message.partition("\n")[0]
        names = [name for name in self.expected if first.startswith((f"{name}: ", f"{name}, `"))]
        return pasted(self.expected[max(names, key=len)]) if names else ""


def behind(source: bytes) -> dict[str, Behind]:
    """What is behind each graded cell of the source notebook, by its ``grade_id``."""
    by_cell: dict[str, Behind] = {}
    now = Behind()
    for cell in parse(source).cells:
        data = course_data(cell)
        if cell.cell_type == "markdown" and not data.get("solution"):
            hints = {int(number): text for number, text in HINT.findall(cell.source)}
            section = PLACE.search(cell.source)
            now = Behind(
                hints, section[1] if section else "", varied=cell.metadata.get("coursekit", {}).get("varied", "")
            )
        if data.get("solution"):
            now.model, now.prose = model(cell.source), cell.cell_type == "markdown"
        if data.get("grade"):
            now.expected = expected(cell.source) if cell.cell_type == "code" else {}
            by_cell[data["grade_id"]], now = now, Behind()
    return by_cell


def of_student(every: dict[str, Behind], tables: Tables, variants: Mapping[str, int]) -> dict[str, Behind]:
    """What is behind each question for a student who was given these ``variants``."""
    found = dict(every)
    for name, table in tables.items():
        own, common = table[variants.get(name, COMMON)], table[COMMON]["given"]
        now = every[name]
        found[name] = replace(
            now,
            hints={int(number): text for number, text in HINT.findall(filled(now.varied, own["given"]))},
            expected=now.expected | {check: from_json(value) for check, value in own["expected"].items()},
            model=now.model.replace(binding(common), binding(own["given"])),
            numbers=numbers_text(own["given"]),
        )
    return found


def model(source: str) -> str:
    """The instructor's answer cell without the marks of its solution."""
    return "\n".join(line for line in source.split("\n") if not any(mark in line for mark in SOLUTION)).strip()


def expected(source: str) -> dict[str, Any]:
    """The values that a check cell made by the builder holds of the reference solution, by check; none in any other cell."""
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
        tables = [ast.literal_eval(c.args[0]) for c in calls if ast.unparse(c.func) == "check.expect"]
        return {name: from_json(value) for table in tables for name, value in table.items()}
    except (SyntaxError, ValueError, LookupError, TypeError, AttributeError):  # written by hand, in a way of its own
        return {}
