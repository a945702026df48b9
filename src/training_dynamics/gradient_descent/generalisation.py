"""How the test error moves along a run, and what the training loss does not say about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.gradient_descent.digits import copies
from training_dynamics.gradient_descent.networks import Params, Task, error_rates, outputs, train
from training_dynamics.lab.once import once
from training_dynamics.toolbox.data import digits, one_hot, with_label_noise
from training_dynamics.toolbox.seeds import torch_generator


@dataclass(frozen=True)
class TwoFits:
    """Two networks that fit the same images equally well: training losses and test errors."""

    losses: tuple[float, float]
    errors: tuple[float, float]
    random_error: float  # training error of the second on the random labels that it learned first


@once
def two_fits(seed: int, examples: int = 200, width: int = 64, goal: float = 0.02, limit: int = 600) -> TwoFits:
    """One from a random start, one from weights that fit random labels first; both stopped at the same training loss."""
    data = digits(seed, examples)
    shuffled = data.y_train[torch.randperm(examples, generator=torch_generator(seed, "gradient descent shuffled"))]
    fresh = copies(seed, 1, width)
    spoiled = train(fresh, Task(data.x_train, one_hot(shuffled)), 0.2, limit, momentum=0.9)
    random_error = float(error_rates(spoiled, data.x_train, shuffled)[0])
    task = Task(data.x_train, one_hot(data.y_train))
    ends = [until(params, task, goal, limit) for params in (fresh, spoiled)]
    losses = tuple(float(task.losses(p)[0]) for p in ends)
    errors = tuple(float(error_rates(p, data.x_test, data.y_test)[0]) for p in ends)
    return TwoFits(losses, errors, random_error)  # type: ignore[arg-type]


def until(params: Params, task: Task, goal: float, limit: int, rate: float = 0.5) -> Params:
    """Full-batch descent until the loss is at most ``goal``; raises RuntimeError after ``limit`` steps."""
    for _ in range(0, limit, 10):
        if float(task.losses(params)[0]) <= goal:
            return params
        params = train(params, task, rate, 10)
    raise RuntimeError(f"the loss is still above {goal} after {limit} steps")


@dataclass(frozen=True)
class Course:
    """Training losses and errors along a run: on one half of the unseen images, and on the other (``validation``)."""

    steps: Float[ndarray, " times"]
    errors: Float[ndarray, " times"]
    validation: Float[ndarray, " times"]
    losses: Float[ndarray, " times"]

    @property
    def lost(self) -> float:
        """By how much the error at the end exceeds the least one on the way."""
        return float(self.errors[-1] - self.errors.min())

    @property
    def stopped(self) -> float:
        """The error of the weights whose validation error is least."""
        return float(self.errors[np.argmin(self.validation)])


@once
def course(seed: int, noise: float = 0.3, width: int = 64, examples: int = 200, steps: int = 600) -> Course:
    """Descent with momentum on digits of which a share ``noise`` has wrong labels."""
    data = digits(seed, examples)
    labels = with_label_noise(data.y_train, noise, torch_generator(seed, "gradient descent flips"))
    task, seen = Task(data.x_train, one_hot(labels)), []

    def look(step: int, params: Params) -> None:
        if step % (5 if step < 100 else 25) == 0:
            wrong = (outputs(params, data.x_test)[0].argmax(-1) != data.y_test).double()
            half = len(wrong) // 2
            seen.append([step, float(wrong[:half].mean()), float(wrong[half:].mean()), float(task.losses(params)[0])])

    train(copies(seed, 1, width), task, 0.2, steps, momentum=0.9, watch=look)
    return Course(*np.array(seen).T)
