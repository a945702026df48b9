"""Many small networks with any of five normalisations, trained side by side: one stacked tensor a layer, one row a network."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from training_dynamics.lab.losses import cross_entropies
from training_dynamics.lab.stack import Layer, preactivations
from training_dynamics.toolbox.seeds import torch_generator

KINDS = ("none", "batch", "layer", "rms", "weight")
NAMES = {"none": "none", "batch": "BatchNorm", "layer": "LayerNorm", "rms": "RMSNorm", "weight": "weight norm"}
Parameters = list[Tensor]
Hook = Callable[[int, Tensor], Tensor]


@dataclass(frozen=True)
class Net:
    """A ReLU network whose hidden pre-activations are normalised: h -> relu(s norm(W h) + b), then a plain output layer.

    ``kind``: one of KINDS; ``depth``: hidden layers; ``gain``: weights are drawn from N(0, gain^2 / fan_in).
    """

    kind: str
    depth: int
    width: int = 32
    gain: float = math.sqrt(2)
    inputs: int = 64
    classes: int = 10
    eps: float = 1e-5

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        if self.depth < 1:
            raise ValueError(f"depth counts hidden layers and must be at least 1, got {self.depth}")

    @property
    def per_layer(self) -> int:
        """Tensors in a hidden layer: weight, scale and shift, or weight and shift."""
        return 2 if self.kind == "none" else 3

    def initial(self, seed: int, runs: int = 1, dtype: torch.dtype = torch.float32) -> Parameters:
        """The initial parameters of ``seed``, repeated ``runs`` times; the same weights for every kind of network."""
        generator = torch_generator(seed, "normalization", self.depth, self.width)
        sizes = [self.inputs, *[self.width] * self.depth, self.classes]
        out: Parameters = []
        for i, (fan_in, fan_out) in enumerate(zip(sizes[:-1], sizes[1:])):
            weight = torch.randn(1, fan_out, fan_in, generator=generator, dtype=torch.float64) * self.gain / fan_in**0.5
            shift = torch.zeros(1, 1, fan_out, dtype=torch.float64)
            scale = weight.norm(dim=2).unsqueeze(1) if self.kind == "weight" else torch.ones_like(shift)
            out += [weight, shift] if i == self.depth or self.kind == "none" else [weight, scale, shift]
        return [p.to(dtype).repeat(runs, 1, 1) for p in out]

    def normalize(self, z: Float[Tensor, "r b n"]) -> Tensor:
        """Pre-activations with their statistics removed, by this network's kind."""
        if self.kind in ("none", "weight"):
            return z
        axis = 1 if self.kind == "batch" else 2
        # much faster than torch.var_mean here: with rows as short as 32 the latter's backward pass dominates
        centred = z if self.kind == "rms" else z - z.mean(axis, keepdim=True)
        return centred * torch.rsqrt(centred.square().mean(axis, keepdim=True) + self.eps)

    def logits(
        self, parameters: Parameters, x: Tensor, hook: Hook | None = None, normalize: Hook | None = None
    ) -> Tensor:
        """Outputs, shape ``(runs, B, classes)``, for inputs ``(B, inputs)`` or ``(runs, B, inputs)``.

        ``hook(layer, z)`` may change (or look at) what each normalisation returns; ``normalize(layer, z)`` may replace it.
        """
        hidden = range(0, self.depth * self.per_layer, self.per_layer)

        def before(layer: int, z: Tensor) -> Tensor:
            z = self.normalize(z) if normalize is None else normalize(layer, z)
            z = z if hook is None else hook(layer, z)
            *scale, shift = parameters[hidden[layer] + 1 : hidden[layer] + self.per_layer]
            return z * scale[0] + shift if scale else z + shift

        weights = [self.direction(parameters[i]).mT for i in hidden]
        layers: list[Layer] = [*((weight, None) for weight in weights), (parameters[-2].mT, parameters[-1])]
        return preactivations(layers, x, before=before)[-1]

    def direction(self, weight: Tensor) -> Tensor:
        """A weight as the network uses it: rows of length 1 under weight norm, otherwise as it is."""
        return weight / weight.norm(dim=2, keepdim=True) if self.kind == "weight" else weight

    def losses(self, parameters: Parameters, x: Tensor, y: Int[Tensor, " b"], hook: Hook | None = None) -> Tensor:
        """Cross-entropy (nats) of each network on one batch, shape ``(runs,)``."""
        return cross_entropies(self.logits(parameters, x, hook), y)


def gradients(
    net: Net, parameters: Parameters, x: Tensor, y: Tensor, hook: Hook | None = None
) -> tuple[Tensor, Parameters]:
    """The losses, shape ``(runs,)``, and the gradient of each network's loss with respect to its own parameters."""
    leaves = [p.detach().requires_grad_() for p in parameters]
    losses = net.losses(leaves, x, y, hook)
    return losses.detach(), list(torch.autograd.grad(losses.sum(), leaves))


def sgd(parameters: Parameters, grads: Parameters, rates: Float[Tensor, " r"], decay: float = 0.0) -> Parameters:
    """One step of gradient descent, each network with its own learning rate: (1 - rate decay) p - rate g."""
    step = rates.view(-1, 1, 1)
    return [p - step * (g + decay * p if decay else g) for p, g in zip(parameters, grads)]


def train(
    net: Net,
    parameters: Parameters,
    x: Tensor,
    y: Tensor,
    batches: Int[Tensor, "t b"],
    rates: Tensor,
    hook: Hook | None = None,
) -> tuple[Parameters, Float[Tensor, "t r"]]:
    """Train every network on the same batches; its parameters at the end and the loss (nats) of each step, before the step.

    A network that diverges goes on with values that are not finite, and leaves the others alone.
    """
    rows = []
    for index in batches:
        losses, grads = gradients(net, parameters, x[index], y[index], hook)
        parameters = sgd(parameters, grads, rates)
        rows.append(losses)
    return parameters, torch.stack(rows)
