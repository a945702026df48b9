"""A second task and a third: what fine-tuning forgets inside a connected valley, and what adding its changes gives."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.lab.once import once
from training_dynamics.mode_connectivity.lines import STANDARD, Profile, line, pair, profile
from training_dynamics.mode_connectivity.nets import Recipe, data_order, digits, mlp_shape, score, train
from training_dynamics.toolbox.data import Split

TUNING = Recipe(epochs=30, batch_size=50, learning_rate=0.02)
SCALES = tuple(i / 10 for i in range(1, 16))


def turned(split: Split, quarters: int = 1) -> Split:
    """Another task: the same images turned by some quarters, with the same labels."""
    rotate = torch.rot90(torch.arange(64).view(8, 8), quarters).flatten()
    return Split(split.x_train[:, rotate], split.y_train, split.x_test[:, rotate], split.y_test)


def _tuned(
    seed: int, tasks: tuple[Split, Split], runs: list[tuple[str, int | None]], width: int, recipe: Recipe
) -> tuple[Float[Tensor, " P"], Float[Tensor, "runs P"]]:
    """The network before, and copies fine-tuned from it: one a run ``(name, task)``, on that task or (None) on both."""
    start = pair(seed, width, STANDARD).a
    x, y = (torch.cat([getattr(task, part) for task in tasks]) for part in ("x_train", "y_train"))
    n = len(tasks[0].x_train)
    steps, size = recipe.steps(n), recipe.batch_size
    orders = [
        data_order(steps, n if task is not None else 2 * n, size, seed, name) + (task or 0) * n for name, task in runs
    ]
    return start, train(mlp_shape(width), start.expand(len(runs), -1), x, y, torch.stack(orders, dim=1), recipe)[0]


@dataclass(frozen=True)
class Sequel:
    """Two copies of one network, fine-tuned on a second task; every line is scored on the first task and on the second.

    ``between``: from one copy to the other.  ``away``: from the common start (t = 0) to the first copy (t = 1).
    ``joint``: test errors on the two tasks of a third copy, fine-tuned on both tasks at once.
    """

    between: tuple[Profile, Profile]
    away: tuple[Profile, Profile]
    joint: tuple[float, float]


@once
def sequel(seed: int, width: int = 64, recipe: Recipe = TUNING) -> Sequel:
    """Train on the digits, then on the digits turned by a quarter, twice in different orders; and once on both together."""
    shape, first = mlp_shape(width), digits(seed)
    tasks = (first, turned(first))
    start, (a, b, joint) = _tuned(seed, tasks, [("tune 0", 1), ("tune 1", 1), ("tune both", None)], width, recipe)
    between = [profile(shape, line(a, b), task, test=False) for task in tasks]
    away = [profile(shape, line(start, a), task) for task in tasks]
    errors = [float(score(shape, joint[None], task.x_test, task.y_test).error) for task in tasks]
    return Sequel((between[0], between[1]), (away[0], away[1]), (errors[0], errors[1]))


@dataclass(frozen=True)
class Added:
    """The test error on the worse of two new tasks: before, of ``start + scale * (change 1 + change 2)``, and of a joint run.

    ``alone``: the worse error of the two copies, each on its own task.
    """

    before: float
    alone: float
    sums: Float[Tensor, " scales"]
    joint: float


@once
def added(seed: int, width: int = 64, recipe: Recipe = TUNING) -> Added:
    """Task arithmetic: fine-tune on digits turned to the left, and to the right, and add both changes (Ilharco et al. 2023)."""
    shape, first = mlp_shape(width), digits(seed)
    tasks = (turned(first), turned(first, 3))
    start, (a, b, joint) = _tuned(seed, tasks, [("left", 0), ("right", 1), ("left and right", None)], width, recipe)
    sums = start + torch.tensor(SCALES)[:, None] * (a + b - 2 * start)
    errors = torch.stack([
        score(shape, torch.cat([torch.stack([start, a, b, joint]), sums]), task.x_test, task.y_test).error for task in tasks
    ])  # fmt: skip
    worse = errors.amax(0)
    return Added(float(worse[0]), float(max(errors[0, 1], errors[1, 2])), worse[4:], float(worse[3]))
