"""U-curves: loss after training against learning rate, for several widths, and where their lowest points lie."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.scale.networks import Training, data, loss_of, train

WIDTHS = (64, 256, 1024)
COPIES = {32: 4, 64: 4, 128: 4, 256: 2}  # narrow networks differ more from start to start, and cost less
RATES = {"adam": tuple(2.0**k for k in range(-12, -4)), "sgd": tuple(2.0**k for k in range(-9, 1))}
DIVERGED = 1e3


def lowest(rates: Float[ndarray, " r"], losses: Float[ndarray, " r"]) -> float:
    """The base-2 logarithm of the best rate: the vertex of a parabola fitted to the log loss at the five rates around the lowest.

    It stays within one rate of the grid's lowest; where the points do not bend upwards it is that itself.
    """
    k, x, y = int(np.argmin(losses)), np.log2(rates), np.log(losses)
    near = slice(max(k - 2, 0), k + 3)
    c2, c1, _ = np.polyfit(x[near] - x[k], y[near], 2)
    reach = x[1] - x[0]
    return float(x[k] + np.clip(-c1 / (2 * c2), -reach, reach)) if c2 > 0 else float(x[k])


@dataclass(frozen=True)
class Sweep:
    """Loss for every width and rate; a geometric mean over starts, at most ``DIVERGED``."""

    widths: tuple[int, ...]
    rates: Float[ndarray, " r"]
    losses: Float[ndarray, "w r"]

    @property
    def best(self) -> Float[ndarray, " w"]:
        """Base-2 logarithms of the best rates."""
        return np.array([lowest(self.rates, row) for row in self.losses])

    @property
    def drift(self) -> float:
        """Octaves between the least and the greatest of the best rates."""
        return float(np.ptp(self.best))

    @property
    def least(self) -> Float[ndarray, " w"]:
        """The lowest loss at every width."""
        return self.losses.min(axis=1)

    def penalty(self) -> float:
        """Loss of the widest network at the narrowest's best grid rate, over its own lowest."""
        return float(self.losses[-1, int(np.argmin(self.losses[0]))] / self.least[-1])

    def given_away(self) -> float:
        """The same in log loss and between the rates of the grid: from the narrowest's best rate to the widest's own."""
        here, there = np.interp(self.best[[0, -1]], np.log2(self.rates), np.log(self.losses[-1]))
        return float(abs(here - there))


@once
def sweep(seed: int, how: Training, widths: tuple[int, ...] = WIDTHS) -> Sweep:
    """Train every width at every rate of ``RATES``; the loss is that on all training examples."""
    split, rates = data(seed), RATES[how.optimizer]
    rows = []
    for width in widths:
        logs = []
        for copy in range(COPIES.get(width, 1)):
            nets = train(seed, width, rates, how, copy)
            losses = [loss_of(net, split.x_train, split.y_train, how.loss) for net in nets]
            logs.append(np.log(np.minimum(losses, DIVERGED)))
        rows.append(np.exp(np.mean(logs, axis=0)))
    return Sweep(widths, np.array(rates), np.array(rows))


def pair(seed: int, how: Training, widths: tuple[int, ...] = WIDTHS) -> tuple[Sweep, Sweep]:
    """The same training in the standard parametrisation and under maximal update."""
    standard, mup = (sweep(seed, replace(how, parametrisation=name), widths) for name in ("standard", "mup"))
    return standard, mup
