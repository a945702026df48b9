"""Many ReLU networks at once: each is one row of a matrix of parameters, so that lines and averages are plain algebra."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from training_dynamics.toolbox import data
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches

Layer = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Shape:
    """The sizes ``d -> h -> ... -> classes`` of a ReLU network whose parameters are one vector of length ``P``.

    The vector holds W1, b1, W2, b2, ... with W of shape ``(out, in)``: the order of ``toolbox.nets.flat_parameters``.
    """

    sizes: tuple[int, ...]

    @property
    def count(self) -> int:
        """The number of parameters P."""
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in zip(self.sizes[:-1], self.sizes[1:]))

    @property
    def hidden(self) -> tuple[int, ...]:
        """The widths of the hidden layers."""
        return self.sizes[1:-1]

    def layers(self, theta: Float[Tensor, "m P"]) -> list[Layer]:
        """Views ``[(W, b), ...]`` of shapes ``(m, out, in)`` and ``(m, out)`` into ``m`` networks.

        Raises ValueError when the rows do not have ``count`` parameters.
        """
        if theta.ndim != 2 or theta.shape[1] != self.count:
            raise ValueError(
                f"theta must have shape (m, {self.count}) for sizes {self.sizes}, got {tuple(theta.shape)}"
            )
        pairs = list(zip(self.sizes[:-1], self.sizes[1:]))
        parts = theta.split([n for i, o in pairs for n in (i * o, o)], dim=1)
        return [(w.unflatten(1, (o, i)), b) for (i, o), w, b in zip(pairs, parts[::2], parts[1::2])]

    def flat(self, layers: Sequence[Layer]) -> Float[Tensor, "m P"]:
        """The inverse of :meth:`layers`."""
        return torch.cat([part.flatten(1) for layer in layers for part in layer], dim=1)

    def initial(self, generators: Sequence[torch.Generator]) -> Float[Tensor, "m P"]:
        """One network a generator: weights from N(0, 2 / fan_in), biases zero (He et al. 2015, section 2.2)."""
        rows = []
        for generator in generators:
            for fan_in, fan_out in zip(self.sizes[:-1], self.sizes[1:]):
                weights = torch.randn(fan_out * fan_in, generator=generator) * math.sqrt(2 / fan_in)
                rows += [weights, torch.zeros(fan_out)]
        return torch.cat(rows).view(len(generators), self.count)

    def activations(self, theta: Float[Tensor, "m P"], x: Tensor) -> list[Tensor]:
        """Pre-activations of every layer, ``(m, n, width)``; the last are logits.  ``x``: ``(n, d)`` or ``(m, n, d)``."""
        layers = self.layers(theta)
        h = x.expand(len(theta), *x.shape) if x.ndim == 2 else x
        found = []
        for weight, bias in layers:
            found.append(torch.baddbmm(bias[:, None], h, weight.transpose(1, 2)))
            h = found[-1].relu()
        return found

    def logits(self, theta: Float[Tensor, "m P"], x: Tensor) -> Float[Tensor, "m n k"]:
        """The outputs of ``m`` networks; see :meth:`activations` for the shapes of ``x``."""
        return self.activations(theta, x)[-1]

    @torch.no_grad()
    def gradient(self, theta: Float[Tensor, "m P"], x: Float[Tensor, "m n d"], y: Tensor) -> Float[Tensor, "m P"]:
        """The gradient of each network's mean cross-entropy on its own inputs and labels ``y`` of shape ``(m, n)``.

        Backpropagation by hand: ``delta_L = (softmax - onehot) / n``, ``dW_l = delta_l^T h_{l-1}``,
        ``delta_{l-1} = (delta_l W_l) * (z_{l-1} > 0)``.  For nets as small as these it takes half the time of autograd.
        """
        found = torch.empty_like(theta)
        layers, parts = self.layers(theta), self.layers(found)  # the parts are views: filling them fills the answer
        z = self.activations(theta, x)
        inputs = [x, *(hidden.relu() for hidden in z[:-1])]
        delta = z[-1].softmax(-1)
        delta.scatter_add_(2, y[..., None], delta.new_full((1, 1, 1), -1.0).expand(*y.shape, 1))
        delta /= y.shape[1]
        for l in reversed(range(len(layers))):
            weight, bias = parts[l]
            weight.copy_(delta.transpose(1, 2) @ inputs[l])
            bias.copy_(delta.sum(1))
            if l > 0:
                delta = (delta @ layers[l][0]).mul_(inputs[l] > 0)
        return found


@cache
def mlp_shape(width: int, hidden_layers: int = 2) -> Shape:
    """The network of this chapter: 64 pixels, ``hidden_layers`` layers of ``width`` ReLU units, 10 classes."""
    return Shape((64, *[width] * hidden_layers, 10))


@cache
def digits(seed: int, train: int = 1000) -> data.Split:
    """The digits of ``toolbox.data``, kept so that experiments of one seed share them."""
    return data.digits(seed, train)


def losses(logits: Float[Tensor, "m n k"], y: Tensor) -> Float[Tensor, " m"]:
    """Mean cross-entropy (nats) of each of ``m`` networks; ``y``: ``(n,)`` or ``(m, n)``."""
    target = y.expand(len(logits), -1) if y.ndim == 1 else y
    return cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="none").view(target.shape).mean(1)


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
        loss.append(losses(logits, y))
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
        velocity.mul_(recipe.momentum).add_(shape.gradient(theta, x[index], y[index]))
        theta.sub_(velocity, alpha=recipe.rate(step, len(orders)))
        if step + 1 in wanted:
            kept.append(theta.clone())
    return theta, torch.stack(kept) if kept else theta.new_empty(0, *theta.shape)


@cache
def trained(seed: int, width: int, count: int = 2, recipe: Recipe = Recipe()) -> Float[Tensor, "m P"]:
    """``count`` networks trained on the digits of ``seed`` from independent starts and in independent orders."""
    shape, split = mlp_shape(width), digits(seed)
    start = shape.initial([torch_generator(seed, "start", width, i) for i in range(count)])
    steps, n = recipe.steps(len(split.x_train)), len(split.x_train)
    orders = torch.stack([data_order(steps, n, recipe.batch_size, seed, i) for i in range(count)], dim=1)
    return train(shape, start, split.x_train, split.y_train, orders, recipe)[0]
