"""The proxies: information of Gaussians with given covariance, effective rank, predictive entropy, and kernel alignment.

All take stacks, shape ``(..., n, h)`` or ``(..., h, h)``, work in float64 and can be differentiated.  Logarithms are natural.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

RIDGE = 1e-3


def covariance(x: Float[Tensor, "*m n h"]) -> Float[Tensor, "*m h h"]:
    """The sample covariance of the columns, divisor n - 1.  Raises ValueError for fewer than two rows."""
    if x.shape[-2] < 2:
        raise ValueError(f"x must have at least two rows, got {x.shape[-2]}")
    centred = (x - x.mean(-2, keepdim=True)).double()
    return centred.mT @ centred / (x.shape[-2] - 1)


def correlation(cov: Float[Tensor, "*m h h"], ridge: float = RIDGE) -> Float[Tensor, "*m h h"]:
    """The correlation matrix, shrunk towards independence: ``(R + ridge I) / (1 + ridge)``; a constant unit is independent."""
    scale = cov.diagonal(dim1=-2, dim2=-1).clamp_min(1e-300).rsqrt()
    eye = torch.eye(cov.shape[-1], dtype=cov.dtype)
    outside = cov * scale[..., :, None] * scale[..., None, :] * (1 - eye)
    return eye + outside / (1 + ridge)


def total_correlation(cov: Float[Tensor, "*m h h"], ridge: float = RIDGE) -> Float[Tensor, "*m"]:
    """``TC = sum_i H(x_i) - H(x) = -log det(R) / 2`` of a Gaussian with correlations R (Watanabe 1960), in nats."""
    return -torch.logdet(correlation(cov, ridge)) / 2


def dual_total_correlation(cov: Float[Tensor, "*m h h"], ridge: float = RIDGE) -> Float[Tensor, "*m"]:
    """``DTC = H(x) - sum_i H(x_i | the others) = log det(R) / 2 + sum_i log((R^-1)_ii) / 2`` of a Gaussian, in nats."""
    r = correlation(cov, ridge)
    return torch.logdet(r) / 2 + torch.linalg.inv(r).diagonal(dim1=-2, dim2=-1).log().sum(-1) / 2


def o_information(cov: Float[Tensor, "*m h h"], ridge: float = RIDGE) -> Float[Tensor, "*m"]:
    """``TC - DTC``: above 0 redundancy prevails, below 0 synergy (Rosas et al. 2019)."""
    return total_correlation(cov, ridge) - dual_total_correlation(cov, ridge)


def gaussian_entropy(cov: Float[Tensor, "*m h h"], ridge: float = RIDGE) -> Float[Tensor, "*m"]:
    """Differential entropy of a Gaussian, ``sum_i log(2 pi e s_i^2) / 2 - TC``, in nats; variances are kept above 1e-6."""
    alone = (2 * math.pi * math.e * cov.diagonal(dim1=-2, dim2=-1).clamp_min(1e-6)).log().sum(-1) / 2
    return alone - total_correlation(cov, ridge)


def log_effective_rank(cov: Float[Tensor, "*m h h"]) -> Float[Tensor, "*m"]:
    """Entropy of the shares of variance of the principal directions, in nats (Roy and Vetterli 2007, for the covariance)."""
    shares = torch.linalg.eigvalsh(cov).clamp_min(1e-300)
    shares = shares / shares.sum(-1, keepdim=True)
    return -(shares * shares.log()).sum(-1)


def predictive_entropy(logits: Float[Tensor, "*m n k"]) -> Float[Tensor, "*m"]:
    """Mean entropy of the softmax, in nats."""
    logs = logits.double().log_softmax(-1)
    return -(logs.exp() * logs).sum(-1).mean(-1)


def linear_cka(x: Float[Tensor, "*m n a"], y: Float[Tensor, "*m n b"]) -> Float[Tensor, "*m"]:
    """``|X^T Y|^2 / (|X^T X| |Y^T Y|)`` of the centred columns, from 0 to 1 (Kornblith et al. 2019)."""
    x, y = ((z - z.mean(-2, keepdim=True)).double() for z in (x, y))
    own = [(z.mT @ z).square().sum((-2, -1)).sqrt() for z in (x, y)]
    return (x.mT @ y).square().sum((-2, -1)) / (own[0] * own[1])


def readings(
    x: Float[Tensor, "n d"], first: Float[Tensor, "m n a"], last: Float[Tensor, "m n h"], logits: Float[Tensor, "m n k"]
) -> Float[Tensor, "m 7"]:
    """All proxies of ``m`` networks in the order of ``preregistration.PROXIES``; information is a unit's share, ``/ h``."""
    cov, h = covariance(last), last.shape[-1]
    columns = [
        total_correlation(cov) / h,
        -o_information(cov) / h,
        gaussian_entropy(cov) / h,
        log_effective_rank(cov),
        predictive_entropy(logits),
        linear_cka(first, last),
        linear_cka(x.expand(len(last), *x.shape), last),
    ]
    return torch.stack(columns, dim=-1)
