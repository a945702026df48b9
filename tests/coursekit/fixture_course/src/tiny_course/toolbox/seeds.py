"""Random numbers that are the same each time."""

from __future__ import annotations

import numpy as np


def generator(seed: int) -> np.random.Generator:
    """A generator of numpy's."""
    return np.random.default_rng(seed)
