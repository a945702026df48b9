"""Classes of very different frequency: an exactly solvable softmax model, and dense data where the picture changes.

*One-hot model*: K inputs, the unit vectors, input k of class k with frequency pi_k; logits ``W x`` and softmax cross-entropy
``sum_k pi_k l_k``; W starts at zero.  By symmetry only the margin ``u_k`` of the right logit over each other one matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float
from scipy.special import wrightomega

from training_dynamics.lab.optimizers import EXACT, AdamSettings, adam, momentum, zero_moments
from training_dynamics.toolbox.seeds import numpy_generator

Frequencies = Float[np.ndarray, " K"]


def frequencies(classes: int, exponent: float = 1.0) -> Frequencies:
    """Zipf's law: ``pi_k`` proportional to ``k^-exponent``, summing to 1."""
    if classes < 2:
        raise ValueError(f"classes must be at least 2, got {classes}")
    pi = np.arange(1, classes + 1) ** -float(exponent)
    return pi / pi.sum()


def exponent_of(seed: int) -> float:
    """The exponent of the frequencies of experiment ``seed``, between 0.8 and 1.2."""
    return float(numpy_generator(seed, "adam", "zipf").uniform(0.8, 1.2))


def flow_loss(pi: Frequencies, times: Float[np.ndarray, " t"]) -> Float[np.ndarray, "t K"]:
    """The loss of each class under gradient flow, exactly: ``l = log(1 + 1/q)`` with
    ``q + log q = (1 + pi K t) / (K - 1) - log(K - 1)``.

    The margin obeys ``u' = pi K / (K - 1) * (1 - p)`` with ``1 - p = 1 / (1 + e^u / (K - 1))``, so that
    ``e^u / (K - 1) + u`` grows linearly in time; ``q = e^u / (K - 1)`` and ``omega(z) + log omega(z) = z``.
    """
    k = len(pi)
    clock = (1 + k * np.outer(times, pi)) / (k - 1)
    return np.log1p(1 / wrightomega(clock - np.log(k - 1)))


def losses_of(margin: np.ndarray, classes: int) -> np.ndarray:
    """``log(1 + (K - 1) e^-u)``."""
    return np.logaddexp(0, np.log(classes - 1) - margin)


def gradients_of(pi: Frequencies, margin: np.ndarray) -> np.ndarray:
    """By the right and by one wrong logit of each class: ``-pi (1 - p)`` and ``pi (1 - p) / (K - 1)``; shape ``(2, K)``."""
    k = len(pi)
    miss = 1 / (1 + np.exp(np.clip(margin, -700, 700)) / (k - 1))
    return np.array([-pi * miss, pi * miss / (k - 1)])


def one_hot_run(
    pi: Frequencies, method: str, lr: float, steps: int, settings: AdamSettings = EXACT
) -> Float[np.ndarray, "steps+1 K"]:
    """The margins of every class under full-batch ``gradient``, ``sign`` or ``adam`` steps, from zero.

    All wrong logits of a class move alike, so that two numbers a class are enough: the right logit and a wrong one.
    """
    if method not in ("gradient", "sign", "adam"):
        raise ValueError(f"method must be gradient, sign or adam, got {method!r}")
    logits = np.zeros((2, len(pi)))
    moments = zero_moments(logits)
    found = [np.zeros(len(pi))]
    for _ in range(steps):
        g = gradients_of(pi, logits[0] - logits[1])
        if method == "adam":
            moments, g = adam(moments, g, settings)
        logits = logits - lr * (np.sign(g) if method == "sign" else g)
        found.append(logits[0] - logits[1])
    return np.array(found)


@cache
def rare_rate(seed: int, classes: int = 64, steps: int = 30_000, lr: float = 10.0) -> Frequencies:
    """``pi_k t l_k`` of gradient descent at ``t = lr * steps``, for every class; the limit is ``(K - 1) / K``."""
    pi = frequencies(classes, exponent_of(seed))
    margin = np.zeros(classes)
    for _ in range(steps):
        right, wrong = gradients_of(pi, margin)
        margin = margin - lr * (right - wrong)
    return pi * lr * steps * losses_of(margin, classes)


@dataclass(frozen=True)
class Mixture:
    """Inputs ``x (n, d)``, their classes ``y (n,)`` and their shares of the data ``share (n,)``, which sum to 1."""

    x: Float[np.ndarray, "n d"]
    y: np.ndarray
    share: Float[np.ndarray, " n"]

    @property
    def hot(self) -> Float[np.ndarray, "n K"]:
        """Labels as rows of the identity matrix."""
        return np.eye(int(self.y.max()) + 1)[self.y]


