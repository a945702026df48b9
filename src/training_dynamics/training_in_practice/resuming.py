"""Runs that are killed and go on: what has to be kept."""

from __future__ import annotations

import io

import torch

from training_dynamics.toolbox.names import split_names, windows
from training_dynamics.toolbox.nets import flat_parameters
from training_dynamics.toolbox.seeds import numpy_generator, torch_generator
from training_dynamics.training_in_practice.network import CharMLP, Shape
from training_dynamics.training_in_practice.run import Config, Run, train


def fresh_run(seed: int, steps: int, hidden: int = 16) -> Run:
    """A small run with everything in it that can go wrong: momentum, a schedule, clipping, decay, patience."""
    shape, split = Shape(hidden=hidden), split_names(seed, 200)
    config = Config(
        steps=steps,
        batch=32,
        schedule="cosine",
        warmup=5,
        decay=0.01,
        clip=0.8,
        evaluate_every=10,
        patience=50,
        seed=seed,
    )
    model = CharMLP(shape, torch_generator(seed, "resumed run"))
    return Run(model, windows(split.train, shape.context), windows(split.valid[:100], shape.context), config)


def resumed(seed: int, steps: int, forget: str = "", hidden: int = 16) -> tuple[Run, Run]:
    """A run that was never stopped, and one that was killed at a random step and went on from what it had written.

    ``forget`` leaves one part of the state at what a new run has: ``optimizer``, or ``records`` (which hold the step).
    """
    whole, first = fresh_run(seed, steps, hidden), fresh_run(seed, steps, hidden)
    killed = int(numpy_generator(seed, "killed at", steps).integers(steps // 5, steps * 4 // 5))
    for _ in range(killed):
        first.advance()
    file = io.BytesIO()
    torch.save(first.state(), file)
    second = fresh_run(seed, steps, hidden)
    state = torch.load(io.BytesIO(file.getvalue()), weights_only=True)
    if forget:
        state[forget] = second.state()[forget]
    second.restore(state)
    return train(whole), train(second)


def differences(a: Run, b: Run) -> int:
    """How many numbers differ between two runs: weights, losses, gradient norms, evaluations."""
    pairs = [(a.losses, b.losses), (a.norms, b.norms), (a.evaluations, b.evaluations)]
    records = sum(x != y for one, other in pairs for x, y in zip(one, other, strict=True))
    return records + int((flat_parameters(a.model) != flat_parameters(b.model)).sum())


def apart(a: Run, b: Run, start: Run) -> float:
    """The distance between the weights of two runs, over how far the first has come from its start."""
    ends = [flat_parameters(run.model) for run in (a, b, start)]
    return float((ends[0] - ends[1]).norm() / (ends[0] - ends[2]).norm())
