r"""The sharpness along training for several widths, in the coordinates in which one rate serves all layers.

A layer with rate factor :math:`c` and weights :math:`W=\sqrt c\,U` takes the same steps in :math:`U` with the plain rate.  So the
sharpness that the rate is to be held against is that in :math:`U`.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor
from torch.func import grad

from training_dynamics.lab.curvature import lanczos
from training_dynamics.lab.once import once
from training_dynamics.scale.networks import data, sizes_of, start
from training_dynamics.scale.rules import rule
from training_dynamics.toolbox.curvature import ScalarFunction, hessian_vector_product
from training_dynamics.toolbox.data import one_hot

WIDTHS = (32, 64, 128, 256)
BASE_WIDTH = 32
PRODUCTS = 12


@once
def traces(
    seed: int,
    kind: str,
    widths: tuple[int, ...] = WIDTHS,
    rate: float = 0.02,
    steps: int = 60,
    every: int = 20,
    examples: int = 100,
) -> Float[ndarray, "w t"]:
    """Sharpness at the start and after every ``every`` steps of full-batch descent on digits, for each width."""
    split = data(seed, examples)
    x, y = split.x_train.double(), one_hot(split.y_train).double()
    return np.array([_trace(seed, kind, width, x, y, rate, steps, every) for width in widths])


def _trace(
    seed: int, kind: str, width: int, x: Tensor, y: Tensor, rate: float, steps: int, every: int
) -> Float[ndarray, " t"]:
    sizes = sizes_of(width)
    made = rule(kind, "sgd", sizes, BASE_WIDTH)
    roots = [factor**0.5 for factor in made.rate]
    shapes = list(zip(sizes, sizes[1:]))
    counts = [i * o for i, o in shapes]

    def loss(u: Tensor) -> Tensor:
        h = x
        for l, (part, shape, root) in enumerate(zip(u.split(counts), shapes, roots)):
            h = h @ (root * part.view(shape))
            h = torch.relu(h) if l < len(shapes) - 1 else h
        return (h - y).square().sum(1).mean()

    u = torch.cat([w.double().flatten() / root for w, root in zip(start(seed, sizes, made), roots)])
    found, top = [], torch.ones_like(u)
    for t in range(steps + 1):
        if t % every == 0:
            value, top = leading(loss, u, top)
            found.append(value)
        if t < steps:
            u = u - rate * grad(loss)(u)
    return np.array(found)


def leading(function: ScalarFunction, theta: Float[Tensor, " P"], guess: Float[Tensor, " P"]) -> tuple[float, Tensor]:
    """The largest eigenvalue of the Hessian by Lanczos' method from ``guess``, and its vector: per mille are enough."""

    def products(v: Float[ndarray, "1 P"]) -> Float[ndarray, "1 P"]:
        return hessian_vector_product(function, theta, torch.from_numpy(v[0])).numpy()[None]

    values, vector = lanczos(products, guess.numpy()[None], min(PRODUCTS, len(theta)))
    return float(values[0, -1]), torch.from_numpy(vector[0])
