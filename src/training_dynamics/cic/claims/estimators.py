"""What the chapter asserts about its measures, from exact values."""

from __future__ import annotations

import numpy as np
import torch

from coursekit.claim import Measured, claim
from training_dynamics.cic import exact
from training_dynamics.cic.measures import covariance, o_information, total_correlation
from training_dynamics.toolbox.seeds import torch_generator


@claim(
    "cic.bias",
    "Units that are independent show a total correlation in a finite sample, and the formula for its mean is exact.",
    verdict="holds",
    vary={"samples": (100, 60, 400), "units": (24, 8, 40)},
)
def bias(seed: int, samples: int = 100, units: int = 24) -> Measured:
    """Mean of the total correlation over 300 samples of independent Gaussians, over the digamma formula."""
    x = torch.randn(300, samples, units, generator=torch_generator(seed, "cic bias", samples, units))
    found = float(total_correlation(covariance(x), ridge=0).mean())
    return Measured(found / exact.total_correlation_bias(samples, units), "of the formula", at_least=0.93, at_most=1.07)


@claim(
    "cic.closed_forms",
    "The total correlation and the O-information of Gaussians of equal correlation agree with their closed forms.",
    verdict="holds",
    seeds=None,
)
def closed_forms() -> Measured:
    """Largest absolute difference over numbers of units and correlations of both signs, in nats."""
    worst = 0.0
    for h, rho in ((2, 0.3), (3, -0.4), (8, 0.9), (24, 0.5), (24, -0.04)):
        total, dual = exact.equicorrelated_information(h, rho)
        cov = torch.tensor(exact.equicorrelated(h, rho))
        found = float(total_correlation(cov, 0)), float(o_information(cov, 0))
        worst = max(worst, abs(found[0] - total), abs(found[1] - (total - dual)))
    return Measured(worst, "nats", at_most=1e-10)


@claim(
    "cic.signs",
    "The O-information is positive for noisy copies of one signal and negative for a sum of independent signals.",
    source="rosas2019quantifying",
    verdict="holds",
    seeds=None,
)
def signs() -> Measured:
    """The smaller size of the two, which have the right signs: three noisy copies, and two signals with their noisy sum."""
    copies = torch.full((3, 3), 1.0) + 0.25 * torch.eye(3)
    mix = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 2.25]])
    return Measured(
        float(min(o_information(copies.double(), 0), -o_information(mix.double(), 0))), "nats", at_least=0.2
    )


@claim(
    "cic.gaussian_formula",
    "The Gaussian formula gives the information that ReLU units share.",
    verdict="fails",
    instead=(
        "It is exact for Gaussians only: two ReLU units of Gaussian inputs with correlation −0.9 share more than twice"
        " as much."
    ),
    seeds=None,
)
def gaussian_formula() -> Measured:
    """Exact mutual information of two rectified Gaussians of correlation -0.9, over the Gaussian formula's."""
    true, formula = exact.rectified_pair(-0.9)
    return Measured(float(np.divide(true, formula)), "times the formula", at_least=2)
