"""Small experiments beside the panel: what tells two faults apart, and what cannot."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from scipy.stats import norm
from torch import nn

from training_dynamics.diagnostics.data import task
from training_dynamics.diagnostics.faults import ACTIVATIONS, RATES, Setup, run
from training_dynamics.diagnostics.judged import DATA, HELD_OUT, MILD, NETWORKS
from training_dynamics.lab.once import once
from training_dynamics.toolbox.diagnose import diagnose
from training_dynamics.toolbox.nets import mlp
from training_dynamics.toolbox.readings import Readings, read
from training_dynamics.toolbox.runlog import RunLog
from training_dynamics.toolbox.seeds import numpy_generator, torch_generator
from training_dynamics.toolbox.train import minibatches

LARGEST_HALF = 65504.0


def setups(steps: int = 100, width: int | None = None) -> list[Setup]:
    """Both held-out networks on both sets of data."""
    plain = [replace(network, data=data, steps=steps) for network in NETWORKS for data in DATA]
    return plain if width is None else [replace(setup, width=width) for setup in plain]


@once
def share_called(
    fault: str, name: str, seed: int, steps: int = 100, width: int = 32, data: tuple[str, ...] = ("digits", "clusters")
) -> float:
    """The share of four runs with a fault, two networks on two problems of equal classes, that the rules give ``name``."""
    turns = [replace(network, data=d, steps=steps, width=width) for network in NETWORKS for d in data]
    return float(np.mean([diagnose(run(fault, 1.0, setup, seed)).name == name for setup in turns]))


@once
def drawn_called_shuffled(seed: int, steps: int = 100, width: int = 32) -> float:
    """The share of six runs, two networks on all problems, called shuffled though each label was drawn alone, by chance."""
    problems = ("digits", "clusters", "teacher")
    turns = [replace(network, data=d, steps=steps, width=width) for network in NETWORKS for d in problems]
    return float(np.mean([diagnose(labels_by_chance(setup, seed)).name == "shuffled_labels" for setup in turns]))


def labels_by_chance(setup: Setup, seed: int) -> RunLog:
    """The log of a run whose labels, of training and validation, are drawn without a look at inputs or true labels.

    All classes are equally likely.  Evaluated at the end of every epoch.
    """
    problem, draw = task(setup.data, seed), torch_generator(seed, "diagnostics labels by chance")
    y, y_val = (torch.randint(problem.classes, (len(x),), generator=draw) for x in (problem.x, problem.x_val))
    sizes = (problem.x.shape[1], *[setup.width] * setup.depth, problem.classes)
    model = mlp(sizes, torch_generator(seed, "diagnostics start"), ACTIVATIONS[setup.activation])
    optimizer, epoch, loss_of = usual(model, setup.optimizer), len(y) // setup.batch, nn.functional.cross_entropy
    batches = minibatches(len(y), setup.batch, torch_generator(seed, "diagnostics batches"))
    with RunLog(model, optimizer, epoch=epoch, chance=math.log(problem.classes)) as log:
        for step, index in zip(range(1, setup.steps + 1), batches):
            value = loss_of(model(problem.x[index]), y[index])
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            log.loss(value)
            if step % epoch == 0 or step == setup.steps:
                with torch.no_grad():
                    log.evaluate(loss_of(model(problem.x), y), loss_of(model(problem.x_val), y_val))
    return log


def usual(model: nn.Module, optimizer: str) -> torch.optim.Optimizer:
    """Adam, or SGD with momentum, at the rate that healthy runs have."""
    if optimizer == "adam":
        return torch.optim.Adam(model.parameters(), lr=RATES["adam"])
    return torch.optim.SGD(model.parameters(), lr=RATES["sgd"], momentum=0.9)


@once
def mild_called_healthy(seed: int, steps: int = 100, width: int = 32) -> float:
    """The share of fourteen runs, one with each fault at a mild severity, that pass as healthy."""
    turns = setups(steps, width)
    said = [diagnose(run(fault, value, turns[i % 4], seed)).name for i, (fault, value) in enumerate(MILD.items())]
    return float(np.mean([name == "healthy" for name in said]))


@once
def clipped(seed: int, norm: float, optimizer: str, steps: int = 100, width: int = 24) -> tuple[float, float]:
    """An always clipped run: mean distance of its losses from those at a rate as much lower; what clipping adds at the end."""
    setup = Setup(width=width, optimizer=optimizer, steps=steps)
    cut = run("clipping", norm, setup, seed)
    slow = run("rate_too_low", read(cut).cut, setup, seed).series().loss
    free = run("healthy", 0.0, setup, seed).series().loss
    loss = cut.series().loss
    last = slice(-max(1, steps // 10), None)
    chance = math.log(10)
    return float(np.abs(loss - slow).mean() / chance), float((np.median(loss[last]) - np.median(free[last])) / chance)


@once
def lost_down_to(seed: int, log2_scale: int = 23, width: int = 24) -> float:
    """The least rate, in units of the usual one, down to which half precision loses every run in one step; inf for none."""
    reached = math.inf
    for rate in (1.0, 0.1, 0.01, 1e-3, 1e-4):
        if read(run("fp16_overflow", log2_scale, Setup(width=width, rate=rate, steps=20), seed)).lost != 1:
            break
        reached = rate
    return reached


@once
def dying_or_spike(seed: int, steps: int = 100, width: int = 32) -> float:
    """How much farther a loss leaves when a spike hits a ReLU network than when one of its layers dies: ratio of largest losses.

    The least of four runs with a spike of a middle held-out severity over the greatest of four with a dying layer.
    """
    turns = [replace(setup, activation="relu") for setup in setups(steps, width)]
    spikes, dying = (
        [read(run(fault, severity, setup, seed)).peak for setup in turns]
        for fault, severity in (("loss_spike", 500), ("dying_relu", 3))
    )
    return float(min(spikes) / max(dying))


@once
def layer_named(seed: int, steps: int = 100, depth: int = 3) -> tuple[float, float]:
    """Shares of runs with one dead or one dying layer in which the rules name the fault, and that layer with it.

    Both faults, every hidden layer of ReLU networks of that depth, two widths and problems; held-out severities in turn.
    """
    turns = [replace(setup, activation="relu", depth=depth) for setup in setups(steps)]
    named, placed = [], []
    for fault in ("dead_relu", "dying_relu"):
        for layer in range(depth):
            for i, setup in enumerate(turns):
                severity = HELD_OUT[fault][(seed + layer + i) % len(HELD_OUT[fault])]
                found = diagnose(run(fault, severity, replace(setup, layer=layer), seed))
                named.append(found.name == fault)
                placed.append(found.name == fault and found.layer == layer + 1)
    return float(np.mean(named)), float(np.mean(placed))


@once
def layer_factor(seed: int, width: int = 32, depths: tuple[int, int] = (5, 10)) -> float:
    """By what each further sigmoid layer multiplies first over last gradient, from networks of two depths at the start."""
    shallow, deep = (read(run("vanishing", d, Setup(width=width, steps=2), seed)).decay for d in depths)
    return float((deep / shallow) ** (1 / (depths[1] - depths[0])))


@once
def norms(seed: int, width: int = 32, depth: int = 8) -> tuple[float, float]:
    """Whole and first-layer gradient of a deep sigmoid network at the start, each over that of a healthy network."""
    deep, plain = (run(fault, depth, Setup(width=width, steps=2), seed).series() for fault in ("vanishing", "healthy"))
    return float(deep.gradient[0] / plain.gradient[0]), float(deep.layers[0, 0] / plain.layers[0, 0])


@once
def first_sgd_step(seed: int, width: int = 24) -> float:
    """Largest relative error over layers of: SGD's first change is rate times gradient."""
    found = run("healthy", 0.0, Setup(width=width, steps=2), seed).series()
    return float(np.abs(found.updates[0] / (RATES["sgd"] * found.layers[0]) - 1).max())


