"""Does it matter on real data?  Digits by least squares, with fewer images than pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from training_dynamics.implicit_regularization.least_squares import Problem, adam_step, descend, min_norm
from training_dynamics.implicit_regularization.paths import relative
from training_dynamics.toolbox.data import digits, one_hot


@dataclass(frozen=True)
class DigitsPair:
    """The least-norm solution and Adam's on the same digits: error rates on unseen ones, and how the two differ."""

    least_norm_error: float
    adam_error: float
    disagree: float  # the share of unseen digits that the two put in different classes
    distance: float
    residual: float  # of Adam's solution on the training images


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

    labels = data.y_test.numpy()
    guesses = [(data.x_test.numpy() @ w).argmax(1) for w in (least, adam)]
    errors = [float((guess != labels).mean()) for guess in guesses]
    disagree = float((guesses[0] != guesses[1]).mean())
    return DigitsPair(errors[0], errors[1], disagree, relative(adam, least), relative(x @ adam, y))
