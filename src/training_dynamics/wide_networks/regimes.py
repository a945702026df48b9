"""Lazy and rich: one start trained at several scales of the output, or from several balances of its layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator
from training_dynamics.wide_networks.kernel import alignment, distance, relative_change
from training_dynamics.wide_networks.linear import after, at_the_end, least_norm
from training_dynamics.wide_networks.network import Nets, Trained, draw, train

SCALES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
RATIOS = (0.25, 0.5, 1.0, 2.0, 4.0)
TASKS = ("one direction", "constant")
TESTS = 300


@dataclass(frozen=True)
class Task:
    """Inputs on the unit sphere with their targets: to train on, and to test on."""

    x: Float[ndarray, "n d"]
    y: Float[ndarray, " n"]
    tests: Float[ndarray, "k d"]
    answers: Float[ndarray, " k"]


def sphere(generator: np.random.Generator, count: int, inputs: int) -> Float[ndarray, "count inputs"]:
    """Points spread evenly over the unit sphere."""
    points = generator.standard_normal((count, inputs))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def task(seed: int, kind: str, examples: int = 60, inputs: int = 10) -> Task:
    r"""A target to learn: ``"one direction"``, :math:`\sqrt d\,\mathrm{relu}(v\cdot x)` less its mean, or ``"constant"``, 0.5.

    Raises ValueError for another kind.
    """
    if kind not in TASKS:
        raise ValueError(f"kind must be one of {', '.join(TASKS)}, got {kind!r}")
    generator = numpy_generator(seed, "wide_networks inputs and target")
    x = sphere(generator, examples + TESTS, inputs)
    y = np.full(len(x), 0.5)
    if kind == "one direction":
        y = np.sqrt(inputs) * np.maximum(x @ sphere(generator, 1, inputs)[0], 0)
        y -= y.mean()
    return Task(x[:examples], y[:examples], x[examples:], y[examples:])


@dataclass(frozen=True)
class Effects:
    """What training did to each network of a stack, one entry a network; errors are relative to the answers' mean square."""

    fit: Float[ndarray, " b"]  # mean squared error on the training inputs, relative
    error: Float[ndarray, " b"]  # the same on new inputs
    movement: Float[ndarray, " b"]  # of all weights, relative
    turned: Float[ndarray, " b"]  # the kernel: one minus the cosine
    aligned: Float[ndarray, " b"]  # alignment with the target at the end over that at the start
    linear_error: float  # relative test error of the kernel at the start, trained as long
    end_kernel_error: Float[ndarray, " b"]  # and of each kernel at the end, trained to the end
    departure: Float[ndarray, " b"]  # distance to the fixed kernel's answers, relative
    norm: Float[ndarray, " b"]  # least norm, in the starting kernel, of what was learned, over the least that fits


def judge(found: Trained, given: Task, rate: float) -> Effects:
    """Measure what training did; all have the start of the first, and ``rate`` is the one that its kernel is trained with."""
    size = np.mean(given.answers**2)
    before, behind = found.start.kernels(given.x, given.x), found.end.kernels(given.x, given.x)
    across, across_end = found.start.kernels(given.tests, given.x)[0], found.end.kernels(given.tests, given.x)
    answers = found.predict(given.tests)
    fixed = after(before[0], across, given.y, rate, len(found.losses))
    ends = np.array([at_the_end(_firm(k), c, given.y) for k, c in zip(behind, across_end)])
    pairs = list(zip(behind, before))
    return Effects(
        np.mean((found.predict(given.x) - given.y) ** 2, axis=1) / size,
        np.mean((answers - given.answers) ** 2, axis=1) / size,
        found.end.movement(found.start),
        np.array([distance(k, k0) for k, k0 in pairs]),
        np.array([alignment(k, given.y) / alignment(k0, given.y) for k, k0 in pairs]),
        float(np.mean((fixed - given.answers) ** 2) / size),
        np.mean((ends - given.answers) ** 2, axis=1) / size,
        np.sqrt(np.mean((answers - fixed) ** 2, axis=1) / size),
        _norms(found, given),
    )


def _firm(kernel: Float[ndarray, "n n"]) -> Float[ndarray, "n n"]:
    """A kernel that can be inverted whatever its rank: a ridge of 1e-8 of its mean eigenvalue."""
    return kernel + 1e-8 * np.trace(kernel) / len(kernel) * np.eye(len(kernel))


def _norms(found: Trained, given: Task) -> Float[ndarray, " b"]:
    """Least norms of what was learned on training inputs and a hundred others, over the least that fits the former."""
    both = np.concatenate([given.x, given.tests[:100]])
    kernel = _firm(found.start.kernels(both, both)[0])
    learned, n = found.predict(both), len(given.x)
    return np.array([least_norm(kernel, f) / least_norm(kernel[:n, :n], f[:n]) for f in learned])


@once
def scaled(
    seed: int, kind: str = "one direction", width: int = 100, examples: int = 60, steps: int = 1500, inputs: int = 10
) -> Effects:
    """One network trained at every scale of ``SCALES``, from the same weights, on the same data."""
    given = task(seed, kind, examples, inputs)
    one = draw(numpy_generator(seed, "wide_networks weights"), 1, width, inputs)
    scale = np.array(SCALES)
    nets = Nets(np.repeat(one.w, len(scale), axis=0), np.repeat(one.a, len(scale), axis=0))
    return judge(train(nets, given.x, given.y, scale, np.minimum(scale, 1), steps), given, 1.0)


@once
def start_kernel_error(seed: int, width: int = 100, examples: int = 60, inputs: int = 10) -> float:
    """Relative test error of the kernel of that network's start, solved to the end as those at the end are; one direction."""
    given = task(seed, "one direction", examples, inputs)
    one = draw(numpy_generator(seed, "wide_networks weights"), 1, width, inputs)
    kernel, across = one.kernels(given.x, given.x)[0], one.kernels(given.tests, given.x)[0]
    answers = at_the_end(_firm(kernel), across, given.y)
    return float(np.mean((answers - given.answers) ** 2) / np.mean(given.answers**2))


@dataclass(frozen=True)
class Balances:
    """One function trained from several balances of its two layers: entries follow ``RATIOS``, outer weights over inner ones."""

    changed: Float[ndarray, " k"]  # the kernel: relative
    turned: Float[ndarray, " k"]  # the kernel: one minus the cosine
    fit: Float[ndarray, " k"]  # mean squared error on the training inputs, over the targets' mean square


@once
def rebalanced(
    seed: int, kind: str = "one direction", width: int = 100, examples: int = 60, steps: int = 1000
) -> Balances:
    """The same function at the start with outer weights times each of ``RATIOS`` and inner ones divided; each at its own rate.

    The rate is one over the mean eigenvalue of the starting kernel, times the number of examples: the function's first
    steps are then equally long.
    """
    given = task(seed, kind, examples)
    one = draw(numpy_generator(seed, "wide_networks weights"), 1, width, given.x.shape[1])
    rows = []
    for ratio in RATIOS:
        begin = one.rebalanced(ratio)
        kernel = begin.kernels(given.x, given.x)[0]
        found = train(begin, given.x, given.y, np.array(1.0), examples / np.trace(kernel), steps)
        behind = found.end.kernels(given.x, given.x)[0]
        left = np.mean((found.predict(given.x)[0] - given.y) ** 2) / np.mean(given.y**2)
        rows.append([relative_change(behind, kernel), distance(behind, kernel), left])
    return Balances(*np.array(rows).T)
