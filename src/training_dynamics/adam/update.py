"""Adam's update, term by term: averages, bias correction, epsilon, decoupled weight decay, and sign descent as its limit.

A *trace* is an array of gradients ``(T, d)`` fixed in advance, so that an update rule can be looked at without a loss.
``rates`` are steps divided by the learning rate: the direction and size that the rule adds at each step.  All float64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

Trace = Float[np.ndarray, "T d"]
Vector = Float[np.ndarray, " d"]


@dataclass(frozen=True)
class Settings:
    """Adam's constants; ``corrected=False`` leaves bias correction out."""

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    corrected: bool = True

    def __post_init__(self) -> None:
        for name, beta in (("beta1", self.beta1), ("beta2", self.beta2)):
            if not 0 <= beta < 1:
                raise ValueError(f"{name} must be in [0, 1), got {beta}")
        if self.eps < 0:
            raise ValueError(f"eps must be >= 0, got {self.eps}")


DEFAULT = Settings()
EXACT = replace(DEFAULT, eps=0.0)


@dataclass(frozen=True)
class State:
    """The averages ``m`` of the gradients and ``v`` of their squares, and the number of steps that made them."""

    m: np.ndarray
    v: np.ndarray
    t: int = 0


def start(shape: tuple[int, ...]) -> State:
    """Zero averages."""
    return State(np.zeros(shape), np.zeros(shape))


def adam_rate(state: State, g: np.ndarray, settings: Settings = DEFAULT) -> tuple[State, np.ndarray]:
    """One step of the averages, and ``m_hat / (sqrt(v_hat) + eps)``, the step for a learning rate of 1.

    ``m <- beta1 m + (1 - beta1) g``,  ``v <- beta2 v + (1 - beta2) g^2``,  ``m_hat = m / (1 - beta1^t)``,
    ``v_hat = v / (1 - beta2^t)``; 0/0 counts as 0.  Source: Kingma and Ba 2015, algorithm 1.
    """
    s, t = settings, state.t + 1
    m = s.beta1 * state.m + (1 - s.beta1) * g
    v = s.beta2 * state.v + (1 - s.beta2) * g**2
    first, second = (1 - s.beta1**t, 1 - s.beta2**t) if s.corrected else (1.0, 1.0)
    root = np.sqrt(v / second) + s.eps
    rate = np.divide(m / first, root, out=np.zeros_like(root), where=root > 0)
    return State(m, v, t), rate


def rates(trace: Trace, settings: Settings = DEFAULT) -> Trace:
    """Adam's steps, per unit of learning rate, on a given trace of gradients; shape ``(T, d)``."""
    state, found = start(trace.shape[1:]), []
    for g in trace:
        state, rate = adam_rate(state, g, settings)
        found.append(rate)
    return np.array(found)


def uncorrected_factor(t: np.ndarray | int, settings: Settings = DEFAULT) -> np.ndarray:
    """By how much the step t is larger without bias correction: ``(1 - beta1^t) / sqrt(1 - beta2^t)`` (for eps = 0)."""
    steps = np.asarray(t, dtype=float)
    if np.any(steps < 1):
        raise ValueError(f"steps are counted from 1, got {t}")
    return (1 - settings.beta1**steps) / np.sqrt(1 - settings.beta2**steps)


def largest_rate(settings: Settings = DEFAULT) -> float:
    """The largest ``|m_hat| / sqrt(v_hat)`` of any long trace: ``(1 - beta1) / sqrt((1 - beta2) (1 - beta1^2 / beta2))``.

    By the Cauchy-Schwarz inequality ``(sum w_i g_i)^2 <= (sum w_i^2 / u_i) (sum u_i g_i^2)`` with the weights w and u of the
    two averages; equality for ``g_i`` proportional to ``w_i / u_i``.  Raises ValueError unless ``beta1^2 < beta2``.
    """
    b1, b2 = settings.beta1, settings.beta2
    if b1**2 >= b2:
        raise ValueError(f"the step is unbounded unless beta1^2 < beta2, got beta1 = {b1}, beta2 = {b2}")
    return (1 - b1) / math.sqrt((1 - b2) * (1 - b1**2 / b2))


def worst_trace(steps: int, settings: Settings = DEFAULT, growing: int = 1000) -> Trace:
    """Zeros, then ``growing`` gradients that grow by ``beta2 / beta1`` a step up to 1; shape ``(T, 1)``.

    They reach :func:`largest_rate`.
    The zeros let the bias correction fade; squares of still smaller gradients would underflow.
    """
    age = np.arange(steps - 1, -1, -1.0)[:, None]
    return np.where(age < growing, (settings.beta1 / settings.beta2) ** np.minimum(age, growing), 0.0)


def noisy_rate(ratio: np.ndarray | float) -> np.ndarray:
    """Adam's mean step per learning rate in steady noise: ``1 / sqrt(1 + ratio^2)``, ratio = noise / |mean gradient|.

    The sign of the mean times a damping by relative variance: Balles and Hennig 2018, section 2.
    """
    return 1 / np.sqrt(1 + np.asarray(ratio, dtype=float) ** 2)


def decay_run(
    w: Vector,
    trace: Trace,
    lr: float,
    decay: float,
    decoupled: bool,
    settings: Settings = DEFAULT,
    adaptive: bool = True,
) -> Vector:
    """Where the weights end under given gradients plus weight decay.

    Decoupled: ``w <- (1 - lr decay) w - lr rate(g)`` (AdamW).  Otherwise decay is a penalty inside the gradient:
    ``w <- w - lr rate(g + decay w)``.  ``adaptive=False`` takes ``rate(g) = g``, plain gradient descent.
    Source: Loshchilov and Hutter 2019, algorithm 2.
    """
    state = start(w.shape)
    for g in trace:
        total = g if decoupled else g + decay * w
        if adaptive:
            state, total = adam_rate(state, total, settings)
        w = (1 - lr * decay if decoupled else 1.0) * w - lr * total
    return w


def decay_by_noise(
    scales: tuple[float, ...], seed: int, lr: float = 1e-3, decay: float = 0.1, steps: int = 2000, copies: int = 400
) -> dict[str, Vector]:
    """Mean weight left of 1 under pure-noise gradients of several scales: ``{"l2": …, "adamw": …}``, each ``(scales,)``.

    The gradients carry no signal, so that only the decay moves the mean.
    """
    from training_dynamics.toolbox.seeds import numpy_generator

    rng = numpy_generator(seed, "adam", "decay")
    sizes = np.repeat(np.asarray(scales), copies)
    trace = rng.standard_normal((steps, sizes.size)) * sizes
    ends = {
        name: decay_run(np.ones(sizes.size), trace, lr, decay, decoupled)
        for name, decoupled in (("l2", False), ("adamw", True))
    }
    return {name: w.reshape(len(scales), copies).mean(1) for name, w in ends.items()}
