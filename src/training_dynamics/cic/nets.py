"""Small networks 64 -> h -> h -> 10 on digits, many at once: trained to a given loss, and read with every proxy."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from training_dynamics.cic.measures import readings
from training_dynamics.lab.flat import Shape
from training_dynamics.lab.losses import cross_entropies
from training_dynamics.lab.optimizers import adam, momentum, zero_moments
from training_dynamics.toolbox.data import digits
from training_dynamics.toolbox.seeds import torch_generator

RATES = {"adam": 5e-3, "gd": 0.05}
HELD_OUT = 400


@dataclass(frozen=True)
class Problem:
    """Training images with their labels, the same labels shuffled, and held-out images on which networks are read."""

    x: Float[Tensor, "n 64"]
    y: Int[Tensor, " n"]
    shuffled: Int[Tensor, " n"]
    held_out: Float[Tensor, "400 64"]
    held_out_labels: Int[Tensor, " 400"]

    def labels(self, shuffle: bool) -> Int[Tensor, " n"]:
        """The true labels, or the shuffled ones."""
        return self.shuffled if shuffle else self.y


def problem(seed: int, examples: int) -> Problem:
    """Digits of the given seed."""
    data = digits(seed, examples)
    order = torch.randperm(examples, generator=torch_generator(seed, "cic shuffled labels"))
    return Problem(data.x_train, data.y_train, data.y_train[order], data.x_test[:HELD_OUT], data.y_test[:HELD_OUT])


def shape(hidden: int) -> Shape:
    """The networks of this chapter."""
    return Shape((64, hidden, hidden, 10))


def start(seed: int, hidden: int, name: str = "start") -> Float[Tensor, "1 P"]:
    """One network before training, He's scale."""
    return shape(hidden).initial([torch_generator(seed, "cic", name, hidden)])


def read(net: Shape, theta: Float[Tensor, "m P"], x: Float[Tensor, "n 64"]) -> Float[Tensor, "m 7"]:
    """Every proxy of every network, in the order of ``preregistration.PROXIES``."""
    with torch.no_grad():
        first, last, logits = net.activations(theta, x)
        return readings(x, first.relu(), last.relu(), logits)


def loss(net: Shape, theta: Float[Tensor, "m P"], x: Tensor, y: Tensor) -> Float[Tensor, " m"]:
    """Mean cross-entropy of each network."""
    with torch.no_grad():
        return cross_entropies(net.logits(theta, x), y)


def train_to(
    net: Shape,
    theta: Float[Tensor, "m P"],
    x: Float[Tensor, "n d"],
    y: Int[Tensor, "m n"],
    target: float,
    optimizer: str,
    steps: int = 3000,
    every: int = 5,
) -> Float[Tensor, "m P"]:
    """Each network where its training loss first is at or below ``target``, looked at ``every`` few full-batch steps.

    ``optimizer`` is ``"adam"`` or ``"gd"`` (momentum 0.9).  Raises RuntimeError when one has not arrived after ``steps``.
    """
    theta, inputs, rows = theta.clone(), x.expand(len(theta), *x.shape), torch.arange(len(theta))
    found, moments, velocity = theta.clone(), zero_moments(theta), torch.zeros_like(theta)
    for step in range(steps + 1):
        if step % every == 0:
            arrived = loss(net, theta, x, y[rows]) <= target
            if arrived.any():
                found[rows[arrived]] = theta[arrived]
                keep = ~arrived
                rows, theta, inputs, velocity = rows[keep], theta[keep], inputs[keep], velocity[keep]
                moments = type(moments)(moments.m[keep], moments.v[keep], moments.t)
                if not len(rows):
                    return found
        g = net.gradient(theta, inputs, y[rows])
        if optimizer == "adam":
            moments, direction = adam(moments, g)
        else:
            velocity = direction = momentum(velocity, g, 0.9)
        theta -= RATES[optimizer] * direction
    raise RuntimeError(f"networks {rows.tolist()} did not reach a loss of {target} in {steps} steps")
