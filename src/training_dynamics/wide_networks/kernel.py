r"""The tangent kernel of a two-layer ReLU network :math:`h(x)=m^{-1/2}\sum_i a_i\,\mathrm{relu}(w_i\cdot x)`.

The weights are standard normal at the start.  Everything is float64.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def angular_parts(u: Float[ndarray, "*k"] | float) -> tuple[Float[ndarray, "*k"], Float[ndarray, "*k"]]:
    r"""The arc-cosine kernels of order 0 and 1 at a cosine ``u``, each 1 at ``u = 1``.

    :math:`\kappa_0(u)=(\pi-\arccos u)/\pi` and :math:`\kappa_1(u)=\big(u(\pi-\arccos u)+\sqrt{1-u^2}\big)/\pi`.
    Cosines that rounding has pushed beyond 1 are taken for 1.  Source: Cho and Saul (2009), section 2.
    """
    u = np.clip(np.asarray(u, dtype=float), -1.0, 1.0)
    open_angle = np.pi - np.arccos(u)
    return open_angle / np.pi, (u * open_angle + np.sqrt(1 - u**2)) / np.pi


def limit_kernel(
    x: Float[ndarray, "n d"], z: Float[ndarray, "k d"], train: tuple[bool, bool] = (True, True)
) -> Float[ndarray, "n k"]:
    r"""The tangent kernel in the limit of infinite width: :math:`\tfrac12|x||z|\kappa_1(u)+\tfrac12(x\cdot z)\kappa_0(u)`.

    The first term comes from the outer weights ``a``, the second from the inner ones ``w``; ``train`` says which of the two
    (outer, inner) are trained.  ``u`` is the cosine of the angle between the inputs.  Raises ValueError for an input of
    length 0, which has no direction.  Source: Jacot et al. (2018); the expectations are those of Cho and Saul (2009).
    """
    lengths = np.outer(np.linalg.norm(x, axis=1), np.linalg.norm(z, axis=1))
    if not np.all(lengths > 0):
        raise ValueError("every input must have a length > 0, got a zero vector: it has no direction")
    inner = x @ z.T
    zeroth, first = angular_parts(inner / lengths)
    return 0.5 * (train[0] * lengths * first + train[1] * inner * zeroth)


def unit_kernels(
    w: Float[ndarray, "m d"], a: Float[ndarray, " m"], x: Float[ndarray, "n d"], z: Float[ndarray, "k d"]
) -> Float[ndarray, "n k"]:
    r"""The tangent kernel of one network: the inner products of its gradients by all weights, at ``x`` and at ``z``.

    :math:`\frac1m\sum_i\big[\mathrm{relu}(w_i\cdot x)\,\mathrm{relu}(w_i\cdot z)
    +a_i^2\,[w_i\cdot x>0]\,[w_i\cdot z>0]\;x\cdot z\big]`.
    """
    left, right = x @ w.T, z @ w.T
    outer = np.maximum(left, 0) @ np.maximum(right, 0).T
    inner = ((left > 0) * a**2) @ (right > 0).astype(float).T
    return (outer + inner * (x @ z.T)) / len(a)


def alignment(kernel: Float[ndarray, "n n"], y: Float[ndarray, " n"]) -> float:
    r"""How far the kernel points along the target: :math:`y^\top K y/(|K|_F|y|^2)`, at most 1."""
    return float(y @ kernel @ y / (np.linalg.norm(kernel) * (y @ y)))


def distance(kernel: Float[ndarray, "n k"], other: Float[ndarray, "n k"]) -> float:
    r"""One minus the cosine between two kernels as vectors: 0 when they differ by a factor only.

    Source: Fort et al. (2020), where it measures how far the kernel turns.
    """
    return float(1 - np.sum(kernel * other) / (np.linalg.norm(kernel) * np.linalg.norm(other)))


def relative_change(kernel: Float[ndarray, "n k"], start: Float[ndarray, "n k"]) -> float:
    r""":math:`|K-K_0|_F/|K_0|_F`: how much of the kernel at the start has been replaced."""
    return float(np.linalg.norm(kernel - start) / np.linalg.norm(start))
