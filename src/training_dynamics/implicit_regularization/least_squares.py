"""Which of many interpolating solutions an optimiser finds: least squares with fewer equations than unknowns.

The loss is L(w) = |Xw - y|^2 / 2, summed over the n equations, so its gradient is X^T (Xw - y) and its smoothness is the
squared largest singular value of X.  Everything is float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import linprog

from training_dynamics.lab.optimizers import AdamSettings, adam, zero_moments
from training_dynamics.toolbox.seeds import numpy_generator

Vector = Float[np.ndarray, " d"]
Step = Callable[[int, Vector], Vector]
TEACHERS = ("gaussian", "sparse", "signs")


@dataclass(frozen=True)
class Problem:
    """Inputs ``x (n, d)``, targets ``y = x @ truth (n,)`` without noise, and the truth ``(d,)``."""

    x: Float[np.ndarray, "n d"]
    y: Float[np.ndarray, " n"]
    truth: Vector

    @property
    def singular_values(self) -> Float[np.ndarray, " r"]:
        """The non-zero singular values of ``x``, largest first."""
        values = np.linalg.svd(self.x, compute_uv=False)
        return values[values > max(self.x.shape) * np.finfo(float).eps * values[0]]

    def gradient(self, w: Vector) -> Vector:
        """``X^T (X w - y)``."""
        return self.x.T @ (self.x @ w - self.y)


def problem(seed: int, n: int = 20, d: int = 100, teacher: str = "gaussian", sparsity: int = 5) -> Problem:
    """Standard normal inputs and a teacher of unit expected squared norm.

    ``teacher`` is ``"gaussian"`` (entries N(0, 1/d)), ``"sparse"`` (``sparsity`` entries +-1/sqrt(sparsity)) or ``"signs"``
    (all entries +-1/sqrt(d)).  Raises ValueError for another name, and unless ``0 < sparsity <= d``.
    """
    if teacher not in TEACHERS:
        raise ValueError(f"teacher must be one of {', '.join(TEACHERS)}, got {teacher!r}")
    if not 0 < sparsity <= d:
        raise ValueError(f"sparsity must be between 1 and d = {d}, got {sparsity}")
    rng = numpy_generator(seed, "implicit", n, d, teacher)
    x = rng.standard_normal((n, d))
    if teacher == "gaussian":
        truth = rng.standard_normal(d) / math.sqrt(d)
    else:
        truth = rng.choice([-1.0, 1.0], d)
        if teacher == "sparse":
            truth[rng.permutation(d)[sparsity:]] = 0
        truth /= np.linalg.norm(truth)
    return Problem(x, x @ truth, truth)


def min_norm(p: Problem) -> Vector:
    """The interpolating (or least-squares) solution of least Euclidean norm, ``X^+ y``."""
    return np.linalg.lstsq(p.x, p.y, rcond=None)[0]


def row_part(p: Problem, w: Vector) -> Vector:
    """The orthogonal projection of ``w`` onto the span of the rows of X."""
    _, s, vt = np.linalg.svd(p.x, full_matrices=False)
    basis = vt[s > max(p.x.shape) * np.finfo(float).eps * s[0]]
    return basis.T @ (basis @ w)


def limit_from(p: Problem, w0: Vector) -> Vector:
    """Where gradient descent from ``w0`` ends: ``(I - P) w0 + X^+ y``, P the projection onto the rows of X."""
    return w0 - row_part(p, w0) + min_norm(p)


def min_linf(p: Problem) -> Vector:
    """An interpolating solution of least ``max_i |w_i|``: the linear programme  min m  with  Xw = y, -m <= w_i <= m."""
    n, d = p.x.shape
    cost = np.r_[np.zeros(d), 1.0]
    below = np.block([[np.eye(d), -np.ones((d, 1))], [-np.eye(d), -np.ones((d, 1))]])
    equal = np.hstack([p.x, np.zeros((n, 1))])
    found = linprog(cost, below, np.zeros(2 * d), equal, p.y, bounds=[(None, None)] * d + [(0, None)], method="highs")
    if found.status != 0:
        raise ValueError(f"no interpolating solution: {found.message}")
    return found.x[:d]


def min_l1(p: Problem) -> Vector:
    """An interpolating solution of least ``sum_i |w_i|``: the linear programme in w = a - b with a, b >= 0."""
    d = p.x.shape[1]
    found = linprog(np.ones(2 * d), A_eq=np.hstack([p.x, -p.x]), b_eq=p.y, bounds=(0, None), method="highs")
    if found.status != 0:
        raise ValueError(f"no interpolating solution: {found.message}")
    return found.x[:d] - found.x[d:]


def gradient_step(p: Problem, lr: float | None = None) -> Step:
    """One step ``w - lr * gradient``; by default ``lr = 1/L`` with L the largest squared singular value."""
    rate = 1 / p.singular_values[0] ** 2 if lr is None else lr
    return lambda t, w: w - rate * p.gradient(w)


def heavy_ball_step(p: Problem, lr: float | None = None, momentum: float | None = None) -> Step:
    """Heavy ball ``w + v`` with ``v <- momentum * v - lr * gradient``.

    By default ``lr = 4 / (a + b)^2`` and ``momentum = ((a - b) / (a + b))^2``, with a and b the largest and smallest singular
    value: the best for this spectrum (Polyak 1964).
    """
    top, low = p.singular_values[0], p.singular_values[-1]
    rate = 4 / (top + low) ** 2 if lr is None else lr
    keep = ((top - low) / (top + low)) ** 2 if momentum is None else momentum
    velocity = np.zeros(p.x.shape[1])

    def step(t: int, w: Vector) -> Vector:
        nonlocal velocity
        velocity = keep * velocity - rate * p.gradient(w)
        return w + velocity

    return step


def minibatch_step(p: Problem, rng: np.random.Generator, batch: int = 5) -> Step:
    """One step on ``batch`` rows drawn without replacement, with the constant rate ``1 / (batch * largest squared row norm)``."""
    n = len(p.y)
    if not 0 < batch <= n:
        raise ValueError(f"batch must be between 1 and the {n} rows, got {batch}")
    rate = 1 / (batch * (p.x**2).sum(1).max())  # at most 1 / smoothness of any batch, whatever the rows are

    def step(t: int, w: Vector) -> Vector:
        rows = rng.choice(n, batch, replace=False)
        return w - rate * p.x[rows].T @ (p.x[rows] @ w - p.y[rows])

    return step


def adam_step(p: Problem, lr: float, steps: int, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> Step:
    """Adam (Kingma and Ba 2015, algorithm 1) with ``lr`` falling linearly to zero over ``steps``."""
    moments, settings = zero_moments(p.truth), AdamSettings(beta1, beta2, eps)

    def step(t: int, w: Vector) -> Vector:
        nonlocal moments
        moments, direction = adam(moments, p.gradient(w), settings)
        return w - lr * (1 - t / steps) * direction

    return step


def sign_step(p: Problem, lr: float, steps: int) -> Step:
    """Sign descent ``w - lr_t * sign(gradient)`` with ``lr_t`` falling linearly from ``lr`` to zero over ``steps``."""
    return lambda t, w: w - lr * (1 - t / steps) * np.sign(p.gradient(w))


def descend(step: Step, w0: Vector, steps: int, every: int = 0) -> Float[np.ndarray, "k d"]:
    """Apply ``step`` ``steps`` times: the start, every ``every``-th iterate (none for 0) and the end, as rows."""
    w, kept = w0, [w0]
    for t in range(steps):
        w = step(t, w)
        if every and (t + 1) % every == 0 and t + 1 < steps:
            kept.append(w)
    return np.array([*kept, w])


def contraction(p: Problem) -> float:
    """``rho = 1 - (sigma_min / sigma_max)^2``: the factor by which a step at lr = 1/L shrinks the slowest mode."""
    s = p.singular_values
    return 1 - float(s[-1] / s[0]) ** 2


def steps_to(p: Problem, error: float) -> int:
    """The number of gradient steps at lr = 1/L after which ``rho^t <= error``."""
    if not 0 < error < 1:
        raise ValueError(f"error must be between 0 and 1, got {error}")
    rho = contraction(p)
    return 1 if rho <= 0 else math.ceil(math.log(error) / math.log(rho))
