"""Two starts at one setting: a network that adds modulo p, trained on a share of the pairs from chance and from the rule.

The network is that of Gromov (2023), f(a, b) = (A_a + B_b)^2 W with the square entry by entry, under full-batch AdamW.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import AdamSettings, adam, zero_moments
from training_dynamics.toolbox.seeds import numpy_generator

Layers = list[ndarray]
ADAM = AdamSettings(beta1=0.9, beta2=0.98)


@dataclass(frozen=True)
class Ends:
    """Share of unseen pairs that are right after training on the same pairs, from random weights and from the rule."""

    chance: float
    rule: float


def _hidden(layers: Layers, pairs: ndarray) -> Float[ndarray, "n h"]:
    return layers[0][pairs[:, 0]] + layers[1][pairs[:, 1]]


def accuracy(layers: Layers, pairs: ndarray) -> float:
    """Share of pairs whose largest output is their sum."""
    guess = (_hidden(layers, pairs) ** 2 @ layers[2]).argmax(1)
    return float((guess == pairs.sum(1) % layers[2].shape[1]).mean())


def adamw(layers: Layers, pairs: ndarray, decay: float, steps: int, rate: float = 0.01) -> Layers:
    """The three layers after full-batch AdamW (decays 0.9 and 0.98) on squared error against one-hot sums."""
    p = layers[2].shape[1]
    eye = np.eye(p, dtype=layers[2].dtype)
    looks, targets = [eye[pairs[:, i]] for i in (0, 1)], eye[pairs.sum(1) % p]
    layers = [w.copy() for w in layers]
    moments = [zero_moments(w) for w in layers]
    for _ in range(steps):
        h = looks[0] @ layers[0] + looks[1] @ layers[1]
        residual = 2 / len(pairs) * (h**2 @ layers[2] - targets)
        back = 2 * h * (residual @ layers[2].T)
        for i, g in enumerate((looks[0].T @ back, looks[1].T @ back, (h**2).T @ residual)):
            moments[i], direction = adam(moments[i], g, ADAM)
            layers[i] = ((1 - rate * decay) * layers[i] - rate * direction).astype(g.dtype)
    return layers


@once
def two_starts(
    seed: int, share: float, p: int = 23, decay: float = 1.0, steps: int = 800, hidden: int = 64, learn: int = 300
) -> Ends:
    """Train on one random share of all pairs from two starts; the rule's was trained on *all* pairs for ``learn`` steps.

    Raises ValueError unless 0 < share < 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be between 0 and 1, got {share}")
    rng = numpy_generator(seed, "phase_transitions two starts", p)
    every = rng.permutation(np.array([(a, b) for a in range(p) for b in range(p)]))
    known, unseen = np.split(every, [round(share * p * p)])
    sizes = ((p, hidden, 2 * p), (p, hidden, 2 * p), (hidden, p, hidden))
    start = [(rng.standard_normal((a, b)) / fan**0.5).astype(np.float32) for a, b, fan in sizes]
    rule = adamw(start, every, decay, learn)
    ends = [accuracy(adamw(layers, known, decay, steps), unseen) for layers in (start, rule)]
    return Ends(*ends)
