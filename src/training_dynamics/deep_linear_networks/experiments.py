"""The runs that the chapter on deep linear networks shows, asserts and tests: one function a run, one seed an argument."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.deep_linear_networks.digits import Run, mirrored, start, train, whitened_digits
from training_dynamics.deep_linear_networks.flow import (
    Target,
    Weights,
    aligned_weights,
    alignment,
    conserved,
    crossing_times,
    descend,
    drift,
    effective_start,
    flow,
    product,
    random_target,
    random_weights,
    strengths,
    typical_start,
)
from training_dynamics.deep_linear_networks.landscape import gl_step
from training_dynamics.deep_linear_networks.modes import half_time
from training_dynamics.toolbox.seeds import numpy_generator

MODES = (8.0, 4.0, 2.0, 1.0)
SIZE = 8


@dataclass(frozen=True)
class Learning:
    """One flow: times, the strength of each mode, the weights along the way, and when each mode was half learned."""

    target: Target
    times: Float[ndarray, " times"]
    strengths: Float[ndarray, "times modes"]
    path: list[Weights]
    half_times: Float[ndarray, " modes"]
    predicted: Float[ndarray, " modes"]

    @property
    def losses(self) -> Float[ndarray, " times"]:
        r""":math:`\tfrac12\lVert M-W\rVert_F^2` along the way."""
        return np.array([0.5 * np.sum((self.target.matrix - product(w)) ** 2) for w in self.path])

    def low_rank_gaps(self) -> Float[ndarray, " ranks"]:
        """For each rank below full: how near the path comes to the best map of that rank, relative to the next mode."""
        target, maps = self.target, [product(w) for w in self.path]
        ranks = range(1, len(target.s))
        nearest = [min(np.linalg.norm(m - target.truncated(rank)) for m in maps) for rank in ranks]
        return np.array(nearest) / target.s[1:]

    def alignment_when_small(self, fraction: float = 0.01) -> float:
        """The alignment of the strongest pair when the map has ``fraction`` of its final length."""
        goal = fraction * np.linalg.norm(self.target.s)
        return next(alignment(m, self.target) for m in map(product, self.path) if np.linalg.norm(m) >= goal)


@lru_cache(maxsize=64)
def random_start(seed: int, scale: float, size: int = SIZE, modes: tuple[float, ...] = MODES) -> Learning:
    """A two-layer flow from random weights with entries of standard deviation ``scale``, on a random target."""
    rng = numpy_generator(seed, "random-start")  # one target and one direction of the start a seed, at every scale
    target, weights = random_target(list(modes), size, rng), random_weights(size, scale, 2, rng)
    start_of = effective_start(weights, target)
    predicted = np.array([half_time(s, min(a0, s / 3)) for s, a0 in zip(target.s, start_of)])
    times = np.linspace(0, 1.3 * float(predicted.max()) + 1, 1500)
    path = flow(weights, target.matrix, times)
    values = strengths(path, target)
    return Learning(target, times, values, path, crossing_times(times, values, target.s / 2), predicted)


@lru_cache(maxsize=32)
def deep_start(
    seed: int, depth: int = 3, scale: float = 0.03, size: int = SIZE, modes: tuple[float, ...] = MODES
) -> Learning:
    """A flow of three layers or more from random weights; ``predicted`` is NaN, since no closed form covers such a start.

    It is followed for twice the wait of an aligned mode of the weakest strength with weights of size ``scale``.
    Raises ValueError for fewer than three layers.
    """
    if depth < 3:
        raise ValueError(f"depth must be at least 3, got {depth}; random_start is for two layers")
    rng = numpy_generator(seed, "deep-start", depth)
    target, weights = random_target(list(modes), size, rng), random_weights(size, scale, depth, rng)
    until = 2 * half_time(min(modes), scale**depth, depth)
    times = np.linspace(0, until, 3000)
    path = flow(weights, target.matrix, times, tolerance=1e-8)
    values = strengths(path, target)
    reached = crossing_times(times, values, target.s / 2)
    return Learning(target, times, values, path, reached, np.full(len(target.s), np.nan))


def typical_start_error(seed: int, hidden: int = 64, scale: float = 1e-2) -> float:
    """The largest relative error of the half-times that the closed form gives from the scale and the width alone."""
    rng = numpy_generator(seed, "typical-start", hidden)
    target = random_target(list(MODES), SIZE, rng)
    weights = [scale * rng.standard_normal((hidden, SIZE)), scale * rng.standard_normal((SIZE, hidden))]
    starts = typical_start(hidden, len(MODES), scale)
    expected = np.array([half_time(s, a0) for s, a0 in zip(target.s, starts)])
    times = np.linspace(0, 2 * expected.max(), 800)
    found = crossing_times(times, strengths(flow(weights, target.matrix, times, tolerance=1e-9), target), target.s / 2)
    return float(np.abs(found / expected - 1).max())


@lru_cache(maxsize=32)
def aligned_start(seed: int, depth: int, a0: float = 1e-3, stretch: float = 1.0) -> Learning:
    """A flow from aligned weights; at depth 2, ``stretch`` unbalances them to ``(stretch W1, W2 / stretch)``."""
    rng = numpy_generator(seed, "aligned-start", depth)
    target = random_target(list(MODES), SIZE, rng)
    weights = aligned_weights(target, a0, depth, rng)
    if stretch != 1:
        weights = gl_step(weights, stretch * np.eye(SIZE))
    predicted = np.array([half_time(s, a0, depth) for s in target.s])
    times = np.linspace(0, 1.3 * float(predicted.max()), 400)
    path = flow(weights, target.matrix, times, tolerance=1e-12 if depth < 3 else 3e-14)  # deeper is stiffer
    values = strengths(path, target)
    return Learning(target, times, values, path, crossing_times(times, values, target.s / 2), predicted)


@dataclass(frozen=True)
class Discretisation:
    """What gradient descent with one learning rate does over a fixed time, against the flow from the same weights."""

    rate: float
    error: float
    drift: float


@lru_cache(maxsize=32)
def discretised(seed: int, rate: float, until: float = 1.5) -> Discretisation:
    """Descent from random weights (scale 0.1) for ``until`` units of time: distance of maps, drift of the conserved matrix."""
    rng = numpy_generator(seed, "discretised")
    target, weights = random_target(list(MODES), SIZE, rng), random_weights(SIZE, 0.1, 2, rng)
    exact = flow(weights, target.matrix, np.array([0.0, until]))[-1]
    found = descend(weights, target.matrix, rate, round(until / rate))
    error = float(np.linalg.norm(product(found) - product(exact)))
    return Discretisation(rate, error, drift(weights, found))


def coupling(seed: int, spread: float, a0: float = 1e-3) -> float:
    r"""The largest off-diagonal entry of :math:`U^\top W(t)V`, relative to :math:`s_1`, from an aligned start.

    The inputs have variances from ``1/spread`` to ``spread`` along random axes; ``spread=1`` is whitened.
    """
    rng = numpy_generator(seed, "coupling")
    target = random_target(list(MODES), SIZE, rng)
    axes = np.linalg.qr(rng.standard_normal((SIZE, SIZE)))[0]
    covariance = axes * np.geomspace(1 / spread, spread, SIZE) @ axes.T
    path = flow(aligned_weights(target, a0, 2, rng), target.matrix, np.linspace(0, 4, 100), covariance)
    seen = [target.u.T @ product(w) @ target.v for w in path]
    return float(max(np.abs(m - np.diag(np.diag(m))).max() for m in seen) / target.s[0])


def escape_ratio(seed: int, depth: int, scale: float, shrink: float, size: int = 4) -> float:
    """How many times longer a random start waits for its first mode when all its weights are ``shrink`` times smaller."""
    waits = []
    for size_of_start in (scale, scale / shrink):
        rng = numpy_generator(seed, "escape", depth)
        target, weights = random_target([4.0, 2.0], size, rng), random_weights(size, size_of_start, depth, rng)
        bound = 2 / (size_of_start ** (depth - 2) * 4) if depth > 2 else half_time(4.0, size_of_start**2) * 3
        times = np.linspace(0, bound, 4000)
        waits.append(crossing_times(times, strengths(flow(weights, target.matrix, times), target), target.s / 2)[0])
    return float(waits[1] / waits[0])


@dataclass(frozen=True)
class DigitsRun:
    """A digits run with the linear theory's half-times, and how much of what a linear net conserves it lost."""

    run: Run
    target: Target
    half_times: Float[ndarray, " modes"]
    predicted: Float[ndarray, " modes"]
    unit_drift: float
    matrix_drift: float


