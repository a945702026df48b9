"""The experiments on least squares: where each optimiser ends, how fast, and early stopping beside ridge."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float

from training_dynamics.implicit_regularization.least_squares import (
    Problem,
    Step,
    Vector,
    adam_step,
    contraction,
    descend,
    gradient_step,
    heavy_ball_step,
    limit_from,
    min_l1,
    min_linf,
    min_norm,
    minibatch_step,
    problem,
    row_part,
    sign_step,
    steps_to,
)
from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

METHODS = ("gradient", "momentum", "minibatch", "adam", "sign")
N, D = 20, 300  # equations and unknowns
SCHEDULES = {"adam": (0.01, 6000), "sign": (1e-4, 12000)}  # largest learning rate, steps; it falls linearly to zero


@dataclass(frozen=True)
class EndPoint:
    """Where one optimiser ended, ``w (d,)``, beside the minimum-norm solution ``target (d,)``."""

    w: Vector
    target: Vector
    problem: Problem

    @property
    def distance(self) -> float:
        """``|w - target| / |target|``."""
        return relative(self.w, self.target)

    @property
    def residual(self) -> float:
        """``|Xw - y| / |y|``: zero when w interpolates."""
        return relative(self.problem.x @ self.w, self.problem.y)

    @property
    def off_rows(self) -> float:
        """The part of |w| that is orthogonal to every row of X, as a fraction of |w|."""
        return float(np.linalg.norm(self.w - row_part(self.problem, self.w)) / np.linalg.norm(self.w))

    @property
    def linf_excess(self) -> float:
        """``max|w_i|`` over the least that any interpolating solution has, minus 1."""
        return float(np.abs(self.w).max() / np.abs(min_linf(self.problem)).max()) - 1


def relative(a: np.ndarray, b: np.ndarray) -> float:
    """``|a - b| / |b|`` in the Euclidean norm."""
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


@once
def end_point(
    method: str, seed: int, n: int = N, d: int = D, teacher: str = "gaussian", lr: float | None = None
) -> EndPoint:
    """Run one of ``METHODS`` from zero on ``problem(seed, n, d, teacher)`` until it interpolates.

    Gradient descent, momentum and minibatches take the steps that the spectrum asks for; Adam and sign descent follow
    ``SCHEDULES``, with ``lr`` in place of the largest learning rate if it is given.  Raises ValueError for another method.
    """
    p = problem(seed, n, d, teacher)
    return EndPoint(_descend(p, method, np.zeros(d), seed, lr)[-1], min_norm(p), p)


def _descend(p: Problem, method: str, w0: Vector, seed: int, lr: float | None = None) -> Float[np.ndarray, "k d"]:
    steps = SCHEDULES[method][1] if method in SCHEDULES else steps_to(p, 1e-16)
    if method == "minibatch":
        steps *= 25  # a step sees a quarter of the rows at a smaller rate
    return descend(rule(p, method, seed, steps, lr), w0, steps)


def rule(p: Problem, method: str, seed: int, steps: int, lr: float | None = None) -> Step:
    """The update of one of ``METHODS``; ``lr`` and ``steps`` are used by Adam and sign descent, ``seed`` draws the batches."""
    if method == "gradient":
        return gradient_step(p)
    if method == "momentum":
        return heavy_ball_step(p)
    if method == "minibatch":
        return minibatch_step(p, numpy_generator(seed, "implicit", "batches"))
    if method == "adam":
        return adam_step(p, SCHEDULES["adam"][0] if lr is None else lr, steps)
    if method == "sign":
        return sign_step(p, SCHEDULES["sign"][0] if lr is None else lr, steps)
    raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")


@cache
def distances(method: str, seed: int, steps: int, every: int = 1, n: int = N, d: int = D) -> Float[np.ndarray, " k"]:
    """``|w_t - X^+ y| / |X^+ y|`` at steps 0, every, 2 every, …, ``steps`` (a multiple of ``every``)."""
    p = problem(seed, n, d)
    target = min_norm(p)
    path = descend(rule(p, method, seed, steps), np.zeros(d), steps, every)
    return np.linalg.norm(path - target, axis=1) / np.linalg.norm(target)


def projection_error(seed: int, n: int = N, d: int = D) -> float:
    """Gradient descent from a random start against ``(I - P) w0 + X^+ y``: relative distance."""
    p = problem(seed, n, d)
    w0 = numpy_generator(seed, "implicit", "start").standard_normal(d)
    return relative(_descend(p, "gradient", w0, seed)[-1], limit_from(p, w0))


def measured_rate(seed: int, n: int = N, d: int = 100) -> tuple[float, float]:
    """The decay rate per step of ``|w_t - X^+ y|`` late in training, and the predicted ``-ln(1 - (s_min/s_max)^2)``.

    The start is off by the same amount along every right singular vector, so that the slowest mode is there to be seen; the
    rate is measured between the steps at which that mode has shrunk to 1e-9 and to 1e-12.
    """
    p = problem(seed, n, d)
    target, modes = min_norm(p), np.linalg.svd(p.x, full_matrices=False)[2]
    early, late = steps_to(p, 1e-9), steps_to(p, 1e-12)
    path = descend(gradient_step(p), target + modes.sum(0), late, 1)
    errors = np.linalg.norm(path - target, axis=1)
    return math.log(errors[early] / errors[late]) / (late - early), -math.log(contraction(p))


def rotated_adam(seed: int, n: int = N, d: int = D) -> float:
    """Adam in randomly rotated coordinates, mapped back, against Adam in the given ones: relative distance of end points."""
    p = problem(seed, n, d)
    q = np.linalg.qr(numpy_generator(seed, "implicit", "rotation").standard_normal((d, d)))[0]
    turned = Problem(p.x @ q, p.y, q.T @ p.truth)
    w = q @ _descend(turned, "adam", np.zeros(d), seed)[-1]
    return relative(w, end_point("adam", seed, n, d).w)


@cache
def errors_by_teacher(seed: int, teacher: str, n: int = 70, d: int = 100) -> dict[str, float]:
    """``|w - truth|^2 / |truth|^2`` of five interpolating solutions: the test error for inputs N(0, I).

    ``l2``, ``l1`` and ``linf`` are the exact least-norm solutions; ``adam`` and ``sign`` are what these optimisers find.
    """
    p = problem(seed, n, d, teacher)
    found = {
        "l2": min_norm(p),
        "l1": min_l1(p),
        "linf": min_linf(p),
        "adam": end_point("adam", seed, n, d, teacher).w,
        "sign": end_point("sign", seed, n, d, teacher).w,
    }
    return {name: relative(w, p.truth) ** 2 for name, w in found.items()}


@cache
def least_norm_error(seed: int, teacher: str, n: int = 70, d: int = 100) -> float:
    """The test error of the solution whose norm suits the truth: the least l1 norm for ``sparse``, l-infinity for ``signs``."""
    p = problem(seed, n, d, teacher)
    found = {"sparse": min_l1, "signs": min_linf}[teacher](p)
    return relative(found, p.truth) ** 2


def flow_filter(s: np.ndarray, t: float) -> np.ndarray:
    """The share ``1 - exp(-t s^2)`` of a mode of singular value s that gradient flow from zero has learned at time t."""
    return -np.expm1(-t * s**2)


def ridge_filter(s: np.ndarray, penalty: float) -> np.ndarray:
    """The share ``s^2 / (s^2 + penalty)`` of that mode in the minimiser of ``|Xw - y|^2 / 2 + penalty |w|^2 / 2``."""
    return s**2 / (s**2 + penalty)


@dataclass(frozen=True)
class StoppedPath:
    """Excess risks ``E|X(w - truth)|^2 / n`` on a grid of times t: gradient flow, and ridge with penalty 1/t; shapes ``(k,)``."""

    times: Float[np.ndarray, " k"]
    flow: Float[np.ndarray, " k"]
    ridge: Float[np.ndarray, " k"]
    distance: Float[np.ndarray, " k"]  # |E w_flow - E w_ridge| / |E w_ridge|


@cache
def stopped_path(seed: int, n: int = 60, d: int = 40, noise: float = 1.0, points: int = 121) -> StoppedPath:
    """Early-stopped gradient flow beside ridge at ``penalty = 1/t``, in closed form, for targets with N(0, noise^2) noise.

    With ``X = U S V^T`` and ``c = V^T truth``, a filter f has risk ``sum_i [s_i^2 c_i^2 (1 - f_i)^2 + noise^2 f_i^2] / n``,
    averaged over the noise.  The calibration is that of Ali, Kolter and Tibshirani (2019).
    """
    p = problem(seed, n, d)
    _, s, vt = np.linalg.svd(p.x, full_matrices=False)
    c = vt @ p.truth
    times = np.geomspace(1e-3 / s[0] ** 2, 1e3 / s[-1] ** 2, points)
    flow = np.array([flow_filter(s, t) for t in times])
    ridge = np.array([ridge_filter(s, 1 / t) for t in times])

    def risk(f: Float[np.ndarray, "k r"]) -> Float[np.ndarray, " k"]:
        return ((s * c) ** 2 * (1 - f) ** 2 + noise**2 * f**2).sum(1) / n

    gap = np.linalg.norm((flow - ridge) * c, axis=1) / np.linalg.norm(ridge * c, axis=1)
    return StoppedPath(times, risk(flow), risk(ridge), gap)
