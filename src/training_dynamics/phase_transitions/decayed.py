r"""A wide network of two linear layers under weight decay: where it settles, how fast near the transition, and its sweep.

The examples are orthonormal and the target has length ``target`` along the first: with :math:`h_i=Xw_i`,
:math:`\dot h_i=\gamma a_i\Delta-\lambda h_i` and :math:`\dot a_i=\gamma h_i\cdot\Delta-\lambda a_i`.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator

Units = tuple[Float[ndarray, "width p"], Float[ndarray, " width"]]


def units(seed: int, width: int, examples: int = 1) -> Units:
    """Standard normal weights: what each unit makes of the examples, and what it writes."""
    rng = numpy_generator(seed, "phase_transitions decaying weights", width, examples)
    return rng.standard_normal((width, examples)), rng.standard_normal(width)


def output(now: Units, gamma: float) -> Float[ndarray, " p"]:
    """The network's outputs on the examples."""
    h, a = now
    return a @ h / (gamma * len(a))


def move(now: Units, decay: float, gamma: float, time: float, target: float = 1.0) -> Units:
    """Gradient flow for ``time``, in Euler steps of 0.05 (shorter at a scale above 1)."""
    h, a = now
    dt = 0.05 / max(1.0, gamma)
    y = target * np.eye(h.shape[1])[0]
    for _ in range(round(time / dt)):
        error = y - output((h, a), gamma)
        h, a = h + dt * (gamma * np.outer(a, error) - decay * h), a + dt * (gamma * h @ error - decay * a)
    return h, a


def settled(seed: int, decay: float, gamma: float, width: int, examples: int = 1, time: float = 40.0) -> ndarray:
    """The outputs where training ends; in the limit that of the target is max(0, 1 - decay/gamma), the others 0."""
    return output(move(units(seed, width, examples), decay, gamma, time / gamma), gamma)


def relaxation(seed: int, gap: float, gamma: float, width: int) -> float:
    """The time in which a trained network's distance to its new end falls by 1/e.

    It has been trained at half the decay of the transition; now the decay is put ``gap`` (relative) away from it, below or
    above.  The distance is followed where it is between a tenth and a hundredth of the gap.
    """
    decay, end = (1 + gap) * gamma, max(0.0, -gap)
    now, step = move(units(seed, width), gamma / 2, gamma, 40.0 / gamma), 0.2 / gamma
    times, far = [], []
    for i in range(4000):
        far.append(abs(float(output(now, gamma)[0]) - end))
        times.append(i * step)
        if far[-1] < 1e-2 * abs(gap):
            break
        now = move(now, decay, gamma, step)
    late = np.array(far) < 0.1 * abs(gap)
    return float(-1 / np.polyfit(np.array(times)[late], np.log(np.array(far)[late]), 1)[0])


@once
def sweep(seed: int, wait: float, gamma: float, width: int = 100, points: int = 24, noise: float = 1e-3) -> float:
    """Area between the way up and the way down of the decay, 0.2 to 1.8 of the transition's, ``wait`` at each of ``points``.

    Noise is added to the weights at each, as no run can leave zero without it.
    """
    rng = numpy_generator(seed, "phase_transitions wide sweep", width)
    shares = np.linspace(0.2, 1.8, points)
    now, ways = move(units(seed, width), shares[0] * gamma, gamma, 40.0 / gamma), []
    for order in (shares, shares[::-1]):
        found = []
        for share in order.tolist():
            h, a = move(now, share * gamma, gamma, wait / gamma)
            now = (h + noise * rng.standard_normal(h.shape), a + noise * rng.standard_normal(a.shape))
            found.append(float(output(now, gamma)[0]))
        ways.append(np.array(found))
    return float(np.trapezoid(ways[0] - ways[1][::-1], shares))
