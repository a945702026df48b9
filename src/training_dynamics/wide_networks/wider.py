r"""Is wider better?  Three linear layers of finite width learn a linear map from endless data, at two scales of the output.

The network is :math:`f(x)=c\,w_3\cdot\tfrac{W_2}{\sqrt N}\tfrac{W_1}{\sqrt d}x` with standard normal weights at the start, where
c is :math:`1/N` (mean field) or :math:`1/\sqrt N` (kernel), and the loss is that on new inputs with independent entries.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

HIDDEN = (8, 16, 32, 64, 128)


@once
def losses_by_width(
    seed: int, limit: str = "mean field", rate: float = 0.1, steps: int = 40, inputs: int = 20, copies: int = 8
) -> Float[ndarray, "steps+1 k"]:
    r""":math:`|v-\beta|^2` at every step for every width of ``HIDDEN``, means of ``copies`` networks; :math:`v` is the product.

    Gradient descent with ``rate * inputs / 3`` in the kernel's scale and N times that in mean field, so that functions of all
    widths begin at one speed.  Raises ValueError for another ``limit``.
    """
    if limit not in ("kernel", "mean field"):
        raise ValueError(f"limit must be 'kernel' or 'mean field', got {limit!r}")
    beta = numpy_generator(seed, "wide_networks linear target").standard_normal(inputs)
    beta /= np.linalg.norm(beta)
    found = []
    for width in HIDDEN:
        rng = numpy_generator(seed, "wide_networks linear weights", width)
        shapes = ((copies, width, inputs), (copies, width, width), (copies, width))
        step = rate * inputs / 3 * (width if limit == "mean field" else 1)
        scale = 1 / width if limit == "mean field" else width**-0.5
        found.append(_descend([rng.standard_normal(shape) for shape in shapes], beta, scale, step, steps))
    return np.array(found).T


def _descend(
    layers: list[ndarray], beta: Float[ndarray, " d"], scale: float, rate: float, steps: int
) -> Float[ndarray, " t"]:
    first, second, third = layers
    inner, middle = first.shape[2] ** -0.5, first.shape[1] ** -0.5
    losses = []
    for _ in range(steps + 1):
        back = middle * np.einsum("cij,ci->cj", second, third)
        error = scale * inner * np.einsum("cij,ci->cj", first, back) - beta
        losses.append(np.mean(np.sum(error**2, axis=1)))
        seen = inner * np.einsum("cij,cj->ci", first, error)
        above = middle * np.einsum("cij,cj->ci", second, seen)
        move = rate * scale
        first = first - move * inner * back[:, :, None] * error[:, None, :]
        second, third = second - move * middle * third[:, :, None] * seen[:, None, :], third - move * above
    return np.array(losses)