@lru_cache(maxsize=32)
def digits_run(
    seed: int, activation: str, scale: float = 1e-3, hidden: int = 50, examples: int = 1000, until: float = 60
) -> DigitsRun:
    r"""Train on the whitened digits from small weights; drifts are relative to the final :math:`\lVert W_1\rVert_F^2`.

    ``unit_drift`` is that of the diagonal of the conserved matrix (one number a hidden unit), ``matrix_drift`` that of the rest.
    """
    task = whitened_digits(seed, examples=examples)
    weights = start(task, hidden, scale, seed)
    run = train(task, activation, weights, rate=0.25, until=until, records=round(4 * until) + 1)
    predicted = np.array([half_time(s, a0) for s, a0 in zip(task.target.s, effective_start(weights, task.target))])
    change = conserved(run.path[-1])[0] - conserved(weights)[0]
    size = float(np.sum(run.path[-1][0] ** 2))
    units = float(np.linalg.norm(np.diag(change))) / size
    rest = float(np.linalg.norm(change - np.diag(np.diag(change)))) / size
    reached = crossing_times(run.times, run.strengths, task.target.s / 2)
    return DigitsRun(run, task.target, reached, predicted, units, rest)


@lru_cache(maxsize=32)
def mirrored_errors(
    seed: int, hidden: int = 50, examples: int = 1000, scale: float = 1e-3, until: float = 200
) -> Float[ndarray, " modes"]:
    r"""Relative errors of the nine half-times of a ReLU network on mirrored digits, by the theory of half the slope.

    With :math:`\varphi(z)=z/2` the map is half the product :math:`a`, and :math:`\dot a=a\,(s-a/2)`: the map is half way up when
    :math:`a=s`, at :math:`t=\ln(2s/a_0-1)/s`.
    """
    task = whitened_digits(seed, examples=examples)
    weights = start(task, hidden, scale, seed)
    run = train(mirrored(task), "relu", weights, rate=0.25, until=until, records=round(4 * until) + 1)
    s, a0 = task.target.s, effective_start(weights, task.target)
    return crossing_times(run.times, run.strengths, s / 2) / (np.log(2 * s / a0 - 1) / s) - 1
