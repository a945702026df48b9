r"""A linear associative memory: facts "key i has value i" of frequency :math:`\pi_i` in one matrix W, read out by a softmax.

The logit of value j for key i is :math:`u_j^\top W k_i`, the loss is cross-entropy weighted with
:math:`\pi_i\propto i^{-\alpha}`.
Source: Wang et al. 2025 (orthogonal embeddings), Kim et al. 2026 (random ones, more facts than dimensions).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.optimizers.norms import polar
from training_dynamics.toolbox.seeds import numpy_generator

RULES: dict[str, Callable[[ndarray], ndarray]] = {"gradient": lambda g: g, "sign": np.sign, "spectral": polar}
# Rates for the two experiments; the second is tuned over its grid.
BALANCE_RATES = {"gradient": 5.0, "sign": 0.02, "spectral": 0.05}
CAPACITY_RATES = {"gradient": (30.0, 100.0, 300.0, 1000.0), "spectral": (0.1, 0.3, 1.0, 3.0)}


@dataclass(frozen=True)
class Memory:
    """Values ``u`` and keys ``k`` as columns, shape ``(d, N)``, and the frequencies ``pi (N,)`` of the N facts."""

    u: Float[ndarray, "d N"]
    k: Float[ndarray, "d N"]
    pi: Float[ndarray, " N"]

    def losses(self, w: Float[ndarray, "d d"]) -> Float[ndarray, " N"]:
        """The cross-entropy of every fact."""
        return -np.log(np.diag(self._read(w)))

    def gradient(self, w: Float[ndarray, "d d"]) -> Float[ndarray, "d d"]:
        """The gradient of the weighted loss."""
        return self.u @ ((self._read(w) - np.eye(len(self.pi))) * self.pi) @ self.k.T

    def recalled(self, w: Float[ndarray, "d d"]) -> int:
        """How many keys have their own value first."""
        return int(np.sum((self.u.T @ w @ self.k).argmax(0) == np.arange(len(self.pi))))

    def _read(self, w: Float[ndarray, "d d"]) -> Float[ndarray, "N N"]:
        z = self.u.T @ w @ self.k
        p = np.exp(z - z.max(0))
        return p / p.sum(0)


def zipf(facts: int, exponent: float) -> Float[ndarray, " N"]:
    """Frequencies proportional to ``i^-exponent``."""
    pi = np.arange(1, facts + 1) ** -exponent
    return pi / pi.sum()


def orthogonal_memory(seed: int, facts: int = 32, aligned: bool = False) -> Memory:
    """As many facts as dimensions, with orthonormal keys and values: the axes if ``aligned``, else random.

    The exponent of the frequencies lies between 0.8 and 1.2 and depends on the seed.
    """
    rng = numpy_generator(seed, "optimizers memory", facts)
    pi = zipf(facts, float(rng.uniform(0.8, 1.2)))
    u, k = (np.linalg.qr(rng.standard_normal((facts, facts)))[0] for _ in range(2))
    return Memory(np.eye(facts), np.eye(facts), pi) if aligned else Memory(u, k, pi)


def random_memory(seed: int, d: int = 32, facts: int = 256, exponent: float = 1.0, draw: int = 0) -> Memory:
    """More facts than dimensions, with independent normal embeddings of length about 1."""
    rng = numpy_generator(seed, "optimizers capacity", d, facts, draw)
    u, k = (rng.standard_normal((d, facts)) / d**0.5 for _ in range(2))
    return Memory(u, k, zipf(facts, exponent))


@once
def balance(seed: int, rule: str, aligned: bool = False, facts: int = 32) -> Float[ndarray, " N"]:
    """Losses of all facts when their weighted mean has come down to a tenth of its start, :math:`\\ln N`."""
    memory = orthogonal_memory(seed, facts, aligned)
    w = np.zeros((facts, facts))
    while (losses := memory.losses(w)) @ memory.pi > 0.1 * np.log(facts):
        w = w - BALANCE_RATES[rule] * RULES[rule](memory.gradient(w))
    return losses


@once
def one_step(seed: int, rule: str, d: int = 32, exponent: float = 1.0, draws: int = 4) -> float:
    """Facts recalled after one step from zero, where the rate does not matter; the mean of ``draws`` memories of d²/4 facts."""
    found = []
    for draw in range(draws):
        memory = random_memory(seed, d, d * d // 4, exponent, draw)
        found.append(memory.recalled(-RULES[rule](memory.gradient(np.zeros((d, d))))))
    return float(np.mean(found))


@once
def many_steps(seed: int, rule: str, d: int = 24, exponent: float = 1.0, steps: int = 100) -> int:
    """Facts recalled after ``steps`` steps at the best of four rates, of 5 d facts."""
    memory = random_memory(seed, d, 5 * d, exponent)
    found = []
    for rate in CAPACITY_RATES[rule]:
        w = np.zeros((d, d))
        for _ in range(steps):
            w = w - rate * RULES[rule](memory.gradient(w))
        found.append(memory.recalled(w))
    return max(found)
