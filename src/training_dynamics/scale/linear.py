r"""Deep linear networks :math:`f(x)=v\cdot W_L\cdots W_1W_0x`, hidden layers trained: the best rate as a number, at any width.

The loss is :math:`\tfrac1{2m}\sum_i(f(x_i)-y_i)^2`, starting weights are normal: :math:`W_0` with variance :math:`1/d`, hidden
layers :math:`1/n`, and :math:`v` with :math:`1/n^2` (*mup*) or :math:`1/n` (*standard*).  Source: Hayou (2025), section 2.
Everything is float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.scale.sweeps import lowest
from training_dynamics.toolbox.seeds import numpy_generator

STARTS = ("mup", "standard")


@dataclass(frozen=True)
class Task:
    """Inputs ``(m, d)`` and targets ``(m,)`` of a linear teacher."""

    x: Float[ndarray, "m d"]
    y: Float[ndarray, " m"]


@dataclass(frozen=True)
class Net:
    """``w0`` (n, d), hidden layers (n, n) each, and ``v`` (n,)."""

    w0: Float[ndarray, "n d"]
    hidden: list[Float[ndarray, "n n"]]
    v: Float[ndarray, " n"]


def task(seed: int, inputs: int = 10, examples: int = 20) -> Task:
    """Standard normal inputs, and a teacher of length 1."""
    rng = numpy_generator(seed, "scale linear task", inputs, examples)
    x, teacher = rng.standard_normal((examples, inputs)), rng.standard_normal(inputs)
    return Task(x, x @ teacher / np.linalg.norm(teacher))


def draw(seed: int, width: int, depth: int, inputs: int, kind: str, copy: int = 0) -> Net:
    """Starting weights.  Raises ValueError for another ``kind``."""
    if kind not in STARTS:
        raise ValueError(f"kind must be one of {', '.join(STARTS)}, got {kind!r}")
    rng = numpy_generator(seed, "scale linear weights", width, depth, copy)
    w0 = rng.standard_normal((width, inputs)) / np.sqrt(inputs)
    hidden = [rng.standard_normal((width, width)) / np.sqrt(width) for _ in range(depth)]
    return Net(w0, hidden, rng.standard_normal(width) / (width if kind == "mup" else np.sqrt(width)))


def one_step(net: Net, data: Task) -> Float[ndarray, "L+1 m"]:
    r"""The outputs after one step of rate :math:`\eta`, as coefficients of :math:`1,\eta,\dots,\eta^L`.

    Layer :math:`\ell` moves by :math:`\eta\,b_\ell c_\ell^\top`, with :math:`b_\ell` the way back from the output and
    :math:`c_\ell=\tfrac1m\sum_i(y_i-f(x_i))h_{\ell-1}(x_i)`: a polynomial in :math:`\eta` is multiplied layer by layer.
    """
    h = [net.w0 @ data.x.T]  # (n, m) each
    for w in net.hidden:
        h.append(w @ h[-1])
    error = (data.y - net.v @ h[-1]) / len(data.y)
    back = [net.v]
    for w in net.hidden[:0:-1]:
        back.append(w.T @ back[-1])
    powers = np.zeros((len(net.hidden) + 1, *h[0].shape))
    powers[0] = h[0]
    for w, before, b in zip(net.hidden, h, back[::-1]):
        c = before @ error
        grown = np.matmul(w, powers)
        grown[1:] += b[None, :, None] * np.einsum("i,pim->pm", c, powers[:-1])[:, None, :]
        powers = grown
    return np.einsum("i,pim->pm", net.v, powers)


def best_rate(net: Net, data: Task) -> tuple[float, float]:
    """The rate > 0 at which one step leaves the least loss, and that loss: the lowest root of a polynomial's derivative."""
    f = one_step(net, data)
    f[0] -= data.y
    loss = np.polynomial.Polynomial([0.0])
    for column in f.T:
        loss += np.polynomial.Polynomial(column) ** 2 / (2 * len(data.y))
    roots = loss.deriv().roots()
    real = roots[np.abs(roots.imag) < 1e-9 * np.abs(roots)].real
    real = real[real > 0]
    values = loss(real)
    return float(real[np.argmin(values)]), float(values.min())


def limit(data: Task, depth: int) -> tuple[float, float]:
    r"""Best rate and loss of one step at infinite width under maximal update: :math:`\eta^*=\frac{y^\top Ky}{L\,|Ky|^2}`.

    With :math:`K=XX^\top/(dm)` the output after a step is :math:`\eta L\,Ky`: the start says nothing, and terms with two steps
    vanish.
    """
    k = data.x @ (data.x.T @ data.y) / (data.x.shape[1] * len(data.y))
    rate = float(k @ data.y / (depth * (k @ k)))
    return rate, float(np.mean((rate * depth * k - data.y) ** 2) / 2)


@once
def one_step_rates(
    seed: int,
    kind: str,
    widths: tuple[int, ...],
    depth: int = 3,
    inputs: int = 10,
    examples: int = 20,
    copies: int = 16,
) -> Float[ndarray, "w copies 2"]:
    """Best rates and their losses after one step, for every width and several starts."""
    data = task(seed, inputs, examples)
    return np.array(
        [[best_rate(draw(seed, width, depth, inputs, kind, copy), data) for copy in range(copies)] for width in widths]
    )


@once
def many_steps(
    seed: int, kind: str, widths: tuple[int, ...], steps: int = 10, depth: int = 3, inputs: int = 10, copies: int = 4
) -> Float[ndarray, " w"]:
    """Base-2 logarithm of the best rate after several steps, for every width; losses are geometric means over starts."""
    data = task(seed, inputs)
    rates, found = limit(data, depth)[0] * 2.0 ** np.arange(-9.0, 3.0), []
    for width in widths:
        logs = [
            np.log(_descended(draw(seed, width, depth, inputs, kind, c), data, rates, steps)) for c in range(copies)
        ]
        found.append(lowest(rates, np.exp(np.mean(logs, axis=0))))
    return np.array(found)


def _descended(net: Net, data: Task, rates: Float[ndarray, " r"], steps: int) -> Float[ndarray, " r"]:
    """Losses after ``steps`` steps of descent on the hidden layers, at most 1e6, for all rates side by side."""
    hidden = [np.repeat(w[None], len(rates), axis=0) for w in net.hidden]
    with np.errstate(all="ignore"):
        for t in range(steps + 1):
            h = [np.repeat((net.w0 @ data.x.T)[None], len(rates), axis=0)]
            for w in hidden:
                h.append(np.matmul(w, h[-1]))
            error = data.y - net.v @ h[-1]  # (r, m)
            if t == steps:
                break
            back = np.repeat(net.v[None], len(rates), axis=0)
            for l in range(len(hidden) - 1, -1, -1):
                c = np.einsum("rnm,rm->rn", h[l], error) / len(data.y)
                step = rates[:, None, None] * back[:, :, None] * c[:, None, :]
                back = np.einsum("rij,ri->rj", hidden[l], back)
                hidden[l] = hidden[l] + step
        losses = np.mean(error**2, axis=1) / 2
    return np.minimum(np.nan_to_num(losses, nan=1e6, posinf=1e6), 1e6)
