"""Jumps of a diagonal linear network, computed: in the limit of a vanishing start gradient flow goes from saddle to saddle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import nnls

from training_dynamics.lab.once import once

Array = NDArray[np.float64]
FAR = 20.0  # logarithm of a weight that no solution has


@dataclass(frozen=True)
class Jump:
    """One jump of the limit: when, in units of half the logarithm of one over the start; which weight; the map afterwards."""

    time: float
    weight: int
    after: Array


@dataclass(frozen=True)
class Regression:
    r"""The loss :math:`L(w)=\tfrac{1}{2n}\lVert Xw-y\rVert^2` of a diagonal network :math:`w=u\odot u-v\odot v`.

    ``X`` has shape ``(n, d)``, ``y`` shape ``(n,)``.
    """

    X: Array
    y: Array

    @cached_property
    def moments(self) -> tuple[Array, Array]:
        """The second moments of the inputs, shape (d, d), and their products with the labels, shape (d,)."""
        return self.X.T @ self.X / len(self.y), self.X.T @ self.y / len(self.y)

    def gradient(self, w: Array) -> Array:
        """The gradient of the loss by w."""
        H, c = self.moments
        return H @ w - c

    def loss(self, w: Array) -> Array:
        """The loss above its least value, for each row of ``w``."""
        H, c = self.moments
        rest = w - np.linalg.solve(H, c)
        return 0.5 * np.einsum("...i,ij,...j->...", rest, H, rest)

    def jumps(self) -> list[Jump]:
        r"""Alternating gradient flow on this network.

        Sleeping weights add up the gradient, :math:`\theta_i=-\int\partial_iL\,dt`, while the others stand still; the first
        for which :math:`|\theta_i|` reaches one in these units of time wakes, and those awake go to the least loss that is
        possible without a change of their signs.  Source: Pesme and Flammarion (2023), Kunin et al. (2025).
        """
        d = self.X.shape[1]
        w, theta, time, found = np.zeros(d), np.zeros(d), 0.0, list[Jump]()
        for _ in range(4 * d):
            slope = np.where(np.abs(self.gradient(w)) > 1e-9, -self.gradient(w), 0.0)
            slope[(w != 0) | (theta * slope > 0) & (np.abs(theta) >= 1)] = (
                0.0  # those awake, and those just gone to sleep
            )
            wait = np.full(d, np.inf)
            np.divide(np.sign(slope) - theta, slope, out=wait, where=slope != 0)
            first = int(wait.argmin())
            if not math.isfinite(wait[first]):
                break
            time += wait[first]
            theta = np.clip(theta + wait[first] * slope, -1.0, 1.0)
            theta[first] = np.sign(slope[first])
            w = self._least(theta)
            found.append(Jump(time, first, w))
        return found

    def _least(self, theta: Array) -> Array:
        """The least loss over weights with the signs of those that are awake."""
        awake = np.flatnonzero(np.abs(theta) >= 1 - 1e-12)
        w = np.zeros(len(theta))
        w[awake] = np.sign(theta[awake]) * nnls(self.X[:, awake] * np.sign(theta[awake]), self.y)[0]
        return w

    def flow(self, start: float, until: float) -> tuple[Array, Array]:
        r"""Gradient flow from u = v = ``start``: times in units of :math:`\tfrac12\log(1/\text{start})`, and w at each.

        In the variables :math:`\theta=-\int\nabla L\,dt` it is :math:`\dot\theta=-\nabla L(w)` with
        :math:`w=2\,\text{start}^2\sinh4\theta`, and any start can be written.
        """
        unit, log_start = 0.5 * math.log(1 / start), math.log(start)

        def weights(theta: Array) -> Array:
            size = 4 * np.abs(theta) + 2 * log_start
            grown = np.exp(np.minimum(size, FAR))  # a trial step of the solver may go anywhere
            return np.sign(theta) * (grown - np.exp(4 * log_start - size))

        times = np.linspace(0, until, 4000)
        found = solve_ivp(
            lambda _, theta: -self.gradient(weights(theta)),
            (0, until * unit),
            np.zeros(self.X.shape[1]),
            method="LSODA",
            t_eval=times * unit,
            rtol=1e-8,
            atol=1e-10,
        )
        return times, weights(found.y.T)


@once
def regression(seed: int, samples: int = 40, features: int = 8) -> Regression:
    """Correlated Gaussian inputs and labels without noise from four of the features, with weights of both signs."""
    rng = np.random.default_rng([seed, 23])
    mix = np.eye(features) + 0.3 * rng.standard_normal((features, features)) / math.sqrt(features)
    w = np.zeros(features)
    w[rng.permutation(features)[:4]] = rng.uniform(0.5, 2.0, 4) * rng.choice([-1, 1], 4)
    X = rng.standard_normal((samples, features)) @ mix
    return Regression(X, X @ w)


@dataclass(frozen=True)
class Learned:
    """When weights are learned by gradient flow, beside the limit of a vanishing start: from the first to wake to the last."""

    limit: Array  # times of the limit's jumps
    flow: Array  # when gradient flow has come half as far as the jump goes

    @property
    def error(self) -> float:
        """The largest error of the limit's times, as a share."""
        return float(np.abs(self.flow / self.limit - 1).max())

    @property
    def ordered(self) -> bool:
        """Whether the flow learns the weights in the limit's order."""
        return bool(np.all(np.diff(self.flow) > 0))


@once
def learned(seed: int, start: float = 1e-30, samples: int = 40, features: int = 8) -> Learned:
    """When each weight that ends away from zero wakes: in the limit, and by flow, where it passes half of what it wakes to.

    Half of its *end* would not do: a weight that wakes to little more than that takes long to get there, at any start.
    """
    task = regression(seed, samples, features)
    jumps = task.jumps()
    ending = [i for i, end in enumerate(jumps[-1].after) if abs(end) > 1e-6]
    wakes = sorted((next(jump for jump in jumps if jump.weight == i) for i in ending), key=lambda jump: jump.time)
    times, path = task.flow(start, 2.5 * jumps[-1].time)
    passed = [times[np.argmax(np.abs(path[:, jump.weight]) > abs(jump.after[jump.weight]) / 2)] for jump in wakes]
    return Learned(np.array([jump.time for jump in wakes]), np.array(passed))
