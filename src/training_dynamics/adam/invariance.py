"""The same method in other coordinates: does it take the same path?

Write ``theta = A phi``, run a method on phi, and map its path back.  Gradients become ``A^T g`` and Fisher matrices ``A^T F A``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from training_dynamics.adam.network import Matrix, Network, Theta, pooled_digits
from training_dynamics.lab.optimizers import DEFAULT, EXACT, AdamSettings, adam, zero_moments
from training_dynamics.toolbox.seeds import numpy_generator

MAPS = ("signed permutation", "diagonal", "rotation", "general")
DAMPING = 1e-2
# Learning rate and steps of each method; few steps where a matrix has to be made at each.
METHODS: dict[str, tuple[float, int]] = {
    "gradient": (0.1, 30),
    "sign": (0.01, 30),
    "adam": (0.01, 30),
    "diagonal": (0.01, 6),
    "diagonal root": (0.02, 6),
    "natural": (0.3, 3),
    "natural, fixed damping": (0.3, 3),
}


@cache
def linear_map(kind: str, size: int, seed: int) -> Matrix:
    """A random matrix A ``(size, size)``: one of ``MAPS``.

    ``diagonal``: entries between 1/10 and 10, evenly in the logarithm.  ``general``: rotation x diagonal x rotation, with
    such entries between 1/3 and 3.
    """
    if kind not in MAPS:
        raise ValueError(f"kind must be one of {', '.join(MAPS)}, got {kind!r}")
    rng = numpy_generator(seed, "adam", kind, size)
    if kind == "signed permutation":
        return np.eye(size)[rng.permutation(size)] * rng.choice([-1.0, 1.0], size)
    if kind == "diagonal":
        return np.diag(10 ** rng.uniform(-1, 1, size))

    def rotation() -> Matrix:
        return np.linalg.qr(rng.standard_normal((size, size)))[0]

    return rotation() if kind == "rotation" else rotation() @ np.diag(3 ** rng.uniform(-1, 1, size)) @ rotation()


def path(
    method: str, network: Network, theta: Theta, a: Matrix | None = None, settings: AdamSettings = EXACT
) -> np.ndarray:
    """The path ``(steps + 1, P)`` in theta of a method that works on phi, ``theta = A phi`` (A missing: the identity).

    ``diagonal`` divides by the diagonal of the Fisher matrix, ``diagonal root`` by its root, ``natural`` solves with the whole
    matrix.  All three are damped by ``DAMPING A^T A``, the given damping carried along, but for ``natural, fixed damping``.
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    lr, steps = METHODS[method]
    a = np.eye(theta.size) if a is None else a
    phi, moments, found = np.linalg.solve(a, theta), zero_moments(theta), [theta]
    for _ in range(steps):
        g = a.T @ network.gradient(a @ phi)
        if method == "adam":
            moments, move = adam(moments, g, settings)
        else:
            move = _move(method, network, a @ phi, a, g)
        phi = phi - lr * move
        found.append(a @ phi)
    return np.array(found)


def _move(method: str, network: Network, theta: Theta, a: Matrix, g: Theta) -> Theta:
    if method == "gradient":
        return g
    if method == "sign":
        return np.sign(g)
    root = network.score_root(theta) @ a
    if method.startswith("diagonal"):
        diagonal = (root**2).sum(0) + DAMPING * (a**2).sum(0)
        return g / (diagonal if method == "diagonal" else np.sqrt(diagonal))
    damping = np.eye(len(g)) if method == "natural, fixed damping" else a.T @ a
    return np.linalg.solve(root.T @ root + DAMPING * damping, g)


@cache
def setting(seed: int) -> tuple[Network, Theta]:
    """The network on which paths are compared, and where they start."""
    network = pooled_digits(seed, images=100, hidden=8)
    return network, network.start(seed)


