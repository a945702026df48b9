"""Numbers of a question that differ from student to student: in its text, in code, and in words."""

from __future__ import annotations

import re
from collections.abc import Mapping

Numbers = Mapping[str, int | float | str]

PLACE = re.compile(r"\{\{(\w+)\}\}")  # where a number stands in a text
WHOSE = "whose"  # where a text says whose its numbers are
SHARED = "*These numbers are for everyone who was given none of their own.*"
OWN = "*These numbers are yours: your answer is judged by them.*"


def filled(text: str, numbers: Numbers, own: bool = False) -> str:
    """``text`` with the numbers in their places, and with whose they are: a student's ``own``, or everyone's."""
    words = {**numbers, WHOSE: OWN if own else SHARED}
    return PLACE.sub(lambda place: str(words.get(place[1], place[0])), text)


def binding(numbers: Numbers) -> str:
    """Code that binds ``given`` to the numbers."""
    named = ", ".join(f"{name}={value!r}" for name, value in numbers.items())
    return f"from types import SimpleNamespace\n\ngiven = SimpleNamespace({named})"


def numbers_text(numbers: Numbers) -> str:
    """The numbers with their names, in a line."""
    return ", ".join(f"{name} = {value!r}" for name, value in numbers.items())
