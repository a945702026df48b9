"""Training a model that is linear in its parameters, solved: what the tangent kernel predicts, in time and at the end."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.linalg import cho_factor, cho_solve


def learned_shares(values: Float[ndarray, " n"], rate: float, steps: float, examples: int) -> Float[ndarray, " n"]:
    r"""The share of each eigenvector of the kernel that ``steps`` steps have learned: :math:`1-(1-\eta\lambda_i/n)^t`."""
    return 1 - (1 - rate * values / examples) ** steps


def after(
    kernel: Float[ndarray, "n n"], across: Float[ndarray, "k n"], y: Float[ndarray, " n"], rate: float, steps: float
) -> Float[ndarray, " k"]:
    r"""What a model with a fixed tangent kernel says after ``steps`` steps of gradient descent from zero output.

    Errors obey :math:`r_{t+1}=(I-\eta K/n)r_t`, and outputs elsewhere add up what the steps gave:
    :math:`f_t(z)=K(z,X)K^{-1}\big[I-(I-\eta K/n)^t\big]y`, for any number of steps from one eigendecomposition.
    ``kernel``: between training inputs; ``across``: between new inputs and training inputs.  Eigenvectors of eigenvalue 0
    are never learned.  Source: Lee et al. (2019), section 2.2, for flow and zero initial output.
    """
    values, vectors = np.linalg.eigh(kernel)
    seen = values > 1e-12 * values[-1]
    shares = learned_shares(values[seen], rate, steps, len(y))
    return across @ (vectors[:, seen] @ (shares / values[seen] * (vectors[:, seen].T @ y)))


def stepped(
    kernel: Float[ndarray, "n n"], across: Float[ndarray, "k n"], y: Float[ndarray, " n"], rate: float, steps: int
) -> Float[ndarray, " k"]:
    """What :func:`after` computes, one step of gradient descent after the other."""
    error, out = np.asarray(y, dtype=float), np.zeros(len(across))
    for _ in range(steps):
        out = out + rate / len(y) * (across @ error)
        error = error - rate / len(y) * (kernel @ error)
    return out


def at_the_end(kernel: Float[ndarray, "n n"], across: Float[ndarray, "k n"], y: Float[ndarray, " n"]) -> ndarray:
    r"""The limit of :func:`after` for many steps, :math:`K(z,X)K^{-1}y`: the interpolant of least norm."""
    return across @ cho_solve(cho_factor(kernel), y)


def least_norm(kernel: Float[ndarray, "n n"], values: Float[ndarray, " n"]) -> float:
    r""":math:`v^\top K^{-1}v`: the least squared norm, in the kernel's space, of a function with these values.

    In a linear model it is the squared length of the shortest step of the parameters that gives them.
    """
    return float(values @ cho_solve(cho_factor(kernel), values))
