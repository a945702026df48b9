r"""One step on one linear layer: does the gradient or its orthogonal factor take more off the loss?

The loss is :math:`\tfrac12\operatorname{tr}(E\,\Sigma E^\top)` for the error E of the weights and the second moment
:math:`\Sigma` of the layer's inputs, so that the gradient is :math:`G=E\,\Sigma`.  Along a direction D the loss is a parabola
of curvature :math:`\operatorname{tr}(D\Sigma D^\top)`, at most :math:`\lambda_1\lVert D\rVert_F^2` and at most
:math:`\operatorname{tr}\Sigma\,\lVert D\rVert^2` with the spectral norm.  Source of the condition: Davis and Drusvyatskiy 2025.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.optimizers.norms import Matrix, polar
from training_dynamics.toolbox.seeds import numpy_generator


@dataclass(frozen=True)
class Step:
    """What one step takes off the loss: as guaranteed, at the rate of the guarantee, at its best rate; gradient and spectral."""

    guaranteed: tuple[float, float]
    measured: tuple[float, float]
    best: tuple[float, float]


def decrease(error: Matrix, sigma: Float[ndarray, "in in"], step: Matrix) -> float:
    """How much the loss falls when ``step`` is taken off the weights."""
    after = error - step
    return 0.5 * float(np.sum((error @ sigma) * error) - np.sum((after @ sigma) * after))


def best_decrease(error: Matrix, sigma: Float[ndarray, "in in"], direction: Matrix) -> float:
    r"""How much the loss falls along D at the best rate: :math:`\langle G,D\rangle^2/2\operatorname{tr}(D\Sigma D^\top)`."""
    return float(np.sum((error @ sigma) * direction) ** 2 / (2 * np.sum((direction @ sigma) * direction)))


def one_step(error: Matrix, sigma: Float[ndarray, "in in"]) -> Step:
    r"""Both steps at the rates of their guarantees, and at their best rates.

    They are :math:`G/\lambda_1` and :math:`UV^\top\lVert G\rVert_{nuc}/\operatorname{tr}\Sigma`.
    The guarantees are :math:`\lVert G\rVert_F^2/2\lambda_1` and :math:`\lVert G\rVert_{nuc}^2/2\operatorname{tr}\Sigma`.
    """
    g = error @ sigma
    top, trace = float(np.linalg.eigvalsh(sigma)[-1]), float(np.trace(sigma))
    nuclear = float(np.linalg.svd(g, compute_uv=False).sum())
    guaranteed = (float(np.sum(g**2)) / (2 * top), nuclear**2 / (2 * trace))
    flat = polar(g)
    return Step(
        guaranteed,
        (decrease(error, sigma, g / top), decrease(error, sigma, flat * nuclear / trace)),
        (best_decrease(error, sigma, g), best_decrease(error, sigma, flat)),
    )


def gradient_rank(g: Matrix) -> float:
    r""":math:`\lVert G\rVert_{nuc}^2/\lVert G\rVert_F^2`: how many singular values the gradient has, counted by their size."""
    s = np.linalg.svd(g, compute_uv=False)
    return float(s.sum() ** 2 / np.sum(s**2))


def input_rank(sigma: Float[ndarray, "in in"]) -> float:
    r""":math:`\operatorname{tr}\Sigma/\lambda_1`, the stable rank of the layer's inputs."""
    return float(np.trace(sigma) / np.linalg.eigvalsh(sigma)[-1])


def spectrum(exponent: float, size: int, rng: np.random.Generator) -> Float[ndarray, "in in"]:
    """A second moment with eigenvalues ``k^-exponent`` in random directions."""
    q = np.linalg.qr(rng.standard_normal((size, size)))[0]
    return (q * np.arange(1, size + 1) ** -exponent) @ q.T


@once
def cases(seed: int, exponent: float, draws: int = 40, out: int = 24, size: int = 32) -> tuple[Step, ...]:
    """Steps for random errors with independent normal entries, and inputs whose spectrum falls like ``k^-exponent``."""
    rng = numpy_generator(seed, "optimizers layer", exponent, size)
    return tuple(one_step(rng.standard_normal((out, size)), spectrum(exponent, size, rng)) for _ in range(draws))
