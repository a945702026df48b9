"""Learning-rate schedules on the noisy quadratic, whose expected loss obeys an exact recursion: no sampling needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray
from scipy.optimize import minimize_scalar

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

Shape = Callable[[Float[ndarray, " t"], int], Float[ndarray, " t"]]


def _step(u: Float[ndarray, " t"], steps: int) -> Float[ndarray, " t"]:
    return np.where(u < 0.5, 1.0, np.where(u < 0.75, 0.1, 0.01))


SHAPES: dict[str, Shape] = {
    "constant": lambda u, steps: np.ones_like(u),
    "1/√t": lambda u, steps: 1 / np.sqrt(1 + u * steps),
    "step": _step,
    "WSD": lambda u, steps: np.minimum(1, (1 - u) / 0.2),
    "linear": lambda u, steps: 1 - u,
    "cosine": lambda u, steps: (1 + np.cos(np.pi * u)) / 2,
}


def rates(shape: str, peak: float, steps: int, warmup: int = 0) -> Float[ndarray, " steps"]:
    """The learning rate of each step: ``peak`` times the shape, reached in a straight line over ``warmup`` steps."""
    if shape not in SHAPES:
        raise ValueError(f"shape must be one of {', '.join(SHAPES)}, got {shape!r}")
    if not 0 <= warmup < steps:
        raise ValueError(f"warmup must be between 0 and steps - 1 = {steps - 1}, got {warmup}")
    rest = np.arange(steps - warmup) / (steps - warmup)
    return peak * np.concatenate([(1 + np.arange(warmup)) / (warmup + 1), SHAPES[shape](rest, steps - warmup)])


def spectrum(modes: int = 100, power: float = 1.0) -> Float[ndarray, " modes"]:
    """Curvatures ``k**-power`` for k = 1, 2, …, modes."""
    return np.arange(1.0, modes + 1) ** -power


def expected_loss(
    learning_rates: Float[ndarray, " steps"], curvatures: Float[ndarray, " k"], noise: float, every: bool = False
) -> Float[ndarray, ...]:
    r"""Expected loss :math:`\tfrac12\sum_k h_k m_k` of SGD from :math:`\theta_k=1` with gradient noise of variance ``noise*h``.

    Each mode's second moment obeys :math:`m \leftarrow (1-\eta h)^2 m + \eta^2\,\text{noise}\,h`.
    Returns the last value, or all of them (steps + 1) with ``every``.
    """
    m, h = np.ones_like(curvatures), curvatures
    losses = [0.5 * float(h @ m)]
    for rate in learning_rates:
        m = (1 - rate * h) ** 2 * m + rate**2 * noise * h
        losses.append(0.5 * float(h @ m))
    return np.array(losses) if every else np.array(losses[-1])


@once
def best_loss(shape: str, steps: int, noise: float = 0.1, power: float = 1.0, modes: int = 100) -> tuple[float, float]:
    """The least expected loss of a schedule over its peak rate, and that rate."""
    h = spectrum(modes, power)

    def loss(log_peak: float) -> float:
        with np.errstate(over="ignore", invalid="ignore"):
            value = float(expected_loss(rates(shape, float(np.exp(log_peak)), steps), h, noise))
        return value if np.isfinite(value) else 1e9

    grid = np.linspace(np.log(1e-3), np.log(30.0), 20)
    k = int(np.argmin([loss(x) for x in grid]))
    found = minimize_scalar(
        loss, bounds=(grid[max(k - 1, 0)], grid[min(k + 1, 19)]), method="bounded", options={"xatol": 1e-3}
    )
    return float(found.fun), float(np.exp(found.x))


@dataclass(frozen=True)
class Valley:
    """Largest rates from one start of the two-weight model: without and with warm-up, in units of 2 over its sharpness."""

    without: float
    with_warmup: float


def two_weights(
    peaks: Float[ndarray, " r"], warmup: int, seed: int, steps: int = 400, far: float = 4.0, noise: float = 1e-3
) -> Bool[ndarray, " r"]:
    """Which rates train ``(uv - 1)**2 / 2`` from ``(far, 0.1)``, each rising over ``warmup`` steps and then kept for ``steps``.

    Both gradients have normal noise of deviation ``noise``: without any, rounding ends a descent exactly at a minimum, where no
    rate is too large.  A rate trains if the weights stay bounded and the median loss of the last hundred steps is below 0.01.
    """
    rng = numpy_generator(seed, "gradient descent two weights", warmup)
    u, v, lost = np.full(len(peaks), far), np.full(len(peaks), 0.1), np.zeros(len(peaks), dtype=bool)
    losses = []
    for step in range(warmup + steps):
        rate = peaks * min(1.0, (step + 1) / (warmup + 1))
        miss, (first, second) = u * v - 1, noise * rng.standard_normal((2, 1))
        u, v = u - rate * (miss * v + first), v - rate * (miss * u + second)
        lost |= np.abs(u * v) > 1e6
        u[lost], v[lost] = 1e3, 1e3  # far from every minimum, and small enough to go on with
        losses.append((u * v - 1) ** 2 / 2)
    return ~lost & (np.median(losses[-100:], axis=0) < 1e-2)


@once
def valley(seed: int, warmup: int = 200, far: float = 4.0) -> Valley:
    """The largest rates below which every rate of a fine grid trains; the sharpness at the start is nearly ``far**2``."""
    multiples = np.geomspace(0.5, 20, 120)
    found = []
    for steps in (0, warmup):
        good = two_weights(multiples * 2 / (far**2 + 0.1**2), steps, seed, far=far)
        found.append(float(multiples[-1] if good.all() else multiples[max(int(np.argmin(good)) - 1, 0)]))
    return Valley(*found)


def simulated_loss(
    learning_rates: Float[ndarray, " steps"],
    curvatures: Float[ndarray, " k"],
    noise: float,
    rng: np.random.Generator,
    runs: int = 200,
) -> float:
    """The mean final loss of that many noisy runs: what the recursion claims to be the expectation of."""
    theta, h = np.ones((runs, len(curvatures))), curvatures
    for rate in learning_rates:
        theta = theta - rate * (h * theta + np.sqrt(noise * h) * rng.standard_normal(theta.shape))
    return float(0.5 * np.mean(theta**2 @ h))