def dense(seed: int, groups: int = 5, extra: int = 16) -> Mixture:
    """Inputs uniform in [0, 1], d = n + extra; group j = 0, 1, … holds ``2^j`` classes of ``2^(groups - 1 - j)`` examples."""
    counts = np.concatenate([np.full(2**j, 2 ** (groups - 1 - j)) for j in range(groups)])
    y, n = np.repeat(np.arange(len(counts)), counts), int(counts.sum())
    rng = numpy_generator(seed, "adam", "dense", groups)
    return Mixture(rng.uniform(0, 1, (n, n + extra)), y, np.full(n, 1 / n))


def shared_feature(seed: int, size: float, classes: int = 30, uniform: bool = False) -> Mixture:
    """The one-hot model with one more input: the number ``size``, for all classes.

    The frequencies come from :func:`exponent_of`, or are all alike if ``uniform``.
    """
    x = np.column_stack([np.eye(classes), np.full(classes, size)])
    return Mixture(x, np.arange(classes), frequencies(classes, 0.0 if uniform else exponent_of(seed)))


@dataclass(frozen=True)
class Sweep:
    """Loss of each class ``(rates, K)`` at the end of training with each learning rate, and the class frequencies ``(K,)``."""

    lrs: np.ndarray
    losses: np.ndarray
    pi: Frequencies

    @property
    def mean(self) -> np.ndarray:
        """The training loss at each rate; infinite where training diverged."""
        return np.nan_to_num(self.losses @ self.pi, nan=np.inf)

    @property
    def best(self) -> float:
        """The least training loss over the grid."""
        return float(self.mean.min())

    @property
    def inside(self) -> bool:
        """Whether the best rate is not at an end of the grid."""
        return 0 < int(self.mean.argmin()) < len(self.lrs) - 1


GRIDS = {
    "momentum": np.geomspace(1e-2, 1e5, 22),
    "sign": np.geomspace(1e-3, 10, 13),
    "adam": np.geomspace(1e-3, 100, 16),
}


def train_linear(data: Mixture, method: str, lrs: np.ndarray, steps: int) -> Sweep:
    """Full-batch softmax regression from zero at several rates at once: ``momentum`` (0.9), ``sign`` or ``adam``."""
    if method not in GRIDS:
        raise ValueError(f"method must be one of {', '.join(GRIDS)}, got {method!r}")
    hot, shape = data.hot, (len(lrs), data.x.shape[1], data.hot.shape[1])
    w = velocity = np.zeros(shape)
    moments = zero_moments(w)
    for _ in range(steps):
        g = data.x.T @ ((_probabilities(data.x @ w) - hot) * data.share[:, None])
        if method == "momentum":
            move = velocity = momentum(velocity, g, 0.9)
        elif method == "adam":
            moments, move = adam(moments, g)
        else:
            move = np.sign(g)
        w = w - lrs[:, None, None] * move
    z = data.x @ w
    z = z - z.max(2, keepdims=True)
    each = np.log(np.exp(z).sum(2)) - z[:, np.arange(len(data.y)), data.y]
    pi = data.share @ hot
    return Sweep(lrs, (each * data.share) @ hot / pi, pi)


def _probabilities(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(2, keepdims=True))
    return e / e.sum(2, keepdims=True)


@cache
def sweep(
    seed: int, method: str, data: str, steps: int = 150, size: float = 10.0, classes: int = 30, groups: int = 5
) -> Sweep:
    """``method`` on its own grid of rates.

    ``data`` is ``"dense"`` (with ``groups``), ``"shared"`` or ``"uniform"`` (:func:`shared_feature` of ``size`` and
    ``classes``, with frequencies of Zipf's kind or all alike).
    """
    if data not in ("dense", "shared", "uniform"):
        raise ValueError(f"data must be 'dense', 'shared' or 'uniform', got {data!r}")
    made = dense(seed, groups) if data == "dense" else shared_feature(seed, size, classes, data == "uniform")
    return train_linear(made, method, GRIDS[method], steps)


@cache
def nearly_uniform(method: str, exponent: float, size: float, classes: int, steps: int = 150) -> float:
    """The least training loss beside a shared input of ``size``, frequencies proportional to ``k^-exponent``."""
    x = np.column_stack([np.eye(classes), np.full(classes, size)])
    data = Mixture(x, np.arange(classes), frequencies(classes, exponent))
    return train_linear(data, method, GRIDS[method], steps).best


@cache
def instant_loss(seed: int, lr: float = 1e6, steps: int = 3, classes: int = 64) -> float:
    """The largest class loss of the one-hot model after a few steps of gradient descent at an enormous rate."""
    pi = frequencies(classes, exponent_of(seed))
    return float(losses_of(one_hot_run(pi, "gradient", lr, steps)[-1], classes).max())
