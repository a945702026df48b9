"""BatchNorm between training and evaluation: running averages, small batches, and predictions that depend on the neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from training_dynamics.lab.once import once
from training_dynamics.normalization.nets import Net, Parameters, sgd
from training_dynamics.normalization.rates import images, order
from training_dynamics.toolbox.seeds import torch_generator

MOMENTUM = 0.1


class Running:
    """Running averages of mean and unbiased variance, as evaluation mode uses them (momentum 0.1)."""

    def __init__(self, net: Net, runs: int = 1) -> None:
        self.net = net
        self.mean = [torch.zeros(runs, 1, net.width) for _ in range(net.depth)]
        self.variance = [torch.ones(runs, 1, net.width) for _ in range(net.depth)]

    def train(self, layer: int, z: Tensor) -> Tensor:
        """Normalise by the batch, and remember a tenth of its statistics."""
        variance, mean = torch.var_mean(z, 1, correction=0, keepdim=True)
        unbiased = variance.detach() * z.shape[1] / (z.shape[1] - 1)
        self.mean[layer] = (1 - MOMENTUM) * self.mean[layer] + MOMENTUM * mean.detach()
        self.variance[layer] = (1 - MOMENTUM) * self.variance[layer] + MOMENTUM * unbiased
        return (z - mean) * torch.rsqrt(variance + self.net.eps)

    def evaluate(self, layer: int, z: Tensor) -> Tensor:
        """Normalise by what was remembered."""
        return (z - self.mean[layer]) * torch.rsqrt(self.variance[layer] + self.net.eps)


@dataclass(frozen=True)
class Modes:
    """Test error of one network: ``evaluation`` mode, ``training`` mode (in batches of the training size).

    ``flips``: the share of test images whose predicted class changes when only their neighbours in the batch change.
    """

    evaluation: float
    training: float
    flips: float


@once
def modes(seed: int, kind: str, batch: int, depth: int = 3, rate: float = 0.05, steps: int = 200) -> Modes:
    """Train with batches of ``batch`` images at one rate for all sizes and kinds, then test in both modes."""
    net, split = Net(kind, depth), images(seed)
    parameters, running, eta = net.initial(seed), Running(net), torch.tensor([rate])
    stats = running.train if kind == "batch" else None
    for index in order(seed, steps, batch):
        leaves = [p.requires_grad_() for p in parameters]
        logits = net.logits(leaves, split.x_train[index], normalize=stats)
        loss = torch.nn.functional.cross_entropy(logits[0], split.y_train[index])
        with torch.no_grad():
            parameters = [p.detach() for p in sgd(leaves, list(torch.autograd.grad(loss, leaves)), eta)]
    with torch.no_grad():
        told = net.logits(parameters, split.x_test, normalize=running.evaluate if kind == "batch" else None)[0].argmax(
            1
        )
        one, two = (_among_neighbours(net, parameters, split.x_test, seed, batch, draw) for draw in (0, 1))
    wrong = [float((guess != split.y_test).double().mean()) for guess in (told, one)]
    return Modes(wrong[0], wrong[1], float((one != two).double().mean()))


def _among_neighbours(net: Net, parameters: Parameters, x: Tensor, seed: int, batch: int, draw: int) -> Tensor:
    """Predicted classes in training mode, with neighbours chosen at random; an incomplete last batch borrows from the first."""
    mixed = torch.randperm(len(x), generator=torch_generator(seed, "neighbours", draw))
    padded = torch.cat([mixed, mixed[: -len(x) % batch]]).view(-1, batch)
    stacked = [p.expand(len(padded), -1, -1) for p in parameters]
    guesses = torch.empty(len(x), dtype=torch.long)
    guesses[padded.flatten()] = net.logits(stacked, x[padded]).argmax(2).flatten()
    return guesses


def pair_gradient(seed: int, batch: int = 2) -> float:
    """Gradient through BatchNorm over the same gradient through LayerNorm, for random numbers in a batch of that size.

    With two examples BatchNorm returns plus or minus one, whatever the inputs, so nothing passes back.
    """
    generator = torch_generator(seed, "pairs")
    z = torch.randn(1, batch, 64, generator=generator, dtype=torch.float64)
    upstream = torch.randn(1, batch, 64, generator=generator, dtype=torch.float64)
    sizes = []
    for kind in ("batch", "layer"):
        leaf = z.clone().requires_grad_()
        (g,) = torch.autograd.grad((Net(kind, 1, eps=0.0).normalize(leaf) * upstream).sum(), leaf)
        sizes.append(float(g.norm()))
    return sizes[0] / sizes[1]
