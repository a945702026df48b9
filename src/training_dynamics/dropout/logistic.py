"""Dropout on the inputs of logistic regression: a penalty that no label enters, and the quadratic form that stands in for it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.special import expit

from training_dynamics.dropout.linear import all_masks, check_keep, mask_probabilities

Matrix = Float[ndarray, "n d"]
Vector = Float[ndarray, " d"]


def normaliser(margin: ndarray) -> ndarray:
    """``A(f) = log(1 + e^f)``; the loss of label y in {0, 1} at output f is ``A(f) - y f``."""
    return np.logaddexp(0, margin)


def loss(outputs: Float[ndarray, "... n"], labels: Float[ndarray, " n"]) -> ndarray:
    """Logistic loss of each output, in nats."""
    return normaliser(outputs) - labels * outputs


def _outputs(x: Matrix, w: Vector, keep: float) -> tuple[Float[ndarray, " m"], Float[ndarray, "m n"]]:
    check_keep(keep)
    masks = all_masks(len(w))
    return mask_probabilities(masks, keep), (masks * (w / keep)) @ x.T


def enumerated_loss(x: Matrix, labels: Float[ndarray, " n"], w: Vector, keep: float) -> float:
    """The expected loss under inverted dropout of the inputs, as the sum over all masks."""
    chance, outputs = _outputs(x, w, keep)
    return float(chance @ loss(outputs, labels).sum(1))


def penalty(x: Matrix, w: Vector, keep: float) -> float:
    """``sum_i E A(x~_i . w) - A(x_i . w)``: what dropout adds, whatever the labels (Wager et al. 2013, section 2)."""
    chance, outputs = _outputs(x, w, keep)
    return float(chance @ normaliser(outputs).sum(1) - normaliser(x @ w).sum())


def quadratic_penalty(x: Matrix, w: Vector, keep: float) -> float:
    """Its second-order form ``(1/2) sum_i A''(x_i . w) Var(x~_i . w)``, a ridge weighted by ``s (1 - s)``."""
    check_keep(keep)
    share = expit(x @ w)
    return float(0.5 * (share * (1 - share)) @ ((1 - keep) / keep * (x**2) @ (w**2)))
