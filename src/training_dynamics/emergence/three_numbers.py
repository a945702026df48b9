r"""An induction head reduced to three numbers, whose gradient flow from zero is computed exactly.

The context is :math:`x_1y_1\dots x_Ny_N` and then one of the :math:`x` again; its :math:`y` is to be given, with squared error.
All tokens are orthonormal.  Layer 1 adds :math:`\alpha` to the score of the token before; layer 2 looks with strength
:math:`\beta` for positions whose layer 1 has read the present token; :math:`\gamma` copies what layer 2 has found:

.. math:: \hat y=\gamma\sum_i s_it_i,\qquad s=\operatorname{softmax}(\beta m),

where :math:`t_i` is the token at position i and :math:`m_i` what layer 1 has read there of the query.
After the minimal transformer of Musat et al. 2025, with a causal mask; here layer 1's value matrix is the identity, and
all else that is not named is held at zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.integrate import solve_ivp

from training_dynamics.lab.once import once


@dataclass(frozen=True)
class Growth:
    """The three numbers at ``times``, and the attention of layer 2 to the right answer, averaged over the pairs."""

    times: Float[ndarray, " k"]
    previous: Float[ndarray, " k"]
    match: Float[ndarray, " k"]
    copy: Float[ndarray, " k"]
    attention: Float[ndarray, " k"]

    def reached(self, curve: str, level: float) -> float:
        """The time at which a curve first passes a level, between recorded times by a straight line."""
        values = getattr(self, curve)
        after = int((values >= level).argmax())
        if values[after] < level:
            return np.inf
        return float(np.interp(level, values[after - 1 : after + 1], self.times[after - 1 : after + 1]))

    def value(self, curve: str, time: float) -> float:
        """A curve at a time, between recorded times by a straight line."""
        return float(np.interp(time, self.times, getattr(self, curve)))


def read(alpha: float, pairs: int) -> tuple[Float[ndarray, "n t"], Float[ndarray, "n t"]]:
    """What layer 1 has read of the query at every position, a row for each pair that may be asked; and its slope in alpha.

    Position i = 1, ..., 2N+1 gives each of the i tokens up to its own the same weight, but e^alpha to the one before.
    """
    i = np.arange(1, 2 * pairs + 2)
    total = np.exp(alpha) * (i > 1) + i - (i > 1)
    each, before = 1 / total, np.exp(alpha) / total
    asked = np.arange(1, 2 * pairs, 2)[:, None]  # where the query has been seen
    m = np.where(i >= asked, each, 0.0)
    slope = np.where(i >= asked, -each * before * (i > 1), 0.0)
    answer = i == asked + 1
    m = np.where(answer, before, m)
    slope = np.where(answer, before * (1 - before), slope)
    m[:, -1], slope[:, -1] = 2 * m[:, -1], 2 * slope[:, -1]  # the query stands there itself, too
    return m, slope


def descent(numbers: Float[ndarray, " 3"], pairs: int) -> tuple[float, Float[ndarray, " 3"], float]:
    """Loss (half the squared error), minus its gradient in (alpha, beta, gamma), and the attention to the right answer."""
    alpha, beta, gamma = numbers
    m, slope = read(alpha, pairs)
    s = np.exp(beta * (m - m.max(1, keepdims=True)))
    s /= s.sum(1, keepdims=True)
    row, asked = np.arange(pairs), 2 * np.arange(pairs)
    twice, right = s[row, asked], s[row, asked + 1].copy()
    power = (s**2).sum(1) + 2 * twice * s[:, -1]
    pull = -(gamma**2) * s
    pull[row, asked] -= gamma**2 * s[:, -1]
    pull[:, -1] -= gamma**2 * twice
    pull[row, asked + 1] += gamma
    pull = s * (pull - (s * pull).sum(1, keepdims=True))  # minus the gradient in the scores of layer 2
    grow = (beta * pull * slope).sum(1).mean(), (pull * m).sum(1).mean(), (right - gamma * power).mean()
    return float((1 - 2 * gamma * right + gamma**2 * power).mean() / 2), np.array(grow), float(right.mean())


@once
def growth(pairs: int, until: float = 0.5) -> Growth:
    """Gradient flow from zero until layer 2 gives the right answer a share ``until`` of its attention.

    Raises ValueError for fewer than two pairs.
    """
    if pairs < 2:
        raise ValueError(f"pairs must be >= 2, got {pairs}")

    def there(t: float, numbers: Float[ndarray, " 3"]) -> float:
        return descent(numbers, pairs)[2] - until

    there.terminal = True  # type: ignore[attr-defined]
    found = solve_ivp(
        lambda t, numbers: descent(numbers, pairs)[1],
        (0, 1e4 * pairs**2),
        np.zeros(3),
        method="LSODA",
        rtol=1e-7,
        atol=1e-9,
        events=there,
    )
    attention = np.array([descent(numbers, pairs)[2] for numbers in found.y.T])
    previous, match, copy = found.y
    return Growth(found.t, previous, match, copy, attention)
