r"""Two-layer ReLU networks trained by full-batch gradient descent, several starts or scales side by side.

The model is :math:`f(x)=\alpha\,[h(x;\theta)-h(x;\theta_0)]` with :math:`h=m^{-1/2}\sum_i a_i\,\mathrm{relu}(w_i\cdot x)`,
the loss :math:`\tfrac1{2n\alpha^2}\sum_j(f(x_j)-y_j)^2`.  Dividing by :math:`\alpha^2` makes the function learn at one speed for
every scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.two_layers import gradients, outputs
from training_dynamics.wide_networks.kernel import unit_kernels


@dataclass(frozen=True)
class Nets:
    """``b`` networks of one width: inner weights ``w`` (b, m, d) and outer weights ``a`` (b, m)."""

    w: Float[ndarray, "b m d"]
    a: Float[ndarray, "b m"]

    def outputs(self, x: Float[ndarray, "n d"]) -> Float[ndarray, "b n"]:
        """The plain outputs ``h`` of every network."""
        return outputs(self.w, self.a, x)[1] / np.sqrt(self.a.shape[1])

    def kernels(self, x: Float[ndarray, "n d"], z: Float[ndarray, "k d"]) -> Float[ndarray, "b n k"]:
        """The tangent kernel of every network."""
        return np.array([unit_kernels(w, a, x, z) for w, a in zip(self.w, self.a)])

    def movement(self, start: Nets) -> Float[ndarray, " b"]:
        """How far all weights have moved, relative to their length at the start."""
        moved = np.sum((self.w - start.w) ** 2, axis=(1, 2)) + np.sum((self.a - start.a) ** 2, axis=1)
        return np.sqrt(moved / (np.sum(start.w**2, axis=(1, 2)) + np.sum(start.a**2, axis=1)))

    def rebalanced(self, ratio: float) -> Nets:
        """The same functions with outer weights times ``ratio`` and inner weights divided by it.  It must be above 0."""
        if not ratio > 0:
            raise ValueError(f"ratio must be > 0, got {ratio}: ReLU lets only positive factors through")
        return Nets(self.w / ratio, self.a * ratio)


def draw(generator: np.random.Generator, copies: int, width: int, inputs: int) -> Nets:
    """``copies`` independent networks with standard normal weights."""
    return Nets(generator.standard_normal((copies, width, inputs)), generator.standard_normal((copies, width)))


@dataclass(frozen=True)
class Trained:
    """Networks after training, with the scale of each and its outputs at the start subtracted."""

    start: Nets
    end: Nets
    scale: Float[ndarray, " b"]
    losses: Float[ndarray, "steps b"]
    outputs: Float[ndarray, "steps b n"]  # on the training inputs, before every step; empty unless asked for

    def predict(self, x: Float[ndarray, "n d"]) -> Float[ndarray, "b n"]:
        """What every network says about ``x``: ``scale * (h - h at the start)``."""
        return self.scale[:, None] * (self.end.outputs(x) - self.start.outputs(x))


def train(
    nets: Nets,
    x: Float[ndarray, "n d"],
    y: Float[ndarray, " n"],
    scale: ndarray,
    rate: ndarray | float,
    steps: int,
    keep: bool = False,
) -> Trained:
    r"""Gradient descent with learning rate ``rate`` on every network at its own ``scale``; ``losses`` are mean squared errors.

    ``keep`` also returns what the networks say about the training inputs before every step.
    One step moves the function by :math:`-\eta K(f-y)/n` to first order, whatever the scale.  Raises ValueError for a scale
    that is not above 0, and ArithmeticError when a loss is no longer finite.
    """
    scale = np.broadcast_to(np.asarray(scale, dtype=float), len(nets.a))
    if not np.all(scale > 0):
        raise ValueError(f"scale must be > 0, got {scale.min()}: at 0 the network has no output")
    w, a, root = nets.w.copy(), nets.a.copy(), np.sqrt(nets.a.shape[1])
    first, losses, kept = nets.outputs(x), np.empty((steps, len(a))), []
    step = np.broadcast_to(rate, len(a)) / (scale * len(x) * root)
    for t in range(steps):
        hidden, out = outputs(w, a, x)
        error = scale[:, None] * (out / root - first) - y
        losses[t] = np.mean(error**2, axis=1)
        if keep:
            kept.append(error + y)
        by_w, by_a = gradients(a, x, hidden, step[:, None] * error)
        w -= by_w
        a -= by_a
    if not np.all(np.isfinite(losses)):
        raise ArithmeticError(f"training diverged at rate {rate}: take a smaller one")
    return Trained(nets, Nets(w, a), scale, losses, np.array(kept))
