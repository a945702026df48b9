"""Hamiltonian Monte Carlo on a network of 49 parameters: the posterior itself, to lay beside what dropout calls one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.optimizers import adam, zero_moments
from training_dynamics.toolbox.seeds import numpy_generator

HIDDEN = 16
PARAMETERS = 3 * HIDDEN + 1
SLOPE = 2.0
NOISE = 0.1
GRID = np.linspace(-4, 4, 41)
WARMUP, DRAWS = 200, 250
Chains = Float[ndarray, "c p"]
Potential = Callable[[Chains], tuple[Float[ndarray, " c"], Chains]]


def parts(theta: Chains) -> tuple[ndarray, ndarray, ndarray, ndarray]:
    """Input weights, offsets and output weights, ``(c, 16)`` each, and the output offset ``(c, 1)``."""
    if theta.ndim != 2 or theta.shape[1] != PARAMETERS:
        raise ValueError(f"theta must have shape (c, {PARAMETERS}), got {theta.shape}")
    w, b, v = theta[:, :HIDDEN], theta[:, HIDDEN : 2 * HIDDEN], theta[:, 2 * HIDDEN : 3 * HIDDEN]
    return w, b, v, theta[:, 3 * HIDDEN :]


def hidden(theta: Chains, x: Float[ndarray, " n"]) -> Float[ndarray, "c n h"]:
    """``tanh(2 (w x + b))`` for every chain, example and unit."""
    parts(theta)
    return np.tanh(_arguments(theta, _rows(x)))


def output(theta: Chains, x: Float[ndarray, " n"]) -> Float[ndarray, "c n"]:
    """``f(x) = c + v . tanh(2 (w x + b)) / 4``; under the prior N(0, I) its variance stays near 1 to 2."""
    _, _, v, c = parts(theta)
    return (hidden(theta, x) @ v[:, :, None])[..., 0] / HIDDEN**0.5 + c


def potential(x: ndarray, y: ndarray) -> Potential:
    """Minus the log posterior (up to a constant) and its gradient: ``|theta|^2 / 2 + |y - f|^2 / (2 noise^2)``."""
    rows = _rows(x)

    def function(theta: Chains) -> tuple[Float[ndarray, " c"], Chains]:
        _, _, v, c = parts(theta)
        t = np.tanh(_arguments(theta, rows))
        residual = (t @ v[:, :, None])[..., 0] / HIDDEN**0.5 + c - y
        back = residual / NOISE**2  # (c, n): derivative of the potential by f
        gradient = theta + pulled_back(v, t, 1 - t**2, rows, back)
        return 0.5 * (np.vecdot(theta, theta) + np.vecdot(residual, back)), gradient

    return function


def _rows(x: Float[ndarray, " n"]) -> Float[ndarray, "2 n"]:
    """What multiplies input weights and offsets in the tanh's argument."""
    return np.stack([SLOPE * x, np.full_like(x, SLOPE)])


def _arguments(theta: Chains, rows: Float[ndarray, "2 n"]) -> Float[ndarray, "c n h"]:
    """``2 (w x + b)`` as one product, which is fast."""
    return rows.T @ theta[:, : 2 * HIDDEN].reshape(-1, 2, HIDDEN)


def pulled_back(v: ndarray, t: ndarray, slope: ndarray, rows: ndarray, back: Float[ndarray, "c n"]) -> Chains:
    """The derivative by all parameters of a function whose derivative by the outputs is ``back``.

    ``t`` and ``slope``, ``(c, n, h)``: what the output weights multiply, and its derivative by the tanh's argument.
    """
    found = np.empty((len(v), PARAMETERS), back.dtype)
    by_w_and_b = ((back[:, None] * rows) @ slope) * (v / HIDDEN**0.5)[:, None]  # (c, 2, h)
    found[:, : 2 * HIDDEN] = by_w_and_b.reshape(len(v), -1)
    found[:, 2 * HIDDEN : 3 * HIDDEN] = (back[:, None] @ t)[:, 0] / HIDDEN**0.5
    found[:, 3 * HIDDEN] = back.sum(1)
    return found


@dataclass(frozen=True)
class State:
    """Positions and momenta ``(c, p)``, with potential ``(c,)`` and gradient ``(c, p)`` at the positions."""

    theta: Chains
    momentum: Chains
    energy: Float[ndarray, " c"]
    gradient: Chains

    @property
    def total(self) -> Float[ndarray, " c"]:
        """Potential plus kinetic energy, which the exact flow keeps."""
        return self.energy + 0.5 * (self.momentum**2).sum(1)


def leapfrog(function: Potential, state: State, step: Float[ndarray, "c 1"], count: int) -> State:
    """``count`` leapfrog steps: half a kick, drifts and kicks in turn, half a kick.  Reversible, and keeps volume."""
    theta, momentum, gradient = state.theta, state.momentum, state.gradient
    energy = state.energy
    for _ in range(count):
        momentum = momentum - 0.5 * step * gradient
        theta = theta + step * momentum
        energy, gradient = function(theta)
        momentum = momentum - 0.5 * step * gradient
    return State(theta, momentum, energy, gradient)


@dataclass(frozen=True)
class Sample:
    """Draws ``(s, c, p)`` of ``c`` chains, the rate of acceptance of each after the warm-up, and the step sizes."""

    draws: Float[ndarray, "s c p"]
    acceptance: Float[ndarray, " c"]
    step: Float[ndarray, " c"]

    def predictions(self, x: ndarray) -> Float[ndarray, "s c n"]:
        """The function of every draw at ``x``."""
        s, c, p = self.draws.shape
        return output(self.draws.reshape(-1, p), x).reshape(s, c, -1)


