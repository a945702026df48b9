"""The variational reading of dropout: the divergence it minimises, and what a spike-and-slab prior would do instead."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.dropout.linear import Problem, all_masks, check_keep
from training_dynamics.toolbox.seeds import numpy_generator


def mixture_kl(m: float, keep: float, width: float, points: int = 40_001) -> float:
    """KL divergence (nats) from ``q N(m, s^2) + (1-q) N(0, s^2)`` to the prior N(0, 1), by quadrature around both peaks.

    Raises ValueError unless ``width > 0``.
    """
    check_keep(keep)
    if width <= 0:
        raise ValueError(f"width must be > 0, got {width}")
    z = np.linspace(-9, 9, points)
    step = float(z[1] - z[0])
    total = 0.0
    for share, centre in ((keep, m), (1 - keep, 0.0)):
        if share == 0:
            continue
        w = centre + width * z
        peaks = [(keep, m), (1 - keep, 0.0)]
        logs = [math.log(a) - 0.5 * ((w - c) / width) ** 2 - math.log(width) for a, c in peaks if a > 0]
        log_ratio = np.logaddexp.reduce(logs, axis=0) + 0.5 * w**2
        total += share * float(np.sum(np.exp(-0.5 * z**2) * log_ratio)) * step / math.sqrt(2 * math.pi)
    return total


def approximate_kl(m: float, keep: float, width: float) -> float:
    """``q m^2 / 2 + (s^2 - 1)/2 - log s - H(q)``: the same when the two peaks do not overlap.

    Gal and Ghahramani 2016, appendix, proposition 1, for one weight; H is the entropy of the mask in nats.
    """
    check_keep(keep)
    entropy = -sum(a * math.log(a) for a in (keep, 1 - keep) if a > 0)
    return keep * m**2 / 2 + (width**2 - 1) / 2 - math.log(width) - entropy


def inclusion_probabilities(data: Problem, keep: float, noise: float, slab: float = 1.0) -> Float[ndarray, " d"]:
    """Exact posterior probability that each weight is not zero, under a spike-and-slab prior, by listing all subsets.

    Prior: each weight is 0 with probability ``1 - keep``, else N(0, slab^2); Gaussian noise of known sd.
    """
    check_keep(keep)
    n, d = data.inputs.shape
    gram, moment = data.inputs.T @ data.inputs / noise**2, data.inputs.T @ data.targets / noise**2
    masks = all_masks(d)
    # Features outside the subset keep their prior: their row of the precision is the identity.
    precision = masks[:, :, None] * gram * masks[:, None, :] * slab**2 + np.eye(d)
    reduced = masks * moment * slab
    fit = np.einsum("md,md->m", reduced, np.linalg.solve(precision, reduced[..., None])[..., 0])
    log_evidence = 0.5 * fit - 0.5 * np.linalg.slogdet(precision)[1]
    log_prior = masks.sum(1) * math.log(keep) + (d - masks.sum(1)) * math.log1p(-keep)
    logs = log_evidence + log_prior
    weights = np.exp(logs - logs.max())
    return weights @ masks / weights.sum()


def sparse_problem(seed: int, n: int = 60, d: int = 8, noise: float = 0.5) -> Problem:
    """Gaussian inputs and a truth in which half of the weights are zero and the others are +1 or -1."""
    rng = numpy_generator(seed, "dropout sparse", n, d)
    truth = np.where(np.arange(d) < d // 2, rng.choice([-1.0, 1.0], d), 0.0)
    inputs = rng.standard_normal((n, d))
    return Problem(inputs, inputs @ truth + noise * rng.standard_normal(n), truth)


def inclusion_gap(seed: int, n: int = 60) -> float:
    """Least inclusion probability among relevant features minus the greatest among irrelevant ones, prior keep 0.5."""
    data = sparse_problem(seed, n)
    found = inclusion_probabilities(data, 0.5, 0.5)
    relevant = data.truth != 0
    return float(found[relevant].min() - found[~relevant].mean())
