r"""One mode of a deep linear network: how its strength ``a(t)`` grows under gradient flow, in closed form.

The loss is :math:`\tfrac12\lVert M-W_L\cdots W_1\rVert_F^2` (whitened inputs), time is learning rate times steps,
and a mode is one singular value ``s`` of ``M``.  Everything is float64.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.special import expit, hyp2f1, logit

_NEAR = 12.0  # beyond this logit of a/s scipy's hyp2f1 loses digits, and a short series in exp(-logit) has them all


def _check(s: float, a0: float, depth: int) -> None:
    if not s > 0:
        raise ValueError(f"s must be > 0, got {s}: a mode is a non-zero singular value of the target")
    if not 0 < a0 < s:
        raise ValueError(
            f"a0 must lie strictly between 0 and s={s}, got {a0}: at 0 the mode never starts, at s it is learned"
        )
    if depth < 1 or depth != int(depth):
        raise ValueError(f"depth must be a whole number of layers >= 1, got {depth}")


def mode_rate(a: Float[ndarray, "*t"] | float, s: float, depth: int = 2) -> Float[ndarray, "*t"]:
    r"""The speed of an aligned, balanced mode: :math:`\dot a = L\,a^{2-2/L}(s-a)`.

    Source: Saxe et al. (2014), two layers and deeper; the same exponent as in Arora et al. (2018), restricted to one mode.
    """
    a = np.asarray(a, dtype=float)
    return depth * a ** (2 - 2 / depth) * (s - a)


def mode(t: Float[ndarray, "*t"] | float, s: float, a0: float, depth: int = 2) -> Float[ndarray, "*t"]:
    r"""Strength at time ``t`` of an aligned, balanced mode that starts at ``a0``.

    Depth 1: :math:`s-(s-a_0)e^{-t}`.  Depth 2: :math:`s\,e^{2st}/(e^{2st}-1+s/a_0)`.  Deeper: the inverse
    of :func:`time_to_reach`, found by Newton's method in the logit of ``a/s`` to rounding error.
    Raises ValueError for ``t < 0`` and for ``a0`` outside (0, s).
    Source: Saxe et al. (2014), the time course of a mode.
    """
    _check(s, a0, depth)
    t = np.asarray(t, dtype=float)
    if np.any(t < 0):
        raise ValueError(f"t must be >= 0, got {t.min()}")
    if depth == 1:
        return s - (s - a0) * np.exp(-t)
    if depth == 2:
        return s * expit(logit(a0 / s) + 2 * s * t)
    return s * expit(_logit_at(t, s, a0, depth))


def _logit_at(t: Float[ndarray, "*t"], s: float, a0: float, depth: int) -> Float[ndarray, "*t"]:
    """Solve ``time(x) = t``.  ``time`` is concave and increasing in the logit ``x``, so Newton from the left never overshoots."""
    power, rate = 1 - 2 / depth, depth * s ** (2 - 2 / depth)
    x = np.full(t.shape, logit(a0 / s))
    start = _clock(x, s, depth)
    for _ in range(200):
        slope = (1 + np.exp(-x)) ** power / rate
        step = (t - (_clock(x, s, depth) - start)) / slope
        x = x + step
        if np.all(np.abs(step) < 1e-12 * (1 + np.abs(x))):
            break
    return x


def _clock(x: Float[ndarray, "*t"], s: float, depth: int) -> Float[ndarray, "*t"]:
    r"""An antiderivative of :math:`dt/du = 1/(u^{L-1}(s-u^L))` with :math:`u=a^{1/L}`, at logit ``x`` of ``a/s`` (depth >= 3)."""
    power, inside = 1 - 2 / depth, np.minimum(x, _NEAR)
    z = expit(inside)
    u = (s * z) ** (1 / depth)
    escape = -(u ** (2 - depth)) / (depth - 2)
    growth = u**2 / (2 * s) * hyp2f1(1, 2 / depth, 1 + 2 / depth, z)
    near, far = np.exp(-inside), np.exp(-np.maximum(x, inside))
    beyond = x - inside + power * (near - far)  # the next term is of size near**2, 4e-11
    return (escape + growth) / s + beyond / (depth * s ** (2 - 2 / depth))


def time_to_reach(a: Float[ndarray, "*t"] | float, s: float, a0: float, depth: int = 2) -> Float[ndarray, "*t"]:
    r"""Time at which an aligned, balanced mode that starts at ``a0`` reaches ``a``.

    Depth 1: :math:`\ln\frac{s-a_0}{s-a}`.  Depth 2: :math:`\frac1{2s}\ln\frac{a(s-a_0)}{a_0(s-a)}`.
    Depth :math:`L\ge3`, with :math:`u=a^{1/L}`: :math:`\frac1s\left[\frac{u_0^{2-L}-u^{2-L}}{L-2}+F(u)-F(u_0)\right]`,
    :math:`F(u)=\frac{u^2}{2s}\,{}_2F_1(1,\tfrac2L;1+\tfrac2L;\tfrac{u^L}{s})`.  Raises ValueError for ``a`` outside ``[a0, s)``.
    """
    _check(s, a0, depth)
    a = np.asarray(a, dtype=float)
    outside = a[(a < a0 * (1 - 1e-12)) | (a >= s)]  # the slack lets mode(0) = a0, rounded, come back
    if outside.size:
        raise ValueError(
            f"a must lie in [a0, s) = [{a0}, {s}), got {outside[0]}: the flow rises towards s, never reaching it"
        )
    if depth == 1:
        return np.log((s - a0) / (s - a))
    if depth == 2:
        return (logit(a / s) - logit(a0 / s)) / (2 * s)
    return _clock(logit(a / s), s, depth) - _clock(np.asarray(logit(a0 / s)), s, depth)


def half_time(s: float, a0: float, depth: int = 2) -> float:
    r"""Time at which a mode reaches ``s/2``; at depth 2 it is :math:`\ln(s/a_0-1)/(2s)`, where the logarithm is the wait."""
    return float(time_to_reach(s / 2, s, a0, depth))


def staircase(
    t: Float[ndarray, " times"], singular_values: Float[ndarray, " modes"], a0: float, depth: int = 2
) -> Float[ndarray, " times"]:
    r"""The loss :math:`\tfrac12\sum_i (s_i-a_i(t))^2` when every mode starts at ``a0``: one step a mode."""
    return sum((0.5 * (s - mode(t, s, a0, depth)) ** 2 for s in singular_values), np.zeros(np.shape(t)))


def unbalanced_time(a: Float[ndarray, "*t"] | float, s: float, a0: float, imbalance: float) -> Float[ndarray, "*t"]:
    r"""Time at which a two-layer scalar mode with imbalance :math:`\delta=|w_2^2-w_1^2|` reaches ``a``.

    The conserved :math:`\delta` gives :math:`\dot a=\sqrt{\delta^2+4a^2}\,(s-a)`.
    With :math:`2a=\delta\sinh\theta` and :math:`R^2=4s^2+\delta^2`,
    :math:`t=\frac1R\left[2\,\mathrm{artanh}\frac{2s\tanh(\theta/2)+\delta}{R}\right]_{a_0}^{a}`.
    """
    _check(s, a0, 2)
    if imbalance < 0:
        raise ValueError(f"imbalance must be >= 0, got {imbalance}: it is the size of w2^2 - w1^2")
    if imbalance == 0:
        return time_to_reach(a, s, a0)
    radius = np.hypot(2 * s, imbalance)

    def clock(strength: Float[ndarray, "*t"] | float) -> Float[ndarray, "*t"]:
        half = np.tanh(np.arcsinh(2 * np.asarray(strength, dtype=float) / imbalance) / 2)
        return 2 * np.arctanh((2 * s * half + imbalance) / radius) / radius

    return clock(a) - clock(a0)
