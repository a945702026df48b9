"""What moves while the loss stands still: the kernel of a two-layer linear network turns towards its task."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class Turning:
    """Along training: the loss over its first value, and the alignment of the kernel with the task."""

    loss: Float[ndarray, " k"]
    alignment: Float[ndarray, " k"]

    def turned(self, loss: float = 0.9) -> float:
        """The share of the whole change of alignment that has happened when the loss is last above ``loss``."""
        last = int(np.flatnonzero(self.loss >= loss)[-1])
        return float((self.alignment[last] - self.alignment[0]) / (self.alignment[-1] - self.alignment[0]))


@once
def turning(seed: int, scale: float, inputs: int = 10, hidden: int = 50, rate: float = 0.02) -> Turning:
    r"""Gradient descent of :math:`f=a^\top Wx` on whitened inputs and a teacher of length 1, until the loss is a thousandth.

    The kernel is :math:`K=W^\top W+\lVert a\rVert^2I` on the inputs, the alignment :math:`\beta^\top K\beta/\lVert K\rVert_F`
    with the teacher :math:`\beta`, the kernel-target alignment of whitened data.
    """
    rng = numpy_generator(seed, "emergence silent alignment", inputs, hidden)
    beta = rng.standard_normal(inputs)
    beta /= np.linalg.norm(beta)
    w = scale * rng.standard_normal((hidden, inputs)) / inputs**0.5
    a = scale * rng.standard_normal(hidden) / hidden**0.5
    first = float(((beta - w.T @ a) ** 2).sum())
    seen: list[tuple[float, float]] = []
    while not seen or seen[-1][0] > 1e-3:
        gap = beta - w.T @ a
        kernel = w.T @ w + a @ a * np.eye(inputs)
        seen.append((float(gap @ gap) / first, float(beta @ kernel @ beta / np.linalg.norm(kernel))))
        w, a = w + rate * np.outer(a, gap), a + rate * w @ gap
    loss, alignment = np.array(seen).T
    return Turning(loss, alignment)
