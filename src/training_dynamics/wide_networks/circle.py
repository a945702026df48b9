"""Which frequencies a wide network learns when: inputs evenly on a circle, where the kernel's eigenvectors are waves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator
from training_dynamics.wide_networks.kernel import limit_kernel
from training_dynamics.wide_networks.network import draw, train


def circle(points: int, bias: bool) -> Float[ndarray, "points d"]:
    r"""Points at equal angles: :math:`(\cos t,\sin t)`, or :math:`(\cos t,\sin t,1)/\sqrt2` where units have a bias."""
    angles = 2 * np.pi * np.arange(points) / points
    plane = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.concatenate([plane, np.ones((points, 1))], axis=1) / np.sqrt(2) if bias else plane


def spectrum(points: int, bias: bool) -> Float[ndarray, " frequencies"]:
    r"""The eigenvalues of the limit kernel over ``points``, by frequency 0, 1, 2, ...: its Fourier coefficients.

    The kernel depends on the difference of angles only, so that waves are its eigenvectors; a frequency k from 1 on has two,
    cosine and sine, of one eigenvalue :math:`\frac1n\sum_j K(t_j)\cos kt_j`.
    """
    x = circle(points, bias)
    return np.fft.rfft(limit_kernel(x[:1], x)[0]).real / points


def half_times(values: Float[ndarray, " k"], rate: float) -> Float[ndarray, " k"]:
    r"""Steps until half of a wave is learned, :math:`\ln\frac12/\ln(1-\eta\lambda)`; infinite for eigenvalue 0."""
    with np.errstate(divide="ignore"):
        return np.log(0.5) / np.log1p(-rate * np.maximum(values, 0))


@dataclass(frozen=True)
class Learned:
    """What networks learn of waves of different frequency: the share of each over time, with its half-time and the kernel's."""

    frequencies: tuple[int, ...]
    steps: Float[ndarray, " t"]
    shares: Float[ndarray, "t k"]
    half_times: Float[ndarray, " k"]
    predicted: Float[ndarray, " k"]


@once
def learn_waves(
    seed: int,
    frequencies: tuple[int, ...] = (1, 2, 3, 4),
    bias: bool = True,
    width: int = 512,
    points: int = 64,
    scale: float = 3.0,
    steps: int = 400,
    rate: float = 3.0,
) -> Learned:
    r"""Train a network on a sum of cosines of equal size and random phase, and follow the share of each that is learned.

    The share of frequency k is the inner product of the network's output with that wave, over the wave's own.
    """
    x, angles = circle(points, bias), 2 * np.pi * np.arange(points) / points
    phases = numpy_generator(seed, "wide_networks phases").uniform(0, 2 * np.pi, len(frequencies))
    waves = np.array([np.cos(k * angles + phase) for k, phase in zip(frequencies, phases)])
    nets = draw(numpy_generator(seed, "wide_networks waves, weights"), 1, width, x.shape[1])
    found = train(nets, x, waves.sum(axis=0), np.array(scale), rate, steps, keep=True)
    shares = found.outputs[:, 0] @ waves.T / (points / 2)
    halves = np.array([_first_above(column, 0.5) for column in shares.T])
    predicted = half_times(spectrum(points, bias)[list(frequencies)], rate)
    return Learned(frequencies, np.arange(steps), shares, halves, predicted)


def _first_above(values: Float[ndarray, " t"], level: float) -> float:
    """The place at which a curve first reaches a level, between two entries by a straight line; infinite where it never does."""
    above = np.flatnonzero(values >= level)
    if not len(above) or above[0] == 0:
        return 0.0 if len(above) else np.inf
    k = above[0]
    return float(np.interp(level, values[k - 1 : k + 1], [k - 1, k]))
