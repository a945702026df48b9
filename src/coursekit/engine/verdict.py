"""What comes of a test cell that ran: the points that its last value states, or the line that did not hold."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from coursekit.lent import is_array
from coursekit.notebooks.marks import is_hidden


def points_stated(value: Any) -> float | None:
    """The points in a cell's last value; None where it says nothing of points, NaN where it is numeric but no single number.

    A sum of points takes the type of the answer's numbers, so numpy's and torch's count as Python's do.
    """
    if isinstance(value, np.generic) or is_array(value):
        value = value.item() if value.ndim == 0 else math.nan
    if type(value) is complex:
        return math.nan
    if type(value) is not int and type(value) is not float:
        return None
    return float(value) if abs(value) < sys.float_info.max else math.nan


def earned(value: Any, points: float) -> tuple[float, str]:
    """The points, between none and ``points``, of a test cell that came to its end with ``value``; why there are none."""
    stated = points_stated(value)
    if stated is None:
        return points, ""
    if not math.isfinite(stated):
        return 0.0, "the check's points are not a single number"
    return min(max(stated, 0.0), points), ""


def failed_line(source: str, line: int) -> str:
    """A failed check without words of its own, by its line in the test cell; a hidden one stays hidden."""
    lines = source.split("\n")
    if is_hidden(source, line) or not 0 < line <= len(lines):
        return "a hidden check does not hold"
    return f"this check does not hold: {lines[line - 1].strip()[:300]}"
