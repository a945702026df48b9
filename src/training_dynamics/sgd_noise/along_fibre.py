r"""Noise along the fibre of a balanced deep linear network: what straight steps along it do to the map that is computed.

All weights of a fibre are alike, since turning the axes between the layers changes no length.  So the steps start at the
factorisation whose inner axes are the coordinate axes, and singular values are all that moves.
"""

from __future__ import annotations

from functools import reduce
from itertools import combinations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.sgd_noise.fibre import entropic_force
from training_dynamics.toolbox.seeds import numpy_generator

Singular = Float[ndarray, " d"]


def tangents(s: Singular, depth: int) -> Float[ndarray, "t depth d d"]:
    """Orthonormal directions of the fibre at the weights ``diag(s)^(1/depth)``: turns between neighbouring layers."""
    d, root = len(s), np.diag(np.asarray(s, dtype=float) ** (1 / depth))
    found = []
    for layer in range(depth - 1):
        for i, j in combinations(range(d), 2):
            turn = np.zeros((d, d))
            turn[i, j], turn[j, i] = 1.0, -1.0
            moved = np.zeros((depth, d, d))
            moved[layer], moved[layer + 1] = turn @ root, -root @ turn
            found.append(moved.ravel())
    return np.linalg.qr(np.array(found).T)[0].T.reshape(-1, depth, d, d)


def second_derivative(s: Singular, moves: Float[ndarray, "t depth d d"]) -> Float[ndarray, "d d"]:
    """The second derivatives of the map along all ``moves``, added up: twice the sum over pairs of layers that move."""
    depth, d = moves.shape[1:3]
    root, total = np.diag(np.asarray(s, dtype=float) ** (1 / depth)), np.zeros((d, d))
    for move in moves:
        for low, high in combinations(range(depth), 2):
            layers = [move[k] if k in (low, high) else root for k in range(depth)]
            total += 2 * reduce(lambda below, above: above @ below, layers)
    return total


def drift(s: Singular, depth: int) -> Singular:
    r"""The gradient of the entropy in the metric on maps, :math:`Ns_i^{2-2/N}\,\partial S/\partial s_i`."""
    return depth * np.asarray(s, dtype=float) ** (2 - 2 / depth) * entropic_force(s, depth)


def drifted(s: Singular, depth: int, time: float, steps: int = 2000) -> Singular:
    """The singular values after ``time`` under :func:`drift` at temperature 1, by the midpoint rule."""
    s, dt = np.array(s, dtype=float), time / steps
    for _ in range(steps):
        s = s + dt * drift(s + dt / 2 * drift(s, depth), depth)
    return s


@once
def walked(seed: int, depth: int, size: int, time: float, steps: int = 2000) -> tuple[Singular, Singular]:
    """Singular values at the start and after a walk of straight normal steps of variance ``2 time / steps`` along the fibre.

    After each step the layers are balanced again, at the map that they compute.
    """
    generator = numpy_generator(seed, "sgd_noise walk", depth, size)
    s = first = np.sort(generator.uniform(0.5, 2.0, size))[::-1]
    for _ in range(steps):
        moves = tangents(s, depth)
        move = np.tensordot(generator.standard_normal(len(moves)), moves, 1) * np.sqrt(2 * time / steps)
        root = np.diag(s ** (1 / depth))
        s = np.linalg.svd(reduce(lambda below, above: above @ below, root + move), compute_uv=False)
    return first, s
