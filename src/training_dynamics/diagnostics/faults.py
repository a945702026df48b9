"""One training run with one thing wrong in it: fourteen faults, each with a severity."""

from __future__ import annotations

import math
from collections.abc import Iterator
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
AT_THE_START = ("vanishing", "exploding", "dead_relu", "bad_start")


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


def run(fault: str, severity: float, setup: Setup, seed: int) -> RunLog:
    """The log of one run with a fault of that severity; ``healthy`` takes none (its severity is not used)."""
    setup, problem = _changed(fault, severity, setup), _spoiled(fault, severity, task(setup.data, seed), seed)
    model = _network(fault, severity, setup, problem, seed)
    optimizer = _optimizer(fault, severity, setup, model)
    batches = _batches(fault, severity, setup, problem, seed)
    log = RunLog(
        model,
        optimizer,
        every=setup.every,
        epoch=max(1, len(problem.x) // setup.batch),
        chance=math.log(problem.classes),
    )
    evaluate_at = max(1, setup.steps // 12)
    bad = setup.steps * 55 // 100 if fault == "loss_spike" else -1
    with log:
        for step in range(setup.steps):
            index = next(batches)
            with _rate_times(optimizer, severity if step == bad else 1.0):
                log.loss(_step(fault, severity, setup, model, optimizer, problem.x[index], problem.y[index]))
            if fault == "dying_relu" and step >= setup.steps // 3:
                _push_down(model, severity)
            if (step + 1) % evaluate_at == 0:
                log.evaluate(*_evaluate(model, problem))
    return log


def _changed(fault: str, severity: float, setup: Setup) -> Setup:
    if fault in AT_THE_START:
        setup = replace(setup, optimizer="sgd")
    if fault == "vanishing":
        return replace(setup, depth=int(severity), activation="sigmoid")
    if fault in ("dead_relu", "dying_relu"):
        return replace(setup, activation="relu")
    if fault == "exploding":  # tanh would hold the forward signal: its gradients grow, its losses hardly
        return replace(setup, depth=max(setup.depth, 3), activation="silu" if setup.activation == "silu" else "relu")
    return setup


def _spoiled(fault: str, severity: float, problem: Task, seed: int) -> Task:
    draw = torch_generator(seed, "diagnostics fault", fault)
    if fault == "overfitting":
        return problem.first(int(severity))
    if fault == "shuffled_labels":
        return replace(problem, y=_shuffled(problem.y, severity, draw), y_val=_shuffled(problem.y_val, severity, draw))
    if (
        fault == "unpredictable"
    ):  # labels in their order, and inputs that say nothing about them: those of other examples
        x, x_val = (rows[torch.randperm(len(rows), generator=draw)] for rows in (problem.x, problem.x_val))
        return replace(problem, x=x, x_val=x_val)
    if fault == "mismatched_split":
        return replace(problem, x_val=problem.x_val[:, _mixed(problem.x.shape[1], severity, draw)])
    return problem


def _mixed(n: int, share: float, draw: torch.Generator) -> Tensor:
    """The numbers below ``n``, ``share`` of them moved round in a circle of random order, the others in their places."""
    order = torch.arange(n)
    chosen = torch.randperm(n, generator=draw)[: round(share * n)]
    order[chosen] = chosen.roll(1)
    return order


def _shuffled(y: Tensor, share: float, draw: torch.Generator) -> Tensor:
    return y[_mixed(len(y), share, draw)]


def _network(fault: str, severity: float, setup: Setup, problem: Task, seed: int) -> nn.Sequential:
    sizes = (problem.x.shape[1], *[setup.width] * setup.depth, problem.classes)
    gain = math.sqrt(2) if setup.activation in ("relu", "silu") else 1.0
    model = mlp(sizes, torch_generator(seed, "diagnostics start"), ACTIVATIONS[setup.activation], gain)
    linears = [m for m in model if isinstance(m, nn.Linear)]
    with torch.no_grad():
        linears[-1].weight.mul_(0.5)
        for linear in linears:
            if fault in ("exploding", "bad_start"):
                linear.weight.mul_(severity)
        for linear in linears[:-1]:
            if fault == "dead_relu":
                linear.bias.fill_(-severity)
    return model


def _optimizer(fault: str, severity: float, setup: Setup, model: nn.Module) -> torch.optim.Optimizer:
    rate = RATES[setup.optimizer] * setup.rate * (severity if fault in ("rate_too_high", "rate_too_low") else 1.0)
    if setup.optimizer == "adam":
        return torch.optim.Adam(model.parameters(), lr=rate, fused=True)
    return torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, fused=True)


def _batches(fault: str, severity: float, setup: Setup, problem: Task, seed: int) -> Iterator[Tensor]:
    n, size = len(problem.x), min(setup.batch, len(problem.x))
    draw = torch_generator(seed, "diagnostics batches")
    if fault != "wrong_order":
        return minibatches(n, size, draw)
    order = torch.argsort(problem.y, stable=True)
    return _in_order(order[_mixed(n, 1 - severity, draw)], size)


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
def _push_down(model: nn.Module, by: float) -> None:
    """Lower the biases of the last hidden layer, as a penalty with a mistake in it would; the layers before stay as they are."""
    *_, hidden, _ = (m for m in model.modules() if isinstance(m, nn.Linear))
    hidden.bias.sub_(by)


def _step(
    fault: str, severity: float, setup: Setup, model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor
) -> Tensor:
    scores = model(x)
    value = nn.functional.cross_entropy(scores, y)
    if fault == "root_of_zero":  # 0, with the gradient 0 times infinity
        value = value + (scores * 0).square().sum().sqrt()
    optimizer.zero_grad()
    if fault == "fp16_overflow":
        _half_precision_step(value, model, optimizer, 2.0**severity, skip=setup.optimizer == "adam")
        return value
    value.backward()
    clip = severity if fault == "clipping" else setup.clip
    if clip is not None:
        nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    return value


def _half_precision_step(
    value: Tensor, model: nn.Module, optimizer: torch.optim.Optimizer, scale: float, skip: bool
) -> None:
    """Gradients of the scaled loss stored in half precision (beyond 65,504 they are infinite), then scaled back."""
    (value * scale).backward()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    for gradient in gradients:
        gradient.copy_(gradient.half().float() / scale)
    if not skip or all(bool(torch.isfinite(g).all()) for g in gradients):
        optimizer.step()


@torch.no_grad()
def _evaluate(model: nn.Module, problem: Task) -> tuple[Tensor, Tensor]:
    model.eval()
    found = (
        nn.functional.cross_entropy(model(problem.x[:VALIDATION]), problem.y[:VALIDATION]),
        nn.functional.cross_entropy(model(problem.x_val), problem.y_val),
    )
    model.train()
    return found
