"""Does training climb F?  Readings along a run, the share of each step that F's gradients span, and what maximising F does."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.cic import nets
from training_dynamics.cic.measures import readings
from training_dynamics.cic.preregistration import PROXIES, TERMS
from training_dynamics.lab.flat import Shape
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import adam, momentum, zero_moments
from training_dynamics.toolbox.data import one_hot
from training_dynamics.toolbox.seeds import torch_generator

COMBINATIONS = tuple(product(*(tuple(PROXIES.index(name) for name in names) for names in TERMS.values())))
CHECKPOINTS = 21


@dataclass(frozen=True)
class Run:
    """A run at ``CHECKPOINTS`` equal distances in steps: parameters, training loss and proxies."""

    theta: Float[Tensor, "21 P"]
    losses: Float[Tensor, " 21"]
    readings: Float[Tensor, "21 7"]


@once
def run(seed: int, hidden: int = 24, steps: int = 200, shuffle: bool = False) -> Run:
    """Gradient descent with momentum on 100 digits."""
    data, net, theta = nets.problem(seed, 100), nets.shape(hidden), nets.start(seed, hidden)
    x, y, velocity, kept = data.x[None], data.labels(shuffle)[None], torch.zeros_like(theta), [theta]
    for step in range(1, steps + 1):
        velocity = momentum(velocity, net.gradient(theta, x, y), 0.9)
        theta = theta - nets.RATES["gd"] * velocity
        if step % (steps // (CHECKPOINTS - 1)) == 0:
            kept.append(theta)
    rows = torch.cat(kept)
    return Run(rows, nets.loss(net, rows, data.x, data.labels(shuffle)), nets.read(net, rows, data.held_out))


def slopes(net: Shape, theta: Float[Tensor, " P"], x: Float[Tensor, "n 64"]) -> Float[Tensor, "7 P"]:
    """The gradient of every proxy with respect to the parameters."""
    leaf = theta.detach()[None].requires_grad_()
    values = differentiable(net, leaf, x)[0]
    return torch.stack([torch.autograd.grad(value, leaf, retain_graph=True)[0][0] for value in values])


def differentiable(net: Shape, theta: Float[Tensor, "m P"], x: Float[Tensor, "n 64"]) -> Float[Tensor, "m 7"]:
    """``nets.read`` with gradients."""
    first, last, logits = net.activations(theta, x)
    return readings(x, first.relu(), last.relu(), logits)


def explained(directions: Float[Tensor, "k P"], step: Float[Tensor, " P"]) -> float:
    """The share of the squared length of ``step`` that lies in the span of ``directions``, the best signs and weights granted."""
    basis = torch.linalg.qr(directions.double().T)[0]
    return float((basis.T @ step.double()).square().sum() / step.double().square().sum())


@dataclass(frozen=True)
class Share:
    """The explained share of minus the loss's gradient, the largest over all choices of proxies, median over the run."""

    best: float
    preregistered: float  # tc, h_rep, cka
    between_labellings: float  # cosine of the gradients for the true and for shuffled labels at the start


@once
def share(seed: int, hidden: int = 24, steps: int = 200) -> Share:
    """F granted any weights, afresh at each of six checkpoints, and the proxies that suit it best."""
    data, net, ran = nets.problem(seed, 100), nets.shape(hidden), run(seed, hidden, steps)
    table = []
    for theta in ran.theta[::4]:
        g = net.gradient(theta[None], data.x[None], data.y[None])[0]
        found = slopes(net, theta, data.held_out)
        table.append([explained(found[list(c)], g) for c in COMBINATIONS])
    medians = torch.tensor(table).median(0).values
    true, other = (net.gradient(ran.theta[:1], data.x[None], y[None])[0] for y in (data.y, data.shuffled))
    return Share(float(medians.max()), float(medians[0]), float(torch.cosine_similarity(true, other, dim=0)))


@dataclass(frozen=True)
class Maximised:
    """F at the start and after climbing it, and held-out accuracy of a linear probe before, after, and after training."""

    before: float
    after: float
    probe_before: float
    probe_after: float
    probe_trained: float


@once
def maximised(seed: int, hidden: int = 24, steps: int = 100, weight: float = 1.0) -> Maximised:
    """Adam up ``tc - weight h_rep + weight cka``, not down the loss, on the same images; the probe is ridge regression."""
    data, net, start = nets.problem(seed, 100), nets.shape(hidden), nets.start(seed, hidden)
    signs = torch.zeros(7, dtype=torch.float64)
    signs[list(COMBINATIONS[0])] = torch.tensor([1.0, -weight, weight], dtype=torch.float64)
    theta, moments, values = start, zero_moments(start), []
    for _ in range(steps):
        leaf = theta.detach().requires_grad_()
        value = differentiable(net, leaf, data.x)[0] @ signs
        moments, direction = adam(moments, torch.autograd.grad(value, leaf)[0])
        theta = theta + nets.RATES["adam"] * direction
        values.append(value.item())
    trained = run(seed, hidden, 200).theta[-1:]
    return Maximised(values[0], values[-1], *(probe(net, t, data) for t in (start, theta, trained)))


def probe(net: Shape, theta: Float[Tensor, "1 P"], data: nets.Problem) -> float:
    """Held-out accuracy of ridge regression from the last hidden layer to the labels of the training images."""
    train, test = (net.activations(theta, x)[-2][0].relu().double() for x in (data.x, data.held_out))
    scale = train.std(0).mean().clamp_min(1e-12)
    train, test = ((torch.cat([z / scale, torch.ones(len(z), 1)], 1)) for z in (train, test))
    gram = train.T @ train + 1e-2 * len(train) * torch.eye(train.shape[1])
    found = torch.linalg.solve(gram, train.T @ one_hot(data.y, dtype=torch.float64))
    return float(((test @ found).argmax(1) == data.held_out_labels).double().mean())


@once
def walk(seed: int, hidden: int = 24, steps: int = 200, name: str = "") -> Run:
    """A random walk with the run's start and the run's mean distance between checkpoints; no loss goes into it."""
    ran, data, net = run(seed, hidden, steps), nets.problem(seed, 100), nets.shape(hidden)
    length = ran.theta.diff(dim=0).norm(dim=1).mean()
    moves = torch.randn(CHECKPOINTS - 1, net.count, generator=torch_generator(seed, f"cic walk along{name}", hidden))
    moves = moves * length / moves.norm(dim=1, keepdim=True)
    rows = torch.cat([ran.theta[:1], ran.theta[0] + moves.cumsum(0)])
    return Run(rows, nets.loss(net, rows, data.x, data.y), nets.read(net, rows, data.held_out))
