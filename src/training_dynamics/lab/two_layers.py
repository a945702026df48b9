"""Two-layer ReLU networks with one output side by side, as arrays, with the derivative by hand: in float64 it is the fastest."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def outputs(
    w: Float[ndarray, "b m d"], a: Float[ndarray, "b m"], x: Float[ndarray, "... n d"]
) -> tuple[Float[ndarray, "b n m"], Float[ndarray, "b n"]]:
    """Hidden activations ``h = relu(x W^T)`` and outputs ``h a`` of ``b`` networks; ``x``: ``(n, d)`` or ``(b, n, d)``."""
    hidden = np.matmul(x, w.transpose(0, 2, 1))
    np.maximum(hidden, 0, out=hidden)
    return hidden, np.matmul(hidden, a[:, :, None])[:, :, 0]


def gradients(
    a: Float[ndarray, "b m"], x: Float[ndarray, "... n d"], hidden: Float[ndarray, "b n m"], push: Float[ndarray, "b n"]
) -> tuple[Float[ndarray, "b m d"], Float[ndarray, "b m"]]:
    """The derivatives by W and a of what has the derivative ``push`` by the outputs; ``hidden`` as ``outputs`` gave it."""
    back = (hidden > 0) * push[:, :, None]
    return a[:, :, None] * np.matmul(back.transpose(0, 2, 1), x), np.matmul(push[:, None, :], hidden)[:, 0]
