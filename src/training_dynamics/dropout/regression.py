"""One curve, many data sizes: the spread of dropout beside an exact Gaussian process and an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from scipy.interpolate import CubicSpline
from scipy.linalg import cho_solve
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF
from torch import Tensor

from training_dynamics.lab.losses import squared_errors
from training_dynamics.lab.stack import preactivations
from training_dynamics.lab.training import falling, minimize
from training_dynamics.toolbox.seeds import numpy_generator, torch_generator

NOISE = 0.1
LENGTH = 1.0
INSIDE = 2.0
WIDTH = 50
STEPS = 1200
GRID = np.linspace(-4, 4, 81)


@dataclass(frozen=True)
class Curve:
    """Training inputs ``(n,)`` in [-2, 2], noisy targets ``(n,)``, and the true curve on ``GRID``, ``(81,)``."""

    x: ndarray
    y: ndarray
    truth: ndarray


@dataclass(frozen=True)
class Band:
    """Mean and standard deviation (of the curve, without the noise) on ``GRID``, shape ``(81,)`` each."""

    mean: ndarray
    sd: ndarray

    @property
    def inside(self) -> float:
        """Mean sd where there are data, |x| <= 2."""
        return float(self.sd[np.abs(GRID) <= INSIDE].mean())

    @property
    def outside(self) -> float:
        """Mean sd far from the data, |x| >= 3."""
        return float(self.sd[np.abs(GRID) >= 3].mean())


@cache
def curve(seed: int, n: int) -> Curve:
    """``n`` evenly spread inputs and targets from a curve drawn from the Gaussian process prior, plus noise of sd 0.1.

    The prior (RBF kernel, length 1, variance 1) is the one that :func:`exact_process` uses, so its posterior is right.
    Raises ValueError for n < 2.
    """
    if n < 2:
        raise ValueError(f"n must be at least 2, got {n}")
    knots = np.linspace(-4, 4, 65)
    kernel = np.exp(-0.5 * (knots[:, None] - knots) ** 2 / LENGTH**2)
    values, vectors = np.linalg.eigh(kernel)
    draw = vectors @ (np.sqrt(np.maximum(values, 0)) * numpy_generator(seed, "dropout curve").standard_normal(65))
    spline = CubicSpline(knots, draw)
    rng = numpy_generator(seed, "dropout points", n)
    x = inputs(n)
    return Curve(x, spline(x) + NOISE * rng.standard_normal(n), spline(GRID))


def inputs(n: int) -> Float[ndarray, " n"]:
    """The middles of ``n`` equal pieces of [-2, 2]; the same for every seed, so that one factorisation serves all."""
    return (np.arange(n) + 0.5) / n * 2 * INSIDE - INSIDE


@cache
def fitted_process(n: int) -> tuple[GaussianProcessRegressor, ndarray]:
    """Scikit-learn's process for ``n`` inputs, and its posterior sd on ``GRID``, which does not depend on the targets."""
    process = GaussianProcessRegressor(RBF(LENGTH, "fixed"), alpha=NOISE**2, optimizer=None)
    process.fit(inputs(n)[:, None], np.zeros(n))
    return process, process.predict(GRID[:, None], return_std=True)[1]


@cache
def exact_process(seed: int, n: int) -> Band:
    """The posterior of the Gaussian process that the curve was drawn from, with nothing fitted."""
    process, sd = fitted_process(n)
    weights = cho_solve((process.L_, True), curve(seed, n).y)
    return Band(process.kernel_(GRID[:, None], process.X_train_) @ weights, sd)


@dataclass(frozen=True)
class Member:
    """One network to train: on ``n`` points, with dropout rate ``p``, as number ``index`` of its kind."""

    n: int
    p: float
    index: int = 0


