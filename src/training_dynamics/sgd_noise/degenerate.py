r"""Degenerate minima: what a posterior makes of them, what SGD does, and learning coefficients, exact and estimated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.integrate import quad
from scipy.special import erf
from scipy.stats import chi2

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

SADDLE = 1 / 3  # the top between the two valleys of p(w)^2


def two_zeros(w: Float[ndarray, "*s"] | float) -> Float[ndarray, "*s"] | float:
    """The polynomial (w + 1)^2 (w - 1): a double zero at -1, the degenerate minimum of its square, and a simple one at 1."""
    return (w + 1) ** 2 * (w - 1)


def posterior_share(n: int) -> float:
    r"""The mass of :math:`e^{-np(w)^2/2}` on [-2, 2] that lies in the valley of the double zero: examples have unit noise."""

    def weight(w: float) -> float:
        return float(np.exp(-n * two_zeros(w) ** 2 / 2))

    wide, narrow = 10 * n**-0.25, 10 * n**-0.5  # well beyond the widths of the two peaks
    left = [max(-1 - wide, -2), -1.0, min(-1 + wide, SADDLE)]
    right = [max(1 - narrow, SADDLE), 1.0, min(1 + narrow, 2)]
    degenerate = quad(weight, -2, SADDLE, points=left, limit=200)[0]
    return degenerate / (degenerate + quad(weight, SADDLE, 2, points=right, limit=200)[0])


@dataclass(frozen=True)
class Valleys:
    """Shares of runs: those that end in the valley of the double zero, and those that end in the valley where they began."""

    degenerate: float
    stayed: float


@once
def sgd_valleys(seed: int, rate: float, batch: int = 1, steps: int = 4000, chains: int = 1000) -> Valleys:
    r"""Where runs of SGD on :math:`f=p(w)`, labels pure normal noise, end.

    Runs start uniformly in [-1.5, 1.2] and are kept in [-2, 2], as the posterior is.  A batch's mean label is drawn at once.
    """
    generator = numpy_generator(seed, "sgd_noise two valleys")
    w = generator.uniform(-1.5, 1.2, chains)
    began = w < SADDLE
    for _ in range(steps):
        label = generator.standard_normal(chains) / np.sqrt(batch)
        w = np.clip(w - rate * (two_zeros(w) - label) * (w + 1) * (3 * w - 1), -2, 2)
    return Valleys(float(np.mean(w < SADDLE)), float(np.mean((w < SADDLE) == began)))


# name: (half the exponents of a sum of even powers, the learning coefficient)
SUMS = {"w^2": (1,), "w^4": (2,), "x^2 + y^2": (1, 1), "x^2 + y^4": (1, 2)}


def learning_coefficient(name: str) -> float:
    r"""The exact learning coefficient of a sum of even powers :math:`\sum_i w_i^{2k_i}`: :math:`\sum_i 1/2k_i`."""
    return sum(1 / (2 * k) for k in SUMS[name])


@once
def sampled_coefficient(
    seed: int, name: str, n_beta: float = 1000.0, chains: int = 500, steps: int = 4000, step: float = 0.02
) -> float:
    r"""The estimate :math:`n\beta\langle K\rangle` of a sum of even powers, from Langevin runs at that temperature."""
    powers = np.array(SUMS[name])
    generator = numpy_generator(seed, "sgd_noise learning coefficient", name)
    w, total = generator.standard_normal((chains, len(powers))) * n_beta ** (-1 / (2 * powers)) / 2, 0.0
    shake = np.sqrt(2 * step / n_beta)
    for i in range(steps):
        w += -step * 2 * powers * w ** (2 * powers - 1) + shake * generator.standard_normal(w.shape)
        if i >= steps // 2:
            total += float(np.mean(np.sum(w ** (2 * powers), axis=1)))
    return n_beta * total / (steps - steps // 2)


@once
def counted_volume(
    seed: int, name: str, levels: tuple[float, ...], points: int = 2_000_000
) -> Float[ndarray, " levels"]:
    r"""The shares of random points in [-1, 1]^k whose loss is below each of ``levels``; ``name`` of SUMS, or ``"x^2 y^2"``."""
    generator = numpy_generator(seed, "sgd_noise volume", name)
    if name == "x^2 y^2":
        loss = np.prod(generator.uniform(-1, 1, (points, 2)) ** 2, axis=1)
    else:
        powers = 2 * np.array(SUMS[name])
        loss = np.sum(np.abs(generator.uniform(-1, 1, (points, len(powers)))) ** powers, axis=1)
    return np.array([np.mean(loss < level) for level in levels])


def volume_slope(seed: int, name: str, low: float, multiplicity: int = 1) -> float:
    r"""The power of the level with which the volume grows from ``low`` to ``100 * low``, from counted points.

    The factor :math:`(\ln1/\epsilon)^{m-1}` of a ``multiplicity`` m is divided out first.
    """
    levels = np.array([low, 100 * low])
    rest = counted_volume(seed, name, tuple(levels)) / np.log(1 / levels) ** (multiplicity - 1)
    return float(np.log(rest[1] / rest[0]) / np.log(100))


def cross_estimate(n_beta: float) -> float:
    r"""The exact value of :math:`n\beta\langle u^2v^2\rangle` on the square [0, 1]^2; the learning coefficient is 1/2."""
    root = np.sqrt(n_beta)

    def evidence(log_u: float) -> float:  # the integral over v, at u = exp(log_u), times u
        return float(np.sqrt(np.pi) / 2 * erf(root * np.exp(log_u)) / root)

    def energy(log_u: float) -> float:  # of n_beta u^2 v^2 over v
        a = root * np.exp(log_u)
        return float((np.sqrt(np.pi) / 4 * erf(a) - a * np.exp(-(a**2)) / 2) / root)

    low, middle = -np.log(root) - 40, -np.log(root)
    top = sum(quad(energy, a, b, limit=200)[0] for a, b in ((low, middle), (middle, 0.0)))
    return top / sum(quad(evidence, a, b, limit=200)[0] for a, b in ((low, middle), (middle, 0.0)))


def unit_estimate(inputs: int, outputs: int, n_beta: float) -> float:
    r"""The exact :math:`n\beta\langle K\rangle` of one hidden linear unit, :math:`K=\tfrac12|a|^2|b|^2`, with a normal prior.

    Given a, the outgoing weights b are normal: :math:`\tfrac N2\langle t|a|^2/(1+t|a|^2)\rangle` with the weight
    :math:`(1+t|a|^2)^{-N/2}`.  It tends to :math:`\min(M,N)/2` for M inputs and N outputs, however many weights there are.
    """

    def weight(log_size: float) -> float:
        size = np.exp(log_size)
        return float(chi2.pdf(size, inputs) * size * (1 + n_beta * size) ** (-outputs / 2))

    def share(log_size: float) -> float:
        size = n_beta * np.exp(log_size)
        return weight(log_size) * outputs / 2 * size / (1 + size)

    edges = [-np.log(n_beta) - 30, -np.log(n_beta), 0.0, 5.0]
    pieces = list(zip(edges, edges[1:]))
    return sum(quad(share, *p, limit=200)[0] for p in pieces) / sum(quad(weight, *p, limit=200)[0] for p in pieces)
