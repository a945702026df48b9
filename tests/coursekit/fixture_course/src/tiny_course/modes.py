"""What a question of the corpus asks for: students must not see it."""

from __future__ import annotations

import numpy as np


def mode_speed(w: np.ndarray, s: float) -> float:
    """The answer."""
    others = [np.prod(np.delete(w, i)) ** 2 for i in range(len(w))]
    return float((s - np.prod(w)) * sum(others))
