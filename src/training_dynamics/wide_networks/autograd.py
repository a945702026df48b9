"""The tangent kernel of any network by automatic differentiation: slow, and the definition itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor
from torch.func import jacrev


def tangent_kernel(
    function: Callable[[Tensor, Tensor], Tensor], theta: Float[Tensor, " p"], x: Float[Tensor, "n d"]
) -> Float[Tensor, "n n"]:
    r""":math:`JJ^\top` with :math:`J=\partial f(X;\theta)/\partial\theta`; ``function(theta, x)`` returns one number an input."""
    jacobian = jacrev(function)(theta, x)
    return jacobian @ jacobian.T


def two_layer_kernel(
    w: Float[ndarray, "m d"], a: Float[ndarray, " m"], x: Float[ndarray, "n d"]
) -> Float[ndarray, "n n"]:
    """The kernel of one two-layer ReLU network, to hold against the closed form."""
    size = w.size

    def outputs(theta: Tensor, inputs: Tensor) -> Tensor:
        return torch.relu(inputs @ theta[:size].view(w.shape).T) @ theta[size:] / len(a) ** 0.5

    theta = torch.tensor(np.concatenate([w.ravel(), a]))
    return tangent_kernel(outputs, theta, torch.tensor(x)).numpy()
