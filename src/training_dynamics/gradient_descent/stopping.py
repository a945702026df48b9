"""When to stop: the time that two directions foretell, and the one that gradient flow on drawn data shows."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

STEEP, FLAT = 1.0, 0.002
DIRECTIONS, EXAMPLES = 50, 400
NOISES = (0.05, 0.1, 0.25, 0.5, 1.0)


def foretold(noise: float, flat: float = FLAT, directions: int = DIRECTIONS) -> float:
    r"""The time ``t`` that solves :math:`t = \ln(h_1^2w^2 / (h_2^3\varepsilon^2t)) / 2h_1` with :math:`w = 1`.

    Targets have noise of that deviation.  Each flat weight that fits it has an expected square ``noise**2 / (n * flat)``; these
    squares of all flat directions add up to that of epsilon.
    """
    squares, t = directions * noise**2 / (EXAMPLES * flat), 1 / STEEP
    for _ in range(100):
        t = float(np.log(STEEP**2 / (flat**3 * squares * t)) / (2 * STEEP))
    return t


@once
def best_times(
    seed: int, flat: float = FLAT, directions: int = DIRECTIONS, draws: int = 40
) -> Float[ndarray, " noises"]:
    """When the test error of gradient flow from zero is least, its mean over draws of data, at each of ``NOISES``.

    Linear regression with one steep direction that has all of the truth, and many flat ones that have none.
    """
    rng, curvatures = numpy_generator(seed, "when to stop", directions), np.array([STEEP] + [flat] * directions)
    grid, errors = np.geomspace(0.3, 60, 400), np.zeros((len(NOISES), 400))
    for _ in range(draws):
        x = rng.standard_normal((EXAMPLES, len(curvatures))) * np.sqrt(curvatures)
        noise = rng.standard_normal(EXAMPLES)
        values, vectors = np.linalg.eigh(x.T @ x / EXAMPLES)
        learned = -np.expm1(-np.outer(grid, values)) / values  # of each direction, by each time
        for i, level in enumerate(NOISES):
            weights = (learned * (vectors.T @ (x.T @ (x[:, 0] + level * noise)) / EXAMPLES)) @ vectors.T
            weights[:, 0] -= 1
            errors[i] += weights**2 @ curvatures
    return grid[errors.argmin(1)]
