"""Fast exact computation: a whole ridge path from one eigendecomposition, four ways, and the slow way to train many networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor, nn

from training_dynamics.toolbox.nets import mlp
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import Loss, train

Filter = Float[ndarray, " r"]


@dataclass(frozen=True)
class Spectral:
    r"""Everything that a linear fit can do with features ``F`` (n, p) and targets ``Y`` (n, k), from one eigendecomposition.

    ``squares`` (r,) are the squared singular values of ``F``; ``left`` (n, r) its left singular vectors; predictions on new
    examples are ``reach @ diag(g) @ answers`` with a filter ``g`` (r,) that names the method.
    """

    squares: Float[ndarray, " r"]
    left: Float[ndarray, "n r"]
    reach: Float[ndarray, "m r"]
    answers: Float[ndarray, "r k"]
    targets: Float[ndarray, "n k"]

    def ridgeless(self) -> Filter:
        r"""Minimum-norm least squares: :math:`g=1/s^2`."""
        return 1 / self.squares

    def ridge(self, lam: float) -> Filter:
        r"""Ridge regression with penalty ``lam``: :math:`g=1/(s^2+\lambda)`."""
        return 1 / (self.squares + lam)

    def descent(self, steps: int) -> Filter:
        r"""Gradient descent from zero with step :math:`1/s_1^2`: :math:`g=(1-(1-s^2/s_1^2)^{\text{steps}})/s^2`."""
        return -np.expm1(steps * np.log1p(-np.minimum(self.squares / self.squares.max(), 1 - 1e-16))) / self.squares

    def predict(self, g: Filter) -> Float[ndarray, "m k"]:
        """Predictions for the new examples under filter ``g``."""
        return self.reach @ (g[:, None] * self.answers)

    def leave_one_out(self, lam: float) -> float:
        r"""Mean squared leave-one-out error at penalty ``lam`` without refitting: residuals divided by :math:`1-H_{ii}`."""
        shrink = self.squares / (self.squares + lam)
        residual = self.targets - self.left @ (shrink[:, None] * (self.left.T @ self.targets))
        return float(np.square(residual / (1 - np.square(self.left) @ shrink)[:, None]).sum(1).mean())


def spectral(features: Float[ndarray, "n p"], targets: Float[ndarray, "n k"], new: Float[ndarray, "m p"]) -> Spectral:
    r"""One eigendecomposition of the smaller Gram matrix: :math:`F^TF` when ``p < n``, otherwise :math:`FF^T`.

    ``features`` must have rank ``min(n, p)``: directions whose squared singular value is lost in rounding would be inverted.
    """
    n, p = features.shape
    if p < n:
        squares, right = np.linalg.eigh(features.T @ features)
        image = features @ right
        return Spectral(squares, image / np.sqrt(squares), new @ right, image.T @ targets, targets)
    squares, left = np.linalg.eigh(features @ features.T)
    return Spectral(squares, left, new @ (features.T @ left), left.T @ targets, targets)


def path_primal(x: ndarray, y: ndarray, lams: Sequence[float] | ndarray) -> Float[ndarray, "l p k"]:
    r"""The naive ridge path: solve :math:`(X^TX+\lambda I)\beta=X^TY` (p, p) afresh for every penalty."""
    return np.array([np.linalg.solve(x.T @ x + lam * np.eye(x.shape[1]), x.T @ y) for lam in lams])


def path_dual(x: ndarray, y: ndarray, lams: Sequence[float] | ndarray) -> Float[ndarray, "l p k"]:
    r"""Solve the (n, n) system :math:`(XX^T+\lambda I)\alpha=Y` for every penalty; :math:`\beta=X^T\alpha`."""
    gram = x @ x.T
    return np.array([x.T @ np.linalg.solve(gram + lam * np.eye(len(x)), y) for lam in lams])


def path_svd(x: ndarray, y: ndarray, lams: Sequence[float] | ndarray) -> Float[ndarray, "l p k"]:
    r"""One SVD of ``x``, then :math:`\beta=V\,\mathrm{diag}(s/(s^2+\lambda))\,U^TY` for every penalty."""
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    uty = u.T @ y
    return np.array([vt.T @ ((s / (s**2 + lam))[:, None] * uty) for lam in lams])


def path_gram(x: ndarray, y: ndarray, lams: Sequence[float] | ndarray) -> Float[ndarray, "l p k"]:
    r"""One ``eigh`` of the (n, n) Gram matrix, then :math:`\beta=X^TU\,\mathrm{diag}(1/(s^2+\lambda))\,U^TY`."""
    squares, u = np.linalg.eigh(x @ x.T)
    basis, uty = x.T @ u, u.T @ y
    return np.array([basis @ (uty / (squares + lam)[:, None]) for lam in lams])


PATHS: dict[str, Callable[[ndarray, ndarray, Sequence[float] | ndarray], ndarray]] = {
    "one solve of p by p each": path_primal,
    "one solve of n by n each": path_dual,
    "one SVD": path_svd,
    "one eigh of the Gram matrix": path_gram,
}


def train_one_by_one(
    models: Sequence[nn.Module], x: Float[Tensor, "s n d"], y: Tensor, steps: int, learning_rate: float,
    loss: Loss = nn.functional.mse_loss,
) -> list[nn.Module]:  # fmt: skip
    """The slow, obvious version of :func:`~training_dynamics.lab.modules.train_side_by_side`: a loop over the networks."""
    for model, inputs, targets in zip(models, x, y):
        train(model, inputs, targets, torch.optim.Adam(model.parameters(), lr=learning_rate), steps, loss=loss)
    return list(models)


def small_networks(seed: int, count: int, dtype: torch.dtype = torch.float32) -> tuple[list[nn.Module], Tensor, Tensor]:
    """``count`` networks 16 -> 32 -> 4 from different draws, with random data ``(count, 32, 16)`` and ``(count, 32, 4)``."""
    models: list[nn.Module] = [mlp([16, 32, 4], torch_generator(seed, "net", i), dtype=dtype) for i in range(count)]
    generator = torch_generator(seed, "data")
    x = torch.randn(count, 32, 16, generator=generator, dtype=dtype)
    return models, x, torch.randn(count, 32, 4, generator=generator, dtype=dtype)
