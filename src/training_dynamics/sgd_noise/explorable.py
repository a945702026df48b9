"""What the chapter's explorable shows: where three kinds of noise spend their time.  The page goes run by run, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from numpy import ndarray

from training_dynamics.sgd_noise.plane import Stay, gibbs, near_balance, stay


@dataclass(frozen=True)
class Picture:
    """The runs, the shares of a Gibbs law in the same bins, and the shares of both near balance."""

    found: Stay
    gibbs: Float[ndarray, " bins"]
    near: float
    near_gibbs: float


def picture(noise: str, rate: float, size: float, target: float, steps: int = 4000) -> Picture:
    """All that is drawn for one setting.  Raises as :func:`stay` does."""
    found, law = stay(noise, rate, size, target, steps), gibbs(rate, size, target)
    return Picture(found, law, near_balance(found.shares), near_balance(law))
