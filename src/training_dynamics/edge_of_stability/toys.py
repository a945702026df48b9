r"""Three models that can be followed by hand: self-stabilisation, the catapult, and a valley that ends at the edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class Path:
    """Two coordinates of a model after every step, the start first."""

    first: Float[ndarray, " steps+1"]
    second: Float[ndarray, " steps+1"]


def self_stabilise(rate: float, push: float, pull: float, x: float, y: float, steps: int) -> Path:
    r"""The cubic model: ``x`` along the sharpest direction, ``y`` the sharpness minus :math:`2/\eta`.

    :math:`x' = -(1+\eta y)\,x`, then :math:`y' = y + \eta\,(a - b\,x'^2/2)` with the push ``a`` of progressive sharpening and
    the pull ``b``, the squared length of the sharpness's gradient.  Source: Damian, Nichani and Lee 2023, section 4.
    """
    if not rate > 0:
        raise ValueError(f"rate must be > 0, got {rate}")
    xs, ys = [x], [y]
    for _ in range(steps):
        x = -(1 + rate * y) * x
        y = y + rate * (push - pull * x**2 / 2)
        xs.append(x)
        ys.append(y)
    return Path(np.array(xs), np.array(ys))


def noisy_excess(rate: float, push: float, pull: float, noise: float, copies: int, steps: int, seed: int) -> float:
    r"""The mean of ``y`` in the cubic model with noise in the gradient along ``x``, over ``copies`` runs side by side.

    :math:`x' = -(1+\eta y)\,x + \eta\xi` with independent normal :math:`\xi` of standard deviation ``noise``; the first tenth
    of the steps is left out.  Stationary moments give :math:`-\eta b\,\sigma^2/4a`.  Source: Liao et al. 2026.
    """
    rng = numpy_generator(seed, "self-stabilisation noise")
    x, y, total = np.full(copies, (2 * push / pull) ** 0.5), np.zeros(copies), np.zeros(copies)
    for step in range(steps):
        x = -(1 + rate * y) * x + rate * noise * rng.standard_normal(copies)
        y = y + rate * (push - pull * x**2 / 2)
        if step >= steps // 10:
            total += y
    return float(total.mean() / (steps - steps // 10))


@dataclass(frozen=True)
class Cycles:
    """Averages of the cubic model over whole cycles, and the length of a cycle in steps."""

    mean_square: float
    mean_excess: float
    period: float


def cycles(path: Path) -> Cycles:
    """Averages between the first and the last time at which ``y`` rises through 0.

    Raises ValueError when there are fewer than two such times.
    """
    rises = np.flatnonzero((path.second[:-1] < 0) & (path.second[1:] >= 0))
    if len(rises) < 2:
        raise ValueError(f"the path holds {len(rises)} rise(s) of y through 0; averages need two: take more steps")
    whole = slice(rises[0] + 1, rises[-1] + 1)
    period = (rises[-1] - rises[0]) / (len(rises) - 1)
    return Cycles(float(np.mean(path.first[whole] ** 2)), float(path.second[whole].mean()), float(period))


def catapult(rate: float, f: float, kernel: float, width: int, steps: int) -> Path:
    r"""The two numbers that carry a two-layer linear network :math:`f=u\cdot v/\sqrt n` trained towards 0.

    With :math:`\lambda=(\lVert u\rVert^2+\lVert v\rVert^2)/n`:
    :math:`f'=f\,(1-\eta\lambda+\eta^2f^2/n)` and :math:`\lambda'=\lambda+\eta f^2(\eta\lambda-4)/n`, exactly.
    Runs that pass 1e100 are held there.  Source: Lewkowycz et al. 2020.
    """
    fs, kernels = [f], [kernel]
    for _ in range(steps):
        if abs(f) < 1e100:
            square = f * f / width
            f, kernel = f * (1 - rate * kernel + rate**2 * square), kernel + rate * square * (rate * kernel - 4)
        fs.append(f)
        kernels.append(kernel)
    return Path(np.array(fs), np.array(kernels))


def catapult_start(seed: int, width: int) -> tuple[ndarray, ndarray]:
    """Vectors ``u`` and ``v`` of independent standard normal entries."""
    rng = numpy_generator(seed, "catapult start", width)
    return rng.standard_normal(width), rng.standard_normal(width)


def catapult_from(seed: int, times_edge: float, width: int = 512, steps: int = 600) -> tuple[Path, float]:
    r"""The path from a random start at a rate with :math:`\eta\lambda_0` = ``times_edge``, and that rate."""
    u, v = catapult_start(seed, width)
    kernel = float(u @ u + v @ v) / width
    return catapult(times_edge / kernel, float(u @ v) / width**0.5, kernel, width, steps), times_edge / kernel


def valley_loss(x: float | ndarray, y: float | ndarray) -> float | ndarray:
    r"""The minimalist loss :math:`(1-x^2y^2)^2/4`; its minima are the curves :math:`xy=\pm1`.  Source: Zhu et al. 2022."""
    return (1 - x * x * y * y) ** 2 / 4


def valley_sharpness(x: float | ndarray, y: float | ndarray) -> float | ndarray:
    r"""The larger eigenvalue of its Hessian; on the valley floor that is :math:`2(x^2+y^2)`.

    Entries :math:`3x^2y^4-y^2`, :math:`3x^4y^2-x^2` and :math:`4x^3y^3-2xy`.
    """
    xx, yy = 3 * x**2 * y**4 - y**2, 3 * x**4 * y**2 - x**2
    xy = 4 * x**3 * y**3 - 2 * x * y
    return (xx + yy) / 2 + np.sqrt((xx - yy) ** 2 / 4 + xy**2)


def valley_point(sharpness: float, product: float = 1.0) -> tuple[float, float]:
    """A point with ``x y = product`` and ``x > y > 0`` where ``2 (x^2 + y^2)`` is ``sharpness``.

    Raises ValueError below the smallest such sharpness, four times the product.
    """
    if sharpness < 4 * product:
        raise ValueError(f"sharpness must be at least 4 * product = {4 * product}, got {sharpness}")
    total, difference = np.sqrt(sharpness / 2 + 2 * product), np.sqrt(sharpness / 2 - 2 * product)
    return float((total + difference) / 2), float((total - difference) / 2)


def descend_valley(rate: float, x: float, y: float, steps: int) -> Path:
    """Gradient descent on the minimalist loss; the gradient is ``-(1 - x^2 y^2) x y (y, x)``."""
    if not rate > 0:
        raise ValueError(f"rate must be > 0, got {rate}")
    xs, ys = [x], [y]
    for _ in range(steps):
        pull = rate * (1 - x * x * y * y) * x * y
        x, y = x + pull * y, y + pull * x
        xs.append(x)
        ys.append(y)
    return Path(np.array(xs), np.array(ys))
