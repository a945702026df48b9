"""When the average of several networks is a good network: a shared start, a shared valley, and noise to average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.lab.flat import Shape
from training_dynamics.lab.once import once
from training_dynamics.mode_connectivity.lines import Profile, line, profile
from training_dynamics.mode_connectivity.nets import Recipe, data_order, digits, mlp_shape, score, train, trained
from training_dynamics.toolbox.data import Split
from training_dynamics.toolbox.seeds import torch_generator

SPAWNS = (0, 20, 70, 210)
CROWD = 5
WIDTH = 64
STABLE = Recipe(epochs=15, batch_size=50, learning_rate=0.05, momentum=0.9)
UNSTABLE = Recipe(epochs=15, batch_size=20, learning_rate=0.5, momentum=0.0)


@once
def spawned(seed: int, recipe: Recipe, shared: int, copies: int = 2, width: int = WIDTH) -> Float[Tensor, "copies P"]:
    """Copies of one network that see the same minibatches for the first ``shared`` steps and their own from then on.

    Raises ValueError when ``shared`` is negative or more than the recipe's steps.
    """
    return _spawn(seed, recipe, (shared,), copies, width)[0]


def _spawn(seed: int, recipe: Recipe, shared: Sequence[int], copies: int, width: int) -> Float[Tensor, "s copies P"]:
    shape, split = mlp_shape(width), digits(seed)
    n = len(split.x_train)
    steps = recipe.steps(n)
    if not all(0 <= k <= steps for k in shared):
        raise ValueError(f"shared steps must be between 0 and the {steps} of the recipe, got {list(shared)}")
    trunk = data_order(steps, n, recipe.batch_size, seed, "trunk")
    own = [data_order(steps, n, recipe.batch_size, seed, f"copy {i}") for i in range(copies)]
    orders = [torch.cat([trunk[:k], order[k:]]) for k in shared for order in own]
    start = shape.initial([torch_generator(seed, "spawn", width)]).expand(len(orders), -1)
    final, _ = train(shape, start, split.x_train, split.y_train, torch.stack(orders, dim=1), recipe)
    return final.unflatten(0, (len(shared), copies))


@dataclass(frozen=True)
class Instability:
    """The lines between two copies of one network that parted after ``shared`` steps, for each number of shared steps."""

    shared: tuple[int, ...]
    lines: tuple[Profile, ...]

    @property
    def barriers(self) -> list[float]:
        """The loss barrier for each number of shared steps, in nats."""
        return [found.barrier for found in self.lines]


@once
def instability(
    seed: int, recipe: Recipe = UNSTABLE, shared: tuple[int, ...] = SPAWNS, width: int = WIDTH
) -> Instability:
    """Instability analysis: does the noise of the data order, after k shared steps, decide the valley? (Frankle et al. 2020)"""
    split, shape = digits(seed), mlp_shape(width)
    copies = _spawn(seed, recipe, shared, 2, width)
    return Instability(shared, tuple(profile(shape, line(a, b), split, test=False) for a, b in copies))


@dataclass(frozen=True)
class Crowd:
    """Test error of several networks: each alone, of their averaged probabilities, and of their averaged parameters.

    ``disagreement``: the fraction of test images on which two members differ, averaged over the pairs.
    """

    members: Float[Tensor, " m"]
    disagreement: float
    ensemble: float
    average: float
    average_train_loss: float


@torch.no_grad()
def crowd(shape: Shape, theta: Float[Tensor, "m P"], split: Split) -> Crowd:
    """Compare the members, the ensemble and the average of ``m`` networks."""
    logits = shape.logits(theta, split.x_test)
    probabilities, votes = logits.softmax(-1).mean(0), logits.argmax(-1)
    differ = (votes[:, None] != votes[None]).double().mean(-1)
    mean, m = theta.mean(0, keepdim=True), len(theta)
    return Crowd(
        score(shape, theta, split.x_test, split.y_test).error,
        float(differ.sum() / (m * (m - 1))),
        float((probabilities.argmax(-1) != split.y_test).double().mean()),
        float(score(shape, mean, split.x_test, split.y_test).error),
        float(score(shape, mean, split.x_train, split.y_train).loss),
    )


@once
def strangers(seed: int, width: int = WIDTH, recipe: Recipe = UNSTABLE, count: int = CROWD) -> Crowd:
    """Networks from independent starts, by the noisy recipe unless another is given."""
    return crowd(mlp_shape(width), trained(seed, width, count, recipe), digits(seed))


@once
def siblings(
    seed: int, shared: int = SPAWNS[-1], width: int = WIDTH, recipe: Recipe = UNSTABLE, count: int = CROWD
) -> Crowd:
    """Networks that share their start and their first ``shared`` steps, by the same recipe."""
    return crowd(mlp_shape(width), spawned(seed, recipe, shared, count, width), digits(seed))


NOISY = Recipe(epochs=15, batch_size=20, learning_rate=0.1, momentum=0.9, cosine=False)
CALM = Recipe(epochs=20, batch_size=20, learning_rate=0.05, momentum=0.9, cosine=False)


@dataclass(frozen=True)
class Tail:
    """The network after each of the last epochs, and the average of their parameters: training loss (nats) and test error."""

    loss: Float[Tensor, " epochs"]
    error: Float[Tensor, " epochs"]
    average_loss: float
    average_error: float


@once
def tail(seed: int, recipe: Recipe = NOISY, last: int = 10, width: int = WIDTH) -> Tail:
    """Stochastic weight averaging: a constant learning rate, and the mean of the iterates at the ends of the last epochs."""
    shape, split = mlp_shape(width), digits(seed)
    n = len(split.x_train)
    steps, epoch = recipe.steps(n), n // recipe.batch_size
    start = shape.initial([torch_generator(seed, "tail", width)])
    orders = data_order(steps, n, recipe.batch_size, seed, "tail")[:, None]
    ends = range(steps - (last - 1) * epoch, steps + 1, epoch)
    kept = train(shape, start, split.x_train, split.y_train, orders, recipe, keep=ends)[1][:, 0]
    both = torch.cat([kept, kept.mean(0, keepdim=True)])
    on_train, on_test = (
        score(shape, both, x, y) for x, y in ((split.x_train, split.y_train), (split.x_test, split.y_test))
    )
    return Tail(on_train.loss[:-1], on_test.error[:-1], float(on_train.loss[-1]), float(on_test.error[-1]))


def averaging_gain(decay: float, count: int) -> float:
    """How much less noisy the mean of ``count`` iterates is than one, on a quadratic with SGD noise at rest.

    Along a direction of curvature lambda SGD is ``x -> rho x + noise`` with ``rho = 1 - eta lambda``, so iterates k apart have
    correlation ``rho^k`` and ``Var(mean) / Var(x) = [(1 + rho) / (1 - rho) - 2 rho (1 - rho^T) / (T (1 - rho)^2)] / T``.
    Raises ValueError unless ``-1 < decay < 1`` and ``count >= 1``.
    """
    if not -1 < decay < 1:
        raise ValueError(f"decay must be strictly between -1 and 1 for the noise to settle, got {decay}")
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    tail_term = 2 * decay * (1 - decay**count) / (count * (1 - decay) ** 2)
    return ((1 + decay) / (1 - decay) - tail_term) / count
