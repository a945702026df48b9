"""Row 6, double descent: random features around as many features as examples, and independent Gaussian features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.cic import nets
from training_dynamics.cic.measures import (
    covariance,
    gaussian_entropy,
    log_effective_rank,
    o_information,
    predictive_entropy,
    total_correlation,
)
from training_dynamics.lab.once import once
from training_dynamics.toolbox.data import one_hot
from training_dynamics.toolbox.seeds import numpy_generator, torch_generator

COUNTS = (40, 80, 160)
RATIOS = (0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0)


@dataclass(frozen=True)
class Sweep:
    """Random ReLU features of digits at ``RATIOS`` features an example: test error, norm of the readout, five proxies."""

    errors: Float[Tensor, " r"]
    norms: Float[Tensor, " r"]
    readings: Float[Tensor, "r 5"]  # tc, synergy, h_rep, log_rank, h_pred

    def slope(self, phi: int, entropy: int, low: float = 0.8, high: float = 1.25) -> float:
        """``d phi / d H`` between two of ``RATIOS``, by default around as many features as examples."""
        rise = self.readings[RATIOS.index(high)] - self.readings[RATIOS.index(low)]
        return float(rise[phi] / rise[entropy])


@once
def sweep(seed: int, examples: int = 80, shuffle: bool = False) -> Sweep:
    """Minimum-norm least squares on one-hot labels; fresh features are added to those already there."""
    data = nets.problem(seed, examples)
    count = round(examples * max(RATIOS))
    v = torch.randn(64, 800, generator=torch_generator(seed, "cic features")).double()[:, :count] / 8
    train, test = (((x - data.x.mean(0)).double() @ v).relu() for x in (data.x, data.held_out))
    y, truth = (one_hot(labels, dtype=torch.float64) for labels in (data.labels(shuffle), data.held_out_labels))
    rows = []
    for ratio in RATIOS:
        p = round(ratio * examples)
        readout = torch.linalg.pinv(train[:, :p]) @ y
        outputs = test[:, :p] @ readout
        rows.append([(outputs - truth).square().sum(1).mean(), readout.norm(), *proxies(test[:, :p], outputs)])
    table = torch.tensor([[float(v) for v in row] for row in rows], dtype=torch.float64)
    return Sweep(table[:, 0], table[:, 1], table[:, 2:])


def proxies(features: Float[Tensor, "n p"], outputs: Float[Tensor, "n k"]) -> tuple[Tensor, ...]:
    """tc, synergy and h_rep a feature, log_rank, h_pred."""
    cov, p = covariance(features), features.shape[1]
    return (
        total_correlation(cov) / p,
        -o_information(cov) / p,
        gaussian_entropy(cov) / p,
        log_effective_rank(cov),
        predictive_entropy(outputs),
    )


def independent_error(p: int, examples: int, noise: float, runs: int, rng: np.random.Generator) -> float:
    """Median excess risk of minimum-norm least squares on ``p`` independent standard Gaussian features, all of which count.

    The coefficients have length 1 and a random direction; ``noise`` is the standard deviation of the noise.
    """
    found = []
    for _ in range(runs):
        x, w = rng.standard_normal((examples, p)), rng.standard_normal(p)
        w /= np.linalg.norm(w)
        fit = np.linalg.lstsq(x, x @ w + noise * rng.standard_normal(examples), rcond=None)[0]
        found.append(float(np.sum((fit - w) ** 2)))
    return float(np.median(found))


@once
def independent_peak(seed: int, examples: int = 40, noise: float = 0.5) -> float:
    """Excess risk at as many features as examples, over the larger of those at half and at twice as many (phi is 0)."""
    rng = numpy_generator(seed, "cic independent features", examples)
    half, equal, twice = (
        independent_error(p, examples, noise, 60, rng) for p in (examples // 2, examples, 2 * examples)
    )
    return equal / max(half, twice)
