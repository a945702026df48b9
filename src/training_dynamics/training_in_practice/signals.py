"""How large signals and gradients are in each layer of a random network: mean-field recursions, and networks measured.

Pre-activations of layer l have mean square ``q_l``, the loss's derivatives by them ``g_l``.  With weights from
``N(0, s2 / width)`` and no biases, in the limit of wide layers (Poole et al. 2016, Schoenholz et al. 2017):

    q_{l+1} = s2 E[phi(sqrt(q_l) z)^2],    g_l = chi_l g_{l+1},    chi_l = s2 E[phi'(sqrt(q_l) z)^2],    z ~ N(0, 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

REACH = 8.5  # standard deviations; what lies beyond adds less than rounding
NODES = REACH * np.polynomial.legendre.leggauss(400)[0]
WEIGHTS = np.polynomial.legendre.leggauss(400)[1] * np.exp(-(NODES**2) / 2)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
ACTIVATIONS = ("tanh", "relu")


@dataclass(frozen=True)
class Signals:
    """``q`` and ``g`` of layers 1 to depth; ``g`` is 1 in the last one."""

    q: Float[ndarray, " depth"]
    g: Float[ndarray, " depth"]


def squared_output(activation: str, q: float) -> float:
    """``E[phi(sqrt(q) z)^2]`` for a standard normal z."""
    if activation == "relu":
        return q / 2
    return float(WEIGHTS @ np.tanh(np.sqrt(q) * NODES) ** 2)


def squared_slope(activation: str, q: float) -> float:
    """``E[phi'(sqrt(q) z)^2]`` for a standard normal z."""
    if activation == "relu":
        return 0.5
    return float(WEIGHTS @ (1 - np.tanh(np.sqrt(q) * NODES) ** 2) ** 2)


def predicted(activation: str, variance: float, depth: int, q1: float = 1.0) -> Signals:
    """The recursions from ``q_1 = q1``; ``variance`` is that of the weights times the width."""
    _check(activation, variance, depth)
    q = [q1]
    for _ in range(depth - 1):
        q.append(variance * squared_output(activation, q[-1]))
    g = [1.0]
    for size in reversed(q[:-1]):
        g.append(variance * squared_slope(activation, size) * g[-1])
    return Signals(np.array(q), np.array(g[::-1]))


@once
def measured(
    seed: int,
    activation: str,
    variances: tuple[float, ...],
    depth: int = 30,
    width: int = 300,
    networks: int = 20,
    q1: float = 1.0,
) -> list[Signals]:
    """The same in random networks of that width, one result a variance, averaged over networks and four inputs."""
    for variance in variances:
        _check(activation, variance, depth)
    rng = numpy_generator(seed, "signals", activation, depth, width)
    found = [_one_network(rng, activation, np.array(variances), depth, width, q1) for _ in range(networks)]
    q, g = (np.mean(values, axis=0) for values in zip(*found))
    return [Signals(q[:, i], g[:, i] / g[-1, i]) for i in range(len(variances))]


def _one_network(
    rng: np.random.Generator, activation: str, variances: ndarray, depth: int, width: int, q1: float
) -> tuple[Float[ndarray, "depth v"], Float[ndarray, "depth v"]]:
    """Mean squares forward and backward; the networks of all variances are one set of weights, scaled."""
    scales = np.sqrt(variances / width)[:, None, None].astype(np.float32)
    z = rng.standard_normal((4, width), dtype=np.float32)
    z = np.repeat((z * np.sqrt(q1 / np.mean(z**2)))[None], len(variances), axis=0)  # (v, 4, width)
    delta = np.repeat(rng.standard_normal((1, 4, width), dtype=np.float32), len(variances), axis=0)
    q, weights, slopes = [np.mean(z**2, (1, 2))], [], []
    for _ in range(depth - 1):
        h, slope = (np.tanh(z), 1 - np.tanh(z) ** 2) if activation == "tanh" else (np.maximum(z, 0), z > 0)
        weights.append(rng.standard_normal((width, width), dtype=np.float32))
        slopes.append(slope)
        z = h @ weights[-1] * scales
        q.append(np.mean(z**2, (1, 2)))
    g = [np.mean(delta**2, (1, 2))]
    for weight, slope in zip(reversed(weights), reversed(slopes)):
        delta = delta @ weight.T * scales * slope
        g.append(np.mean(delta**2, (1, 2)))
    return np.array(q), np.array(g[::-1])


def per_layer(values: Float[ndarray, " depth"]) -> float:
    """The mean factor from one layer to the next: the geometric mean over all layers."""
    return float((values[-1] / values[0]) ** (1 / (len(values) - 1)))


def _check(activation: str, variance: float, depth: int) -> None:
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {activation!r}")
    if not variance > 0:
        raise ValueError(f"variance must be > 0, got {variance}")
    if depth < 2:
        raise ValueError(f"depth must be at least 2, got {depth}")
