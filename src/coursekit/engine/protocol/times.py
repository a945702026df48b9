"""numpy's dates and spans of time: 64-bit numbers with a unit from a closed list."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from coursekit.engine.protocol.errors import CannotCross, FrameError

TIME = re.compile(r"(?:datetime64|timedelta64)\[(?:Y|M|W|D|h|m|s|ms|us|ns)\]", re.ASCII)


def times(value: Any) -> tuple[str, np.ndarray]:
    """The name of the type, and the numbers, of an array or a single value.  Raises CannotCross."""
    array = np.asarray(value)
    name = array.dtype.name
    if not TIME.fullmatch(name):
        raise CannotCross(f"an array of dtype {name} cannot be passed on")
    return name, np.ascontiguousarray(array).view(np.int64).reshape(array.shape)


def times_from(parts: Any) -> Any:
    """The array or single value.  Raises FrameError."""
    name, numbers = parts
    if (
        type(name) is not str
        or not TIME.fullmatch(name)
        or type(numbers) is not np.ndarray
        or numbers.dtype != np.int64
    ):
        raise FrameError("not an array of times")
    array = np.ascontiguousarray(numbers).view(name).reshape(numbers.shape)
    return array[()] if array.ndim == 0 else array
