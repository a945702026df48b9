"""Full-batch training of small networks with their sharpness measured on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.edge_of_stability.networks import Tanh, Task, chebyshev, digit_images
from training_dynamics.lab.curvature import lanczos, product_by_differences
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import adam, zero_moments

GROUP = 5  # seeds that train side by side
WARM, COLD = 6, 25  # Lanczos steps from the last top vector, and from a random one
RATE, WIDTH, LAYERS, STEPS, DEGREE = 0.1, 24, 3, 2000, 4


@dataclass(frozen=True)
class Run:
    """One training run: losses before every step; at the probed steps the sharpness times the rate, and raw."""

    rate: float
    losses: Float[ndarray, " steps"]
    probes: Float[ndarray, " probes"]
    scaled: Float[ndarray, " probes"]
    raw: Float[ndarray, " probes"]

    def entry(self, edge: float = 2.0) -> int | None:
        """The first probe at which the scaled sharpness is within one per cent of the edge; None if it never is."""
        there = np.flatnonzero(self.scaled >= 0.99 * edge)
        return int(there[0]) if len(there) else None

    def after_entry(self, edge: float = 2.0, settle: int = 5) -> Float[ndarray, " late"]:
        """The scaled sharpness from ``settle`` probes after the entry on; empty without an entry."""
        first = self.entry(edge)
        return self.scaled[len(self.scaled) if first is None else first + settle :]

    def losses_after_entry(self) -> Float[ndarray, " late"]:
        """The losses from the entry on; empty without one."""
        first = self.entry()
        return self.losses[len(self.losses) if first is None else int(self.probes[first]) :]


class Probe:
    """The top of the Hessian of networks in training, each measurement starting from the last one's vectors."""

    def __init__(self, gradients: Callable[[ndarray], ndarray], like: Float[ndarray, "m P"]) -> None:
        self.gradients = gradients
        self.vectors = np.random.default_rng(0).standard_normal(like.shape)
        self.steps = COLD

    def __call__(self, theta: Float[ndarray, "m P"], weigh: ndarray | float = 1.0) -> Float[ndarray, " m"]:
        """The largest eigenvalues of ``D H D`` with the diagonal ``D = weigh``."""

        def product(v: ndarray) -> ndarray:
            moved = weigh * v
            length = np.linalg.norm(moved, axis=1, keepdims=True)
            return weigh * length * product_by_differences(self.gradients, theta, moved / length)

        values, self.vectors = lanczos(product, self.vectors, self.steps)
        self.steps = WARM
        return values[:, -1]


def descend(net: Tanh, task: Task, theta: Float[ndarray, "m P"], rate: float, steps: int, every: int = 10) -> list[Run]:
    """Gradient descent on every row of ``theta`` for ``steps`` steps, the sharpness measured before every ``every``-th."""
    probe = Probe(lambda t: net.gradients(t, task), theta)
    losses, raw = [], []
    for step in range(steps):
        loss, gradient = net.losses_and_gradients(theta, task)
        if step % every == 0:
            raw.append(probe(theta))
        losses.append(loss)
        theta = theta - rate * gradient
    return _runs(rate, losses, raw, raw, every)


def descend_adam(
    net: Tanh, task: Task, theta: Float[ndarray, "m P"], rate: float, steps: int, every: int = 20
) -> list[Run]:
    r"""The same with Adam; ``scaled`` is the rate times the top eigenvalue of :math:`P^{-1/2}HP^{-1/2}`.

    :math:`P=(1-\beta_1^t)\,(\sqrt{\hat v_t}+\varepsilon)` is what the averaged gradient is divided by after ``t`` steps, bias
    correction included.  Source: Cohen et al. 2022.
    """
    gradients = lambda t: net.gradients(t, task)  # noqa: E731
    preconditioned, plain = Probe(gradients, theta), Probe(gradients, theta)
    losses, scaled, raw, moments = [], [], [], zero_moments(theta)
    for step in range(steps):
        loss, gradient = net.losses_and_gradients(theta, task)
        moments, direction = adam(moments, gradient)
        if step % every == 0 and step > 0:
            root = np.sqrt(moments.v / (1 - 0.999**moments.t)) + 1e-8
            scaled.append(preconditioned(theta, ((1 - 0.9**moments.t) * root) ** -0.5))
            raw.append(plain(theta))
        losses.append(loss)
        theta = theta - rate * direction
    return _runs(rate, losses, scaled, raw, every, first=every)


def _runs(rate: float, losses: list, scaled: list, raw: list, every: int, first: int = 0) -> list[Run]:
    all_losses, all_scaled, all_raw = (np.array(part).T for part in (losses, scaled, raw))
    probes = np.arange(first, len(losses), every)
    return [Run(rate, *row) for row in zip(all_losses, [probes] * len(all_losses), rate * all_scaled, all_raw)]


def group(seed: int) -> range:
    """The seeds that train together with this one."""
    first = seed - seed % GROUP
    return range(first, first + GROUP)


@once
def _chebyshev_runs(first: int, rate: float, steps: int, width: int, layers: int, degree: int) -> list[Run]:
    net = Tanh((1, *[width] * layers, 1))
    return descend(net, chebyshev(degree), net.initial(group(first)), rate, steps)


def chebyshev_run(
    seed: int,
    rate: float = RATE,
    steps: int = STEPS,
    width: int = WIDTH,
    layers: int = LAYERS,
    degree: int = DEGREE,
) -> Run:
    """Gradient descent of a network with so many hidden layers on a Chebyshev polynomial."""
    return _chebyshev_runs(group(seed)[0], rate, steps, width, layers, degree)[seed % GROUP]


@once
def _adam_runs(first: int, rate: float, steps: int, width: int) -> list[Run]:
    net = Tanh((1, *[width] * LAYERS, 1))
    return descend_adam(net, chebyshev(), net.initial(group(first)), rate, steps)


def adam_run(seed: int, rate: float = 4e-3, steps: int = 1200, width: int = WIDTH) -> Run:
    """Adam on the same problem."""
    return _adam_runs(group(seed)[0], rate, steps, width)[seed % GROUP]


@once
def _digit_runs(first: int, rate: float, steps: int, hidden: int) -> list[Run]:
    net = Tanh((64, hidden, 10))
    return descend(net, digit_images(first), net.initial(group(first)), rate, steps, every=25)


def digit_run(seed: int, rate: float = 0.5, steps: int = 1000, hidden: int = 32) -> Run:
    """Gradient descent with cross-entropy on 100 digits; seeds of one group share the images, not the weights."""
    return _digit_runs(group(seed)[0], rate, steps, hidden)[seed % GROUP]
