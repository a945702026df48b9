"""The networks of the chapter: their data, how they are trained side by side, and what they score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from training_dynamics.lab.flat import Shape
from training_dynamics.lab.losses import cross_entropies
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import momentum
from training_dynamics.toolbox import data
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches


@once
def mlp_shape(width: int, hidden_layers: int = 2) -> Shape:
    """The network of this chapter: 64 pixels, ``hidden_layers`` layers of ``width`` ReLU units, 10 classes."""
    return Shape((64, *[width] * hidden_layers, 10))


@once
def digits(seed: int, train: int = 1000) -> data.Split:
    """The digits of ``toolbox.data``, kept so that experiments of one seed share them."""
    return data.digits(seed, train)


@dataclass(frozen=True)
class Score:
    """Mean cross-entropy (nats) and error rate of ``m`` networks, float64, shape ``(m,)`` each."""

    loss: Float[Tensor, " m"]
    error: Float[Tensor, " m"]


@torch.no_grad()
def score(shape: Shape, theta: Float[Tensor, "m P"], x: Tensor, y: Tensor, chunk: int = 8) -> Score:
    """Loss and error of ``m`` networks on one data set, a few networks at a time to bound the memory."""
    loss, error = [], []
    for part in theta.split(chunk):
        logits = shape.logits(part, x)
        loss.append(cross_entropies(logits, y))
        error.append((logits.argmax(-1) != y).double().mean(1))
    return Score(torch.cat(loss).double(), torch.cat(error))


@dataclass(frozen=True)
class Recipe:
    """Minibatch SGD: epochs, batch size, learning rate, momentum, and whether the rate falls to zero along a cosine."""

    epochs: int = 20
    batch_size: int = 50
    learning_rate: float = 0.07
    momentum: float = 0.9
    cosine: bool = True

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of step ``step`` out of ``steps``."""
        return self.learning_rate * (0.5 + 0.5 * math.cos(math.pi * step / steps) if self.cosine else 1.0)

    def steps(self, n: int) -> int:
        """The number of steps on ``n`` examples."""
        return self.epochs * (n // self.batch_size)


def data_order(steps: int, n: int, batch_size: int, seed: int, name: object) -> Int[Tensor, "steps batch"]:
    """The minibatches that the run called ``name`` sees, epoch by epoch in fresh random order."""
    batches = minibatches(n, batch_size, torch_generator(seed, "order", name))
    return torch.stack([next(batches) for _ in range(steps)])


def train(
    shape: Shape, theta: Float[Tensor, "m P"], x: Tensor, y: Tensor, orders: Int[Tensor, "steps m batch"],
    recipe: Recipe, keep: Sequence[int] = (),
) -> tuple[Float[Tensor, "m P"], Float[Tensor, "kept m P"]]:  # fmt: skip
    """Train ``m`` networks side by side, each on its own minibatches; return them, and copies after the steps in ``keep``."""
    theta, velocity = theta.clone(), torch.zeros_like(theta)
    wanted, kept = set(keep), [theta.clone()] if 0 in keep else []
    for step, index in enumerate(orders):
        velocity = momentum(velocity, shape.gradient(theta, x[index], y[index]), recipe.momentum)
        theta.sub_(velocity, alpha=recipe.rate(step, len(orders)))
        if step + 1 in wanted:
            kept.append(theta.clone())
    return theta, torch.stack(kept) if kept else theta.new_empty(0, *theta.shape)


def start_of(seed: int, width: int, number: int) -> Float[Tensor, " P"]:
    """The parameters from which network ``number`` of :func:`trained` starts."""
    return mlp_shape(width).initial([torch_generator(seed, "start", width, number)])[0]


@once
def trained(seed: int, width: int, count: int = 2, recipe: Recipe = Recipe()) -> Float[Tensor, "m P"]:
    """``count`` networks trained on the digits of ``seed`` from independent starts and in independent orders."""
    shape, split = mlp_shape(width), digits(seed)
    start = torch.stack([start_of(seed, width, i) for i in range(count)])
    steps, n = recipe.steps(len(split.x_train)), len(split.x_train)
    orders = torch.stack([data_order(steps, n, recipe.batch_size, seed, i) for i in range(count)], dim=1)
    return train(shape, start, split.x_train, split.y_train, orders, recipe)[0]
