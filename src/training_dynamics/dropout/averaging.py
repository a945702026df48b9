"""Dropout as an average of many networks: which average is exact where, and what normalisation makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import ndarray
from scipy.special import log_softmax, logsumexp, softmax

from training_dynamics.dropout.linear import all_masks, check_keep, mask_probabilities
from training_dynamics.toolbox.seeds import numpy_generator


def _weights(seed: int, name: str, *shapes: tuple[int, int]) -> list[ndarray]:
    rng = numpy_generator(seed, "dropout averaging", name)
    return [rng.standard_normal(shape) * np.sqrt(2 / shape[1]) for shape in shapes]


def kl(p: ndarray, q: ndarray) -> float:
    """Mean over rows of ``sum_k p_k log(p_k / q_k)`` in nats."""
    return float((p * (np.log(p) - np.log(q))).sum(-1).mean())


@dataclass(frozen=True)
class Averages:
    """Class probabilities, shape ``(n, k)``, of three ways to average over all masks."""

    geometric: ndarray
    arithmetic: ndarray
    scaled: ndarray


def softmax_averages(seed: int, hidden: bool, keep: float = 0.5, d: int = 10) -> Averages:
    """All ``2^d`` thinned networks averaged, beside the one network without dropout (inverted dropout: unit masks / q).

    ``hidden=False``: a linear softmax classifier with masks on its d inputs.  ``hidden=True``: a fixed input, ReLU layer of
    d units with masks on it, a second ReLU layer, and a softmax.  The geometric mean is ``prod_m p_m^{P(m)}``, normalised.
    """
    check_keep(keep)
    masks = all_masks(d)
    weight = mask_probabilities(masks, keep)
    x = numpy_generator(seed, "dropout averaging", "x").standard_normal((20, d))
    first, second, last = _weights(seed, "softmax", (d, d), (d, d), (4, d))
    if hidden:
        h = np.maximum(x @ first.T, 0)
        through = np.maximum((h[None] * masks[:, None] / keep) @ second.T, 0) @ last.T
        off = np.maximum(h @ second.T, 0) @ last.T
    else:
        through, off = (x[None] * masks[:, None] / keep) @ last.T, x @ last.T
    logs = log_softmax(through, axis=-1)  # (2^d, n, k)
    geometric = np.tensordot(weight, logs, 1)
    geometric = np.exp(geometric - logsumexp(geometric, axis=-1, keepdims=True))
    return Averages(geometric, np.tensordot(weight, np.exp(logs), 1), softmax(off, axis=-1))


def chain_means(seed: int, relu: bool, keep: float = 0.7, d: int = 6) -> tuple[ndarray, ndarray]:
    """Mean output over all masks of a network with two dropout layers, and its output with dropout off; ``(n, 3)`` each."""
    check_keep(keep)
    act = (lambda h: np.maximum(h, 0)) if relu else (lambda h: h)
    x = numpy_generator(seed, "dropout averaging", "chain").standard_normal((20, d))
    first, second, last = _weights(seed, "chain", (d, d), (d, d), (3, d))
    masks = all_masks(d)
    weight = mask_probabilities(masks, keep)
    h = act(x @ first.T)
    h = act((h[None] * masks[:, None] / keep) @ second.T)  # (2^d, n, d)
    second_mean = np.tensordot(weight, masks, 1) / keep  # the last map is linear, so its masks average exactly
    return np.tensordot(weight, h * second_mean @ last.T, 1), act(act(x @ first.T) @ second.T) @ last.T


def depth_means(seed: int, relu: bool, keep: float = 0.7, blocks: int = 8, d: int = 5) -> tuple[ndarray, ndarray]:
    """Stochastic depth: mean over all ``2^blocks`` choices of residual blocks, and the network with branches scaled by keep.

    ``h <- h + z_l act(W_l h)`` with ``z_l`` in {0, 1} (Huang et al. 2016); the scaled network has ``z_l = keep``.
    """
    check_keep(keep)
    act = (lambda h: np.maximum(h, 0)) if relu else (lambda h: h)
    x = numpy_generator(seed, "dropout averaging", "depth").standard_normal((20, d))
    layers = [w / np.sqrt(blocks) for w in _weights(seed, "depth", *[(d, d)] * blocks)]
    gates = all_masks(blocks)

    def run(z: ndarray) -> ndarray:
        h = np.repeat(x[None], len(z), axis=0)
        for weight, gate in zip(layers, z.T):
            h = h + gate[:, None, None] * act(h @ weight.T)
        return h

    return np.tensordot(mask_probabilities(gates, keep), run(gates), 1), run(np.full((1, blocks), keep))[0]


def dropconnect_moments(seed: int, keep: float = 0.5, d: int = 4) -> tuple[ndarray, ndarray]:
    """Covariance of three linear outputs over all masks: of the inputs (dropout), and of single weights (DropConnect).

    Both have the variances ``(1-q)/q sum_j x_j^2 w_kj^2``; only dropout makes outputs move together (Wan et al. 2013).
    """
    check_keep(keep)
    x = numpy_generator(seed, "dropout averaging", "connect").standard_normal(d)
    (w,) = _weights(seed, "connect", (3, d))

    def covariance(outputs: ndarray, weight: ndarray) -> ndarray:
        centred = outputs - weight @ outputs
        return (weight[:, None] * centred).T @ centred

    units, links = all_masks(d), all_masks(3 * d)
    by_unit = (units * x / keep) @ w.T
    by_link = ((links.reshape(-1, 3, d) * w) @ x) / keep
    return covariance(by_unit, mask_probabilities(units, keep)), covariance(by_link, mask_probabilities(links, keep))


def relative(found: ndarray, reference: ndarray) -> float:
    """``|found - reference| / |reference|`` in the Frobenius norm."""
    return float(np.linalg.norm(found - reference) / np.linalg.norm(reference))


def variance_shift(mean: float, variance: float, keep: float) -> float:
    """Variance of a unit with dropout off, divided by its variance with inverted dropout on.

    ``v / (v/q + m^2 (1-q)/q)``: the statistics that BatchNorm stored are too large by the inverse (Li et al. 2019).
    Raises ValueError for a variance that is not positive.
    """
    check_keep(keep)
    if variance <= 0:
        raise ValueError(f"variance must be > 0, got {variance}")
    return variance / (variance / keep + mean**2 * (1 - keep) / keep)
