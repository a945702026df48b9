"""numpy's polynomials as their coefficients, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.polynomial as polynomials

from coursekit.engine.protocol.classes import class_name
from coursekit.engine.protocol.errors import FrameError

MOST_COEFFICIENTS = 2_000
KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        polynomials.Polynomial, polynomials.Chebyshev, polynomials.Legendre, polynomials.Laguerre, polynomials.Hermite,
        polynomials.HermiteE,
    )
}  # fmt: skip


def parts_of(value: Any) -> tuple[Any, ...]:
    """A polynomial as its kind, coefficients, domain, window and symbol."""
    return type(value).__name__, np.array(value.coef), np.array(value.domain), np.array(value.window), str(value.symbol)


def polynomial(parts: Any) -> Any:
    """The polynomial of these parts.  Raises FrameError."""
    name, row, domain, window, symbol = parts
    ends = [coefficients(pair, 2) for pair in (domain, window)]
    if type(name) is not str or name not in KINDS or any(len(pair) != 2 for pair in ends):
        raise FrameError("not a polynomial")
    return KINDS[name](coefficients(row, MOST_COEFFICIENTS), *ends, symbol=class_name(symbol))


def coefficients(value: Any, most: int) -> np.ndarray:
    """A row of at least one and at most so many numbers.  Raises FrameError."""
    if type(value) is not np.ndarray or value.ndim != 1 or not 0 < len(value) <= most or value.dtype.kind not in "iufc":
        raise FrameError("not a row of numbers")
    return value