@np.errstate(over="ignore", invalid="ignore")
def sample(
    function: Potential, start: Chains, rng: np.random.Generator, warmup: int = 200, draws: int = 250, count: int = 20
) -> Sample:
    """HMC from ``start``: fresh momenta, ``count`` leapfrog steps, accept with probability ``min(1, exp(-change of energy))``.

    Computed in the precision of ``start``.  During the warm-up each chain's step size is adapted towards 80 % acceptance;
    then it is fixed.  Step sizes vary by 20 % at random, so that no trajectory closes on itself.  Source: Neal 2011,
    sections 3 and 5.
    """
    theta, step = start.copy(), np.full((len(start), 1), 0.01, start.dtype)
    energy, gradient = function(theta)
    kept, accepted = [], np.zeros(len(start))
    for turn in range(warmup + draws):
        before = State(theta, rng.standard_normal(theta.shape).astype(start.dtype), energy, gradient)
        after = leapfrog(function, before, step * rng.uniform(0.8, 1.2, step.shape).astype(start.dtype), count)  # type: ignore[attr-defined]
        lost = before.total - after.total
        chance = np.exp(np.minimum(0, np.where(np.isnan(lost), -np.inf, lost)))  # a trajectory may leave all numbers
        yes = rng.random(len(theta)) < chance
        theta = np.where(yes[:, None], after.theta, theta)
        energy, gradient = np.where(yes, after.energy, energy), np.where(yes[:, None], after.gradient, gradient)
        if turn < warmup:
            step *= np.exp((chance - 0.8)[:, None] * 2 / (1 + turn / 5) ** 0.5)
        else:
            kept.append(theta)
            accepted += yes
    return Sample(np.array(kept), accepted / draws, step[:, 0])


def split_rhat(values: Float[ndarray, "s c n"]) -> Float[ndarray, " n"]:
    """Gelman and Rubin's R-hat of each quantity, each chain cut into halves: 1 when the halves agree."""
    half = len(values) // 2
    groups = np.concatenate([values[:half], values[half : 2 * half]], axis=1)  # (half, 2c, n)
    within = groups.var(axis=0, ddof=1).mean(0)
    between = groups.mean(axis=0).var(axis=0, ddof=1)
    return np.sqrt((half - 1) / half + between / within)


@cache
def data(seed: int, n: int) -> tuple[ndarray, ndarray, ndarray]:
    """Inputs ``(n,)`` evenly spread over [-2, 2], targets of a network drawn from the prior plus noise, the truth on ``GRID``."""
    truth = numpy_generator(seed, "hmc truth").standard_normal((1, PARAMETERS))
    x = (np.arange(n) + 0.5) / n * 4 - 2
    noise = NOISE * numpy_generator(seed, "hmc noise", n).standard_normal(n)
    return x, output(truth, x)[0] + noise, output(truth, GRID)[0]


@cache
def posterior(seed: int, n: int, chains: int = 8, draws: int = DRAWS) -> Sample:
    """The posterior of the network that drew the data, given ``n`` points: chains start at draws from the prior."""
    x, y = (part.astype(np.float32) for part in data(seed, n)[:2])  # twice as fast; the accept step forgives rounding
    rng = numpy_generator(seed, "hmc chains", n)
    start = 0.5 * rng.standard_normal((chains, PARAMETERS))
    return sample(potential(x, y), start.astype(np.float32), rng, WARMUP, draws)


@cache
def dropout_draws(
    seed: int, n: int, p: float = 0.1, steps: int = 2000, samples: int = 400, networks: int = 4
) -> Float[ndarray, "r s g"]:
    """MC dropout of the same network on the same data: curves on ``GRID`` for random masks on its hidden units.

    ``networks`` of them are trained from starts of their own, which are the same for every ``n``.  Adam on the expected loss
    plus the divergence to the prior (masked output weights: ``|v|^2 / (2 q)``), with a fresh mask for each example in each
    step; rate falling from 0.02 to 0.
    """
    x, y = (part.astype(np.float32) for part in data(seed, n)[:2])
    rng, keep = numpy_generator(seed, "hmc dropout", n), 1 - p
    theta = 0.5 * numpy_generator(seed, "hmc dropout start").standard_normal((networks, PARAMETERS), np.float32)

    def masks(*shape: int) -> Float[ndarray, "... h"]:
        return (rng.random((*shape, HIDDEN), np.float32) < keep) * np.float32(1 / keep)

    moments = zero_moments(theta)
    for turn in range(1, steps + 1):
        g = masked_gradient(theta, x, y, masks(networks, n), keep)
        moments, direction = adam(moments, g)
        theta = theta - 0.02 * (1 - turn / steps) * direction
    _, _, v, c = parts(theta)
    thinned = hidden(theta, GRID.astype(np.float32)) * masks(samples, networks, 1)
    curves = (thinned @ v[:, :, None])[..., 0] / HIDDEN**0.5 + c
    return curves.swapaxes(0, 1)


def masked_gradient(theta: Chains, x: ndarray, y: ndarray, mask: Float[ndarray, "c n h"], keep: float) -> Chains:
    """Gradient of ``|y - f_mask|^2 / (2 noise^2) + penalty`` for every network; ``mask`` is already divided by keep."""
    _, _, v, c = parts(theta)
    t = hidden(theta, x)
    back = (((t * mask) @ v[:, :, None])[..., 0] / HIDDEN**0.5 + c - y) / NOISE**2
    weight = np.ones(PARAMETERS, theta.dtype)
    weight[2 * HIDDEN : 3 * HIDDEN] = 1 / keep
    return theta * weight + pulled_back(v, t * mask, (1 - t**2) * mask, _rows(x), back)
