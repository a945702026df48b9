"""What connection does not promise: a minimum made bad on purpose, and a task forgotten inside a connected valley."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch

from training_dynamics.mode_connectivity.curves import CurveRecipe, path, train_bend
from training_dynamics.mode_connectivity.lines import Profile, line, pair, profile
from training_dynamics.mode_connectivity.nets import Recipe, data_order, digits, mlp_shape, score, train
from training_dynamics.toolbox.data import Split
from training_dynamics.toolbox.seeds import torch_generator

LARGE_START = 5.0
FROM_LARGE = Recipe(epochs=80, batch_size=50, learning_rate=0.003)
TUNING = Recipe(epochs=30, batch_size=50, learning_rate=0.02)


@dataclass(frozen=True)
class BadMinimum:
    """The way from an ordinary network (t = 0) to one that fits the training set as well and predicts far worse (t = 1).

    ``straight``: along the chord.  ``curved``: along a Bezier curve whose bend was trained on the training loss alone.
    """

    straight: Profile
    curved: Profile


@cache
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


def turned(split: Split) -> Split:
    """The second task: the same images turned by a quarter, with the same labels."""
    rotate = torch.rot90(torch.arange(64).view(8, 8)).flatten()
    return Split(split.x_train[:, rotate], split.y_train, split.x_test[:, rotate], split.y_test)


@dataclass(frozen=True)
class Sequel:
    """Two copies of one network, fine-tuned on a second task; every line is scored on the first task and on the second.

    ``between``: from one copy to the other.  ``away``: from the common start (t = 0) to the first copy (t = 1).
    ``joint``: test errors on the two tasks of a third copy, fine-tuned on both tasks at once.
    """

    between: tuple[Profile, Profile]
    away: tuple[Profile, Profile]
    joint: tuple[float, float]


@cache
def sequel(seed: int, width: int = 64, recipe: Recipe = TUNING) -> Sequel:
    """Train on the digits, then on the digits turned by a quarter, twice in different orders; and once on both together."""
    shape, first = mlp_shape(width), digits(seed)
    tasks, start = (first, turned(first)), pair(seed, width).a[None]
    x, y = (torch.cat([getattr(task, name) for task in tasks]) for name in ("x_train", "y_train"))
    n = len(first.x_train)
    steps = recipe.steps(n)
    own = [data_order(steps, n, recipe.batch_size, seed, f"tune {i}") + n for i in range(2)]
    both = data_order(steps, 2 * n, recipe.batch_size, seed, "tune both")
    (a, b, joint), _ = train(shape, start.expand(3, -1), x, y, torch.stack([*own, both], dim=1), recipe)
    between = [profile(shape, line(a, b), task, test=False) for task in tasks]
    away = [profile(shape, line(start[0], a), task) for task in tasks]
    errors = [float(score(shape, joint[None], task.x_test, task.y_test).error) for task in tasks]
    return Sequel((between[0], between[1]), (away[0], away[1]), (errors[0], errors[1]))
