r"""How the magnet moves: spins in contact with a heat bath, as a walk of the magnetisation, and its mean-field limit.

One spin is picked at random and set to :math:`\pm1` with probabilities :math:`\propto e^{\pm\text{field on it}/T}`.
Only
the number of spins that point up matters, so the walk on N+1 levels is exact.  Time is in sweeps, N picks each.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.linalg import eigvalsh_tridiagonal, solve_banded
from scipy.special import expit

from training_dynamics.lab.once import once
from training_dynamics.phase_transitions.magnet import distribution, field_at, levels, spinodal, stationary
from training_dynamics.toolbox.seeds import numpy_generator


def rates(n: int, temperature: float, field: float = 0.0) -> tuple[Float[ndarray, " n+1"], Float[ndarray, " n+1"]]:
    """Probabilities that one pick raises, and lowers, the number of spins that point up."""
    m = levels(n)
    up = (1 - m) / 2 * expit(2 * (m + 1 / n + field) / temperature)
    down = (1 + m) / 2 * expit(-2 * (m - 1 / n + field) / temperature)
    return up, down


def relaxation_time(n: int, temperature: float) -> float:
    """Sweeps in which the slowest deviation falls by 1/e: from the second eigenvalue of the walk, without sampling.

    Raises ValueError where the wait is too long for double precision.
    """
    up, down = rates(n, temperature)
    # reversible walk: similar to a symmetric matrix whose entries beside the diagonal are roots of products of rates
    values = eigvalsh_tridiagonal(up + down, -np.sqrt(up[:-1] * down[1:]), select="i", select_range=(1, 1))
    if not values[0] > 1e-13:
        raise ValueError(f"{n} spins at temperature {temperature} wait longer than double precision can tell")
    return float(1 / (n * values[0]))


def sample(
    seed: int, n: int, temperature: float, field: float = 0.0, sweeps: int = 300, chains: int = 400, start: float = 0.0
) -> Float[ndarray, " chains"]:
    """Magnetisations of independent magnets after ``sweeps`` sweeps, each spin up with probability (1 + start)/2 before."""
    rng = numpy_generator(seed, "phase_transitions heat bath", n, temperature)
    up, down = rates(n, temperature, field)
    k = rng.binomial(n, (1 + start) / 2, chains)
    for _ in range(sweeps):
        for chance in rng.random((n, chains)):
            k = k + (chance < up[k]) - (chance > 1 - down[k])
    return 2 * k / n - 1


@once
def swept(
    temperature: float, rate: float, top: float = 0.6, dt: float = 0.05
) -> tuple[Float[ndarray, " k"], Float[ndarray, " k"]]:
    """Field and magnetisation along one cycle top -> -top -> top of the field, in the limit of many spins.

    The walk becomes dm/dt = -m + tanh((m + h)/T); ``rate`` is the change of the field a sweep.  The start is settled.
    Raises ValueError for a rate that is not above 0.
    """
    fields = _cycle(rate, top, dt)
    m, path = 1.0, []
    for _ in range(2000):
        m += dt * (math.tanh((m + top) / temperature) - m)
    for h in fields.tolist():
        path.append(m)
        m += dt * (math.tanh((m + h) / temperature) - m)
    return fields, np.array(path)


def _cycle(rate: float, top: float, dt: float) -> Float[ndarray, " k"]:
    if not rate > 0:
        raise ValueError(f"rate must be > 0, got {rate}")
    half = max(1, round(2 * top / (rate * dt)))
    return np.concatenate([np.linspace(top, -top, half + 1), np.linspace(-top, top, half + 1)[1:]])


@once
def finite_loop_area(n: int, temperature: float, rate: float, top: float = 0.6, dt: float = 1.0) -> float:
    """The area inside the loop of the *mean* magnetisation of n spins: all probabilities of the walk, implicit Euler steps."""
    m, p, means = levels(n), distribution(n, temperature, top), []
    fields = _cycle(rate, top, dt)
    for h in fields.tolist():
        means.append(float(p @ m))
        up, down = (n * dt * chance for chance in rates(n, temperature, h))
        p = solve_banded((1, 1), np.array([np.append(0, -down[1:]), 1 + up + down, np.append(-up[:-1], 0)]), p)
    return float(abs(np.trapezoid(means, fields)))


def loop_area(temperature: float, rate: float, top: float = 0.6) -> float:
    """The area inside the loop of magnetisation over field: what a cycle costs in energy a spin."""
    fields, m = swept(temperature, rate, top)
    return float(abs(np.trapezoid(m, fields)))


def slow_area(temperature: float) -> float:
    """The area that is left when the sweep is infinitely slow; 0 from T = 1 on.

    Each branch runs to its spinodal, and by parts the integral of m dh is m h minus that of h dm, which is known.
    """
    m_s, h_s = spinodal(temperature)
    if h_s == 0:
        return 0.0
    ends = (m_s, float(stationary(temperature, h_s)[-1]))

    def below(m: float) -> float:
        return temperature * (0.5 * math.log1p(-(m**2)) + m * math.atanh(m)) - m**2 / 2

    first, last = (m * field_at(m, temperature) - below(m) for m in ends)
    return 2 * (last - first)
