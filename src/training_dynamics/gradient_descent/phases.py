"""Phases of a run: low frequencies first, simple rules first, and curvature that moves late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.gradient_descent.curvature import sharpness
from training_dynamics.gradient_descent.digits import copies, task_of
from training_dynamics.gradient_descent.networks import Params, Task, outputs, start, train
from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import torch_generator

FREQUENCIES = (1, 2, 4, 8)


@dataclass(frozen=True)
class Spectrum:
    """The amplitude that a network has learned of each frequency, along its run; the target's is 1."""

    steps: Float[ndarray, " times"]
    amplitudes: Float[ndarray, "times frequencies"]

    @property
    def half_times(self) -> Float[ndarray, " frequencies"]:
        """First step at which a frequency has half of its amplitude; infinite where it never has."""
        there = self.amplitudes >= 0.5
        return np.where(there.any(0), self.steps[there.argmax(0)], np.inf)


@once
def spectral(seed: int, width: int = 128, rate: float = 0.1, steps: int = 1500) -> Spectrum:
    """A ReLU network learns cosines of equal amplitude and random phase on a circle; ``rate`` is divided by the width."""
    angle = 2 * torch.pi * torch.arange(64) / 64
    phase = 2 * torch.pi * torch.rand(len(FREQUENCIES), generator=torch_generator(seed, "gradient descent phase"))
    waves = torch.stack([torch.cos(k * angle + p) for k, p in zip(FREQUENCIES, phase)], 1)
    x = torch.stack([torch.cos(angle), torch.sin(angle)], 1)
    task = Task(x, waves.sum(1, keepdim=True), "squared", "relu")
    seen = []

    def look(step: int, params: Params) -> None:
        if step % 5 == 0:
            out = outputs(params, x, task.activation)[0, :, 0]
            seen.append((step, (waves.T @ out).numpy() * 2 / len(angle)))

    params = start([seed], (2, width, 1), 2**0.5, name="spectral")
    params[2] = params[2] / 10  # nearly no output at first, so that no amplitude is there by chance
    train(params, task, rate / width, steps, momentum=0.9, watch=look)
    times, amplitudes = zip(*seen)
    return Spectrum(np.array(times), np.array(amplitudes))


@once
def sharpness_along(
    seed: int,
    loss: str = "cross-entropy",
    width: int = 32,
    rate: float = 0.2,
    steps: tuple[int, ...] = (0, 30, 100, 800),
) -> Float[ndarray, " steps"]:
    """The sharpness after those numbers of full-batch steps on 100 digits."""
    task, params, done, found = task_of(seed, 100, loss), copies(seed, 1, width), 0, []
    for step in steps:
        params, done = train(params, task, rate, step - done), step
        found.append(sharpness(task, params))
    return np.array(found)
