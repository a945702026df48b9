"""Gradient descent against gradient flow: a distance of first order, and the flow that it follows to second order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from training_dynamics.gradient_descent.curvature import hessian_products
from training_dynamics.gradient_descent.digits import copies, task_of
from training_dynamics.gradient_descent.networks import flat, train, unflat
from training_dynamics.lab.once import once


@dataclass(frozen=True)
class Gap:
    """Distances after the same time, relative to the way gone: descent to the flow, and to the modified flow."""

    plain: float
    modified: float


def integrate(velocity: Callable[[Tensor], Tensor], theta: Tensor, time: float, steps: int) -> Tensor:
    """The classical Runge-Kutta method of order four."""
    h = time / steps
    for _ in range(steps):
        a = velocity(theta)
        b = velocity(theta + h / 2 * a)
        c = velocity(theta + h / 2 * b)
        theta = theta + h / 6 * (a + 2 * b + 2 * c + velocity(theta + h * c))
    return theta


@once
def gap(seed: int, rate: float, time: float = 4.0, width: int = 16, loss: str = "cross-entropy") -> Gap:
    r"""Descent at ``rate`` for ``time / rate`` steps, against :math:`\dot\theta=-\nabla L` and
    :math:`\dot\theta=-\nabla(L+\tfrac\eta4\lvert\nabla L\rvert^2)=-(g+\tfrac\eta2Hg)` (Barrett and Dherin 2021, theorem 3.1).
    """
    task, params = task_of(seed, 100, loss, torch.float64), copies(seed, 1, width, torch.float64)

    def plain(theta: Tensor) -> Tensor:
        return -flat(task.gradient(unflat(theta, params)))

    def modified(theta: Tensor) -> Tensor:
        back = plain(theta)
        return back + rate / 2 * hessian_products(task, unflat(theta, params), back)

    first, last = flat(params), flat(train(params, task, rate, round(time / rate)))
    ends = [integrate(velocity, first, time, 30) for velocity in (plain, modified)]
    return Gap(*(float((last - end).norm() / (last - first).norm()) for end in ends))
