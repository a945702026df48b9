"""What connection does not promise: a minimum made bad on purpose, and the low path that leads to it."""

from __future__ import annotations

from dataclasses import dataclass

from training_dynamics.lab.once import once
from training_dynamics.mode_connectivity.curves import CurveRecipe, path, train_bend
from training_dynamics.mode_connectivity.lines import Profile, line, pair, profile
from training_dynamics.mode_connectivity.nets import Recipe, data_order, digits, mlp_shape, train
from training_dynamics.toolbox.seeds import torch_generator

LARGE_START = 5.0
FROM_LARGE = Recipe(epochs=80, batch_size=50, learning_rate=0.003)


@dataclass(frozen=True)
class BadMinimum:
    """The way from an ordinary network (t = 0) to one that fits the training set as well and predicts far worse (t = 1).

    ``straight``: along the chord.  ``curved``: along a Bezier curve whose bend was trained on the training loss alone.
    """

    straight: Profile
    curved: Profile


@once
def bad_minimum(seed: int, width: int = 64, scale: float = LARGE_START, recipe: Recipe = FROM_LARGE) -> BadMinimum:
    """Make a bad minimum on purpose, by starting from ``scale`` times the usual weights, and connect it to a good one.

    A large start lets the network fit the labels while its units hardly change (Chizat et al. 2019), so that the function keeps
    the noise of the start.  Raises ValueError unless ``scale`` is positive.
    """
    if scale <= 0:
        raise ValueError(f"scale must be > 0, got {scale}")
    shape, split = mlp_shape(width), digits(seed)
    n = len(split.x_train)
    start = scale * shape.initial([torch_generator(seed, "large", width)])
    orders = data_order(recipe.steps(n), n, recipe.batch_size, seed, "large")[:, None]
    bad = train(shape, start, split.x_train, split.y_train, orders, recipe)[0][0]
    good = pair(seed, width).a
    bend = train_bend(shape, good, bad, split, "bezier", seed, CurveRecipe(learning_rate=0.05))
    curved = profile(shape, path(good, bend, bad, "bezier"), split)
    return BadMinimum(profile(shape, line(good, bad), split), curved)
