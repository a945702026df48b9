"""Covariate shift made on purpose: BatchNorm whose outputs are disturbed by noise with fresh statistics in every step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training_dynamics.lab.once import once
from training_dynamics.normalization.nets import Hook, Net, Parameters, gradients, sgd, train
from training_dynamics.normalization.rates import (
    BATCH,
    FAST,
    HE,
    MEMBERS,
    RATES,
    STEPS,
    TEAM_RATES,
    WIDTH,
    Sweep,
    images,
    order,
    sweep,
    team,
)
from training_dynamics.toolbox.seeds import derived_seed, torch_generator

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


def drifting_noise(generator: torch.Generator, kept: float) -> Hook:
    """:func:`noise` with a mean that drifts besides: ``kept`` times the unit's last drift, and a draw from U(-0.5, 0.5)."""
    fresh, drift = noise(generator), dict[int, Tensor]()

    def disturb(layer: int, z: Tensor) -> Tensor:
        step = torch.rand(1, 1, z.shape[-1], generator=generator) - 0.5
        drift[layer] = kept * drift[layer] + step if layer in drift else step
        return fresh(layer, z) + drift[layer]

    return disturb


@once
def drifting_sweep(seed: int, depth: int, kept: float, steps: int = STEPS, width: int = WIDTH) -> Sweep:
    """BatchNorm with drifting noise at every rate of the grid."""
    net, split = Net("batch", depth, width), images(seed)
    hook, start = drifting_noise(torch_generator(seed, "drift"), kept), net.initial(seed, len(RATES))
    _, losses = train(net, start, split.x_train, split.y_train, order(seed, steps), torch.tensor(RATES), hook)
    return Sweep(np.array(RATES), losses.double().numpy())


@once
def noisy_sweep(
    seed: int, depth: int, gain: float = HE, steps: int = STEPS, width: int = WIDTH, batch: int = BATCH
) -> Sweep:
    """BatchNorm with noise at every rate of the grid."""
    net, split = Net("batch", depth, width, gain=gain), images(seed)
    hook = noise(torch_generator(seed, "normalization noise"))
    start, grid = net.initial(seed, len(RATES)), torch.tensor(RATES)
    _, losses = train(net, start, split.x_train, split.y_train, order(seed, steps, batch), grid, hook)
    return Sweep(np.array(RATES), losses.double().numpy())


@once
def noisy_team(seed: int, depth: int, width: int = WIDTH) -> tuple[Sweep, ...]:
    """The initial networks of ``rates.team`` on the same batches, with BatchNorm and noise."""
    net, split, rates = Net("batch", depth, width), images(seed), TEAM_RATES["batch"]
    starts = [net.initial(derived_seed(seed, "team", m), len(rates)) for m in range(MEMBERS)]
    stacked = [torch.cat(parts) for parts in zip(*starts)]
    grid, hook = torch.tensor(rates).repeat(MEMBERS), noise(torch_generator(seed, "normalization noise"))
    _, losses = train(net, stacked, split.x_train, split.y_train, order(seed, STEPS), grid, hook)
    each = losses.double().numpy().reshape(STEPS, MEMBERS, len(rates))
    return tuple(Sweep(np.array(rates), each[:, m]) for m in range(MEMBERS))


def gain_taken(seed: int, depth: int, goal: float = FAST, width: int = WIDTH) -> float:
    """The part of the steps that BatchNorm saves which noise costs again, each network at its own best rate.

    Steps are the medians of teams: a single network that gains little, or does not arrive, would rule a mean of shares.
    """
    teams = team(seed, "none", depth, width), team(seed, "batch", depth, width), noisy_team(seed, depth, width)
    plain, batch, noisy = (np.median([run.steps_to(goal).min() for run in runs]) for runs in teams)
    return float((noisy - batch) / (plain - batch))


@dataclass(frozen=True)
class Shift:
    """Training at one rate: ``shift`` is how far the layers' inputs move in a step, ``losses`` the loss of each step (nats).

    The shift of a unit is the distance between its means over PROBE fixed images before and after a step, in standard
    deviations; ``shift``, shape ``(steps,)``, averages it over the units of all hidden layers, after normalisation and noise.
    """

    shift: np.ndarray
    losses: np.ndarray


@once
def shift(
    seed: int,
    kind: str,
    depth: int,
    rate: float,
    noisy: bool = False,
    steps: int = 60,
    width: int = WIDTH,
) -> Shift:
    """Train at one rate and measure the covariate shift of every step."""
    net, split = Net(kind, depth, width), images(seed)
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


def at_best_rates(seed: int, depth: int, steps: int = 60, width: int = WIDTH) -> tuple[Shift, Shift]:
    """The plain network and noisy BatchNorm, each trained at the rate that is fastest for it."""
    plain, noisy = sweep(seed, "none", depth, width=width), noisy_sweep(seed, depth, width=width)
    return (
        shift(seed, "none", depth, plain.best_rate, steps=steps, width=width),
        shift(seed, "batch", depth, noisy.best_rate, noisy=True, steps=steps, width=width),
    )


@once
def gradient_shift(seed: int, kind: str, depth: int, rate: float, steps: int = 20, width: int = WIDTH) -> np.ndarray:
    """How much the gradient of a layer changes when the layers before it take their step; shape ``(steps,)``.

    |G' - G| / |G| for each hidden matrix but the first and for the output matrix, with G at the old weights and G' after
    the layers before it have moved; the median over these matrices.  Source: Santurkar et al. 2018, definition 2.1, which
    takes the difference itself; here it is relative, because norms change the size of gradients.
    """
    net, split, eta = Net(kind, depth, width), images(seed), torch.tensor([rate])
    parameters, changes = net.initial(seed), []
    for index in order(seed, steps):
        x, y = split.x_train[index], split.y_train[index]
        _, g = gradients(net, parameters, x, y)
        moved = sgd(parameters, g, eta)
        _, g_mixed = gradients(net, _moved_below(net, parameters, moved), x, y)
        matrices = range(net.per_layer, len(g), net.per_layer)
        change = [(g_mixed[i][row] - g[i][0]).norm() / g[i][0].norm() for row, i in enumerate(matrices)]
        changes.append(float(torch.stack(change).median()))
        parameters = moved
    return np.array(changes)


def _moved_below(net: Net, old: Parameters, new: Parameters) -> Parameters:
    """A stack of ``depth`` networks: in row ``r`` the layers 0 to r are new and the others old."""
    return [
        torch.cat([n if i // net.per_layer <= row else o for row in range(net.depth)])
        for i, (o, n) in enumerate(zip(old, new))
    ]
