"""A rich network and a lazy one on real images: even against odd among handwritten digits."""

from __future__ import annotations

import numpy as np

from training_dynamics.lab.once import once
from training_dynamics.toolbox.data import digits
from training_dynamics.toolbox.seeds import numpy_generator
from training_dynamics.wide_networks.network import Nets, draw, train
from training_dynamics.wide_networks.regimes import Effects, Task, judge

SCALES = (0.1, 10.0)  # rich, lazy
TESTS = 500


def even_or_odd(seed: int, examples: int = 100) -> Task:
    """Images of digits as vectors of length one; the answer is 1 for an even digit and −1 for an odd one."""
    split = digits(seed, train=examples)
    x, tests = (
        part / np.linalg.norm(part, axis=1, keepdims=True)
        for part in (split.x_train.double().numpy(), split.x_test[:TESTS].double().numpy())
    )
    y, answers = (1.0 - 2.0 * (part.numpy() % 2) for part in (split.y_train, split.y_test[:TESTS]))
    return Task(x, y, tests, answers)


@once
def on_images(seed: int, width: int = 100, examples: int = 100, steps: int = 3000) -> Effects:
    """One network trained at both scales of ``SCALES``, from the same weights, on the same images."""
    given, scale = even_or_odd(seed, examples), np.array(SCALES)
    one = draw(numpy_generator(seed, "wide_networks weights for images"), 1, width, given.x.shape[1])
    nets = Nets(np.repeat(one.w, 2, axis=0), np.repeat(one.a, 2, axis=0))
    return judge(train(nets, given.x, given.y, scale, np.minimum(scale, 1), steps), given, 1.0)
