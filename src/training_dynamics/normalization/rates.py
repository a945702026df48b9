"""Which learning rates train which network, by depth, start and normalisation, and the speed at the best rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from training_dynamics.lab.once import once
from training_dynamics.normalization.nets import Net, train
from training_dynamics.toolbox.data import Split, digits
from training_dynamics.toolbox.seeds import derived_seed, torch_generator
from training_dynamics.toolbox.train import minibatches

STEPS = 120
BATCH = 64
WIDTH = 32
HE = math.sqrt(2)
RATES = tuple(2.0**k for k in (-6, -5, -4, -3, *[i / 2 for i in range(-5, 7)]))
TRAINED = math.log(10) / 2  # half the loss of guessing among ten classes
FAST = 0.3
WINDOW = 10
MEMBERS = 4
TEAM_RATES = {
    "none": tuple(2.0 ** (k / 2) for k in range(-8, -1)),
    "batch": tuple(2.0 ** (k / 2) for k in range(-5, 2)),
}


@dataclass(frozen=True)
class Sweep:
    """Training curves of one network from one seed at every rate of a grid: ``losses`` (steps, rates), nats."""

    rates: np.ndarray
    losses: np.ndarray

    @property
    def smooth(self) -> np.ndarray:
        """Means of the last WINDOW losses, shape ``(steps - WINDOW + 1, rates)``; infinite once a loss is not finite."""
        finite = np.where(np.isfinite(self.losses), self.losses, np.inf)
        with np.errstate(invalid="ignore"):
            return np.lib.stride_tricks.sliding_window_view(finite, WINDOW, axis=0).mean(-1)

    @property
    def final(self) -> np.ndarray:
        """Mean of the last WINDOW losses for each rate."""
        return self.smooth[-1]

    @property
    def largest_rate(self) -> float:
        """The largest rate of the grid whose final loss is below TRAINED; 0 when there is none."""
        trained = self.rates[self.final < TRAINED]
        return float(trained.max()) if trained.size else 0.0

    def steps_to(self, goal: float) -> np.ndarray:
        """For each rate, the first step at which the mean of the last WINDOW losses is below ``goal``; infinite if never."""
        below = self.smooth < goal
        return np.where(below.any(0), below.argmax(0) + WINDOW, np.inf)

    @property
    def steps_to_fast(self) -> np.ndarray:
        """For each rate, the steps to FAST."""
        return self.steps_to(FAST)

    @property
    def best(self) -> float:
        """Steps to FAST at the rate that needs fewest; infinite if none gets there."""
        return float(self.steps_to_fast.min())

    @property
    def best_rate(self) -> float:
        """The rate that needs fewest steps to FAST."""
        return float(self.rates[self.steps_to_fast.argmin()])


@cache
def images(seed: int, inputs: str = "standard") -> Split:
    """The digits of ``seed``, 1,000 for training: ``"standard"`` or ``"raw"``, pixels between 0 and 1.

    Standard inputs have mean 0 and variance 1 in each pixel over the training set; where the standard deviation is below
    0.05, as in the corners that nobody writes on, they are divided by 0.05.
    """
    split = digits(seed)
    if inputs == "raw":
        return split
    if inputs != "standard":
        raise ValueError(f"inputs must be 'standard' or 'raw', got {inputs!r}")
    mean, spread = split.x_train.mean(0), split.x_train.std(0).clamp_min(0.05)
    return Split((split.x_train - mean) / spread, split.y_train, (split.x_test - mean) / spread, split.y_test)


def order(seed: int, steps: int, batch: int = BATCH) -> torch.Tensor:
    """Indices of the training images in each step's batch, shape ``(steps, batch)``."""
    draws = minibatches(1000, batch, torch_generator(seed, "normalization batches"))
    return torch.stack([next(draws) for _ in range(steps)])


@once
def sweep(
    seed: int,
    kind: str,
    depth: int,
    gain: float = HE,
    inputs: str = "standard",
    units: float = 1.0,
    rates: tuple[float, ...] = RATES,
    steps: int = STEPS,
    width: int = WIDTH,
    batch: int = BATCH,
) -> Sweep:
    """Train one initial network at every rate of the grid, all on the same batches of digits.

    ``units`` multiplies every input, as a change of its unit of measurement would.
    """
    net, split = Net(kind, depth, width, gain=gain), images(seed, inputs)
    start, grid = net.initial(seed, len(rates)), torch.tensor(rates, dtype=torch.float32)
    _, losses = train(net, start, units * split.x_train, split.y_train, order(seed, steps, batch), grid)
    return Sweep(np.array(rates), losses.double().numpy())


@once
def team(seed: int, kind: str, depth: int, width: int = WIDTH) -> tuple[Sweep, ...]:
    """The sweeps of MEMBERS initial networks on the same batches, trained side by side over the rates around the best.

    One race between two single networks depends much on their initial weights; the median of a team depends less.
    """
    net, split, rates = Net(kind, depth, width), images(seed), TEAM_RATES[kind]
    starts = [net.initial(derived_seed(seed, "team", m), len(rates)) for m in range(MEMBERS)]
    stacked = [torch.cat(parts) for parts in zip(*starts)]
    grid = torch.tensor(rates, dtype=torch.float32).repeat(MEMBERS)
    _, losses = train(net, stacked, split.x_train, split.y_train, order(seed, STEPS), grid)
    each = losses.double().numpy().reshape(STEPS, MEMBERS, len(rates))
    return tuple(Sweep(np.array(rates), each[:, m]) for m in range(MEMBERS))


def team_speed_up(seed: int, depth: int, goal: float = FAST, width: int = WIDTH) -> float:
    """Median steps of the plain team over those of the team with BatchNorm, every network at its own best rate."""
    plain, normalized = (
        np.median([run.steps_to(goal).min() for run in team(seed, kind, depth, width)]) for kind in ("none", "batch")
    )
    return float(plain / normalized)


def rate_ratio(plain: Sweep, normalized: Sweep) -> float:
    """Largest rate that trains the second network over the largest that trains the first; infinite if none trains that."""
    return normalized.largest_rate / plain.largest_rate if plain.largest_rate else math.inf


def speed_up(plain: Sweep, normalized: Sweep, goal: float = FAST) -> float:
    """Steps to ``goal`` that the first network needs over those that the second needs, each at its own best rate."""
    return float(plain.steps_to(goal).min() / normalized.steps_to(goal).min())


def steps_lost(plain: Sweep, normalized: Sweep, goal: float = FAST) -> float:
    """Steps that the second network needs more than the first at one rate for both, the best of the first."""
    needed, at = plain.steps_to(goal), int(plain.steps_to(goal).argmin())
    if not math.isfinite(needed[at]):
        raise ValueError(f"the plain network reaches the loss {goal} at no rate of the grid, so no rate is its best")
    return float(normalized.steps_to(goal)[at] - needed[at])
