"""ReLU networks of one width on handwritten digits, one for each learning rate, trained on the same batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import cross_entropy

from training_dynamics.lab.losses import squared_errors
from training_dynamics.lab.training import falling, minimize
from training_dynamics.scale.rules import OUT, Rule, rule
from training_dynamics.toolbox.data import Split, digits, one_hot
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches

BASE = 64
CLASSES = 10
EPS = 1e-16  # far below every gradient: what it does would depend on the width
LOSSES = ("squared", "cross-entropy")
Layers = list[Tensor]


def data(seed: int, examples: int = 1000) -> Split:
    """Digits with pixels from 0 to 2, so that their root mean square is near 1."""
    split = digits(seed, train=examples)
    return Split(2 * split.x_train, split.y_train, 2 * split.x_test, split.y_test)


def sizes_of(width: int, depth: int = 2) -> tuple[int, ...]:
    """64 pixels, ``depth`` hidden layers of one width, ten classes."""
    return (64, *[width] * depth, CLASSES)


def start(seed: int, sizes: tuple[int, ...], how: Rule, copy: int = 0) -> Layers:
    """Weights ``(fan_in, fan_out)`` of every layer; two rules differ in the scale of the same draws."""
    g = torch_generator(seed, "scale weights", copy, *sizes)
    return [torch.randn(i, o, generator=g) * s for i, o, s in zip(sizes, sizes[1:], how.std)]


def activations(layers: Sequence[Tensor], x: Float[Tensor, "n d"]) -> list[Float[Tensor, "n w"]]:
    """What every layer gives, the last being the logits."""
    found = []
    for weight in layers[:-1]:
        x = torch.relu(x @ weight)
        found.append(x)
    return [*found, x @ layers[-1]]


@dataclass(frozen=True)
class Training:
    """Everything that decides a run but seed, width and learning rate.

    ``decay`` is that of AdamW: each step multiplies weights by one minus the layer's rate times it.  ``independent``: in every
    layer by one minus the rate without the rule's factors times it.
    ``loss``: squared error on one-hot labels, or "cross-entropy".  ``falling``: rates fall linearly to zero.  ``out``: the
    start of the output layer at the base width, as a multiple of one over the root of its inputs.
    """

    parametrisation: str = "mup"
    optimizer: str = "adam"
    steps: int = 30
    batch: int = 32
    depth: int = 2
    decay: float = 0.0
    independent: bool = False
    loss: str = "squared"
    falling: bool = True
    base: int = BASE
    out: float = OUT


def losses_of(kind: str, outputs: Float[Tensor, "n k"], y: Tensor) -> Tensor:
    """The mean loss: squared error on one-hot labels, or cross-entropy in nats.  Raises ValueError for another kind."""
    if kind not in LOSSES:
        raise ValueError(f"loss must be one of {', '.join(LOSSES)}, got {kind!r}")
    return squared_errors(outputs[None], one_hot(y))[0] if kind == "squared" else cross_entropy(outputs, y)


def train(seed: int, width: int, rates: Sequence[float], how: Training, copy: int = 0) -> list[Layers]:
    """A network for each rate after ``how.steps`` steps, from one start, on batches that depend on the seed only."""
    split, sizes = data(seed), sizes_of(width, how.depth)
    made = rule(how.parametrisation, how.optimizer, sizes, how.base, out=how.out)
    first = start(seed, sizes, made, copy)
    nets = [[w.clone().requires_grad_() for w in first] for _ in rates]
    optimizer = _optimizer(nets, rates, made, how)
    batches = minibatches(len(split.x_train), how.batch, torch_generator(seed, "scale batches"))

    def losses() -> Tensor:
        index = next(batches)
        x, y = split.x_train[index], split.y_train[index]
        return torch.stack([losses_of(how.loss, activations(net, x)[-1], y) for net in nets])

    minimize(losses, optimizer, how.steps, falling(optimizer, how.steps) if how.falling else None)
    return [[w.detach() for w in net] for net in nets]


def _optimizer(nets: list[Layers], rates: Sequence[float], made: Rule, how: Training) -> torch.optim.Optimizer:
    groups = [
        {"params": [weight], "lr": rate * factor, "weight_decay": how.decay / factor if how.independent else how.decay}
        for net, rate in zip(nets, rates)
        for weight, factor in zip(net, made.rate)
    ]
    if how.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=1.0)
    return torch.optim.AdamW(groups, lr=1.0, eps=EPS, fused=True)


@torch.no_grad()
def loss_of(layers: Layers, x: Float[Tensor, "n d"], y: Tensor, kind: str = "squared") -> float:
    """The mean loss of a network; infinite for one that has diverged."""
    value = float(losses_of(kind, activations(layers, x)[-1], y))
    return value if value == value else float("inf")
