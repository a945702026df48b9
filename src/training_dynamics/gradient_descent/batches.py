"""Mini-batches on digits: the noise of their gradients, the noise scale, and whether small ones generalise better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from training_dynamics.gradient_descent.digits import copies, task_of, unseen
from training_dynamics.gradient_descent.networks import Params, Task, error_rates, flat, one_run, train
from training_dynamics.gradient_descent.noise import two_batch_estimate
from training_dynamics.lab.once import once
from training_dynamics.toolbox.seeds import numpy_generator


def example_gradients(task: Task, params: Params) -> Float[ndarray, "n p"]:
    """The gradient of each example's loss for the first run, one a row: each example is a run of its own."""
    alone = Task(task.x[:, None], task.y[:, None], task.loss, task.activation)
    same = [p.expand(len(task.x), -1, -1) for p in one_run(params, 0)]
    return flat(alone.gradient(same)).numpy()


def noise_scale(gradients: Float[ndarray, "n p"]) -> float:
    r"""The simple noise scale :math:`\operatorname{tr}\Sigma/\lvert G\rvert^2` of a data set's gradients."""
    centre = gradients.mean(0)
    return float(np.sum((gradients - centre) ** 2) / len(gradients) / (centre @ centre))


@dataclass(frozen=True)
class Scales:
    """The noise scale after some numbers of steps, exactly and as two sizes of batches estimate it."""

    steps: tuple[int, ...]
    exact: Float[ndarray, " steps"]
    estimated: Float[ndarray, " steps"]


@once
def scales(
    seed: int, width: int = 32, rate: float = 0.5, draws: int = 400, steps: tuple[int, ...] = (0, 20, 200, 400)
) -> Scales:
    """Along full-batch descent on 500 digits: exact noise scales, and estimates from ``draws`` batches of 16 and of 256."""
    task, params = task_of(seed), copies(seed, 1, width)
    rng, seen = numpy_generator(seed, "gradient descent two batches"), {}

    def look(step: int, now: Params) -> None:
        if step in steps:
            rows = example_gradients(task, now)
            norms = [batch_norms(rows, size, draws, rng) for size in (16, 256)]
            square, trace = two_batch_estimate(norms[0], norms[1], 16, 256)
            seen[step] = (noise_scale(rows.astype(float)), trace / square)

    train(params, task, rate, max(steps), watch=look)
    exact, estimated = zip(*[seen[step] for step in steps])
    return Scales(steps, np.array(exact), np.array(estimated))


def batch_norms(
    rows: Float[ndarray, "n p"], batch: int, draws: int, rng: np.random.Generator
) -> Float[ndarray, " draws"]:
    """Squared norms of the gradients of random batches, drawn with replacement."""
    counts = rng.multinomial(batch, np.full(len(rows), 1 / len(rows)), size=draws) / batch
    return np.sum((counts.astype(rows.dtype) @ rows).astype(float) ** 2, axis=1)


RATES = (0.05, 0.1, 0.2, 0.5)


@once
def batch_errors(seed: int, batch: int, steps: int, examples: int = 200, width: int = 32) -> Float[ndarray, " rates"]:
    """Test errors after SGD with that batch size, at each of ``RATES``, from one start."""
    task, params = task_of(seed, examples), copies(seed, len(RATES), width)
    end = train(params, task, RATES, steps, batch=batch, seeds=[seed] * len(RATES))
    return error_rates(end, *unseen(seed, examples)).numpy()


@dataclass(frozen=True)
class Comparison:
    """Test error of large batches minus that of small ones, in three comparisons."""

    epochs: float  # as many epochs, one rate
    steps: float  # as many steps, one rate
    tuned: float  # as many steps, each at its best rate


@once
def compare_batches(
    seed: int, examples: int = 100, width: int = 32, epochs: int = 20, small: int = 10, rate: int = 1
) -> Comparison:
    """Batches of ``small`` examples against the full batch; ``rate`` is a place in RATES for the first two."""
    steps = epochs * examples // small
    few = batch_errors(seed, small, steps, examples, width)
    many = batch_errors(seed, examples, steps, examples, width)
    short = batch_errors(seed, examples, epochs, examples, width)
    return Comparison(*(float(x) for x in (short[rate] - few[rate], many[rate] - few[rate], many.min() - few.min())))
