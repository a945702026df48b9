"""Normalisation layers by hand: what they compute, how gradients pass back through them, and what scale invariance implies."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
AXES = {"batch": 0, "layer": 1, "rms": 1}


def normalize(kind: str, z: ArrayLike, eps: float = 1e-5) -> tuple[Array, Array]:
    """Normalised pre-activations ``z_hat`` and the factor ``r`` that each was multiplied with.

    z_hat = r (z - m), r = 1 / sqrt(v + eps), with mean m and variance v (divided by the count) over the batch
    (``"batch"``) or over the units of one example (``"layer"``); for ``"rms"`` m = 0 and v is the mean square.
    ``z``: (B, n), rows are examples.  Raises ValueError for another kind or shape.
    Source: Ioffe and Szegedy 2015; Ba, Kiros and Hinton 2016; Zhang and Sennrich 2019.
    """
    values = np.asarray(z, dtype=np.float64)
    if kind not in AXES:
        raise ValueError(f"kind must be one of {', '.join(AXES)}, got {kind!r}")
    if values.ndim != 2:
        raise ValueError(f"z must have shape (examples, units), got {values.shape}")
    axis = AXES[kind]
    centred = values if kind == "rms" else values - values.mean(axis, keepdims=True)
    r = 1 / np.sqrt((centred**2).mean(axis, keepdims=True) + eps)
    return centred * r, r


def normalize_backward(kind: str, z: ArrayLike, g: ArrayLike, eps: float = 1e-5) -> Array:
    """Gradient with respect to ``z`` when ``g`` is the gradient with respect to ``z_hat``; both (B, n).

    dL/dz = r (g - mean(g) - z_hat mean(g z_hat)), means over the axis that was normalised; without mean(g) for ``"rms"``.
    """
    z_hat, r = normalize(kind, z, eps)
    upstream, axis = np.asarray(g, dtype=np.float64), AXES[kind]
    mean = 0.0 if kind == "rms" else upstream.mean(axis, keepdims=True)
    return r * (upstream - mean - z_hat * (upstream * z_hat).mean(axis, keepdims=True))


def weight_norm_backward(v: ArrayLike, gain: ArrayLike, grad_w: ArrayLike) -> tuple[Array, Array]:
    """Gradients ``(dL/dv, dL/dgain)`` for w = gain v / |v|, one vector a row.

    dL/dv = (gain / |v|) (I - u u^T) dL/dw with u = v / |v|, and dL/dgain = u . dL/dw.  ``v``, ``grad_w``: (n, d); ``gain``: (n,).
    Source: Salimans and Kingma 2016, equation 3.
    """
    direction = np.asarray(v, dtype=np.float64)
    length = np.linalg.norm(direction, axis=1, keepdims=True)
    u, upstream = direction / length, np.asarray(grad_w, dtype=np.float64)
    along = (u * upstream).sum(1, keepdims=True)
    return np.asarray(gain, dtype=np.float64)[:, None] / length * (upstream - along * u), along[:, 0]


def equilibrium_angle(rate: float, decay: float) -> float:
    """Angle (radians) by which a scale-invariant weight turns in each step once its length has settled.

    cos(angle) = 1 - rate * decay, so the angle is close to sqrt(2 rate decay).  Raises ValueError unless 0 < rate * decay < 1.
    Source: Wan et al. 2020 (arXiv:2006.08419) give the square root.
    """
    return float(np.arccos(1 - _product(rate, decay)))


def equilibrium_length(rate: float, decay: float, slope: float) -> float:
    """Length at which a scale-invariant weight settles when its gradient has length ``slope / |w|``.

    |w|^4 = rate^2 slope^2 / (1 - (1 - rate decay)^2), close to rate slope^2 / (2 decay).  Source: van Laarhoven 2017.
    """
    product = _product(rate, decay)
    return float((rate**2 * slope**2 / (product * (2 - product))) ** 0.25)


def length_path(start: float, rate: float, decay: float, slope: float, steps: int) -> Array:
    """Lengths of a scale-invariant weight over ``steps`` steps of SGD with weight decay, shape ``(steps + 1,)``.

    q' = (1 - rate decay)^2 q + rate^2 slope^2 / q for the squared length q: Pythagoras, because the gradient is
    orthogonal to the weight, and its length is ``slope / |w|``.  ``start`` > 0 is the first length.
    """
    if start <= 0:
        raise ValueError(f"start must be > 0, got {start}")
    shrink, q = (1 - rate * decay) ** 2, start**2
    path = [q]
    for _ in range(steps):
        q = shrink * q + rate**2 * slope**2 / q
        path.append(q)
    return np.sqrt(path)


def _product(rate: float, decay: float) -> float:
    if not 0 < rate * decay < 1:
        raise ValueError(f"rate * decay must lie between 0 and 1, got {rate} * {decay}")
    return rate * decay