@once
def first_adam_step(seed: int, width: int = 24, times: float = 1.0) -> float:
    """Largest relative error over layers of: Adam's first change is rate times the root of the count.

    The loss, and so every gradient, is multiplied by ``times``.
    """
    problem, draw = task("digits", seed), torch_generator(seed, "diagnostics batches")
    model = mlp((64, width, width, 10), torch_generator(seed, "diagnostics start"))
    optimizer = torch.optim.Adam(model.parameters(), lr=RATES["adam"])
    index = next(minibatches(len(problem.x), 32, draw))
    with RunLog(model, optimizer) as log:
        value = times * nn.functional.cross_entropy(model(problem.x[index]), problem.y[index])
        value.backward()
        optimizer.step()
        log.loss(value)
    entries = np.array([64 * width, width * width, width * 10])
    return float(np.abs(log.series().updates[0] / (RATES["adam"] * np.sqrt(entries)) - 1).max())


@once
def zero_head(seed: int, optimizer: str = "sgd", width: int = 24, steps: int = 100) -> Readings:
    """The readings of a run at the usual rate whose last layer starts with weights of zero."""
    problem, draw = task("digits", seed), torch_generator(seed, "diagnostics batches")
    model = mlp((64, width, width, 10), torch_generator(seed, "diagnostics start"))
    nn.init.zeros_(list(model.parameters())[-2])
    by = usual(model, optimizer)
    with RunLog(model, by, chance=math.log(10)) as log:
        for index, _ in zip(minibatches(len(problem.x), 32, draw), range(steps)):
            value = nn.functional.cross_entropy(model(problem.x[index]), problem.y[index])
            by.zero_grad()
            value.backward()
            by.step()
            log.loss(value)
    return read(log)