@cache
def original(method: str, seed: int) -> np.ndarray:
    """The path in the given coordinates, kept because every comparison starts from it."""
    return path(method, *setting(seed))


@cache
def change(method: str, kind: str, seed: int) -> float:
    """Distance between the end points with and without the map, relative to the distance moved without it; 0: invariant."""
    network, theta = setting(seed)
    ends = path(method, network, theta, linear_map(kind, theta.size, seed))
    return distance(ends, original(method, seed))


def distance(mapped: np.ndarray, plain: np.ndarray) -> float:
    """``|end' - end| / |end - start|`` of two paths from one start."""
    return float(np.linalg.norm(mapped[-1] - plain[-1]) / np.linalg.norm(plain[-1] - plain[0]))


@cache
def scaled_gradient(method: str, kind: str, seed: int, factor: float = 1e4, settings: AdamSettings = EXACT) -> float:
    """The same measure when the gradients are scaled and the parameters are not: ``kind`` ``"loss"`` (one factor) or
    ``"each coordinate"`` (a constant of its own for each, between 1/10 and 10).

    The Fisher matrix belongs to the model, so that the factors do not enter it.
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    if kind not in ("loss", "each coordinate"):
        raise ValueError(f"kind must be 'loss' or 'each coordinate', got {kind!r}")
    network, theta = setting(seed)
    size = theta.size
    factors = np.full(size, factor) if kind == "loss" else np.diag(linear_map("diagonal", size, seed))
    plain, scaled = (_scaled_path(method, network, theta, f, settings) for f in (np.ones(size), factors))
    return distance(scaled, plain)


def _scaled_path(method: str, network: Network, theta: Theta, factors: Theta, settings: AdamSettings) -> np.ndarray:
    lr, steps = METHODS[method]
    moments, found, eye = zero_moments(theta), [theta], np.eye(theta.size)
    for _ in range(steps):
        g = factors * network.gradient(theta)
        if method == "adam":
            moments, move = adam(moments, g, settings)
        else:
            move = _move(method, network, theta, eye, g)
        theta = theta - lr * move
        found.append(theta)
    return np.array(found)


def movement(seed: int, factor: float, settings: AdamSettings = DEFAULT) -> float:
    """How far Adam gets in 30 steps when the loss is multiplied by ``factor``, relative to the unscaled loss."""
    network, theta = setting(seed)
    runs = [_scaled_path("adam", network, theta, np.full(theta.size, f), settings) for f in (1.0, factor)]
    plain, scaled = (np.linalg.norm(run[-1] - run[0]) for run in runs)
    return float(scaled / plain)


def bend(phi: np.ndarray) -> np.ndarray:
    """A smooth change of every coordinate, ``theta = sinh(2 phi) / 2``, of slope ``cosh(2 phi)``."""
    return np.sinh(2 * phi) / 2


def curved_gap(
    seed: int, lr: float, steps: int = 1, step: Callable[[Network, Theta, np.ndarray], Theta] | None = None
) -> float:
    """Distance between ``steps`` steps in theta and the same number in phi, mapped back, ``theta = sinh(2 phi) / 2``.

    The default step is the natural one, with the damping carried along; pass another to compare.
    """
    network, theta = setting(seed)
    move = step or natural_move
    straight, phi = theta, np.arcsinh(2 * theta) / 2
    for _ in range(steps):
        straight = straight - lr * move(network, straight, np.ones(theta.size))
        phi = phi - lr * move(network, bend(phi), np.cosh(2 * phi))
    return float(np.linalg.norm(bend(phi) - straight))


def natural_move(network: Network, theta: Theta, slope: np.ndarray) -> Theta:
    """The natural step in coordinates whose derivative is ``diag(slope)``."""
    return _move("natural", network, theta, np.diag(slope), slope * network.gradient(theta))


def gradient_move(network: Network, theta: Theta, slope: np.ndarray) -> Theta:
    """The gradient in such coordinates."""
    return slope * network.gradient(theta)
