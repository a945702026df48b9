"""Many character models side by side, each by its own recipe, on the same batches: what differs is the recipe alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from training_dynamics.lab.losses import cross_entropies
from training_dynamics.lab.optimizers import adam, momentum, zero_moments
from training_dynamics.lab.stack import preactivations
from training_dynamics.toolbox.names import split_names, windows
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches
from training_dynamics.training_in_practice.network import ACTIVATIONS, DEFAULT, CharMLP, Shape
from training_dynamics.training_in_practice.schedules import factor

Parameters = list[Tensor]


@dataclass(frozen=True)
class Recipe:
    """How one network is trained: peak rate, schedule, decay (decoupled, times the rate), L2 (in the loss), clip, start.

    ``clip`` is the largest norm of the gradient of all parameters together; ``gain`` that of the hidden weights, None for
    the usual one.
    """

    rate: float = 0.01
    schedule: str = "linear"
    warmup: int = 0
    decay: float = 0.0
    l2: float = 0.0
    clip: float = float("inf")
    gain: float | None = None


@dataclass(frozen=True)
class Trained:
    """Losses on each batch and norms of its gradient ``(steps, m)``, losses at the end ``(m,)``, and the parameters."""

    losses: Float[Tensor, "steps m"]
    norms: Float[Tensor, "steps m"]
    valid: Float[Tensor, " m"]
    parameters: Parameters


def logits(parameters: Parameters, contexts: Int[Tensor, "n c"], shape: Shape) -> Float[Tensor, "m n 27"]:
    """The outputs of all networks; parameters are those of ``CharMLP``, each with the networks in front."""
    h = parameters[0][:, contexts].flatten(2)
    layers = [(w.transpose(1, 2), b[:, None]) for w, b in zip(parameters[1::2], parameters[2::2])]
    return preactivations(layers, h, ACTIVATIONS[shape.activation])[-1]


def initial(seed: int, recipes: Sequence[Recipe], shape: Shape) -> Parameters:
    """The same random numbers for every network, scaled by the gain of its recipe."""
    models = [CharMLP(shape, torch_generator(seed, "character model"), recipe.gain) for recipe in recipes]
    return [torch.stack([p.detach() for p in parts]) for parts in zip(*(model.parameters() for model in models))]


def train_stack(
    seed: int,
    recipes: Sequence[Recipe],
    steps: int,
    *,
    shape: Shape = DEFAULT,
    batch: int = 64,
    optimizer: str = "adam",
    train: int | None = None,
) -> Trained:
    """Train one network a recipe on the names, by Adam or by SGD with momentum 0.9."""
    if optimizer not in ("adam", "sgd"):
        raise ValueError(f"optimizer must be adam or sgd, got {optimizer!r}")
    split = split_names(seed, train)
    (x, y), valid = windows(split.train, shape.context), windows(split.valid, shape.context)
    batches = minibatches(len(x), batch, torch_generator(seed, "character batches", batch))
    parameters = initial(seed, recipes, shape)
    moments = [zero_moments(p) for p in parameters]
    columns = _Columns(recipes)
    history, norms = [], []
    for step in range(steps):
        index = next(batches)
        for p in parameters:
            p.requires_grad_()
        losses = cross_entropies(logits(parameters, x[index], shape), y[index])
        gradients = list(torch.autograd.grad(losses.sum(), parameters))
        with torch.no_grad():
            gradients, norm = columns.prepared(parameters, gradients)
            rates = columns.rates(step, steps)
            for i, g in enumerate(gradients):
                if optimizer == "adam":
                    moments[i], direction = adam(moments[i], g)
                else:
                    direction = momentum(moments[i].m, g, 0.9)
                    moments[i] = type(moments[i])(direction, moments[i].v)
                rate = _shaped(rates, g)
                parameters[i] = parameters[i] * (1 - rate * _shaped(columns.decay, g)) - rate * direction
        history.append(losses.detach())
        norms.append(norm)
    with torch.no_grad():
        found = cross_entropies(logits(parameters, valid[0], shape), valid[1])
    return Trained(torch.stack(history), torch.stack(norms), found, parameters)


class _Columns:
    """The recipes' numbers, one a network."""

    def __init__(self, recipes: Sequence[Recipe]) -> None:
        self.recipes = recipes
        self.decay = torch.tensor([r.decay for r in recipes])
        self.l2 = torch.tensor([r.l2 for r in recipes])
        self.clip = torch.tensor([r.clip for r in recipes])

    def rates(self, step: int, steps: int) -> Tensor:
        return torch.tensor([r.rate * factor(r.schedule, step, steps, r.warmup) for r in self.recipes])

    def prepared(self, parameters: Parameters, gradients: list[Tensor]) -> tuple[list[Tensor], Tensor]:
        """Gradients with the penalty's in them, clipped as a whole; and their norms before that."""
        if self.l2.any():
            gradients = [g + _shaped(self.l2, g) * p for g, p in zip(gradients, parameters)]
        norm = sum(g.flatten(1).square().sum(1) for g in gradients) ** 0.5
        scale = (self.clip / norm).clamp(max=1.0)
        return [g * _shaped(scale, g) for g in gradients], norm


def _shaped(values: Tensor, like: Tensor) -> Tensor:
    return values.view(-1, *[1] * (like.ndim - 1))