def silent_share(shift: float, examples: int) -> float:
    """Share of units with pre-activations from N(-shift, 1) that no one of ``examples`` wakes: the normal cdf to that power."""
    return float(norm.cdf(shift) ** examples)


@once
def silent_on_a_batch(seed: int, shift: float = 2.0, batch: int = 32, units: int = 2000) -> tuple[float, float]:
    """The share of such units that are silent on one batch, and that are on 5,000 examples."""
    z = numpy_generator(seed, "diagnostics silent").standard_normal((5000, units)) - shift
    return float((z[:batch] <= 0).all(0).mean()), float((z <= 0).all(0).mean())


@once
def half_precision(
    seed: int, dynamic: bool, log2_scale: int = 24, steps: int = 100, width: int = 24
) -> tuple[Float[ndarray, " steps"], Float[ndarray, " steps"]]:
    """Losses and scales of a run whose scaled gradients are kept in half precision; ``dynamic`` halves the scale at overflow.

    A step with a gradient that is not finite is left out.  After 50 good steps a dynamic scale doubles.
    """
    problem, draw = task("digits", seed), torch_generator(seed, "diagnostics batches")
    model = mlp((64, width, width, 10), torch_generator(seed, "diagnostics start"))
    optimizer = torch.optim.SGD(model.parameters(), lr=RATES["sgd"], momentum=0.9)
    scale, good, losses, scales = 2.0**log2_scale, 0, [], []
    for index, _ in zip(minibatches(len(problem.x), 32, draw), range(steps)):
        value = nn.functional.cross_entropy(model(problem.x[index]), problem.y[index])
        optimizer.zero_grad()
        (value * scale).backward()
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        for gradient in gradients:
            gradient.copy_(gradient.half().float() / scale)
        losses.append(value.item())
        scales.append(scale)
        finite = all(bool(torch.isfinite(g).all()) for g in gradients)
        if finite:
            optimizer.step()
        if dynamic:
            scale, good = next_scale(scale, good, finite)
    return np.array(losses), np.array(scales)


def next_scale(scale: float, good: int, finite: bool, interval: int = 50) -> tuple[float, int]:
    """The loss scale and the count of good steps after a step: halved at once, doubled after ``interval`` good steps."""
    if not finite:
        return scale / 2, 0
    return (scale * 2, 0) if good + 1 == interval else (scale, good + 1)


@once
def cured(seed: int, log2_scale: int = 24, steps: int = 100, width: int = 24) -> tuple[float, float]:
    """Final loss in units of chance, with a dynamic scale and with a scale that stays; median of the last ten steps."""
    dynamic, static = (half_precision(seed, kind, log2_scale, steps, width)[0][-10:] for kind in (True, False))
    return float(np.median(dynamic) / math.log(10)), float(np.median(static) / math.log(10))
