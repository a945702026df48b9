"""The loss landscape of deep linear networks: saddles, minima, and orbits on which the map stays the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from numpy.random import Generator
from scipy.optimize import minimize
from torch import Tensor

from training_dynamics.deep_linear_networks.flow import (
    Target,
    Weights,
    descent_directions,
    product,
    random_orthogonal,
    random_weights,
)
from training_dynamics.lab.curvature import slope_and_spectrum


def flatten(weights: Weights) -> Float[Tensor, " parameters"]:
    """All layers as one vector, first layer first, each row by row."""
    return torch.tensor(np.concatenate([layer.ravel() for layer in weights]))


def loss(
    theta: Float[Tensor, " parameters"], matrix: Float[Tensor, "out in"], shapes: Sequence[tuple[int, ...]]
) -> Tensor:
    r""":math:`\tfrac12\lVert M-W_L\cdots W_1\rVert_F^2` as a function of the flat parameters."""
    sizes = [rows * columns for rows, columns in shapes]
    layers = [part.view(shape) for part, shape in zip(theta.split(sizes), shapes)]
    computed = layers[0]
    for layer in layers[1:]:
        computed = layer @ computed
    return 0.5 * (matrix - computed).square().sum()


def curvature(weights: Weights, matrix: Float[ndarray, "out in"]) -> tuple[float, Float[ndarray, " parameters"]]:
    """The length of the gradient and all eigenvalues of the Hessian, smallest first, by automatic differentiation."""
    goal, shapes = torch.tensor(matrix), [layer.shape for layer in weights]
    theta = flatten(weights)

    def function(parameters: Tensor) -> Tensor:
        return loss(parameters, goal, shapes)

    slope, eigenvalues = slope_and_spectrum(function, theta)
    return slope, eigenvalues.numpy()


def critical_point(target: Target, learned: Sequence[int], rng: Generator) -> Weights:
    r"""A balanced two-layer critical point with exactly the modes ``learned``: :math:`W=\sum_{i\in I}s_iu_iv_i^\top`.

    Every subset gives one (Baldi and Hornik, 1989).  The hidden frame is random.  Raises ValueError for a mode that is not there.
    """
    modes = len(target.s)
    for index in learned:
        if not 0 <= index < modes:
            raise ValueError(f"learned names mode {index}, but the target has modes 0 to {modes - 1}")
    root = np.zeros(modes)
    root[list(learned)] = np.sqrt(target.s[list(learned)])
    frame = random_orthogonal(len(target.v), rng)[:, :modes]
    return [frame * root @ target.v.T, target.u * root @ frame.T]


def gl_step(weights: Weights, inverse: Float[ndarray, "r r"]) -> Weights:
    """Two-layer weights moved along the orbit, ``(W1, W2) -> (G W1, W2 G^-1)``, which leaves the product as it is."""
    first, second = weights
    return [inverse @ first, second @ np.linalg.inv(inverse)]


def orbit_sharpness(target: Target, stretch: float, rng: Generator) -> tuple[float, float]:
    r"""The sharpness at a minimum stretched by ``G = cI``, and how far its product is from the target.

    The two blocks of the top eigenvector see :math:`W_2^\top W_2` and :math:`W_1W_1^\top`, so the sharpness is
    :math:`s_1(c^2+1/c^2)`.
    """
    everything = range(len(target.s))
    balanced = critical_point(target, everything, rng)
    moved = gl_step(balanced, stretch * np.eye(len(target.v)))
    _, eigenvalues = curvature(moved, target.matrix)
    return float(eigenvalues[-1]), float(np.abs(product(moved) - target.matrix).max())


def bottleneck_gap(target: Target, rank: int, rng: Generator, scale: float = 0.3) -> float:
    r"""Train ``size -> rank -> size`` from random weights and compare with the best map of that rank, relative to :math:`s_1`.

    L-BFGS stands in for a long descent: what is tested is where descent can end, not how fast.  Source: Eckart and Young (1936).
    """
    size = len(target.v)
    first, second = random_weights(size, scale, 2, rng)
    shapes = [(rank, size), (size, rank)]
    start = np.concatenate([first[:rank].ravel(), second[:, :rank].ravel()])

    def unpack(flat: ndarray) -> Weights:
        return [flat[: rank * size].reshape(shapes[0]), flat[rank * size :].reshape(shapes[1])]

    def value_and_slope(flat: ndarray) -> tuple[float, ndarray]:
        weights = unpack(flat)
        slope = np.concatenate([-d.ravel() for d in descent_directions(weights, target.matrix)])
        return 0.5 * float(np.sum((target.matrix - product(weights)) ** 2)), slope

    options = {"maxiter": 20_000, "maxfun": 40_000, "ftol": 1e-16, "gtol": 1e-10}
    found = minimize(value_and_slope, start, jac=True, method="L-BFGS-B", options=options)
    return float(np.linalg.norm(product(unpack(found.x)) - target.truncated(rank)) / target.s[0])
