"""Curvature of the loss of one run: the sharpness, and what directions see of it."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import Tensor

from training_dynamics.gradient_descent.networks import Params, Task, flat, unflat

STEP = 1e-5  # of a difference quotient, for directions of length one and in double precision


def in_double(task: Task, params: Params) -> tuple[Task, Params]:
    """The same task and parameters in double precision."""
    return Task(task.x.double(), task.y.double(), task.loss, task.activation), [p.double() for p in params]


def hessian_products(task: Task, params: Params, directions: Float[Tensor, "k p"]) -> Float[Tensor, "k p"]:
    """``H v`` for each of k directions and the Hessian of the loss of one run, in double precision.

    Central differences of the gradient, all directions side by side; relative error about 1e-9.
    """
    own, here = in_double(task, params)
    v = directions.double()
    v = v / v.norm(dim=1, keepdim=True)
    ends = [flat(own.gradient(unflat(flat(here) + sign * STEP * v, here))) for sign in (1, -1)]
    return (ends[0] - ends[1]) / (2 * STEP) * directions.double().norm(dim=1, keepdim=True)


def sharpest(task: Task, params: Params, tolerance: float = 1e-5) -> tuple[float, Float[Tensor, " p"]]:
    """The largest eigenvalue of the Hessian of one run's loss, to that relative accuracy, and its unit eigenvector.

    Raises ValueError where the loss is not finite: a run that has diverged has no curvature to speak of.
    """
    value, size = float(task.losses(params)[0]), flat(params).shape[1]
    if not np.isfinite(value):
        raise ValueError(f"the loss must be finite where its curvature is asked for, got {value}: lower the rate")

    def product(v: ndarray) -> ndarray:
        return hessian_products(task, params, torch.as_tensor(v.reshape(1, -1)))[0].numpy()

    operator = LinearOperator((size, size), matvec=product, dtype=np.float64)
    first = np.random.default_rng(0).standard_normal(size)
    values, vectors = eigsh(operator, k=1, which="LA", v0=first, tol=tolerance)
    return float(values[0]), torch.as_tensor(vectors[:, 0]).to(params[0].dtype)


def sharpness(task: Task, params: Params) -> float:
    """The largest eigenvalue of the Hessian of one run's loss."""
    return sharpest(task, params)[0]


def along(task: Task, params: Params, directions: Float[Tensor, "k p"]) -> Float[Tensor, " k"]:
    """Curvature along each direction: ``v @ H @ v / v @ v``."""
    v = directions.double()
    return (v * hessian_products(task, params, v)).sum(1) / (v * v).sum(1)
