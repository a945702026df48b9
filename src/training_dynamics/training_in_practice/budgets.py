"""Runs of the character model compared by what they reach: with and without dropout, and to a given loss by batch size."""

from __future__ import annotations

import math
from dataclasses import dataclass

from training_dynamics.lab.once import once
from training_dynamics.toolbox.names import split_names, windows
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.training_in_practice.network import CharMLP, Shape, loss_on
from training_dynamics.training_in_practice.run import Config, Run

BATCHES = (32, 64, 128, 256, 512)
RATES = (0.01, 0.02, 0.005, 0.04, 0.08)  # the likely best first: no other rate has to run for longer than it took
TARGET = 2.3  # nats a character, a little below the bigram table
LONGEST = 600


def new_run(seed: int, config: Config, hidden: int, names: int | None = None) -> Run:
    """A run that has taken no step, on all training names or on the first ``names``."""
    shape, split = Shape(hidden=hidden), split_names(seed, names)
    model = CharMLP(shape, torch_generator(seed, "budget model"))
    return Run(model, windows(split.train, shape.context), windows(split.valid, shape.context), config)


@dataclass(frozen=True)
class Ends:
    """Losses of the last weights, without dropout, on the training names and on those for validation."""

    train: float
    valid: float


@once
def ends(seed: int, dropout: float, steps: int, hidden: int = 48, names: int | None = None) -> Ends:
    """Where the base recipe ends with a rate of dropout, the same weights and batches for all rates."""
    run = new_run(seed, Config(steps=steps, dropout=dropout, evaluate_every=steps, seed=seed), hidden, names)
    while not run.finished:
        run.advance()
    return Ends(loss_on(run.model, run.train), loss_on(run.model, run.valid))


@once
def fastest(seed: int, batch: int, target: float = TARGET, hidden: int = 48) -> tuple[float, float]:
    """Fewest steps until the validation loss is ``target``, and at which constant rate of ``RATES``; a look every five."""
    best, found = math.inf, math.nan
    for rate in RATES:
        config = Config(steps=LONGEST, batch=batch, rate=rate, schedule="constant", evaluate_every=5, seed=seed)
        run = new_run(seed, config, hidden)
        while run.step < min(best, LONGEST) and not (run.evaluations and run.evaluations[-1] <= target):
            run.advance()
        if run.evaluations and run.evaluations[-1] <= target and run.step < best:
            best, found = run.step, rate
    return best, found


def steps_to(seed: int, batch: int, target: float = TARGET, hidden: int = 48) -> float:
    """The first of ``fastest``."""
    return fastest(seed, batch, target, hidden)[0]
