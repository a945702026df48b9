"""Covariate shift made on purpose: BatchNorm whose outputs are disturbed by noise with fresh statistics in every step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor

from training_dynamics.normalization_nets import Hook, Net, train
from training_dynamics.normalization_rates import HE, RATES, STEPS, Sweep, images, order, sweep
from training_dynamics.toolbox.seeds import torch_generator

PROBE = 256


def noise(generator: torch.Generator) -> Hook:
    """A hook that returns a z + m, with the distribution of a and m drawn anew for every unit at every call.

    Each unit draws a mean from U(-0.5, 0.5) and a scale from U(1, 1.25); every activation adds its own spread of 0.1.
    All networks of a stack see the same noise.  After the noisy BatchNorm of Santurkar et al. 2018 (arXiv:1805.11604).
    """

    def disturb(layer: int, z: Tensor) -> Tensor:
        batch, units = z.shape[-2:]
        mean = torch.rand(1, 1, units, generator=generator) - 0.5
        scale = 1 + 0.25 * torch.rand(1, 1, units, generator=generator)
        a = scale + 0.1 * torch.randn(1, batch, units, generator=generator)
        m = mean + 0.2 * torch.rand(1, batch, units, generator=generator) - 0.1
        return a * z + m

    return disturb


@cache
def noisy_sweep(seed: int, depth: int, gain: float = HE) -> Sweep:
    """BatchNorm with noise at every rate of the grid."""
    net, split = Net("batch", depth, gain=gain), images(seed)
    hook = noise(torch_generator(seed, "normalization noise"))
    start, grid = net.initial(seed, len(RATES)), torch.tensor(RATES)
    _, losses = train(net, start, split.x_train, split.y_train, order(seed, STEPS), grid, hook)
    return Sweep(np.array(RATES), losses.double().numpy())


@dataclass(frozen=True)
class Shift:
    """Training at one rate: ``shift`` is how far the layers' inputs move in a step, ``losses`` the loss of each step (nats).

    The shift of a unit is the distance between its means over PROBE fixed images before and after a step, in standard
    deviations; ``shift``, shape ``(steps,)``, averages it over the units of all hidden layers, after normalisation and noise.
    """

    shift: np.ndarray
    losses: np.ndarray


@cache
def shift(seed: int, kind: str, depth: int, rate: float, noisy: bool = False, steps: int = 60) -> Shift:
    """Train at one rate and measure the covariate shift of every step."""
    net, split = Net(kind, depth), images(seed)
    disturb = noise(torch_generator(seed, "normalization noise")) if noisy else None
    eta, parameters = torch.tensor([rate]), net.initial(seed)
    shifts, losses = [], []
    before = _moments(net, parameters, split.x_train[:PROBE], disturb)
    for index in order(seed, steps):
        parameters, loss = train(net, parameters, split.x_train, split.y_train, index[None], eta, disturb)
        after = _moments(net, parameters, split.x_train[:PROBE], disturb)
        moved = [((m - m0).abs() / s0).mean() for (m0, s0), (m, _) in zip(before, after)]
        shifts.append(float(torch.stack(moved).mean()))
        losses.append(float(loss[0, 0]))
        before = after
    return Shift(np.array(shifts), np.array(losses))


@torch.no_grad()
def _moments(net: Net, parameters: list[Tensor], x: Tensor, disturb: Hook | None) -> list[tuple[Tensor, Tensor]]:
    seen: list[tuple[Tensor, Tensor]] = []

    def look(layer: int, z: Tensor) -> Tensor:
        out = z if disturb is None else disturb(layer, z)
        seen.append((out.mean(1), out.std(1) + 1e-6))
        return out

    net.logits(parameters, x, look)
    return seen


def at_best_rates(seed: int, depth: int) -> tuple[Shift, Shift, Shift]:
    """Plain network, BatchNorm and noisy BatchNorm, each trained at the rate that is fastest for it."""
    return (
        shift(seed, "none", depth, sweep(seed, "none", depth).best_rate),
        shift(seed, "batch", depth, sweep(seed, "batch", depth).best_rate),
        shift(seed, "batch", depth, noisy_sweep(seed, depth).best_rate, noisy=True),
    )
