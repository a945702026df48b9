"""All of the curvature of a small problem; single eigenvalues of a large one are in ``toolbox.curvature``."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import grad, hessian

from training_dynamics.toolbox.curvature import ScalarFunction


def slope_and_spectrum(function: ScalarFunction, theta: Float[Tensor, " P"]) -> tuple[float, Float[Tensor, " P"]]:
    """The length of the gradient at ``theta`` and every eigenvalue of the Hessian, smallest first.

    Cost: P Hessian-vector products and one ``eigvalsh`` of size P.
    """
    return float(grad(function)(theta).norm()), torch.linalg.eigvalsh(hessian(function)(theta))
