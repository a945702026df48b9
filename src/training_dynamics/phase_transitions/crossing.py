r"""Where the curves of Binder's cumulant for two sizes of the magnet cross: a transition found without a theory of it.

:math:`U=1-\langle m^4\rangle/3\langle m^2\rangle^2` is 0 for a Gaussian :math:`m` and 2/3 for two equal states (Binder 1981).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import brentq

from training_dynamics.lab.once import once
from training_dynamics.phase_transitions import flips, magnet

TEMPERATURES = (0.85, 0.9, 0.95, 1.0, 1.05)


def cumulant(m: Float[ndarray, " k"]) -> float:
    """Binder's cumulant of magnetisations that were sampled."""
    return float(1 - np.mean(m**4) / (3 * np.mean(m**2) ** 2))


def exact(n: int, times: int = 4) -> float:
    """The temperature at which the exact cumulants of n and of ``times`` n spins are equal."""
    return float(
        brentq(lambda t: magnet.moments(times * n, t).binder - magnet.moments(n, t).binder, 0.75, 1.2, xtol=1e-14)
    )


@once
def sampled(seed: int, n: int, chains: int = 2000, sweeps: int = 60) -> Float[ndarray, " 5"]:
    """The cumulants of n spins at ``TEMPERATURES`` from magnets that flip single spins."""
    return np.array([cumulant(flips.sample(seed, n, t, sweeps=sweeps, chains=chains)) for t in TEMPERATURES])


def found(seed: int, n: int, times: int = 4, chains: int = 2000) -> float:
    """Where the line of best fit through the difference of two such curves is zero."""
    apart = sampled(seed, times * n, chains) - sampled(seed, n, chains)
    slope, height = np.polyfit(TEMPERATURES, apart, 1)
    return float(-height / slope)
