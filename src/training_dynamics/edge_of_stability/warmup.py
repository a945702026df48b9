r"""What warm-up does: networks side by side, each at its own rate, a multiple of :math:`1/S` at its start."""

from __future__ import annotations

import numpy as np

from training_dynamics.edge_of_stability.networks import Tanh, chebyshev
from training_dynamics.edge_of_stability.training import DEGREE, LAYERS, WIDTH, Probe
from training_dynamics.lab.once import once

NETWORKS = 8  # side by side, for each seed
HOPELESS = 1e6  # times the loss at the start: such a network does not come back


@once
def surviving(seed: int, times: float, warm: int, scale: float, steps: int = 600, width: int = WIDTH) -> float:
    """The share of networks whose loss ends below its start, with a rate of ``times`` over the sharpness at the start.

    The rate grows linearly over the first ``warm`` steps (0: none).  ``scale`` multiplies the initial weights.
    Raises ValueError unless ``times > 0`` and ``0 <= warm < steps``.
    """
    if not (times > 0 and 0 <= warm < steps):
        raise ValueError(f"times must be > 0 and warm from 0 to below {steps} steps, got {times} and {warm}")
    net, task = Tanh((1, *[width] * LAYERS, 1)), chebyshev(DEGREE)
    theta = scale * net.initial(range(NETWORKS * seed, NETWORKS * (seed + 1)))
    rates = times / Probe(lambda t: net.gradients(t, task), theta)(theta)
    first = last = net.losses_and_gradients(theta, task)[0]
    for step in range(steps):
        last, gradient = net.losses_and_gradients(theta, task)
        alive = last < HOPELESS * first
        first, last, rates = first[alive], last[alive], rates[alive]
        theta = theta[alive] - (rates * min(1.0, (step + 1) / max(warm, 1)))[:, None] * gradient[alive]
    return float(np.sum(last < first)) / NETWORKS
