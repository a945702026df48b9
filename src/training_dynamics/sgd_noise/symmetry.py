r"""What SGD does to quantities that gradient flow conserves: three exact laws, and the balance to which noise drives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

NOISES = ("none", "labels")


@dataclass(frozen=True)
class Law:
    """A quantity along a run, and what the law for one step, applied again and again, makes of its start."""

    found: Float[ndarray, " steps"]
    told: Float[ndarray, " steps"]

    @property
    def error(self) -> float:
        """The largest distance between the two, relative to the largest of the quantity."""
        return float(np.abs(self.found - self.told).max() / np.abs(self.found).max())


def rescaling_law(seed: int, rate: float = 0.1, steps: int = 300) -> Law:
    r"""The imbalance of :math:`f=uvx` along SGD: a step multiplies :math:`u^2-v^2` by :math:`1-\eta^2(ex)^2`, e the error."""
    generator = numpy_generator(seed, "sgd_noise rescaling")
    u, v, told = 1.5, 0.4, 1.5**2 - 0.4**2
    found, laws = [], []
    for x, label in generator.standard_normal((steps, 2)):
        pull = (u * v * x - label) * x
        u, v = u - rate * pull * v, v - rate * pull * u
        told *= 1 - (rate * pull) ** 2
        found.append(u**2 - v**2)
        laws.append(told)
    return Law(np.array(found), np.array(laws))


def translation_law(seed: int, rate: float = 0.5, steps: int = 300, classes: int = 4, d: int = 3) -> Law:
    """The sum of a softmax layer's weights over the classes, along SGD: no step changes it, since no shift changes the loss."""
    generator = numpy_generator(seed, "sgd_noise translation")
    weights = generator.standard_normal((classes, d))
    start, found = float(weights.sum(axis=0)[0]), []
    for _ in range(steps):
        x, label = generator.standard_normal(d), generator.integers(classes)
        scores = np.exp(weights @ x - (weights @ x).max())
        weights = weights - rate * np.outer(scores / scores.sum() - np.eye(classes)[label], x)
        found.append(weights.sum(axis=0)[0])
    return Law(np.array(found), np.full(steps, start))


def scale_law(seed: int, rate: float = 0.5, steps: int = 300, d: int = 5) -> Law:
    r"""The squared length of a normalised layer's weights, along SGD: a step adds :math:`\eta^2|g|^2`, never less than 0."""
    generator = numpy_generator(seed, "sgd_noise scale")
    w = generator.standard_normal(d)
    told, found, laws = float(w @ w), [], []
    for _ in range(steps):
        x, label = generator.standard_normal(d), generator.standard_normal()
        length = np.sqrt(w @ w)
        unit = w / length
        gradient = (unit @ x - label) * (x - (unit @ x) * unit) / length
        w = w - rate * gradient
        told += rate**2 * float(gradient @ gradient)
        found.append(w @ w)
        laws.append(told)
    return Law(np.array(found), np.array(laws))


def diagonal_law(seed: int, rate: float = 0.02, steps: int = 300, d: int = 4) -> Law:
    r"""The product :math:`u_1v_1` of a diagonal network along SGD: a step multiplies it by :math:`1-4\eta^2e^2x_1^2`."""
    generator = numpy_generator(seed, "sgd_noise diagonal law")
    u, v = generator.uniform(0.5, 1.0, (2, d))
    told, found, laws = float(u[0] * v[0]), [], []
    for _ in range(steps):
        x, label = generator.standard_normal(d), generator.standard_normal()
        pull = 2 * rate * (x @ (u * u - v * v) - label) * x
        u, v = u - pull * u, v + pull * v
        told *= 1 - float(pull[0]) ** 2
        found.append(u[0] * v[0])
        laws.append(told)
    return Law(np.array(found), np.array(laws))


@once
def imbalance_left(
    seed: int, noise: str, rate: float = 0.05, size: float = 0.5, steps: int = 8000, chains: int = 200
) -> float:
    r"""Mean :math:`|u^2-v^2|` after training :math:`f=uvx` on :math:`y=x` from (2, 0.2), over what it was at the start.

    ``noise``: ``"none"``, so that every example can be fitted, or ``"labels"``, normal label noise of standard deviation
    ``size`` drawn anew in each step.  Raises ValueError for other words.
    """
    if noise not in NOISES:
        raise ValueError(f"noise must be one of {', '.join(NOISES)}, got {noise!r}")
    generator = numpy_generator(seed, "sgd_noise imbalance", noise)
    u, v = np.full(chains, 2.0), np.full(chains, 0.2)
    before = np.abs(u**2 - v**2)
    for _ in range(steps):
        x = generator.standard_normal(chains)
        label = x + size * generator.standard_normal(chains) * (noise == "labels")
        pull = (u * v * x - label) * x
        u, v = u - rate * pull * v, v - rate * pull * u
    return float(np.mean(np.abs(u**2 - v**2)) / np.mean(before))


@dataclass(frozen=True)
class Equilibrium:
    """Over chains and late steps: mean squared gradients of the two layers, and the Hessian's trace over the least possible."""

    first: float
    second: float
    trace: float


@once
def unit_equilibrium(
    seed: int, spread: str, outputs: int = 16, rate: float = 0.06, steps: int = 5000, inputs: int = 2, chains: int = 50
) -> Equilibrium:
    r"""One hidden unit, :math:`f=v\,(u\cdot x)`, trained on the map that it computes, with noise in the labels.

    ``spread`` is ``"all"``, noise in all outputs alike, or ``"one"``, noise along the output that is learned; its total
    variance is 1.  Inputs are fair coins.  Raises ValueError for other words.
    """
    if spread not in ("all", "one"):
        raise ValueError(f"spread must be 'all' or 'one', got {spread!r}")
    generator = numpy_generator(seed, "sgd_noise unit", spread)
    goal_in, goal_out = np.eye(inputs)[0], np.eye(outputs)[0]
    u, v = np.tile(goal_in, (chains, 1)), np.tile(goal_out, (chains, 1))
    totals, late = np.zeros(3), 5 * (steps // 10)
    for step in range(steps):
        x = generator.choice([-1.0, 1.0], (chains, inputs))
        if spread == "all":
            noise = generator.standard_normal((chains, outputs)) / np.sqrt(outputs)
        else:
            noise = generator.standard_normal((chains, 1)) * goal_out
        sent = np.sum(u * x, axis=1, keepdims=True)
        error = v * sent - np.outer(x @ goal_in, goal_out) - noise
        first, second = np.sum(v * error, axis=1, keepdims=True) * x, error * sent
        if step >= late and step % 5 == 0:
            trace = inputs * np.sum(v**2, axis=1) + outputs * np.sum(u**2, axis=1)
            least = 2 * np.sqrt(inputs * outputs * np.sum(u**2, axis=1) * np.sum(v**2, axis=1))
            totals += [np.mean(np.sum(first**2, axis=1)), np.mean(np.sum(second**2, axis=1)), np.mean(trace / least)]
        u, v = u - rate * first, v - rate * second
    return Equilibrium(*(totals * 5 / (steps - late)).tolist())


def predicted_trace(spread: str, outputs: int) -> float:
    """What the balance of gradient noise makes of that trace for a small rate: 1 for noise in all outputs, else more."""
    return 1.0 if spread == "all" else (outputs + 1) / (2 * np.sqrt(outputs))
