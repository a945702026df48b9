"""One training run with one thing wrong in it, or several: fourteen faults, each with a severity."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from training_dynamics.diagnostics.data import VALIDATION, Task, task
from training_dynamics.toolbox.nets import mlp
from training_dynamics.toolbox.runlog import RunLog
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches

ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh, "silu": nn.SiLU, "sigmoid": nn.Sigmoid}
RATES = {"sgd": 0.05, "adam": 5e-3}
AT_THE_START = {"vanishing", "exploding", "dead_relu", "bad_start"}
SEVERAL = 64  # training examples: that many, or more, overfit in several batches an epoch
Faults = Mapping[str, float]  # each with its severity


@dataclass(frozen=True)
class Setup:
    """Data, network, optimizer and length of a run."""

    data: str = "digits"
    depth: int = 2
    width: int = 32
    activation: str = "relu"
    optimizer: str = "sgd"
    rate: float = 1.0  # times the optimizer's usual rate
    steps: int = 100
    batch: int = 32
    every: int = 100
    clip: float | None = None  # a norm that gradients are cut to
    layer: int | None = None  # hidden layer, from 0, that is dead or dies; None: all are dead, the last one dies


def run(fault: str, severity: float, setup: Setup, seed: int) -> RunLog:
    """The log of one run with a fault of that severity; ``healthy`` takes none (its severity is not used)."""
    return run_with({fault: severity}, setup, seed)


def run_with(faults: Faults, setup: Setup, seed: int) -> RunLog:
    """The log of one run with several faults at once, each at its severity."""
    setup, problem = _changed(faults, setup), _spoiled(faults, task(setup.data, seed), seed)
    model = _network(faults, setup, problem, seed)
    optimizer = _optimizer(faults, setup, model)
    batches = _batches(faults, setup, problem, seed)
    log = RunLog(
        model,
        optimizer,
        every=setup.every,
        epoch=max(1, len(problem.x) // setup.batch),
        chance=math.log(problem.classes),
    )
    evaluate_at = _evaluations(setup.steps, log.epoch or 1)
    spike = {setup.steps * 55 // 100: faults["loss_spike"]} if "loss_spike" in faults else {}
    with log:
        for step in range(setup.steps):
            index = next(batches)
            with _rate_times(optimizer, spike.get(step, 1.0)):
                log.loss(_step(faults, setup, model, optimizer, problem.x[index], problem.y[index]))
            if "dying_relu" in faults and step >= setup.steps // 3:
                _push_down(model, faults["dying_relu"], setup.layer)
            if step + 1 in evaluate_at:
                log.evaluate(*_evaluate(model, problem))
    return log


def _evaluations(steps: int, epoch: int) -> set[int]:
    """The steps after which losses of whole sets are taken: twelve times in a run, and soon after its first epoch."""
    regular = set(range(max(1, steps // 12), steps + 1, max(1, steps // 12)))
    soon = range(epoch, 3 * epoch // 2 + 1)
    return regular if epoch == 1 or regular & set(soon) else regular | {soon[-1]}


def small_set(setup: Setup) -> Setup:
    """A run that can overfit in several batches an epoch: batches a quarter as large, four times as many steps.

    SGD takes three tenths of the rate, since the usual one, for larger batches, makes the loss jump; Adam takes the same.
    """
    slower = 0.3 if setup.optimizer == "sgd" else 1.0
    return replace(setup, batch=max(1, setup.batch // 4), steps=4 * setup.steps, rate=slower * setup.rate)


def _changed(faults: Faults, setup: Setup) -> Setup:
    if AT_THE_START & set(faults):
        setup = replace(setup, optimizer="sgd")
    if "vanishing" in faults:
        setup = replace(setup, depth=int(faults["vanishing"]), activation="sigmoid")
    if "dead_relu" in faults or "dying_relu" in faults:
        setup = replace(setup, activation="relu")
    if "exploding" in faults:  # tanh would hold the forward signal: its gradients grow, its losses hardly
        setup = replace(setup, depth=max(setup.depth, 3), activation="silu" if setup.activation == "silu" else "relu")
    return small_set(setup) if faults.get("overfitting", 0) >= SEVERAL else setup


def _spoiled(faults: Faults, problem: Task, seed: int) -> Task:
    draws = {fault: torch_generator(seed, "diagnostics fault", fault) for fault in faults}
    if "shuffled_labels" in faults:
        share, draw = faults["shuffled_labels"], draws["shuffled_labels"]
        y, y_val = (_shuffled(labels, share, draw) for labels in (problem.y, problem.y_val))
        problem = replace(problem, y=y, y_val=y_val)
    if "unpredictable" in faults:  # labels in their order, and inputs of other examples, which say nothing about them
        draw = draws["unpredictable"]
        x, x_val = (rows[torch.randperm(len(rows), generator=draw)] for rows in (problem.x, problem.x_val))
        problem = replace(problem, x=x, x_val=x_val)
    if "mismatched_split" in faults:
        mixed = _mixed(problem.x.shape[1], faults["mismatched_split"], draws["mismatched_split"])
        problem = replace(problem, x_val=problem.x_val[:, mixed])
    return problem.first(int(faults["overfitting"])) if "overfitting" in faults else problem


def _mixed(n: int, share: float, draw: torch.Generator) -> Tensor:
    """The numbers below ``n``, ``share`` of them moved round in a circle of random order, the others in their places."""
    order = torch.arange(n)
    chosen = torch.randperm(n, generator=draw)[: round(share * n)]
    order[chosen] = chosen.roll(1)
    return order


def _shuffled(y: Tensor, share: float, draw: torch.Generator) -> Tensor:
    return y[_mixed(len(y), share, draw)]


def _network(faults: Faults, setup: Setup, problem: Task, seed: int) -> nn.Sequential:
    sizes = (problem.x.shape[1], *[setup.width] * setup.depth, problem.classes)
    gain = math.sqrt(2) if setup.activation in ("relu", "silu") else 1.0
    model = mlp(sizes, torch_generator(seed, "diagnostics start"), ACTIVATIONS[setup.activation], gain)
    linears = [m for m in model if isinstance(m, nn.Linear)]
    with torch.no_grad():
        linears[-1].weight.mul_(0.5)
        for linear in linears:
            linear.weight.mul_(faults.get("exploding", 1.0) * faults.get("bad_start", 1.0))
        if "dead_relu" in faults:
            for hidden in linears[:-1] if setup.layer is None else [linears[setup.layer]]:
                hidden.bias.fill_(-faults["dead_relu"])
    return model


def _optimizer(faults: Faults, setup: Setup, model: nn.Module) -> torch.optim.Optimizer:
    rate = RATES[setup.optimizer] * setup.rate * faults.get("rate_too_high", 1.0) * faults.get("rate_too_low", 1.0)
    if setup.optimizer == "adam":
        return torch.optim.Adam(model.parameters(), lr=rate, fused=True)
    return torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, fused=True)


def _batches(faults: Faults, setup: Setup, problem: Task, seed: int) -> Iterator[Tensor]:
    n, size = len(problem.x), min(setup.batch, len(problem.x))
    draw = torch_generator(seed, "diagnostics batches")
    if "wrong_order" not in faults:
        return minibatches(n, size, draw)
    order = torch.argsort(problem.y, stable=True)
    return _in_order(order[_mixed(n, 1 - faults["wrong_order"], draw)], size)


def _in_order(order: Tensor, size: int) -> Iterator[Tensor]:
    """Endless batches that go through ``order`` again and again, as a loader that does not shuffle does."""
    while True:
        yield from order[: len(order) - len(order) % size].split(size)


@contextmanager
def _rate_times(optimizer: torch.optim.Optimizer, factor: float) -> Iterator[None]:
    (group,) = optimizer.param_groups
    usual = group["lr"]
    group["lr"] = usual * factor
    yield
    group["lr"] = usual


@torch.no_grad()
def _push_down(model: nn.Module, by: float, layer: int | None) -> None:
    """Lower the biases of a hidden layer, the last one by default, as a penalty with a mistake in it would."""
    *hidden, _ = (m for m in model.modules() if isinstance(m, nn.Linear))
    hidden[-1 if layer is None else layer].bias.sub_(by)


def _step(
    faults: Faults, setup: Setup, model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor
) -> Tensor:
    scores = model(x)
    value = nn.functional.cross_entropy(scores, y)
    if "root_of_zero" in faults:  # 0, with the gradient 0 times infinity
        value = value + (scores * 0).square().sum().sqrt()
    optimizer.zero_grad()
    scale = 2.0 ** faults.get("fp16_overflow", 0.0)
    (value * scale).backward()
    if "fp16_overflow" in faults:
        _in_half_precision(model, scale)
    clip = faults.get("clipping", setup.clip)
    if clip is not None:
        nn.utils.clip_grad_norm_(model.parameters(), clip)
    if not ("fp16_overflow" in faults and setup.optimizer == "adam" and _overflowed(model)):
        optimizer.step()
    return value


def _in_half_precision(model: nn.Module, scale: float) -> None:
    """Store the gradients of the scaled loss in half precision (beyond 65,504 they are infinite), then scale them back."""
    for p in model.parameters():
        if p.grad is not None:
            p.grad.copy_(p.grad.half().float() / scale)


def _overflowed(model: nn.Module) -> bool:
    return not all(bool(torch.isfinite(p.grad).all()) for p in model.parameters() if p.grad is not None)


@torch.no_grad()
def _evaluate(model: nn.Module, problem: Task) -> tuple[Tensor, Tensor]:
    model.eval()
    found = (
        nn.functional.cross_entropy(model(problem.x[:VALIDATION]), problem.y[:VALIDATION]),
        nn.functional.cross_entropy(model(problem.x_val), problem.y_val),
    )
    model.train()
    return found
