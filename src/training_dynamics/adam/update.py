"""Adam's update, term by term: averages, bias correction, epsilon, decoupled weight decay, and sign descent as its limit.

A *trace* is an array of gradients ``(T, d)`` fixed in advance, so that an update rule can be looked at without a loss.
``rates`` are steps divided by the learning rate: the direction and size that the rule adds at each step.  All float64.
"""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from training_dynamics.lab.optimizers import DEFAULT, AdamSettings, adam, zero_moments
from training_dynamics.toolbox.seeds import numpy_generator

Trace = Float[np.ndarray, "T d"]
Vector = Float[np.ndarray, " d"]


def rates(trace: Trace, settings: AdamSettings = DEFAULT) -> Trace:
    """Adam's steps, per unit of learning rate, on a given trace of gradients; shape ``(T, d)``."""
    moments, found = zero_moments(np.zeros(trace.shape[1:])), []
    for g in trace:
        moments, direction = adam(moments, g, settings)
        found.append(direction)
    return np.array(found)


def uncorrected_factor(t: np.ndarray | int, settings: AdamSettings = DEFAULT) -> np.ndarray:
    """By how much the step t is larger without bias correction: ``(1 - beta1^t) / sqrt(1 - beta2^t)`` (for eps = 0)."""
    steps = np.asarray(t, dtype=float)
    if np.any(steps < 1):
        raise ValueError(f"steps are counted from 1, got {t}")
    return (1 - settings.beta1**steps) / np.sqrt(1 - settings.beta2**steps)


def largest_rate(settings: AdamSettings = DEFAULT) -> float:
    """The largest ``|m_hat| / sqrt(v_hat)`` of any long trace: ``(1 - beta1) / sqrt((1 - beta2) (1 - beta1^2 / beta2))``.

    By the Cauchy-Schwarz inequality ``(sum w_i g_i)^2 <= (sum w_i^2 / u_i) (sum u_i g_i^2)`` with the weights w and u of the
    two averages; equality for ``g_i`` proportional to ``w_i / u_i``.  Raises ValueError unless ``beta1^2 < beta2``.
    """
    b1, b2 = settings.beta1, settings.beta2
    if b1**2 >= b2:
        raise ValueError(f"the step is unbounded unless beta1^2 < beta2, got beta1 = {b1}, beta2 = {b2}")
    return (1 - b1) / math.sqrt((1 - b2) * (1 - b1**2 / b2))


def worst_trace(steps: int, settings: AdamSettings = DEFAULT, growing: int = 1000) -> Trace:
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
    settings: AdamSettings = DEFAULT,
    adaptive: bool = True,
) -> Vector:
    """Where the weights end under given gradients plus weight decay.

    Decoupled: ``w <- (1 - lr decay) w - lr rate(g)`` (AdamW as PyTorch has it; in Loshchilov and Hutter 2019, algorithm 2,
    the decay is not multiplied by the learning rate, only by its schedule).  Otherwise decay is a penalty inside the
    gradient: ``w <- w - lr rate(g + decay w)``.  ``adaptive=False`` takes ``rate(g) = g``, plain gradient descent.
    """
    moments = zero_moments(w)
    for g in trace:
        total = g if decoupled else g + decay * w
        if adaptive:
            moments, total = adam(moments, total, settings)
        w = (1 - lr * decay if decoupled else 1.0) * w - lr * total
    return w


def decay_by_noise(
    scales: tuple[float, ...], seed: int, lr: float = 1e-3, decay: float = 0.1, steps: int = 2000, copies: int = 400
) -> dict[str, Vector]:
    """Mean weight left of 1 under pure-noise gradients of several scales: ``{"l2": …, "adamw": …}``, each ``(scales,)``.

    The gradients carry no signal, so that only the decay moves the mean.
    """
    rng = numpy_generator(seed, "adam", "decay")
    sizes = np.repeat(np.asarray(scales), copies)
    trace = rng.standard_normal((steps, sizes.size)) * sizes
    ends = {
        name: decay_run(np.ones(sizes.size), trace, lr, decay, decoupled)
        for name, decoupled in (("l2", False), ("adamw", True))
    }
    return {name: w.reshape(len(scales), copies).mean(1) for name, w in ends.items()}


def steady_noise(rng: np.random.Generator, shape: tuple[int, int], tails: float = math.inf) -> Trace:
    """Noise of mean 0 and variance 1: Gaussian, or Student's t with ``tails`` degrees of freedom (more than 2)."""
    if tails <= 2:
        raise ValueError(f"tails must be > 2, so that the variance is finite, got {tails}")
    if math.isinf(tails):
        return rng.standard_normal(shape)
    return rng.standard_t(tails, shape) / math.sqrt(tails / (tails - 2))


def cycle_end(beta2: float, cost: float = 3.0, steps: int = 3000, lr: float = 0.5, longest: bool = False) -> float:
    """Where Adam without momentum ends on [-1, 1] when the gradients repeat ``cost``, -1, -1; the best point is -1.

    For ``cost`` > 2 the three losses ``cost x``, ``-x`` and ``-x`` add up to a loss that grows with x.  The rate is
    ``lr / sqrt(t)``, without bias correction.  ``longest`` divides by the largest v so far (AMSGrad).
    Source: Reddi, Kale and Kumar 2018, theorem 1.
    """
    if cost <= 2:
        raise ValueError(f"cost must be > 2, so that -1 is the best point, got {cost}")
    x, largest, settings = 0.0, 0.0, AdamSettings(0.0, beta2, eps=0.0, corrected=False)
    moments = zero_moments(np.zeros(1))
    for t in range(steps):
        g = np.array([cost if t % 3 == 0 else -1.0])
        moments, direction = adam(moments, g, settings)
        largest = max(largest, moments.v.item())
        step = g.item() / math.sqrt(largest) if longest else direction.item()
        x = min(1.0, max(-1.0, x - lr / math.sqrt(t + 1) * step))
    return x
