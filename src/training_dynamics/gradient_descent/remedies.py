"""Two usual remedies against a test error that rises or stays: smoothed labels, and shifted copies of the images."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.gradient_descent.digits import copies
from training_dynamics.gradient_descent.generalisation import course
from training_dynamics.gradient_descent.networks import Task, error_rates, train
from training_dynamics.lab.once import once
from training_dynamics.toolbox.data import digits, one_hot, with_label_noise
from training_dynamics.toolbox.seeds import torch_generator


@once
def smoothed_above_stopped(
    seed: int, noise: float = 0.3, width: int = 64, smoothing: float = 0.1, examples: int = 200, steps: int = 600
) -> float:
    """Test error at the end of the run of ``course``, its labels smoothed, minus that of the run stopped early without."""
    data = digits(seed, examples)
    labels = with_label_noise(data.y_train, noise, torch_generator(seed, "gradient descent flips"))
    soft = (1 - smoothing) * one_hot(labels) + smoothing / 10
    end = train(copies(seed, 1, width), Task(data.x_train, soft), 0.2, steps, momentum=0.9)
    half = len(data.y_test) // 2
    error = float(error_rates(end, data.x_test[:half], data.y_test[:half])[0])
    return error - course(seed, noise, width, examples, steps).stopped


@once
def gained_by_shifts(seed: int, width: int = 64, examples: int = 100, steps: int = 600) -> float:
    """Test error without minus that with four copies of each image, shifted by one pixel; labels are right."""
    data = digits(seed, examples)
    y, start = one_hot(data.y_train), copies(seed, 1, width)
    many = torch.cat([data.x_train, *shifted(data.x_train)])
    tasks = (Task(data.x_train, y), Task(many, y.repeat(5, 1)))
    ends = [train(start, task, 0.2, steps, momentum=0.9) for task in tasks]
    plain, augmented = (float(error_rates(end, data.x_test, data.y_test)[0]) for end in ends)
    return plain - augmented


def shifted(x: Float[Tensor, "n 64"]) -> list[Float[Tensor, "n 64"]]:
    """The images one pixel down, up, right and left; what comes in is empty, as dark as the darkest pixel."""
    images, found = x.reshape(-1, 8, 8), []
    for axis in (1, 2):
        for by in (1, -1):
            moved = images.roll(by, axis)
            moved.select(axis, 0 if by == 1 else -1).fill_(float(x.min()))
            found.append(moved.reshape(-1, 64))
    return found
