"""What the chapter's explorable shows, with numpy's eigenvalues of a Hessian by hand; the page has closed forms instead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.edge_of_stability.toys import descend_valley, valley_loss, valley_point


@dataclass(frozen=True)
class Picture:
    """A path in the valley, and along it the loss and the rate times sharpness."""

    x: Float[ndarray, " steps+1"]
    y: Float[ndarray, " steps+1"]
    loss: Float[ndarray, " steps+1"]
    scaled: Float[ndarray, " steps+1"]


def picture(rate: float, start: float, off: float = 0.02, steps: int = 400) -> Picture:
    """All that is drawn for a rate and a start of that sharpness on the floor, then pushed off it to ``x y = 1 + off``."""
    path = descend_valley(rate, *valley_point(start, 1 + off), steps)
    loss = np.asarray(valley_loss(path.first, path.second))
    scaled = np.array([rate * np.linalg.eigvalsh(hessian(x, y))[-1] for x, y in zip(path.first, path.second)])
    return Picture(path.first, path.second, loss, scaled)


def hessian(x: float, y: float) -> Float[ndarray, "2 2"]:
    """The Hessian of the minimalist loss."""
    mixed = 4 * x**3 * y**3 - 2 * x * y
    return np.array([[3 * x**2 * y**4 - y**2, mixed], [mixed, 3 * x**4 * y**2 - x**2]])
