"""Does it matter on real data?  Digits by least squares, with fewer images than pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from training_dynamics.implicit_regularization import Problem, adam_step, descend, min_norm
from training_dynamics.implicit_regularization_paths import relative
from training_dynamics.toolbox.data import digits, one_hot


@dataclass(frozen=True)
class DigitsPair:
    """Error rates on unseen digits of the least-norm solution and of Adam's; how far apart the two are; Adam's residual."""

    least_norm_error: float
    adam_error: float
    distance: float
    residual: float


@cache
def digits_pair(seed: int, images: int = 25, steps: int = 10_000, lr: float = 0.01) -> DigitsPair:
    """Regress centred one-hot labels ``(images, 10)`` on pixels ``(images, 64)`` without noise or penalty, from zero.

    The class is the largest output.  ``distance`` is ``|W_adam - X^+ Y| / |X^+ Y|``; Adam's rate falls linearly to zero.
    """
    data = digits(seed, train=images, dtype=torch.float64)
    x, y = data.x_train.numpy(), one_hot(data.y_train, dtype=torch.float64).numpy() - 0.1
    p = Problem(x, y, np.zeros((x.shape[1], y.shape[1])))
    least = min_norm(p)
    adam = descend(adam_step(p, lr, steps), np.zeros_like(p.truth), steps)[-1]

    def error(w: np.ndarray) -> float:
        return float(((data.x_test.numpy() @ w).argmax(1) != data.y_test.numpy()).mean())

    return DigitsPair(error(least), error(adam), relative(adam, least), relative(x @ adam, y))
