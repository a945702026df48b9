r"""Where weight decay takes a rule whose steps have a fixed size, on :math:`\tfrac12\lVert W-T\rVert_F^2`.

*Decoupled*: :math:`W\leftarrow W-\eta(D(G)+\lambda W)`.  *Coupled*: :math:`W\leftarrow W-\eta D(G+\lambda W)`, the
gradient of the loss with a penalty.  Source: Chen et al. 2024 (Lion), Chen, Li and Liu 2025 (Muon).
"""

from __future__ import annotations

import numpy as np
import torch

from training_dynamics.lab.once import once
from training_dynamics.optimizers.norms import Matrix, steepest
from training_dynamics.optimizers.rules import Memory, shampoo, soap
from training_dynamics.toolbox.seeds import numpy_generator

RULES = ("gradient", "lion", "spectral")
STEPS, RATE = 3000, 0.02
WHITENING = {"Shampoo": shampoo, "SOAP": soap}
BETAS = (0.9, 0.99)  # Lion's: of what it takes the sign of, and of what it keeps


def target(seed: int, shape: tuple[int, int] = (5, 7)) -> Matrix:
    """A matrix whose entries and singular values lie on both sides of 1."""
    return 1.2 * numpy_generator(seed, "optimizers decay target", *shape).standard_normal(shape)


def end(t: Matrix, rule: str, decay: float, decoupled: bool) -> Matrix:
    """Where ``rule`` ends from zero, at a rate that falls linearly to zero.  Raises ValueError for an unknown rule."""
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}, got {rule!r}")
    w = m = np.zeros_like(t)
    for step in range(STEPS):
        g = w - t if decoupled else w - t + decay * w
        if rule == "lion":
            direction = np.sign(BETAS[0] * m + (1 - BETAS[0]) * g)
            m = BETAS[1] * m + (1 - BETAS[1]) * g
        else:
            direction = g if rule == "gradient" else steepest(g, "spectral")
        w = w - RATE * (1 - step / STEPS) * (direction + decay * w * decoupled)
    return w


@once
def whitened_end(seed: int, rule: str, decay: float) -> Matrix:
    """Where Shampoo or SOAP (:mod:`~training_dynamics.optimizers.rules`) ends from zero with decoupled decay."""
    t = torch.from_numpy(target(seed))[None]
    w = torch.zeros_like(t)
    memory: Memory = {}
    for step in range(STEPS):
        direction = WHITENING[rule](memory, w - t, step + 1, "")
        w = w - RATE * (1 - step / STEPS) * (direction + decay * w)
    return w[0].numpy()


def capped(t: Matrix, decay: float) -> Matrix:
    r"""The nearest matrix to T in the spectral ball of radius :math:`1/\lambda`: singular values cut off there."""
    u, s, v = np.linalg.svd(t, full_matrices=False)
    return (u * np.minimum(s, 1 / decay)) @ v


def clipped(t: Matrix, decay: float) -> Matrix:
    r"""The nearest matrix in the box: entries cut off at :math:`\pm1/\lambda`."""
    return np.clip(t, -1 / decay, 1 / decay)


def shrunk(t: Matrix, decay: float) -> Matrix:
    r"""The minimum of the loss with the penalty :math:`\tfrac\lambda2\lVert W\rVert_F^2`: :math:`T/(1+\lambda)`."""
    return t / (1 + decay)


def gap(a: Matrix, b: Matrix) -> float:
    """``|a - b| / |b|``."""
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))
