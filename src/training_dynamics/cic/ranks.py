"""Row 1's plainer account, counted without the proxies: directions needed and lost, units that others foretell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from scipy.stats import spearmanr
from torch import Tensor

from training_dynamics.cic import nets
from training_dynamics.cic.measures import correlation, covariance
from training_dynamics.cic.norms import SCALES
from training_dynamics.lab.flat import Shape
from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import torch_generator

SHARE = 0.01  # ten times the guard of the formulas
STARTS = 16


def needed(x: Float[Tensor, "n h"], weight: Float[Tensor, "k h"], bias: Float[Tensor, " k"], same: float = 0.99) -> int:
    """The least number of principal directions of a layer that leave a share ``same`` of its decisions as they are.

    The layer is projected on its leading directions before ``weight`` and ``bias`` read it.  ``h`` always suffice.
    """
    x, weight, bias = x.double(), weight.double(), bias.double()
    centre, directions = x.mean(0), torch.linalg.eigh(covariance(x))[1].flip(-1)
    decided = (x @ weight.T + bias).argmax(1)
    for count in range(x.shape[1]):
        kept = directions[:, :count]
        projected = centre + (x - centre) @ kept @ kept.T
        if ((projected @ weight.T + bias).argmax(1) == decided).double().mean() >= same:
            return count
    return x.shape[1]


def active(x: Float[Tensor, "n h"]) -> Float[Tensor, "n a"]:
    """The units that are not constant on the data."""
    return x.double()[:, x.double().var(0) > 1e-12]


def lost(x: Float[Tensor, "n h"], share: float = SHARE) -> int:
    """Principal directions of the active units, each of variance 1, that hold less than ``share`` of one unit's variance."""
    return int((torch.linalg.eigvalsh(correlation(covariance(active(x)), 0)) < share).sum())


def joined(x: Float[Tensor, "n h"], share: float = SHARE) -> int:
    """Active units of which a regression on the others leaves less than ``share`` of the variance, on rows it has not seen.

    The regression is fitted on every other row and judged on the rest.
    """
    units = active(x)
    fit, judge = (rows - units[::2].mean(0) for rows in (units[::2], units[1::2]))
    found = 0
    for i in range(units.shape[1]):
        others = [k for k in range(units.shape[1]) if k != i]
        weights = torch.linalg.lstsq(fit[:, others], fit[:, i, None], driver="gelsd").solution
        left = judge[:, i] - (judge[:, others] @ weights)[:, 0]
        found += bool(left.square().mean() < share * judge[:, i].var())
    return found


@dataclass(frozen=True)
class Counts:
    """Solutions, one a row: norm, total correlation, constant units, directions needed and lost, units joined."""

    norms: Float[ndarray, " m"]
    phi: Float[ndarray, " m"]
    constant: Float[ndarray, " m"]
    needed: Float[ndarray, " m"]
    lost: Float[ndarray, " m"]
    joined: Float[ndarray, " m"]

    def rank_correlation(self, name: str) -> float:
        """Spearman's rank correlation of the norm with one of the columns."""
        return float(spearmanr(self.norms, getattr(self, name))[0])


@once
def counts(
    seed: int, hidden: int = 24, target: float = 0.1, optimizer: str = "gd", same: float = 0.99, share: float = SHARE
) -> Counts:
    """The solutions of ``norms.solutions``: one start in five sizes, trained to one loss."""
    theta = nets.start(seed, hidden) * torch.tensor(SCALES)[:, None]
    return count(seed, nets.shape(hidden), theta, target, optimizer, same, share)


@once
def one_size(seed: int, size: float = 1.0, hidden: int = 24, target: float = 0.1) -> Counts:
    """Starts of one and the same size, He's times ``size``, trained to one loss on the same images."""
    net = nets.shape(hidden)
    theta = size * net.initial([torch_generator(seed, "cic starts", i) for i in range(STARTS)])
    return count(seed, net, theta, target, "gd", 0.99, SHARE)


def reach(seed: int, size: float = 1.0, hidden: int = 24, target: float = 0.1) -> float:
    """How far the norms of one size would move phi, at its mean slope over five sizes, against the scatter of phi there.

    The slope is that of phi against the logarithm of the norm; spread and scatter are standard deviations.
    """
    over, held = counts(seed, hidden, target), one_size(seed, size, hidden, target)
    slope = np.polyfit(np.log(over.norms), over.phi, 1)[0]
    return float(abs(slope) * np.log(held.norms).std() / held.phi.std())


def count(
    seed: int, net: Shape, theta: Float[Tensor, "m P"], target: float, optimizer: str, same: float, share: float
) -> Counts:
    """Train every start on 100 digits to the loss ``target``, and count on held-out images."""
    data = nets.problem(seed, 100)
    theta = nets.train_to(net, theta, data.x, data.y.expand(len(theta), -1), target, optimizer)
    with torch.no_grad():
        layers, (weights, biases) = net.activations(theta, data.held_out)[-2].relu(), net.layers(theta)[-1]
    rows = [
        (x.shape[1] - active(x).shape[1], needed(x, w, b, same), lost(x, share), joined(x, share))
        for x, w, b in zip(layers, weights, biases, strict=True)
    ]
    phi = nets.read(net, theta, data.held_out)[:, 0].numpy()
    return Counts(theta.norm(dim=1).numpy(), phi, *np.array(rows, dtype=float).T)
