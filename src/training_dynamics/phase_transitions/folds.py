r"""Transitions that weight decay makes in chains of linear layers: continuous with two layers, a jump with more.

A mode of strength 1 in a balanced chain of :math:`L` layers has the loss
:math:`\tfrac12(1-w^L)^2+\tfrac{L\lambda}2w^2`.  Away from zero it is stationary
where :math:`\lambda=w^{L-2}(1-w^L)`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import brentq

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator


def loss(w: Float[ndarray, " k"] | float, decay: float, layers: int) -> Float[ndarray, " k"]:
    """The loss of a balanced chain, penalty included."""
    w = np.asarray(w, dtype=float)
    return 0.5 * (1 - w**layers) ** 2 + 0.5 * layers * decay * w**2


def fold(layers: int) -> tuple[float, float]:
    """Weight and decay at which the trained state stops existing: w^L = (L - 2)/(2L - 2)."""
    if layers < 2:
        raise ValueError(f"layers must be >= 2, got {layers}")
    w = ((layers - 2) / (2 * layers - 2)) ** (1 / layers)
    return w, decay_at(w, layers)


def decay_at(w: float, layers: int) -> float:
    """The decay that holds the weight at w: w^(L-2) (1 - w^L)."""
    return float(w ** (layers - 2) * (1 - w**layers))


def trained(decay: float, layers: int) -> float:
    """The weight of the trained state; 0 where there is none."""
    w, most = fold(layers)
    if decay >= most:
        return 0.0
    return float(brentq(lambda v: decay_at(v, layers) - decay, w, 1.0, xtol=1e-15))


def coexistence(layers: int) -> float:
    """The decay at which the trained state and zero have the same loss; equal to the fold for two layers."""
    if layers == 2:
        return 1.0
    w, most = fold(layers)
    gap = brentq(lambda v: float(loss(v, decay_at(v, layers), layers)) - 0.5, w, 1.0, xtol=1e-15)
    return decay_at(gap, layers)


def barrier(decay: float, layers: int) -> tuple[float, float]:
    """Weight of the unstable state between zero and the trained one, and its loss above that of the trained one.

    Raises ValueError where there is no trained state, or no unstable one (two layers).
    """
    w, most = fold(layers)
    if layers < 3 or not 0 < decay < most:
        raise ValueError(f"a barrier needs 3 layers and a decay between 0 and {most:.3g}, got {layers} and {decay}")
    top = float(brentq(lambda v: decay_at(v, layers) - decay, 0.0, w, xtol=1e-15))
    return top, float(loss(top, decay, layers) - loss(trained(decay, layers), decay, layers))


def branch_area(layers: int, least: float = 0.01) -> float:
    """Area under the output of the trained state, from the decay ``least`` to the fold."""
    decays = np.linspace(least, fold(layers)[1], 2001)
    return float(np.trapezoid([trained(decay, layers) ** layers for decay in decays.tolist()], decays))


def curvature(decay: float, layers: int) -> float:
    """Curvature of the loss of the L weights at the trained state, along their common direction.

    :math:`w^{L-2}\\,[(2L-2)w^L-(L-2)]`: it vanishes at the fold.  With two layers, beyond it, that of the
    origin, decay - 1.
    """
    if layers == 2 and decay >= 1:
        return decay - 1
    w = trained(decay, layers)
    return w ** (layers - 2) * ((2 * layers - 2) * w**layers - (layers - 2))


def stationary_variance(decay: float, layers: int, rate: float, noise: float) -> float:
    """Variance of noisy descent along that direction: eta sigma^2 / (h (2 - eta h))."""
    h = curvature(decay, layers)
    return rate * noise**2 / (h * (2 - rate * h))


@once
def noisy_chain(
    seed: int, decay: float, layers: int, rate: float = 0.05, noise: float = 1e-3, runs: int = 100, steps: int = 4000
) -> tuple[float, float]:
    """Variance and lag-1 correlation of sum(w)/sqrt(L) in chains of L free weights, after their first half."""
    rng = numpy_generator(seed, "phase_transitions noisy chain", layers)
    w = np.full((runs, layers), trained(decay, layers))
    seen = np.empty((runs, steps))
    for t in range(steps):
        product = w.prod(1, keepdims=True)
        gradient = -(1 - product) * product / w + decay * w
        w = w - rate * (gradient + noise * rng.standard_normal(w.shape))
        seen[:, t] = w.sum(1) / layers**0.5
    late = seen[:, steps // 2 :]
    late = late - late.mean()
    return float(late.var()), float((late[:, 1:] * late[:, :-1]).mean() / late.var())


@once
def mean_wait(
    seed: int, height: float, share: float = 0.8, layers: int = 3, rate: float = 0.05, runs: int = 200
) -> float:
    """Mean number of steps until noisy descent leaves the trained state, at a ``share`` of the fold's decay.

    Descent with rate eta and noise sigma samples about as at the temperature eta sigma^2/2; sigma is such that the barrier is
    ``height`` temperatures.  A chain of L free weights has left when their mean is half that of the unstable state.
    """
    decay = share * fold(layers)[1]
    top, above = barrier(decay, layers)
    noise = (2 * above / (height * rate)) ** 0.5
    rng = numpy_generator(seed, "phase_transitions wait", layers)
    w, steps, waits = np.full((runs, layers), trained(decay, layers)), 0, 0
    while len(w):
        steps += 1
        product = w.prod(1, keepdims=True)
        gradient = -(1 - product) * product / w + decay * w
        w = w - rate * (gradient + noise * rng.standard_normal(w.shape))
        stay = w.mean(1) > top / 2
        waits += steps * int((~stay).sum())
        w = w[stay]
    return waits / runs


@dataclass(frozen=True)
class Ramp:
    """Output along the target's direction while the decay goes up and comes back down."""

    decays: Float[ndarray, " k"]
    up: Float[ndarray, " k"]
    down: Float[ndarray, " k"]

    @property
    def collapse(self) -> float:
        """The first decay on the way up at which less than a tenth of the output is left."""
        return float(self.decays[np.argmax(self.up < 0.1)])

    @property
    def lost(self) -> float:
        """The decay on the way up at which a tenth of the output is left, between two decays by a straight line."""
        i = int(np.argmax(self.up < 0.1))
        return float(np.interp(-0.1, -self.up[i - 1 : i + 1], self.decays[i - 1 : i + 1]))

    @property
    def area(self) -> float:
        """The area between the two ways."""
        return float(np.trapezoid(self.up - self.down, self.decays))


