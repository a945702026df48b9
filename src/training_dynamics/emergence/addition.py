r"""Modular addition learned by a quadratic network, :math:`f(a,b)=W_2\,(A_a+B_b)^2`, until it generalises or time is up.

Full-batch AdamW on the mean over pairs of the summed squared error against one-hot sums (Gromov 2023, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import AdamSettings, adam, zero_moments
from training_dynamics.toolbox.seeds import numpy_generator

ADAM = AdamSettings(beta1=0.9, beta2=0.98)


@dataclass(frozen=True)
class Sums:
    """All ``p*p`` pairs as two-hot rows ``x (p*p, 2p)``, their sums modulo p, and which pairs are trained on."""

    p: int
    x: Float[ndarray, "pairs 2p"]
    sums: ndarray
    trained: ndarray

    @property
    def targets(self) -> Float[ndarray, "pairs p"]:
        """The sums as one-hot rows."""
        return np.eye(self.p, dtype=np.float32)[self.sums]


@dataclass(frozen=True)
class Weights:
    """The first layer, of which rows 0 to p-1 are A and the others B, and the second layer."""

    first: Float[ndarray, "2p h"]
    second: Float[ndarray, "h p"]

    def outputs(self, x: Float[ndarray, "n 2p"]) -> Float[ndarray, "n p"]:
        """What the network computes."""
        return (x @ self.first) ** 2 @ self.second


@dataclass(frozen=True)
class Run:
    """What was recorded at ``steps``; losses are relative to that of answering zero; ``weights`` are the last ones."""

    steps: Float[ndarray, " k"]
    train_accuracy: Float[ndarray, " k"]
    test_accuracy: Float[ndarray, " k"]
    train_loss: Float[ndarray, " k"]
    test_loss: Float[ndarray, " k"]
    norm: Float[ndarray, " k"]
    concentration: Float[ndarray, " k"]
    weights: Weights

    def reached(self, curve: str, level: float) -> float:
        """The first recorded step at which an accuracy is at ``level`` or above; infinite when it never is."""
        hits = np.flatnonzero(getattr(self, curve) >= level)
        return float(self.steps[hits[0]]) if len(hits) else np.inf

    def fell(self, curve: str, level: float) -> float:
        """The first recorded step at which a loss is at ``level`` or below; infinite when it never is."""
        hits = np.flatnonzero(getattr(self, curve) <= level)
        return float(self.steps[hits[0]]) if len(hits) else np.inf

    @property
    def memorised(self) -> float:
        """The step of 99 % training accuracy."""
        return self.reached("train_accuracy", 0.99)

    @property
    def generalised(self) -> float:
        """The step of 95 % test accuracy."""
        return self.reached("test_accuracy", 0.95)


def sums(seed: int, p: int, fraction: float) -> Sums:
    """All pairs, a random ``fraction`` of them for training."""
    if not 0 < fraction < 1:
        raise ValueError(f"fraction must be between 0 and 1, got {fraction}")
    a, b = np.divmod(np.arange(p * p), p)
    x = np.zeros((p * p, 2 * p), dtype=np.float32)
    x[np.arange(p * p), a] = x[np.arange(p * p), p + b] = 1
    order = numpy_generator(seed, "emergence pairs of modular addition", p).permutation(p * p)
    trained = np.zeros(p * p, dtype=bool)
    trained[order[: int(fraction * p * p)]] = True
    return Sums(p, x, (a + b) % p, trained)


def start(seed: int, p: int, hidden: int, scale: float = 1.0) -> Weights:
    """Normal weights of variance ``scale**2`` over the number of inputs of each layer."""
    rng = numpy_generator(seed, "emergence weights of modular addition", p, hidden)
    first, second = rng.standard_normal((2 * p, hidden)), rng.standard_normal((hidden, p))
    return Weights(
        (scale * first / (2 * p) ** 0.5).astype(np.float32), (scale * second / hidden**0.5).astype(np.float32)
    )


def concentrations(first: Float[ndarray, "2p h"]) -> Float[ndarray, " h"]:
    """For each hidden unit the share of its strongest frequency in the power of all its frequencies but zero."""
    p = len(first) // 2
    power = np.sum([np.abs(np.fft.rfft(part, axis=0)[1:]) ** 2 for part in (first[:p], first[p:])], axis=0)
    return power.max(0) / power.sum(0)


@once
def learn(
    seed: int,
    p: int = 23,
    hidden: int = 128,
    fraction: float = 0.6,
    decay: float = 1.0,
    rate: float = 0.01,
    scale: float = 1.0,
    steps: int = 1200,
    every: int = 5,
    on: bool = False,
) -> Run:
    """Train until test accuracy has been perfect once or ``steps`` are over, recording every ``every`` steps.

    With ``on`` training goes on for all ``steps``, so that runs can be compared at one time.
    """
    return train(sums(seed, p, fraction), start(seed, p, hidden, scale), decay, rate, steps, every, on)


def train(task: Sums, weights: Weights, decay: float, rate: float, steps: int, every: int, on: bool = False) -> Run:
    """The training itself, from any weights and in their precision; see :func:`learn`."""
    x, y = task.x[task.trained], task.targets[task.trained]
    moments = [zero_moments(weights.first), zero_moments(weights.second)]
    records = []
    for step in range(steps + 1):
        h = x @ weights.first
        residual = (h * h) @ weights.second - y
        if step % every == 0:
            records.append((step, *_record(task, weights, residual)))
            if records[-1][2] == 1 and not on:
                break
        slopes = 2 / len(x) * x.T @ (2 * h * (residual @ weights.second.T)), 2 / len(x) * (h * h).T @ residual
        moved = []
        for i, (w, g) in enumerate(zip((weights.first, weights.second), slopes)):
            moments[i], direction = adam(moments[i], g, ADAM)
            moved.append((w * (1 - rate * decay) - rate * direction).astype(w.dtype))
        weights = Weights(*moved)
    when, train_accuracy, test_accuracy, train_loss, test_loss, norm, concentration = np.array(records, dtype=float).T
    return Run(when, train_accuracy, test_accuracy, train_loss, test_loss, norm, concentration, weights)


def _record(task: Sums, weights: Weights, residual: Float[ndarray, "n p"]) -> tuple[float, ...]:
    train, test = task.trained, ~task.trained
    guesses = weights.outputs(task.x[test])
    right = (residual + task.targets[train]).argmax(1) == task.sums[train]
    return (
        float(right.mean()),
        float((guesses.argmax(1) == task.sums[test]).mean()),
        float((residual**2).sum(1).mean()),
        float(((guesses - task.targets[test]) ** 2).sum(1).mean()),
        float(np.sqrt((weights.first**2).sum() + (weights.second**2).sum())),
        float(concentrations(weights.first).mean()),
    )


@dataclass(frozen=True)
class Ablation:
    """Accuracy on all pairs with only the strongest frequency of each hidden unit, and with all but that."""

    only: float
    without: float


def ablate(weights: Weights) -> Ablation:
    """Take the input weights of each hidden unit apart into its strongest frequency and the rest, and try both."""
    p = len(weights.first) // 2
    waves = [np.fft.rfft(part, axis=0) for part in (weights.first[:p], weights.first[p:])]
    power = np.sum([np.abs(wave) ** 2 for wave in waves], axis=0)
    power[0] = 0
    kept = np.arange(len(power))[:, None] == power.argmax(0)
    everything = sums(0, p, 0.5)

    def accuracy(mask: ndarray) -> float:
        first = np.concatenate([np.fft.irfft(wave * mask, n=p, axis=0) for wave in waves])
        guesses = Weights(first, weights.second).outputs(everything.x)
        return float((guesses.argmax(1) == everything.sums).mean())

    return Ablation(accuracy(kept), accuracy(~kept))
