r"""Targets between the two extremes: a sum over k of the d directions of the inputs, at every scale of the output."""

from __future__ import annotations

import numpy as np

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator
from training_dynamics.wide_networks.network import Nets, draw, train
from training_dynamics.wide_networks.regimes import SCALES, TESTS, Effects, Task, judge, sphere


def task(seed: int, directions: int, examples: int = 60, inputs: int = 10) -> Task:
    r"""The target :math:`\sqrt{d/k}\,\sum_{i\le k}\mathrm{relu}(v_i\cdot x)` less its mean, for orthonormal :math:`v_i`.

    With k = 1 it is the target ``"one direction"``.  Raises ValueError unless k is from 1 to the number of inputs.
    """
    if not 1 <= directions <= inputs:
        raise ValueError(f"directions must be from 1 to {inputs}, got {directions}")
    generator = numpy_generator(seed, "wide_networks inputs and target")
    x = sphere(generator, examples + TESTS, inputs)
    axes, triangle = np.linalg.qr(sphere(generator, directions, inputs).T)
    axes *= np.sign(np.diag(triangle))
    y = np.sqrt(inputs / directions) * np.maximum(x @ axes, 0).sum(1)
    y -= y.mean()
    return Task(x[:examples], y[:examples], x[examples:], y[examples:])


@once
def several(seed: int, directions: int, width: int = 100, examples: int = 60, steps: int = 3000) -> Effects:
    """The network of ``regimes.scaled`` at every scale of ``SCALES``, on such a target."""
    given, scale = task(seed, directions, examples), np.array(SCALES)
    one = draw(numpy_generator(seed, "wide_networks weights"), 1, width, given.x.shape[1])
    nets = Nets(np.repeat(one.w, len(scale), axis=0), np.repeat(one.a, len(scale), axis=0))
    return judge(train(nets, given.x, given.y, scale, np.minimum(scale, 1), steps), given, 1.0)