@once
def ramp(seed: int, layers: int, width: int = 4, wait: int = 150, rate: float = 0.1, points: int = 41) -> Ramp:
    """A linear network of full matrices that learned one direction of strength 1, with a decay that rises and falls.

    ``wait`` steps of descent at each of ``points`` decays up to 1.3 times the fold.  Noise of size 1e-3 is added to the
    weights at each, so that exact symmetry holds nothing at a saddle.
    """
    rng = numpy_generator(seed, "phase_transitions ramp", layers, width)
    u, v = (x / np.linalg.norm(x) for x in rng.standard_normal((2, width)))
    target = np.outer(u, v)
    weights = [0.5 * rng.standard_normal((width, width)) / width**0.5 + 0.5 * np.eye(width) for _ in range(layers)]
    for _ in range(1500):
        weights = _step(weights, target, 0.01, rate)
    decays = np.linspace(0.01, 1.3 * fold(layers)[1], points)
    ways = []
    for order in (decays, decays[::-1]):
        outputs = []
        for decay in order.tolist():
            for _ in range(wait):
                weights = _step(weights, target, decay, rate)
            weights = [w + 1e-3 * rng.standard_normal(w.shape) for w in weights]
            outputs.append(float(u @ _product(weights) @ v))
        ways.append(np.array(outputs))
    return Ramp(decays, ways[0], ways[1][::-1])


def _product(weights: list[ndarray]) -> ndarray:
    out = weights[0]
    for w in weights[1:]:
        out = w @ out
    return out


def _step(weights: list[ndarray], target: ndarray, decay: float, rate: float) -> list[ndarray]:
    before = [np.eye(len(target))]
    for w in weights[:-1]:
        before.append(w @ before[-1])
    back = weights[-1] @ before[-1] - target
    slopes = []
    for w, seen in zip(reversed(weights), reversed(before), strict=True):
        slopes.append(back @ seen.T)
        back = w.T @ back
    return [w - rate * (g + decay * w) for w, g in zip(weights, reversed(slopes), strict=True)]
