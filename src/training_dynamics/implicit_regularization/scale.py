"""How the scale of the start decides the bias: diagonal networks ``w = u^2 - v^2``, their exact limit, and mirror descent.

Every coordinate starts at ``u_i = v_i = alpha``, so w starts at zero whatever alpha is.  The loss is ``|Xw - y|^2 / 2``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float

from training_dynamics.implicit_regularization.least_squares import Problem, Vector, min_l1, min_norm, problem
from training_dynamics.toolbox.seeds import numpy_generator

Dual = Float[np.ndarray, " n"]


def potential(w: Vector, alpha: float) -> float:
    """``Q_alpha(w) = sum_i alpha^2 q(w_i / alpha^2)`` with ``q(z) = (2 - sqrt(4 + z^2) + z arcsinh(z / 2)) / 4``.

    Its gradient is ``arcsinh(w_i / (2 alpha^2)) / 4``; it goes to ``|w|^2 / (16 alpha^2)`` for large alpha and, divided by
    ``log(1 / alpha)``, to ``|w|_1 / 2`` for small alpha.  Source: Woodworth et al. 2020, theorem 1, for this loss and start.
    """
    if alpha <= 0:
        raise ValueError(f"alpha must be > 0, got {alpha}")
    z = w / alpha**2
    return float(alpha**2 / 4 * np.sum(2 - np.sqrt(4 + z**2) + z * np.arcsinh(z / 2)))


def primal(p: Problem, nu: Dual, alpha: float, w0: Vector | None = None) -> Vector:
    """``w = 2 alpha^2 sinh(4 X^T nu + arcsinh(w0 / (2 alpha^2)))``: every w that the flow can reach from w0 (default: zero)."""
    return 2 * alpha**2 * np.sinh(4 * p.x.T @ nu + _start(p, alpha, w0))


def _start(p: Problem, alpha: float, w0: Vector | None) -> Vector:
    return np.zeros(p.x.shape[1]) if w0 is None else np.arcsinh(w0 / (2 * alpha**2))


def flow_limit(p: Problem, alpha: float, w0: Vector | None = None, tolerance: float = 1e-11) -> Vector:
    """Where gradient flow on (u, v) ends, started at ``u v = alpha^2`` and ``u^2 - v^2 = w0`` (default: zero).

    From zero it is the interpolating w of least ``Q_alpha``.  Solves ``X w(nu) = y`` by Newton's method with backtracking on
    the convex dual ``(alpha^2 / 2) sum_i cosh(4 x_i . nu + c_i) - y . nu``, coming down from a large alpha in steps.  Raises
    ValueError unless alpha > 0, and RuntimeError when a relative residual of ``tolerance`` is not reached.
    """
    if alpha <= 0:
        raise ValueError(f"alpha must be > 0, got {alpha}")
    nu = np.zeros(len(p.y))
    largest = max(alpha, 1.0)
    for a in np.geomspace(largest, alpha, 2 + round(4 * np.log10(largest / alpha))):
        nu = _newton(p, nu, float(a), w0, tolerance)
    return primal(p, nu, alpha, w0)


def _newton(p: Problem, nu: Dual, alpha: float, w0: Vector | None, tolerance: float) -> Dual:
    offset = _start(p, alpha, w0)

    def slope_at(v: Dual) -> Dual:
        return p.x @ (2 * alpha**2 * np.sinh(np.clip(4 * p.x.T @ v + offset, -300, 300))) - p.y

    slope = slope_at(nu)
    for _ in range(200):
        if np.linalg.norm(slope) <= tolerance * np.linalg.norm(p.y):
            return nu
        curvature = (p.x * (8 * alpha**2 * np.cosh(4 * p.x.T @ nu + offset))) @ p.x.T
        move = -np.linalg.solve(curvature, slope)
        # A Newton step shortens |slope| if it is short enough; the dual's own value is too coarse near its minimum.
        size = 1.0
        while size > 1e-12 and np.linalg.norm(slope_at(nu + size * move)) > (1 - 1e-4 * size) * np.linalg.norm(slope):
            size /= 2
        nu = nu + size * move
        slope = slope_at(nu)
    raise RuntimeError(f"Newton's method missed {tolerance} at alpha = {alpha}: residual {np.linalg.norm(slope)}")


def train_diagonal(p: Problem, alpha: float, lr: float, steps: int) -> Vector:
    """Plain gradient descent on u and v from ``u = v = alpha``; returns ``u^2 - v^2``."""
    u, v = np.full(p.x.shape[1], alpha), np.full(p.x.shape[1], alpha)
    for _ in range(steps):
        g = p.gradient(u * u - v * v)
        u, v = u - 2 * lr * u * g, v + 2 * lr * v * g
    return u * u - v * v


def train_stochastic(p: Problem, alpha: float, lr: float, steps: int, rng: np.random.Generator) -> Vector:
    """:func:`train_diagonal` with the gradient of one row, drawn at random, at each step."""
    u, v = np.full(p.x.shape[1], alpha), np.full(p.x.shape[1], alpha)
    for i in rng.integers(len(p.y), size=steps):
        g = p.x[i] * (p.x[i] @ (u * u - v * v) - p.y[i])
        u, v = u - 2 * lr * u * g, v + 2 * lr * v * g
    return u * u - v * v


def mirror_descent(p: Problem, alpha: float, lr: float, steps: int) -> Vector:
    """Mirror descent with the potential ``Q_alpha``: ``theta <- theta - lr * gradient(w)``, ``w = 2 alpha^2 sinh(4 theta)``."""
    theta = np.zeros(p.x.shape[1])
    for _ in range(steps):
        theta = theta - lr * p.gradient(2 * alpha**2 * np.sinh(4 * theta))
    return 2 * alpha**2 * np.sinh(4 * theta)


@dataclass(frozen=True)
class ScaleLimit:
    """The limit ``w (d,)`` at scale ``alpha`` beside the least-l2 and least-l1 interpolating solutions of the same problem."""

    problem: Problem
    alpha: float
    w: Vector
    l2: Vector
    l1: Vector

    @property
    def l2_distance(self) -> float:
        """``|w - w_l2| / |w_l2|``."""
        return float(np.linalg.norm(self.w - self.l2) / np.linalg.norm(self.l2))

    @property
    def l1_excess(self) -> float:
        """``|w|_1`` over the least that any interpolating solution has, minus 1."""
        return float(np.abs(self.w).sum() / np.abs(self.l1).sum()) - 1

    @property
    def test_error(self) -> float:
        """``|w - truth|^2 / |truth|^2``: the test error for inputs N(0, I)."""
        return float(np.sum((self.w - self.problem.truth) ** 2) / np.sum(self.problem.truth**2))


@cache
def scale_limit(seed: int, alpha: float, n: int = 50, d: int = 100, sparsity: int = 5) -> ScaleLimit:
    """The exact limit at scale ``alpha`` on a sparse teacher: ``problem(seed, n, d, "sparse", sparsity)``."""
    p = problem(seed, n, d, "sparse", sparsity)
    return ScaleLimit(p, alpha, flow_limit(p, alpha), min_norm(p), min_l1(p))


@dataclass(frozen=True)
class Agreement:
    """Relative distances to the exact limit: of a trained network, and of mirror descent at two step sizes."""

    trained: float
    mirror: float
    mirror_halved: float
    interpolates: float


@cache
def agreement(seed: int, alpha: float = 0.1, n: int = 50, d: int = 100, steps: int = 12_000) -> Agreement:
    """Train the network, and run mirror descent, on the problem of :func:`scale_limit`.

    Rates come from the smoothness of the loss times the curvature ``8 alpha^2 cosh(4 theta) <= 4 sqrt(w^2 + 4 alpha^4)`` of
    the mirror map at the largest weight of the limit.
    """
    exact = scale_limit(seed, alpha, n, d)
    p, size = exact.problem, np.linalg.norm(exact.w)
    top = 4 * np.sqrt(np.abs(exact.w).max() ** 2 + 4 * alpha**4) * p.singular_values[0] ** 2
    trained = train_diagonal(p, alpha, 0.5 / top, steps)
    mirrors = [mirror_descent(p, alpha, 0.5 / k / top, 2 * k * steps) for k in (1, 2)]
    gaps = [float(np.linalg.norm(w - exact.w) / size) for w in (trained, *mirrors)]
    return Agreement(gaps[0], gaps[1], gaps[2], float(np.linalg.norm(p.x @ trained - p.y) / np.linalg.norm(p.y)))


@cache
def stochastic_excess(
    seed: int, alpha: float, rate: float = 0.5, steps: int = 40_000, n: int = 50, d: int = 100, sparsity: int = 5
) -> float:
    """The excess of the l1 norm that one row a step reaches from ``u = v = alpha``, on the problem of :func:`scale_limit`.

    ``rate`` is the learning rate in units of ``2 / (4 sum_i x_i^2 |w_i|)`` at the truth, averaged over rows: at 1 a step at the
    solution would be at the edge of stability.
    """
    p = problem(seed, n, d, "sparse", sparsity)
    lr = rate / (2 * float((p.x**2 @ np.abs(p.truth)).mean()))
    w = train_stochastic(p, alpha, lr, steps, numpy_generator(seed, "implicit", "rows"))
    return float(np.abs(w).sum() / np.abs(min_l1(p)).sum()) - 1
