"""What the chapter's explorable shows, from the closed forms; the page goes step by step instead."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from numpy import ndarray

from training_dynamics.cic.descent import closed_form, stationary_variance


@dataclass(frozen=True)
class Picture:
    """The positions without noise, and the variance at which noisy steps settle."""

    path: Float[ndarray, " steps+1"]
    variance: float


def picture(rate: float, noise: float, steps: int = 30) -> Picture:
    """All that is drawn for a rate and a size of the noise, from w = 1 on curvature 1."""
    return Picture(closed_form(1.0, rate, steps), stationary_variance(rate, noise))
