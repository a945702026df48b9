"""The committee for a finite number of inputs: online gradient descent on fresh examples, many runs side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray
from scipy.special import erf

from training_dynamics.lab.once import once
from training_dynamics.phase_transitions.committee import ROOT, Overlaps, solve
from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class Runs:
    """Overlaps of every run at every ``alpha``: Q of shape (t, runs, k, k), R of (t, runs, k, m)."""

    alphas: Float[ndarray, " t"]
    overlaps: Overlaps

    def start(self, run: int) -> Overlaps:
        """Where a run began, as the equations need it."""
        return Overlaps(self.overlaps.Q[0, run], self.overlaps.R[0, run], self.overlaps.T)


@once
def learn(seed: int, inputs: int, rate: float, until: float, runs: int = 5, k: int = 2, size: float = 0.1) -> Runs:
    """``runs`` students of ``k`` units learn from an orthonormal teacher of as many until ``alpha = until``.

    The teacher is the first ``k`` unit vectors: the inputs look the same in every direction.  Recorded at 101 times.
    """
    rng = numpy_generator(seed, "phase_transitions online examples", inputs, k)
    J = rng.standard_normal((runs, k, inputs)) * (size / inputs) ** 0.5
    steps = round(until * inputs)
    at = np.unique(np.linspace(0, steps, 101).round().astype(int))
    seen: list[tuple[ndarray, ndarray]] = []
    for step in range(steps + 1):
        if step == at[len(seen)]:
            seen.append((J @ J.swapaxes(1, 2), J[:, :, :k].copy()))
        xi = rng.standard_normal((runs, inputs))
        x = (J @ xi[:, :, None])[:, :, 0]
        e = erf(xi[:, :k] / 2**0.5).sum(1) - erf(x / 2**0.5).sum(1)
        J += (rate / inputs * ROOT * np.exp(-(x**2) / 2) * e[:, None])[:, :, None] * xi[:, None]
    Q, R = (np.array(values) for values in zip(*seen, strict=True))
    return Runs(at / inputs, Overlaps(Q, R, np.eye(k)))


@dataclass(frozen=True)
class Followed:
    """How far each run's error is from that of the equations, on average; over theirs: its plateau's mean, and its exit.

    The exit is the first ``alpha`` at which the error is below half the equations' mean on the plateau, at most the last.
    """

    apart: Float[ndarray, " runs"]
    height: Float[ndarray, " runs"]
    exit: Float[ndarray, " runs"]


@once
def followed(seed: int, inputs: int, rate: float, runs: int = 4) -> Followed:
    """Errors up to ``alpha = 150`` beside those of the equations from each run's start; the plateau's from 15 to 30."""
    done = learn(seed, inputs, rate, 150.0, runs)
    errors = done.overlaps.error()
    told = np.stack([solve(done.start(run), rate, done.alphas).error() for run in range(runs)], axis=1)
    flat = (done.alphas >= 15) & (done.alphas <= 30)
    height = told[flat].mean(0)
    left, leaves = (first_time(done.alphas, curves < height / 2) for curves in (errors, told))
    return Followed(np.abs(errors - told).mean(0), errors[flat].mean(0) / height, left / leaves)


def first_time(times: Float[ndarray, " t"], there: Bool[ndarray, "t runs"]) -> Float[ndarray, " runs"]:
    """When each run is there first; the last time where it never is."""
    return np.where(there.any(0), times[there.argmax(0)], times[-1])


def deviation(seed: int, inputs: int, rate: float, until: float, runs: int = 8, k: int = 2) -> float:
    """Root mean square distance of the simulated overlaps from the equations started where each run started."""
    done = learn(seed, inputs, rate, until, runs, k)
    squares = []
    for run in range(runs):
        told = solve(done.start(run), rate, done.alphas)
        squares += [np.mean((told.Q - done.overlaps.Q[:, run]) ** 2), np.mean((told.R - done.overlaps.R[:, run]) ** 2)]
    return float(np.mean(squares) ** 0.5)
