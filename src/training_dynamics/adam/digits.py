"""SGD, RMSProp and Adam on the digits, each over a grid of learning rates of its own: what does each term buy, how wide is the
good range, who generalises?

All rates of a method train side by side, as one batch of networks that share their start and their minibatches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training_dynamics.lab.losses import cross_entropies
from training_dynamics.lab.once import once
from training_dynamics.lab.optimizers import AdamSettings, Moments, adam, momentum, zero_moments
from training_dynamics.lab.stack import normal_weights, preactivations
from training_dynamics.toolbox.data import Split, digits
from training_dynamics.toolbox.seeds import torch_generator
from training_dynamics.toolbox.train import minibatches

SMALL, LARGE = 2.0 ** np.arange(-15, 1), 2.0 ** np.arange(-11, 5)
GRIDS = {
    "plain": LARGE,
    "sgd": LARGE,
    "rmsprop, uncorrected": SMALL,
    "rmsprop": SMALL,
    "adam, uncorrected": SMALL,
    "adam": SMALL,
}


@dataclass(frozen=True)
class Rule:
    """Which terms a method has: the average of gradients (``beta1 > 0``), the division by ``sqrt(v)``, bias correction."""

    beta1: float
    root: bool
    corrected: bool = False

    def step(self, moments: Moments[Tensor], g: Tensor) -> tuple[Moments[Tensor], Tensor]:
        """The averages after a gradient, and the direction; without the root, momentum adds up as torch's does."""
        if self.root:
            return adam(moments, g, AdamSettings(self.beta1, corrected=self.corrected))
        velocity = momentum(moments.m, g, self.beta1)
        return Moments(velocity, moments.v, moments.t + 1), velocity


RULES = {
    "plain": Rule(0.0, root=False),
    "sgd": Rule(0.9, root=False),
    "rmsprop, uncorrected": Rule(0.0, root=True),
    "rmsprop": Rule(0.0, root=True, corrected=True),
    "adam, uncorrected": Rule(0.9, root=True),
    "adam": Rule(0.9, root=True, corrected=True),
}


@dataclass(frozen=True)
class DigitsSweep:
    """Per learning rate ``lrs (r,)``: final training loss, and error rates on validation and test digits, each ``(r,)``."""

    lrs: np.ndarray
    train_loss: np.ndarray
    validation_error: np.ndarray
    test_error: np.ndarray

    @property
    def tuned(self) -> int:
        """The index of the rate with the least validation error; the smallest such rate if there are several."""
        return int(self.validation_error.argmin())

    @property
    def inside(self) -> bool:
        """Whether the tuned rate is not at an end of the grid."""
        return 0 < self.tuned < len(self.lrs) - 1

    def width(self, slack: float = 0.02) -> float:
        """Factors of two covered by the rates whose test error is within ``slack`` of the best, counting each as one."""
        return float(np.sum(self.test_error <= self.test_error.min() + slack))


def with_noise(x: Tensor, size: float, generator: torch.Generator, count: int = 256) -> Tensor:
    """``x (n, d)`` with ``count`` more columns of standard normal noise times ``size``; ``size = 0`` returns x unchanged.

    The noise is drawn afresh for every image, so that it can be memorised but never helps on another image.
    """
    if size < 0:
        raise ValueError(f"size must be >= 0, got {size}")
    if size == 0:
        return x
    return torch.cat([x, size * torch.randn((len(x), count), generator=generator, dtype=x.dtype)], 1)


def pixel_units(seed: int, spread: float) -> Tensor:
    """A factor for each of the 64 pixels, between ``10^-spread`` and ``10^spread``, evenly in the logarithm; shape ``(64,)``."""
    if spread < 0:
        raise ValueError(f"spread must be >= 0, got {spread}")
    powers = torch.rand(64, generator=torch_generator(seed, "adam", "units")) * 2 - 1
    return 10 ** (spread * powers)


def least_loss(seed: int, method: str, units: float, steps: int = 100, hidden: int = 32) -> float:
    """Training loss after ``steps`` steps at the best rate of the method's own grid: what its terms can reach."""
    return float(digits_sweep(seed, method, units=units, steps=steps, hidden=hidden).train_loss.min())


def _networks(sizes: tuple[int, int, int], rates: int, generator: torch.Generator) -> list[Tensor]:
    """One network, ``[W1, b1, W2, b2]``, repeated ``rates`` times: ``(r, in, out)`` and ``(r, 1, out)``."""
    found = []
    for weight in normal_weights(sizes, generator):
        found += [weight.repeat(rates, 1, 1), torch.zeros(rates, 1, weight.shape[2])]
    return [p.requires_grad_() for p in found]


def _outputs(parameters: list[Tensor], x: Tensor) -> Tensor:
    return preactivations(list(zip(parameters[::2], parameters[1::2])), x, fused=False)[-1]


@once
def digits_sweep(
    seed: int,
    method: str,
    noise: float = 0.0,
    units: float = 0.0,
    images: int = 300,
    steps: int = 400,
    batch: int = 32,
    hidden: int = 32,
) -> DigitsSweep:
    """A ReLU network with ``hidden`` hidden units on ``images`` digits, at every rate of ``GRIDS[method]``.

    The rate stays constant.  ``noise`` is the size of the noise columns of :func:`with_noise`; ``units`` the spread of
    :func:`pixel_units`.  Of the unseen digits, 500 are for validation and the rest for testing.
    """
    if method not in GRIDS:
        raise ValueError(f"method must be one of {', '.join(GRIDS)}, got {method!r}")
    data = digits(seed, train=images)
    stream, scale = torch_generator(seed, "adam", "noise"), pixel_units(seed, units)
    x_train, x_test = (with_noise(scale * x, noise, stream) for x in (data.x_train, data.x_test))
    data = Split(x_train, data.y_train, x_test, data.y_test)
    sizes = (data.x_train.shape[1], hidden, 10)
    parameters = _networks(sizes, len(GRIDS[method]), torch_generator(seed, "adam", "digits"))
    batches = minibatches(images, batch, torch_generator(seed, "adam", "digits batches"))
    _train(parameters, method, data, [next(batches) for _ in range(steps)])
    return _judge(GRIDS[method], parameters, data)


def _train(parameters: list[Tensor], method: str, data: Split, batches: list[Tensor]) -> None:
    """One step of every network, each at its own rate, on each of the batches; the parameters are changed in place."""
    rule, lr = RULES[method], torch.tensor(GRIDS[method], dtype=torch.float32)[:, None, None]
    moments = [zero_moments(p) for p in parameters]
    for index in batches:
        losses = cross_entropies(_outputs(parameters, data.x_train[index]), data.y_train[index])
        gradients = torch.autograd.grad(losses.sum(), parameters)  # of a sum over networks: each gets its own
        with torch.no_grad():
            for i, (p, g) in enumerate(zip(parameters, gradients)):
                moments[i], direction = rule.step(moments[i], g)
                p.sub_(lr * direction)


@torch.no_grad()
def _judge(lrs: np.ndarray, parameters: list[Tensor], data: Split) -> DigitsSweep:
    wrong = (_outputs(parameters, data.x_test).argmax(-1) != data.y_test).double()
    loss = cross_entropies(_outputs(parameters, data.x_train), data.y_train).double()
    return DigitsSweep(
        lrs,
        torch.nan_to_num(loss, nan=torch.inf).numpy(),
        wrong[:, :500].mean(1).numpy(),
        wrong[:, 500:].mean(1).numpy(),
    )
