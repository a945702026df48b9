r"""Isotropic noise: the free energy that it minimises, and the force that comes from counting states.

Overdamped Langevin motion is :math:`dx=-\nabla E\,dt+\sqrt{2T}\,dB`; its density settles at :math:`e^{-E/T}/Z`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.integrate import quad
from scipy.special import kve

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

Force = Callable[[Float[ndarray, "chains d"]], Float[ndarray, "chains d"]]


@dataclass(frozen=True)
class Relaxation:
    """Along ``times``: the density on the ``grid``, its mean energy, its free energy, and what the latter tends to."""

    grid: Float[ndarray, " cells"]
    times: Float[ndarray, " times"]
    density: Float[ndarray, "times cells"]
    energy: Float[ndarray, " times"]
    free_energy: Float[ndarray, " times"]
    limit: float


def double_well(x: Float[ndarray, " cells"], tilt: float = 0.15) -> Float[ndarray, " cells"]:
    """Two valleys, the left one deeper by about twice the ``tilt``."""
    return (x**2 - 1) ** 2 / 4 + tilt * x


@once
def relax(temperature: float, start: float, cells: int = 240, width: float = 0.15, until: float = 60.0) -> Relaxation:
    r"""The density of Langevin motion in :func:`double_well`, from a narrow Gaussian, on a grid.

    Jumps between neighbouring cells at rates :math:`\frac T{h^2}e^{-\Delta E/2T}` are solved by their eigenvectors.
    Raises ValueError for a temperature that is not above 0.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be > 0, got {temperature}")
    grid = np.linspace(-2.2, 2.2, cells)
    level, h = double_well(grid), grid[1] - grid[0]
    root = np.exp(-(level - level.min()) / (2 * temperature))
    between = np.full(cells - 1, temperature / h**2)
    leaves = np.zeros(cells)
    leaves[:-1] += between * root[1:] / root[:-1]
    leaves[1:] += between * root[:-1] / root[1:]
    rates, modes = np.linalg.eigh(np.diag(-leaves) + np.diag(between, 1) + np.diag(between, -1))
    first = np.exp(-((grid - start) ** 2) / (2 * width**2))
    first /= first.sum()
    times = np.concatenate([[0.0], np.geomspace(1e-3, until, 120)])
    share = modes.T @ (first / root)
    p = np.maximum(root * ((np.exp(np.outer(times, np.minimum(rates, 0.0))) * share) @ modes.T), 1e-300)
    energy = p @ level
    free = energy + temperature * np.sum(p * np.log(p / h), axis=1)
    limit = level.min() - temperature * np.log(np.sum(root**2) * h)
    return Relaxation(grid, times, p / h, energy, free, float(limit))


def langevin_mean(
    force: Force,
    measure: Callable[[Float[ndarray, "chains d"]], Float[ndarray, " chains"]],
    start: Float[ndarray, "chains d"],
    temperature: float,
    generator: np.random.Generator,
    step: float = 0.01,
    steps: int = 4000,
) -> float:
    """The mean of ``measure`` over chains and over the second half of Langevin motion in small steps."""
    x, total, half = start.copy(), 0.0, steps // 2
    for i in range(steps):
        x += step * force(x) + np.sqrt(2 * temperature * step) * generator.standard_normal(x.shape)
        if i >= half:
            total += float(np.mean(measure(x)))
    return total / (steps - half)


def ring_force(w: Float[ndarray, "chains d"]) -> Float[ndarray, "chains d"]:
    r"""Minus the gradient of :math:`(|w|^2-1)^2/4`, a sphere of minima."""
    return -(np.sum(w**2, axis=1, keepdims=True) - 1) * w


@once
def mean_radius(seed: int, d: int, temperature: float, chains: int | None = None) -> float:
    """The mean distance from the origin under noise at a temperature, around the sphere of minima of radius 1.

    ``chains`` runs side by side, more in few dimensions if None.
    """
    generator = numpy_generator(seed, "sgd_noise ring", d)
    start = generator.standard_normal((chains or max(100, 4000 // d), d))
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    radius = langevin_mean(ring_force, lambda w: np.linalg.norm(w, axis=1), start, temperature, generator, 0.01, 3000)
    return radius


def exact_mean_radius(d: int, temperature: float) -> float:
    r"""The same by integration: the radius has the density :math:`r^{d-1}e^{-E(r)/T}`, where the power counts directions."""
    top = 2.0 + np.sqrt(d * temperature)

    def weight(r: float) -> float:
        return r ** (d - 1) * np.exp(-((r**2 - 1) ** 2) / (4 * temperature))

    return quad(lambda r: r * weight(r), 0, top)[0] / quad(weight, 0, top)[0]


@once
def mean_product(seed: int, width: int, temperature: float, decay: float, chains: int = 200) -> float:
    r"""The mean map :math:`w=a\cdot b` of a linear network with ``width`` hidden units under Langevin noise.

    The loss is :math:`\tfrac12(w-1)^2+\tfrac\lambda2(|a|^2+|b|^2)` with the ``decay`` :math:`\lambda`.
    """
    generator = numpy_generator(seed, "sgd_noise product", width)

    def force(x: Float[ndarray, "chains d"]) -> Float[ndarray, "chains d"]:
        a, b = x[:, :width], x[:, width:]
        error = np.sum(a * b, axis=1, keepdims=True) - 1
        return -error * np.hstack([b, a]) - decay * x

    start = generator.standard_normal((chains, 2 * width)) * np.sqrt(temperature / decay)
    start[:, width:] = start[:, :width]
    start /= np.linalg.norm(start[:, :width], axis=1, keepdims=True)
    return langevin_mean(
        force, lambda x: np.sum(x[:, :width] * x[:, width:], axis=1), start, temperature, generator, 0.02, 3000
    )


def exact_mean_product(width: int, temperature: float, decay: float) -> float:
    r"""The same by integration over the map: :math:`e^{-(w-1)^2/2T}\,|w|^\nu K_\nu(\lambda|w|/T)`, with :math:`\nu=(h-1)/2`.

    The second factor is the law of :math:`a\cdot b` for Gaussian weights of variance :math:`T/\lambda`: the size of the fibre,
    weighed by the decay.
    """
    order = (width - 1) / 2

    def weight(w: float) -> float:
        size = max(abs(w), 1e-12) * decay / temperature
        return size**order * kve(order, size) * np.exp(-size - (w - 1) ** 2 / (2 * temperature) + decay / temperature)

    reach = 12 * np.sqrt(temperature)
    kinks = [0.0] if 1 - reach < 0 else None
    over = quad(weight, 1 - reach, 1 + reach, points=kinks, limit=200)[0]
    return quad(lambda w: w * weight(w), 1 - reach, 1 + reach, points=kinks, limit=200)[0] / over
