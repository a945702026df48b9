"""The coordinate check: how far the activations of each layer move in the first steps, and how that goes with the width."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.sparse.linalg import svds

from training_dynamics.lab.once import once
from training_dynamics.scale.networks import Training, activations, data, sizes_of, start, train
from training_dynamics.scale.rules import rule

WIDTHS = (64, 128, 256, 512, 1024)
RATE = {"adam": 2.0**-15, "sgd": 2.0**-12}  # small: a large step of a wide network in the standard rule blows up
PROBES = 200


def slopes(widths: tuple[int, ...], values: Float[ndarray, "w l"]) -> Float[ndarray, " l"]:
    """The slope of every column's logarithm in the logarithm of the width, by least squares."""
    return np.polyfit(np.log(widths), np.log(values), 1)[0]


@once
def movements(seed: int, how: Training, widths: tuple[int, ...] = WIDTHS) -> Float[ndarray, "w l"]:
    """Root mean square change of every layer's activations on fixed inputs, hidden layers first and logits last."""
    return np.array([_moved(seed, width, how) for width in widths])


def _moved(seed: int, width: int, how: Training) -> list[float]:
    x, sizes = data(seed).x_test[:PROBES], sizes_of(width, how.depth)
    first = start(seed, sizes, rule(how.parametrisation, how.optimizer, sizes, how.base, out=how.out))
    (last,) = train(seed, width, [RATE[how.optimizer]], how)
    return [float((b - a).square().mean().sqrt()) for a, b in zip(activations(first, x), activations(last, x))]


def _norm(matrix: Float[ndarray, "i o"]) -> float:
    """The spectral norm, the largest singular value alone."""
    return float(svds(matrix, 1, v0=np.ones(min(matrix.shape)), return_singular_vectors=False)[0])


@once
def step_norms(seed: int, how: Training, widths: tuple[int, ...] = WIDTHS) -> Float[ndarray, "w l"]:
    r"""Spectral norm of the change of every layer's weights, over :math:`\sqrt{n_\mathrm{out}/n_\mathrm{in}}`."""
    rows = []
    for width in widths:
        sizes = sizes_of(width, how.depth)
        first = start(seed, sizes, rule(how.parametrisation, how.optimizer, sizes, how.base, out=how.out))
        (last,) = train(seed, width, [RATE[how.optimizer]], how)
        norms = [_norm((b - a).numpy()) for a, b in zip(first, last)]
        rows.append([norm * (i / o) ** 0.5 for norm, i, o in zip(norms, sizes, sizes[1:])])
    return np.array(rows)
