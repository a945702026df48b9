"""Curvature of a loss seen as a function of one flat parameter vector."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import Tensor, nn
from torch.func import functional_call, grad, jvp

ScalarFunction = Callable[[Tensor], Tensor]


def loss_of_parameters(model: nn.Module, loss: Callable[[Tensor], Tensor], x: Tensor) -> ScalarFunction:
    """The function ``theta (P,) -> loss(model_theta(x))``, with ``theta`` in the order of ``model.parameters()``."""
    names, shapes = zip(*[(name, p.shape) for name, p in model.named_parameters()])
    sizes = [shape.numel() for shape in shapes]

    def function(theta: Tensor) -> Tensor:
        parts = {name: part.view(shape) for name, part, shape in zip(names, theta.split(sizes), shapes)}
        return loss(functional_call(model, parts, (x,)))

    return function


def hessian_vector_product(function: ScalarFunction, theta: Tensor, vector: Tensor) -> Tensor:
    """``H v`` for the Hessian H of ``function`` at ``theta``, by differentiating the gradient along v; shapes ``(P,)``."""
    return jvp(grad(function), (theta,), (vector,))[1]


def extreme_eigenvalues(function: ScalarFunction, theta: Tensor, count: int = 1, which: str = "LA") -> np.ndarray:
    """The ``count`` largest (``which="LA"``) or smallest (``"SA"``) Hessian eigenvalues at ``theta``, largest first.

    Lanczos through Hessian-vector products; the start vector is fixed, so the result is the same on every call.
    """
    size = theta.numel()
    if not 0 < count < size:
        raise ValueError(f"count must be between 1 and {size - 1}, got {count}")

    def product(v: np.ndarray) -> np.ndarray:
        vector = torch.as_tensor(v.reshape(-1), dtype=theta.dtype)
        return hessian_vector_product(function, theta, vector).detach().double().numpy()

    operator = LinearOperator((size, size), matvec=product, dtype=np.float64)
    start = np.random.default_rng(0).standard_normal(size)
    return np.sort(eigsh(operator, k=count, which=which, v0=start, return_eigenvectors=False))[::-1]


def sharpness(function: ScalarFunction, theta: Tensor) -> float:
    """The largest eigenvalue of the Hessian of ``function`` at ``theta`` (units: loss per squared parameter)."""
    return float(extreme_eigenvalues(function, theta)[0])
