r"""Parametrisations: how starting weights and learning rates of each layer go with the width.

A layer maps ``fan_in`` numbers to ``fan_out``; activations shall have entries of size 1 at every width.  Every rule equals the
others at the base width, so that only what *changes* with the width tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from numpy import ndarray

PARAMETRISATIONS = ("standard", "mup", "ntk")
OPTIMIZERS = ("adam", "sgd")
OUT = 0.0625  # of the output layer at the base width: small enough that what it says at the start does not matter


@dataclass(frozen=True)
class Rule:
    """Standard deviations of the starting weights and factors of the learning rate, one a layer."""

    std: tuple[float, ...]
    rate: tuple[float, ...]


def rule(
    parametrisation: str, optimizer: str, sizes: tuple[int, ...], base: int, gain: float = 2**0.5, out: float = OUT
) -> Rule:
    r"""The rule for a network ``sizes[0] -> ... -> sizes[-1]`` whose hidden layers have one width :math:`w`.

    With :math:`r=w/` ``base``: *standard* draws from :math:`N(0, g^2/n_\mathrm{in})` and has one rate.  *mup* divides the
    output's start by another :math:`\sqrt r`; its rates for input, hidden and output layers are :math:`\times(1, 1/r, 1/r)`
    with Adam and :math:`\times(r, 1, 1/r)` with SGD.  *ntk* (SGD) starts as standard, with rates :math:`\times(1, 1/r, 1/r)`.
    ``gain`` is that of hidden layers, ``out`` the output layer's at the base width.  Raises ValueError for other names.
    Source: Yang et al. (2022), tables 3 and 8.
    """
    if parametrisation not in PARAMETRISATIONS or optimizer not in OPTIMIZERS:
        raise ValueError(
            f"parametrisation must be one of {', '.join(PARAMETRISATIONS)} and optimizer one of {', '.join(OPTIMIZERS)}, "
            f"got {parametrisation!r} and {optimizer!r}"
        )
    r, hidden = sizes[1] / base, len(sizes) - 3
    gains = [gain] * (len(sizes) - 2) + [out]
    std = [g / np.sqrt(fan_in) for g, fan_in in zip(gains, sizes)]
    if parametrisation == "standard":
        return Rule(tuple(std), (1.0,) * len(std))
    if parametrisation == "mup":
        std[-1] /= np.sqrt(r)
        return Rule(tuple(std), (1.0, *[1 / r] * hidden, 1 / r) if optimizer == "adam" else (r, *[1.0] * hidden, 1 / r))
    return Rule(tuple(std), (1.0, *[1 / r] * hidden, 1 / r))


def spectral_rates(optimizer: str, sizes: tuple[int, ...]) -> Float[ndarray, " l"]:
    r"""Rates, up to a common factor, that give every layer's step the spectral norm :math:`\sqrt{n_\mathrm{out}/n_\mathrm{in}}`.

    One example's gradient is a product of two vectors, :math:`G=\delta h^\top`.  Adam's first step is its sign, of spectral norm
    :math:`\sqrt{n_\mathrm{out}n_\mathrm{in}}`, so that the rate goes as :math:`1/n_\mathrm{in}`; SGD's has
    :math:`|\delta||h|\propto\sqrt{n_\mathrm{in}/n_\mathrm{out}}`, so that it goes as :math:`n_\mathrm{out}/n_\mathrm{in}`.
    Source: Yang, Simon and Bernstein (2023), section 3.
    """
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer must be one of {', '.join(OPTIMIZERS)}, got {optimizer!r}")
    pairs = np.array(list(pairwise(sizes)), dtype=float)
    return 1 / pairs[:, 0] if optimizer == "adam" else pairs[:, 1] / pairs[:, 0]


def spectral_std(sizes: tuple[int, ...]) -> Float[ndarray, " l"]:
    r"""Standard deviations, up to a factor, that give starting weights this norm, :math:`\sqrt{n_\mathrm{out}/n_\mathrm{in}}`.

    A random matrix has :math:`\sigma(\sqrt{n_\mathrm{in}}+\sqrt{n_\mathrm{out}})`, nearly.
    """
    pairs = np.array(list(pairwise(sizes)), dtype=float)
    return np.sqrt(pairs[:, 1] / pairs[:, 0]) / (np.sqrt(pairs[:, 0]) + np.sqrt(pairs[:, 1]))