class Networks:
    """``m`` ReLU networks 1 -> h -> h -> 1 side by side, dropout on both hidden layers; parameters have ``m`` in front.

    Members with the same ``index`` share their start and the random numbers behind masks and batches, so that a comparison
    of rates or sizes is not one of starts; other indices draw their own.
    """

    def __init__(self, members: Sequence[Member], seed: int, width: int = WIDTH) -> None:
        self.members = list(members)
        self.keep = torch.tensor([1 - m.p for m in members])[:, None, None]
        kinds = sorted({m.index for m in members})
        self.kind, self.kinds = torch.tensor([kinds.index(m.index) for m in members]), len(kinds)
        sizes = [(1, width), (width, width), (width, 1)]
        generators = [torch_generator(seed, "dropout start", m.index) for m in members]
        self.weights, self.biases = [], []
        for fan_in, fan_out in sizes:
            rows = [torch.randn(fan_in, fan_out, generator=g) * (2 / fan_in) ** 0.5 for g in generators]
            self.weights.append(torch.stack(rows).requires_grad_())
            spread = 2.0 if fan_in == 1 else 0.0  # kinks of the first layer lie all over the inputs
            offsets = [spread * torch.randn(1, fan_out, generator=g) for g in generators]
            self.biases.append(torch.stack(offsets).requires_grad_())

    @property
    def parameters(self) -> list[Tensor]:
        """All parameters, each ``(m, ...)``."""
        return [*self.weights, *self.biases]

    def __call__(self, x: Float[Tensor, "m n 1"], generator: torch.Generator | None) -> Float[Tensor, "m n 1"]:
        """Outputs; with a generator, fresh masks for every example (inverted dropout), without one, dropout is off."""

        def drop(_: int, h: Tensor) -> Tensor:
            return h * ((self.uniform(h.shape[1:], generator) < self.keep) / self.keep)

        return preactivations(list(zip(self.weights, self.biases)), x, after=drop if generator is not None else None)[
            -1
        ]

    def uniform(self, shape: Sequence[int], generator: torch.Generator | None) -> Float[Tensor, "m ..."]:
        """Numbers in [0, 1), the same for members of the same index."""
        return torch.rand((self.kinds, *shape), generator=generator)[self.kind]

    def decay(self) -> Float[Tensor, " m"]:
        """The divergence to the prior N(0, I) over ``N tau`` of each network: ``|W|^2 / (2 q N tau)`` under a mask.

        A masked weight W acts as 0 or as M = W/q, and its divergence is ``q |M|^2 / 2`` up to a constant (Gal and Ghahramani
        2016); weights without a mask, and biases, have q = 1.  ``tau = 1 / noise^2``.  Networks without dropout have no
        decay: that is how ensembles are usually trained.
        """
        rate = torch.tensor([NOISE**2 / (2 * m.n) if m.p else 0.0 for m in self.members])
        keep = self.keep.flatten()
        masked = sum(w.square().sum((1, 2)) for w in self.weights[1:]) / keep
        free = sum(part.square().sum((1, 2)) for part in [self.weights[0], *self.biases])
        return (masked + free) * rate


def train(members: Sequence[Member], seed: int, steps: int = STEPS, batch: int = 32, width: int = WIDTH) -> Networks:
    """Adam on ``(1/2) mean squared error + decay``, rate falling from 0.01 to 0; each network draws its own batches."""
    nets = Networks(members, seed, width)
    data = [curve(seed, m.n) for m in members]
    xs, ys = [[torch.tensor(v, dtype=torch.float32) for v in part] for part in zip(*[(c.x, c.y) for c in data])]
    sizes = torch.tensor([m.n for m in members])[:, None]
    longest = int(sizes.max())
    x_all = torch.stack([torch.nn.functional.pad(x, (0, longest - len(x))) for x in xs])
    y_all = torch.stack([torch.nn.functional.pad(y, (0, longest - len(y))) for y in ys])
    drops = any(m.p > 0 for m in members)
    generator = torch_generator(seed, "dropout training" if drops else "dropout plain training")
    optimizer = torch.optim.Adam(nets.parameters, lr=0.01, fused=True)

    def losses() -> Tensor:
        index = (nets.uniform((batch,), generator) * sizes).long()
        x, y = x_all.gather(1, index)[..., None], y_all.gather(1, index)[..., None]
        errors = squared_errors(nets(x, generator if drops else None), y) / 2
        return errors + nets.decay() if drops else errors

    minimize(losses, optimizer, steps, falling(optimizer, steps))
    return nets


@torch.no_grad()
def mask_bands(nets: Networks, seed: int, samples: int = 200) -> list[Band]:
    """MC dropout: mean and sd over ``samples`` masks on ``GRID``; fresh masks for each place."""
    generator = torch_generator(seed, "dropout samples")
    x = torch.tensor(GRID, dtype=torch.float32)[None, :, None].expand(len(nets.members), -1, -1)
    total = torch.zeros(len(nets.members), len(GRID), dtype=torch.float64)
    squares = torch.zeros_like(total)
    for _ in range(samples):
        out = nets(x, generator).squeeze(-1).double()
        total += out
        squares += out**2
    mean = total / samples
    sd = (squares / samples - mean**2).clamp_min(0).sqrt()
    return [Band(a, b) for a, b in zip(mean.numpy(), sd.numpy())]


@torch.no_grad()
def point_predictions(nets: Networks) -> Float[ndarray, "m g"]:
    """The curve of each network with dropout off, on ``GRID``."""
    x = torch.tensor(GRID, dtype=torch.float32)[None, :, None].expand(len(nets.members), -1, -1)
    return nets(x, None).squeeze(-1).double().numpy()


RATES = (0.01, 0.05, 0.1, 0.2, 0.5)
MEMBERS = 5


def ensemble(seed: int, n: int) -> Band:
    """Mean and sd of ``MEMBERS`` networks without dropout from different starts."""
    curves = point_predictions(train([Member(n, 0.0, i + 1) for i in range(MEMBERS)], seed))
    return Band(curves.mean(0), curves.std(0, ddof=1))
