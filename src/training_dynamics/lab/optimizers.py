"""Update rules, each written once: pure functions from averages and a gradient to new averages and a direction.

The caller takes the step, ``w <- w - learning_rate * direction``, so that rates may differ between networks and change in time.
Arrays and tensors of any shape and type go through the same functions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
import torch
from torch import Tensor

Array = TypeVar("Array", np.ndarray, Tensor)


@dataclass(frozen=True)
class AdamSettings:
    """Adam's constants; ``beta1=0`` is RMSProp, ``corrected=False`` leaves bias correction out.

    Raises ValueError unless ``0 <= beta1, beta2 < 1`` and ``eps >= 0``.
    """

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


DEFAULT = AdamSettings()
EXACT = replace(DEFAULT, eps=0.0)


@dataclass(frozen=True)
class Moments(Generic[Array]):
    """The averages ``m`` of the gradients and ``v`` of their squares, and the number of steps that made them."""

    m: Array
    v: Array
    t: int = 0


def zero_moments(like: Array) -> Moments[Array]:
    """The averages before the first step, of the shape of ``like``."""
    zero = torch.zeros_like(like) if isinstance(like, Tensor) else np.zeros(np.shape(like))
    return Moments(zero, zero)


def adam(moments: Moments[Array], g: Array, settings: AdamSettings = DEFAULT) -> tuple[Moments[Array], Array]:
    """The averages after the gradient ``g``, and Adam's direction ``m_hat / (sqrt(v_hat) + eps)``.

    ``m <- beta1 m + (1 - beta1) g``,  ``v <- beta2 v + (1 - beta2) g^2``,  ``m_hat = m / (1 - beta1^t)``,
    ``v_hat = v / (1 - beta2^t)``; 0/0 counts as 0.  Source: Kingma and Ba 2015, algorithm 1.
    """
    s, t = settings, moments.t + 1
    m, v = _averaged(moments.m, g, s.beta1), _averaged_square(moments.v, g, s.beta2)
    first, second = (1 - s.beta1**t, 1 - s.beta2**t) if s.corrected else (1.0, 1.0)
    root = (v / second) ** 0.5 + s.eps
    nothing = root == 0
    return Moments(m, v, t), m / first / (root + nothing) * ~nothing


def momentum(velocity: Array, g: Array, beta: float) -> Array:
    """The velocity ``beta v + g`` after the gradient ``g``, which is also the direction: torch's SGD, not dampened."""
    return beta * velocity + g


def _averaged(old: Array, new: Array, beta: float) -> Array:
    if isinstance(old, Tensor):
        return torch.add(beta * old, new, alpha=1 - beta)  # one pass, one rounding fewer
    return beta * old + (1 - beta) * new


def _averaged_square(old: Array, new: Array, beta: float) -> Array:
    if isinstance(old, Tensor):
        return torch.addcmul(beta * old, new, new, value=1 - beta)
    return beta * old + (1 - beta) * new**2
